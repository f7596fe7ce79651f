"""Each contract test runs on every adapter."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import delete

from adapters.postgres.clock import PostgresTestClock
from adapters.postgres.executor import Executor, Statement
from adapters.postgres.migrate import migrate
from adapters.postgres.tables import test_clock
from tests.contracts.memory import memory_stores
from tests.contracts.postgres import postgres_stores
from tests.contracts.stores import Stores
from tests.contracts.values import START

_STOP_CLOCK = Statement(delete(test_clock))


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
def held(request: pytest.FixtureRequest) -> Stores:
    if request.param == "memory":
        return memory_stores()
    shared: Stores = request.getfixturevalue("shared_postgres")
    return shared


@pytest_asyncio.fixture
async def stores(held: Stores) -> Stores:
    """What is under test, at START, wherever the test before left the clock."""
    if isinstance(held.clock, PostgresTestClock):
        await held.clock.executor.rows(_STOP_CLOCK)
        await held.clock.start(START)
    return held
