"""Transactions on PostgreSQL."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg
from attrs import frozen

from adapters.postgres.executor import AWAY, Executor, current_connection, why
from application.shared.transaction import ConcurrentUpdateError, StoreUnavailableError

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
        if current_connection.get() is not None:
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
        executor = self.executor
        try:
            async with (
                executor.pool.acquire(timeout=executor.acquire_seconds) as connection,
                connection.transaction(),
            ):
                token = current_connection.set(connection)
                try:
                    return await work()
                finally:
                    current_connection.reset(token)
        except AWAY as error:
            raise StoreUnavailableError(why(error)) from error
