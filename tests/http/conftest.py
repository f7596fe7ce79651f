"""One server of each kind, in memory and on PostgreSQL, for all tests of a process."""

from collections.abc import AsyncIterator, Iterator

import attrs
import pytest
import pytest_asyncio

from adapters.postgres.embedded import embedded_postgres
from adapters.postgres.migrate import migrate
from entrypoints.settings import Settings
from tests.http.api import Api, asking
from tests.http.running import Served, open_folder, served
from tests.http.scene import Scene, a_scene
from tests.http.stored import Stored, looking_into

WORKERS = 2
QUIET = Settings(test_clock=True, relay=False)
"""Nothing changes that nobody asked for; the tests of deliveries have servers of their own."""


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    with open_folder() as folder, embedded_postgres(folder / "data", durable=False) as url:
        yield url


@pytest_asyncio.fixture(scope="session")
async def database(cluster: str) -> str:
    """The database that `on_postgres` serves."""
    await migrate(cluster)
    return cluster


@pytest_asyncio.fixture(scope="session")
async def postgres_server(database: str) -> AsyncIterator[Served]:
    settings = attrs.evolve(QUIET, database_url=database, workers=WORKERS)
    with served(settings) as server:
        yield server


@pytest.fixture(scope="session")
def memory_server() -> Iterator[Served]:
    with served(attrs.evolve(QUIET, memory=True)) as server:
        yield server


@pytest_asyncio.fixture(scope="session")
async def on_postgres(postgres_server: Served) -> AsyncIterator[Api]:
    """Two worker processes on PostgreSQL."""
    async with asking(postgres_server) as api:
        yield api


@pytest_asyncio.fixture(scope="session")
async def beside_it(database: str, on_postgres: Api) -> AsyncIterator[Api]:
    """A server of its own on the database of `on_postgres`, asked with the same key.

    Which worker takes a connection is up to the system; of two servers both are sure to work.
    """
    with served(attrs.evolve(QUIET, database_url=database)) as server:
        async with asking(attrs.evolve(server, keys=on_postgres.served.keys)) as api:
            yield api


@pytest_asyncio.fixture
async def stored(database: str) -> AsyncIterator[Stored]:
    """What `on_postgres` keeps."""
    async with looking_into(database) as stored:
        yield stored


@pytest_asyncio.fixture(scope="session")
async def in_memory(memory_server: Served) -> AsyncIterator[Api]:
    async with asking(memory_server) as api:
        yield api


@pytest.fixture(scope="session", params=["memory", "postgres"])
def api(request: pytest.FixtureRequest) -> Api:
    """Each test that asks for it runs on both."""
    name = "in_memory" if request.param == "memory" else "on_postgres"
    either: Api = request.getfixturevalue(name)
    return either


@pytest_asyncio.fixture(scope="module")
async def still(api: Api) -> Scene:
    """A scene for all of a module that are refused before anybody looks at what is there."""
    return await a_scene(api)
