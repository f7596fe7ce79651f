"""The database: the one that a URL names, or the embedded one of a data folder."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg
from sqlalchemy.exc import DBAPIError

from adapters.postgres import migrate as migrations
from adapters.postgres.embedded import EmbeddedPostgresError, running_url
from adapters.postgres.executor import Executor
from adapters.rulebook import RulebookError
from application.shared.transaction import StoreUnavailableError
from entrypoints.settings import Settings, SettingsError
from entrypoints.wiring.embedded import started
from entrypoints.wiring.kithkin import Kithkin, in_memory, on_postgres

OLDEST_VERSION = 15


def known_url(settings: Settings) -> str | None:
    """Give the URL of the database that the settings name, or of the embedded one if it runs.

    Raises:
        StoreUnavailableError: This user may not look into the data folder.
    """
    if settings.database_url is not None:
        return settings.database_url
    try:
        return running_url(settings.data)
    except EmbeddedPostgresError as error:
        raise StoreUnavailableError(str(error)) from error


def exists(data: Path) -> bool:
    """Tell whether a data folder holds an embedded database."""
    return (data / "cluster").exists()


@contextmanager
def at_hand(settings: Settings) -> Iterator[str]:
    """Give the URL of the database; an embedded one that nobody runs is run meanwhile.

    Raises:
        StoreUnavailableError: There is none, or it does not start.
    """
    url = known_url(settings)
    if url is not None:
        yield url
    elif exists(settings.data):
        with started(settings.data) as url:
            yield url
    else:
        raise StoreUnavailableError(
            f"there is no database in {settings.data} yet: run `kithkin serve` to make it, or give"
            " --data or --database-url"
        )


async def require_usable(url: str) -> int:
    """Make sure that the database can be reached and is new enough; give its major version.

    Raises:
        StoreUnavailableError: If not.
    """
    executor = Executor(url, pool_size=1)
    try:
        await executor.open()
        async with executor.connections.lent() as connection:
            version = await connection.fetchval("SHOW server_version_num")
    except (asyncpg.PostgresError, OverflowError, ValueError) as error:
        raise StoreUnavailableError(_first_line(error)) from error
    finally:
        await executor.close()
    major = int(version) // 10_000
    if major < OLDEST_VERSION:
        raise StoreUnavailableError(
            f"it is PostgreSQL {major}: upgrade it to {OLDEST_VERSION} or newer"
        )
    return major


async def pending(url: str) -> tuple[str, ...]:
    """Give the migrations that a usable database lacks, the first one first.

    Raises:
        StoreUnavailableError: The database is away, or refuses to tell.
    """
    try:
        return await migrations.pending(url)
    except DBAPIError as error:
        raise StoreUnavailableError(_first_line(error.orig)) from error


async def migrate(url: str) -> None:
    """Bring a usable database to the tables that the code needs.

    Raises:
        StoreUnavailableError: The database is away, or refuses.
    """
    try:
        await migrations.migrate(url)
    except DBAPIError as error:
        raise StoreUnavailableError(
            f"{_first_line(error.orig)}: the user in the URL must be allowed to make tables"
        ) from error


@asynccontextmanager
async def opened(settings: Settings, url: str) -> AsyncIterator[Kithkin]:
    """Give Kithkin on a database that has its tables.

    Raises:
        SettingsError: The rulebook cannot be taken.
        StoreUnavailableError: The database is away, refuses, or lacks migrations.
    """
    await require_usable(url)
    if await pending(url):
        raise StoreUnavailableError("it lacks migrations: run `kithkin migrate` first")
    try:
        kithkin = wired(settings, url)
        await kithkin.open()
        try:
            yield kithkin
        finally:
            await kithkin.close()
    except asyncpg.PostgresError as error:
        raise StoreUnavailableError(_first_line(error)) from error


def wired(settings: Settings, url: str | None) -> Kithkin:
    """Wire Kithkin to a database, or to memory without one.

    Raises:
        SettingsError: The rulebook cannot be taken.
    """
    try:
        return in_memory(settings) if url is None else on_postgres(settings, url)
    except RulebookError as error:
        raise SettingsError(error.problems) from error


@asynccontextmanager
async def connected(kithkin: Kithkin) -> AsyncIterator[None]:
    """Open Kithkin for as long as the context lasts; afterwards it can be opened again.

    Raises:
        StoreUnavailableError: The database is away or refuses.
    """
    try:
        await kithkin.open()
        try:
            yield
        finally:
            # Not by its own close, after which nothing asks the language model any more.
            await kithkin.ports.connection().close()
    except asyncpg.PostgresError as error:
        raise StoreUnavailableError(_first_line(error)) from error


def _first_line(error: BaseException | None) -> str:
    return str(error).partition("\n")[0]
