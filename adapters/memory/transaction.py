"""Transactions in memory."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from attrs import frozen

from adapters.memory.store import MemoryStore
from application.shared.transaction import ConcurrentUpdateError

T = TypeVar("T")

_TRIES = 5


@frozen
class MemoryTransactions:
    """Runs work in a transaction on a store."""

    _store: MemoryStore

    async def run(self, work: Callable[[], Awaitable[T]]) -> T:
        """Run the work as the port says: joined, retried, committed or rolled back."""
        if self._store.current is not None:
            return await work()
        for _ in range(_TRIES - 1):
            with suppress(ConcurrentUpdateError):
                return await self._once(work)
        return await self._once(work)

    async def _once(self, work: Callable[[], Awaitable[T]]) -> T:
        async with self._store.transaction():
            return await work()
