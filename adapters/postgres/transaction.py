"""Transactions on PostgreSQL."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from attrs import frozen

from adapters.postgres.executor import Executor
from application.shared.transaction import ConcurrentUpdateError

T = TypeVar("T")

_TRIES = 5


@frozen
class PostgresTransactions:
    """Runs work in a transaction on one connection of the pool."""

    executor: Executor

    async def run(self, work: Callable[[], Awaitable[T]]) -> T:
        """Run the work as the port says: joined, retried, committed or rolled back."""
        if self.executor.in_transaction:
            return await work()
        for _ in range(_TRIES - 1):
            with suppress(ConcurrentUpdateError):
                return await self._once(work)
        return await self._once(work)

    async def _once(self, work: Callable[[], Awaitable[T]]) -> T:
        async with self.executor.transaction():
            return await work()
