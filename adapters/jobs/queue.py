"""PgQueuer's tables and statements, run by our own executor."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Self
from uuid import uuid4

import asyncpg
import msgspec
from attrs import define, field, frozen
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.tm import TaskManager
from pgqueuer.domain.models import Job as QueuedJob
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.domain.types import Channel, QueueEntrypoint, QueueManagerId
from pgqueuer.ports.driver import Driver, NotifyCallback
from pgqueuer.ports.repository import EntrypointExecutionParameter

from adapters.postgres.executor import AWAY, Executor, Statement, why
from application.shared.jobs import Ticket
from application.shared.transaction import StoreUnavailableError

SCHEMA = "pgqueuer"
STALLED_AFTER = timedelta(seconds=20)
"""A job whose worker gave no sign for so long is given to another."""

# All names are given, as PgQueuer would read missing ones from the environment.
SETTINGS = DBSettings(
    prefix="",
    db_schema=SCHEMA,
    channel=Channel("kithkin_queue"),
    function="fn_pgqueuer_changed",
    statistics_table="pgqueuer_statistics",
    queue_status_type="pgqueuer_status",
    queue_table="pgqueuer",
    queue_table_log="pgqueuer_log",
    trigger="tg_pgqueuer_changed",
    schedules_table="pgqueuer_schedules",
    durability=Durability.durable,
    widen_id=True,
)


def queries_on(driver: Driver) -> Queries:
    """Give PgQueuer's statements, to be run by a driver."""
    return Queries(
        driver,
        qbe=QueryBuilderEnvironment(SETTINGS),
        qbq=QueryQueueBuilder(SETTINGS),
        qbs=QuerySchedulerBuilder(SETTINGS),
    )


class _Text(Statement):
    """A statement that PgQueuer wrote."""

    def __init__(self, sql: str, arguments: tuple[object, ...]) -> None:
        self.sql = sql
        self.names = tuple(str(place) for place in range(len(arguments)))
        self.literals = dict(zip(self.names, arguments, strict=True))


@frozen
class ExecutorDriver(Driver):
    """Runs PgQueuer's statements in our own transactions."""

    executor: Executor

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        """Run a statement and give its rows."""
        return [dict(row) for row in await self.executor.rows(_Text(query, args))]

    async def execute(self, query: str, *args: object) -> str:
        """Run a statement."""
        await self.executor.rows(_Text(query, args))
        return ""

    async def notify(self, channel: str, payload: str) -> None:
        """Tell whoever listens, as the running transaction commits."""
        await self.fetch("SELECT pg_notify($1, $2)", channel, payload)

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        """Refuse: a connection that is lent from moment to moment hears nothing.

        Raises:
            TypeError: Always; a worker listens on a connection of its own.
        """
        raise TypeError(f"{callback} cannot listen on {channel} here")

    @property
    def shutdown(self) -> asyncio.Event:
        """Nobody waits on this one, as it is no worker's."""
        return asyncio.Event()

    @property
    def tm(self) -> TaskManager:
        """It has no tasks."""
        return TaskManager()

    async def __aenter__(self) -> Self:
        """Do nothing: the executor is opened by others."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Do nothing: the executor is closed by others."""


def ticket_to_bytes(ticket: Ticket) -> bytes:
    """Give what the queue holds of a ticket."""
    return msgspec.json.encode(ticket)


def ticket_from_bytes(payload: bytes | None) -> Ticket:
    """Give the ticket that the queue holds."""
    return msgspec.json.decode(payload or b"", type=Ticket)


@define
class PgQueuerQueue:
    """What is due, for a process that works on it without being a worker."""

    executor: Executor
    _queries: Queries = field(init=False)
    _me: QueueManagerId = field(factory=lambda: QueueManagerId(uuid4()), init=False)
    _taken: dict[Ticket, QueuedJob] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        self._queries = queries_on(ExecutorDriver(self.executor))

    async def add(self, tickets: Iterable[Ticket]) -> None:
        """Add tickets in their order, in the running transaction."""
        tickets = tuple(tickets)
        if tickets:
            await self._queries.enqueue(
                [ticket.kind for ticket in tickets],
                [ticket_to_bytes(ticket) for ticket in tickets],
                [0] * len(tickets),
            )

    async def take(self, kinds: Iterable[str], limit: int) -> tuple[Ticket, ...]:
        """Take tickets of these kinds, the first one first."""
        unlimited = EntrypointExecutionParameter(concurrency_limit=0)
        jobs = await self._queries.dequeue(
            batch_size=limit,
            entrypoints={QueueEntrypoint(kind): unlimited for kind in kinds},
            queue_manager_id=self._me,
            global_concurrency_limit=None,
            heartbeat_timeout=STALLED_AFTER,
        )
        taken = {ticket_from_bytes(job.payload): job for job in jobs}
        self._taken |= taken
        return tuple(taken)

    async def done(self, ticket: Ticket) -> None:
        """Remove a ticket that was taken."""
        await self._queries.log_jobs([(self._taken.pop(ticket), "successful", None)])

    async def forget_log(self) -> None:
        """Delete what PgQueuer noted of tickets that are over."""
        await self._queries.clear_queue_log()

    async def is_installed(self) -> bool:
        """Tell whether the queue has its tables."""
        return await self._queries.has_table(SETTINGS.queue_table)


@asynccontextmanager
async def _connected(url: str, lock_seconds: float = 0) -> AsyncIterator[Queries]:
    bound = {"lock_timeout": str(round(1000 * lock_seconds))}
    try:
        connection = await asyncpg.connect(url, server_settings=bound)
    except (*AWAY, asyncpg.PostgresError) as error:
        raise StoreUnavailableError(why(error)) from error
    try:
        yield queries_on(AsyncpgDriver(connection))
    except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
        raise
    except asyncpg.InsufficientPrivilegeError as error:
        raise StoreUnavailableError(
            f"{why(error)}: the user in the URL must be allowed to make a schema in this "
            "database (GRANT CREATE ON DATABASE)"
        ) from error
    except (*AWAY, asyncpg.PostgresError) as error:
        raise StoreUnavailableError(why(error)) from error
    finally:
        await connection.close()


async def lacks_upgrade(url: str) -> bool:
    """Tell whether the queue's tables are missing, or of an older release of PgQueuer.

    Raises:
        StoreUnavailableError: The database cannot be reached.
    """
    async with _connected(url) as queries:
        if not await queries.schema_is_installed():
            return True
        return bool((await queries.plan_upgrade()).statements)


async def install(url: str, lock_seconds: float) -> None:
    """Bring the queue's tables to what this release of PgQueuer needs.

    Args:
        url: The database's.
        lock_seconds: How long to wait for a lock.

    Raises:
        StoreUnavailableError: The database cannot be reached.
        LockNotAvailableError: Others had locked something for so long.
        DeadlockDetectedError: Others waited in turn for what this has locked.
    """
    async with _connected(url, lock_seconds) as queries, queries.schema_lock():
        if not await queries.schema_is_installed():
            await queries.install()
            return
        for statement in (await queries.plan_upgrade()).statements:
            await queries.driver.execute(statement)
