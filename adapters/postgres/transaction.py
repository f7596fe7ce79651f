"""Transactions on PostgreSQL."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg
from attrs import frozen

from adapters.postgres.executor import Executor
from application.shared.transaction import ConcurrentUpdateError

T = TypeVar("T")

_TRIES = 5
_AGAIN = (
    ConcurrentUpdateError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.LockNotAvailableError,
)


@frozen
class PostgresTransactions:
    """Runs work in a transaction on one connection of the pool."""

    executor: Executor

    async def run(self, work: Callable[[], Awaitable[T]]) -> T:
        """Run the work as the port says: joined, retried, committed or rolled back."""
        if self.executor.in_transaction:
            return await work()
        for _ in range(_TRIES - 1):
            try:
                return await self._once(work)
            except _AGAIN:
                continue
        try:
            return await self._once(work)
        except _AGAIN as error:
            raise ConcurrentUpdateError from error

    async def _once(self, work: Callable[[], Awaitable[T]]) -> T:
        async with self.executor.transaction():
            return await work()
