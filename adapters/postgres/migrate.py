"""Bringing a database to the tables that the code declares."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from attrs import frozen
from sqlalchemy import Connection, NullPool, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from adapters.jobs import queue
from adapters.postgres.executor import AWAY, why
from application.shared.transaction import StoreUnavailableError

T = TypeVar("T")

_MIGRATIONS = Path(__file__).parent / "migrations"
QUEUE = "queue"
"""Stands for the tables that PgQueuer brings up to date by itself."""

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(7520110394)")
_IN_THE_WAY = {asyncpg.LockNotAvailableError.sqlstate, asyncpg.DeadlockDetectedError.sqlstate}


@frozen(kw_only=True)
class Patience:
    """How long a migration waits for what others have locked.

    Whoever comes after one that waits for a table waits too, so it lets them pass between tries.

    Attributes:
        lock_seconds: For a lock, at one try.
        tries: How many.
        pause_seconds: Between them.
    """

    lock_seconds: float = 2.0
    tries: int = 20
    pause_seconds: float = 1.0


async def migrate(url: str, revision: str = "head", patience: Patience = Patience()) -> None:
    """Upgrade to a revision; a second migrator waits and then finds nothing to do.

    Raises:
        StoreUnavailableError: The database cannot be reached, or others had locked for too long
            what is to be changed.
    """
    await _step(url, lambda config: command.upgrade(config, revision), patience)
    if await on_connection(url, _has_jobs):
        await _patiently(lambda: queue.install(url, patience.lock_seconds), patience)


async def migrate_down(url: str, revision: str, patience: Patience = Patience()) -> None:
    """Downgrade to a revision, or to `base` for an empty database.

    Raises:
        StoreUnavailableError: The database cannot be reached, or others had locked for too long
            what is to be changed.
    """
    await _step(url, lambda config: command.downgrade(config, revision), patience)


async def _step(url: str, change: Callable[[Config], None], patience: Patience) -> None:
    bound = text(f"SET LOCAL lock_timeout = {round(1000 * patience.lock_seconds)}")

    def work(connection: Connection) -> None:
        connection.execute(bound)
        connection.execute(_ONE_AT_A_TIME)
        change(_config(connection))

    await _patiently(lambda: on_connection(url, work), patience)


async def _patiently(work: Callable[[], Awaitable[None]], patience: Patience) -> None:
    for left in reversed(range(patience.tries)):
        try:
            await work()
        except (DBAPIError, asyncpg.PostgresError) as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            if getattr(cause, "sqlstate", None) not in _IN_THE_WAY:
                raise
            if not left:
                raise StoreUnavailableError(
                    "others kept locked what a migration is to change, or another migration ran,"
                    f" through {patience.tries} tries: end what takes long there, and try again"
                ) from error
        else:
            return
        await asyncio.sleep(patience.pause_seconds)


async def pending(url: str) -> tuple[str, ...]:
    """Give the revisions that the database lacks, the first one first, and the queue's last.

    Raises:
        StoreUnavailableError: The database cannot be reached, or is newer than the code.
    """
    scripts = ScriptDirectory(str(_MIGRATIONS))
    known = {step.revision for step in scripts.walk_revisions()}

    def lacking(connection: Connection) -> tuple[str, ...]:
        current = MigrationContext.configure(connection).get_current_revision()
        if current is not None and current not in known:
            raise StoreUnavailableError(
                f"the database was made by a newer release (it is at {current}): upgrade Kithkin"
            )
        return tuple(
            step.revision for step in scripts.iterate_revisions("head", current or "base")
        )[::-1]

    steps = await on_connection(url, lacking)
    return (*steps, QUEUE) if await queue.lacks_upgrade(url) else steps


async def on_connection(url: str, work: Callable[[Connection], T]) -> T:
    """Run work of SQLAlchemy's on a connection of its own, in one transaction.

    Raises:
        StoreUnavailableError: The database cannot be reached.
    """
    # Connected by asyncpg itself, which alone knows all that its URLs may say.
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=partial(asyncpg.connect, url), poolclass=NullPool
    )
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(work)
    except AWAY as error:
        raise StoreUnavailableError(why(error)) from error
    finally:
        await engine.dispose()


def _has_jobs(connection: Connection) -> bool:
    return bool(inspect(connection).has_table("jobs"))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    return config
