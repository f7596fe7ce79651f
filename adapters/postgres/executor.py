"""Statements, written by SQLAlchemy once and run by asyncpg."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

import asyncpg
from attrs import define, field
from sqlalchemy import ClauseElement, Dialect, literal_column, select
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.sql.compiler import SQLCompiler

from application.shared.transaction import ConcurrentUpdateError, StoreUnavailableError

_DIALECT: Dialect = PGDialect_asyncpg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]

Connection = Any
"""A connection of a pool; asyncpg's proxy for one has no type of its own."""

Row = Mapping[str, Any]
"""A row by column name, as asyncpg gives it."""

AWAY = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.ReadOnlySQLTransactionError,
)
"""What asyncpg raises when the server is away, going away, or not ready."""


AGAIN = (
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.LockNotAvailableError,
)
"""What asyncpg raises when another transaction stood in the way."""


class Statement:
    """A statement as text, compiled once.

    Attributes:
        sql: The text, with $1, $2, ... for the parameters.
        names: The parameters' names, in that order.
        literals: Values that are part of the statement, by name.
    """

    def __init__(self, statement: ClauseElement) -> None:
        """Compile a statement of SQLAlchemy Core for asyncpg."""
        compiled = statement.compile(dialect=_DIALECT)
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 - what every statement compiles to
        self.sql = str(compiled)
        self.names: tuple[str, ...] = tuple(compiled.positiontup or ())
        self.literals = {
            name: value for name, value in compiled.params.items() if value is not None
        }

    def arguments(self, values: Row) -> list[Any]:
        """Give the parameters in order. A missing value is an error, not a NULL."""
        return [values[name] if name in values else self.literals[name] for name in self.names]


@define
class Executor:
    """Runs statements on a pool, or on the connection of the running transaction.

    Attributes:
        url: Where the database is.
        pool_size: The most connections kept open.
        acquire_seconds: How long to wait for a free connection.
        command_seconds: How long to wait for a statement.
    """

    url: str
    pool_size: int = 10
    acquire_seconds: float = 5.0
    command_seconds: float = 10.0
    _pool: "asyncpg.Pool[asyncpg.Record] | None" = field(default=None, init=False)
    _entered: "ContextVar[Connection | None]" = field(
        factory=lambda: ContextVar("entered", default=None), init=False
    )

    async def open(self) -> None:
        """Connect.

        Raises:
            StoreUnavailableError: The database cannot be reached.
        """
        try:
            self._pool = await asyncpg.create_pool(
                self.url,
                min_size=1,
                max_size=self.pool_size,
                timeout=self.acquire_seconds,
                command_timeout=self.command_seconds,
                reset=_leave_as_is,
                server_settings=_SESSION,
            )
        except AWAY as error:
            raise StoreUnavailableError(why(error)) from error

    async def close(self) -> None:
        """Let go of all connections."""
        if self._pool is not None:
            pool, self._pool = self._pool, None
            await pool.close()

    async def check(self) -> None:
        """Ask the database for an answer.

        Raises:
            StoreUnavailableError: It gives none.
        """
        await self.rows(_CHECK)

    async def rows(self, statement: Statement, **values: Any) -> Sequence[Row]:
        """Run a statement and give its rows.

        Raises:
            ConcurrentUpdateError: Another transaction stood in the way for too long.
            StoreUnavailableError: The database is away or does not answer.
        """
        arguments = statement.arguments(values)
        connection = self._entered.get()
        try:
            if connection is not None:
                records = await connection.fetch(statement.sql, *arguments)
            else:
                async with self.pool.acquire(timeout=self.acquire_seconds) as borrowed:
                    records = await borrowed.fetch(statement.sql, *arguments)
        except AGAIN as error:
            raise ConcurrentUpdateError(why(error)) from error
        except AWAY as error:
            raise StoreUnavailableError(why(error)) from error
        return [dict(record) for record in records]

    async def row(self, statement: Statement, **values: Any) -> Row | None:
        """Run a statement and give its first row, if it has one.

        Raises:
            ConcurrentUpdateError: Another transaction stood in the way for too long.
            StoreUnavailableError: The database is away or does not answer.
        """
        rows = await self.rows(statement, **values)
        return rows[0] if rows else None

    @property
    def in_transaction(self) -> bool:
        """Whether the running task is in a transaction here."""
        return self._entered.get() is not None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Run all statements of the task on one connection, and commit or roll back at the end.

        Within a transaction that runs already, they belong to it.

        Raises:
            ConcurrentUpdateError: Another transaction stood in the way.
            StoreUnavailableError: The database is away or does not answer.
        """
        if self.in_transaction:
            yield
            return
        try:
            async with (
                self.pool.acquire(timeout=self.acquire_seconds) as connection,
                connection.transaction(),
            ):
                token = self._entered.set(connection)
                try:
                    yield
                finally:
                    self._entered.reset(token)
        except AGAIN as error:
            raise ConcurrentUpdateError(why(error)) from error
        except AWAY as error:
            raise StoreUnavailableError(why(error)) from error

    @property
    def pool(self) -> "asyncpg.Pool[asyncpg.Record]":
        """The open pool."""
        if self._pool is None:
            raise StoreUnavailableError("the database is not connected")
        return self._pool


_CHECK = Statement(select(literal_column("1")))

_SESSION = {
    "application_name": "kithkin",
    "timezone": "UTC",
    "lock_timeout": "5s",
    "statement_timeout": "10s",
    "idle_in_transaction_session_timeout": "30s",
    "jit": "off",
}


async def _leave_as_is(_: object) -> None:
    """Nothing is left behind on a connection, so a reset would be a wasted round trip."""


def why(error: BaseException) -> str:
    """Give one line on an error, for the log."""
    return f"{type(error).__name__}: {error}".splitlines()[0]
