"""Statements, written by SQLAlchemy once and run by asyncpg."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Any, cast

import asyncpg
from attrs import define, field
from sqlalchemy import ClauseElement, Dialect, literal_column, select
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.sql.compiler import SQLCompiler

from adapters.postgres.connections import Connection, Connections
from application.shared.transaction import ConcurrentUpdateError, StoreUnavailableError

_DIALECT: Dialect = PGDialect_asyncpg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]

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
    """Runs statements on a connection of their own, or on that of the running transaction.

    Attributes:
        url: Where the database is.
        pool_size: The most connections kept open.
        wait_seconds: How long to wait for a free connection.
        command_seconds: How long to wait for a statement.
        connection_class: What asyncpg makes of each connection.
        connections: The connections.
    """

    url: str
    pool_size: int = 10
    wait_seconds: float = 5.0
    command_seconds: float = 10.0
    connection_class: type[Any] = asyncpg.Connection
    connections: Connections = field(init=False)
    _entered: "ContextVar[Connection | None]" = field(
        factory=lambda: ContextVar("entered", default=None), init=False
    )

    def __attrs_post_init__(self) -> None:
        self.connections = Connections(
            self.url,
            self.pool_size,
            self.wait_seconds,
            self.command_seconds,
            self.connection_class,
        )

    async def open(self) -> None:
        """Connect.

        Raises:
            StoreUnavailableError: The database cannot be reached.
        """
        with _told_as_ours():
            await self.connections.open()

    async def close(self) -> None:
        """Let go of all connections."""
        await self.connections.close()

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
        return [dict(record) for record in await self._records(statement, values)]

    async def row(self, statement: Statement, **values: Any) -> Row | None:
        """Run a statement and give its first row, if it has one.

        Raises:
            ConcurrentUpdateError: Another transaction stood in the way for too long.
            StoreUnavailableError: The database is away or does not answer.
        """
        records = await self._records(statement, values)
        return dict(records[0]) if records else None

    async def record(self, statement: Statement, values: Row) -> "Row | None":
        """Run a statement of a hot path and give its first row as it comes from asyncpg.

        Raises:
            ConcurrentUpdateError: Another transaction stood in the way for too long.
            StoreUnavailableError: The database is away or does not answer.
        """
        records = await self._records(statement, values)
        return cast("Row", records[0]) if records else None

    async def many(self, statement: Statement, rows: Sequence[Row]) -> None:
        """Run a statement once for each row, in few round trips, in the running transaction.

        Raises:
            ConcurrentUpdateError: Another transaction stood in the way for too long.
            StoreUnavailableError: The database is away or does not answer.
        """
        entered = self._entered.get()
        if entered is None:
            raise LookupError("many rows are written in a transaction only")
        with _told_as_ours():
            await entered.executemany(statement.sql, [statement.arguments(row) for row in rows])

    async def _records(self, statement: Statement, values: Row) -> "list[asyncpg.Record]":
        arguments = statement.arguments(values)
        entered = self._entered.get()
        # Not by `_told_as_ours`, whose entering and leaving costs more than the rest of this.
        try:
            if entered is not None:
                records = await entered.fetch(statement.sql, *arguments)
            else:
                records = await self._on_its_own(statement.sql, arguments)
        except AGAIN as error:
            raise ConcurrentUpdateError(why(error)) from error
        except AWAY as error:
            raise StoreUnavailableError(why(error)) from error
        return cast("list[asyncpg.Record]", records)

    async def _on_its_own(self, sql: str, arguments: list[Any]) -> Any:  # noqa: ANN401 - asyncpg's
        pool, connection = self.connections.at_once() or await self.connections.take()
        try:
            records = await connection.fetch(sql, *arguments)
        except BaseException:
            await self.connections.give_back(pool, connection, sound=False)
            raise
        if not self.connections.keep(pool, connection):
            await self.connections.give_back(pool, connection, sound=False)
        return records

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
        with _told_as_ours():
            async with self.connections.lent() as connection, connection.transaction():
                token = self._entered.set(connection)
                try:
                    yield
                finally:
                    self._entered.reset(token)


_CHECK = Statement(select(literal_column("1")))


@contextmanager
def _told_as_ours() -> Iterator[None]:
    """Raise what asyncpg raises as the port's own errors."""
    try:
        yield
    except AGAIN as error:
        raise ConcurrentUpdateError(why(error)) from error
    except AWAY as error:
        raise StoreUnavailableError(why(error)) from error


def why(error: BaseException) -> str:
    """Give one line on an error, for the log."""
    if isinstance(error, TimeoutError) and not str(error):
        return "it did not answer in time"
    return f"{type(error).__name__}: {error}".splitlines()[0]
