"""Each contract test runs on every adapter."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from adapters.postgres.clock import PostgresTestClock
from adapters.postgres.executor import Executor
from adapters.postgres.migrate import migrate
from tests.contracts.memory import memory_stores
from tests.contracts.postgres import postgres_stores
from tests.contracts.stores import Stores
from tests.contracts.values import START


@pytest_asyncio.fixture(scope="session")
async def shared_postgres(database: str) -> AsyncIterator[Stores]:
    """One database for all tests: each looks only at what it made."""
    await migrate(database)
    executor = Executor(database)
    await executor.open()
    await PostgresTestClock(executor).start(START)
    yield postgres_stores(executor)
    await executor.close()


@pytest.fixture(params=["memory", "postgres"])
def stores(request: pytest.FixtureRequest) -> Stores:
    if request.param == "memory":
        return memory_stores()
    shared: Stores = request.getfixturevalue("shared_postgres")
    return shared
