"""Each test of a use case runs on both stores."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from adapters.memory.backlog import MemoryBacklogs
from adapters.memory.clock import MemoryClock
from adapters.memory.delivery_queue import (
    MemoryDeliveryQueue,
    MemoryEndpointClaims,
    MemorySinkClaims,
)
from adapters.memory.event_log import MemoryDeliveredEverywhere, MemoryEventLog
from adapters.memory.identity import MemoryPersons
from adapters.memory.store import MemoryStore
from adapters.memory.transaction import MemoryTransactions
from adapters.memory.webhooks import MemoryDeliveries, MemoryWebhookEndpoints
from adapters.postgres.backlog import PostgresBacklogs
from adapters.postgres.clock import PostgresTestClock
from adapters.postgres.delivery_queue import (
    PostgresDeliveryQueue,
    PostgresEndpointClaims,
    PostgresSinkClaims,
)
from adapters.postgres.event_log import PostgresDeliveredEverywhere, PostgresEventLog
from adapters.postgres.executor import Executor
from adapters.postgres.identity import PostgresPersons
from adapters.postgres.transaction import PostgresTransactions
from adapters.postgres.webhooks import PostgresDeliveries, PostgresWebhookEndpoints
from tests.contracts.values import START
from tests.events.world import EventWorld
from tests.postgres import migrated_database

_EMPTY = "TRUNCATE outbox, forgotten_events, webhook_endpoints, event_sinks, test_clock CASCADE"


def memory_world() -> EventWorld:
    store = MemoryStore()
    store.time = START
    return EventWorld(
        transactions=MemoryTransactions(store),
        persons=MemoryPersons(store),
        clock=MemoryClock(store),
        log=MemoryEventLog(store),
        delivered=MemoryDeliveredEverywhere(store),
        endpoints=MemoryWebhookEndpoints(store),
        deliveries=MemoryDeliveries(store),
        claims=MemoryEndpointClaims(store),
        queue=MemoryDeliveryQueue(store),
        sinks=MemorySinkClaims(store),
        backlogs=MemoryBacklogs(store),
    )


def postgres_world(executor: Executor) -> EventWorld:
    return EventWorld(
        transactions=PostgresTransactions(executor),
        persons=PostgresPersons(executor),
        clock=PostgresTestClock(executor),
        log=PostgresEventLog(executor),
        delivered=PostgresDeliveredEverywhere(executor),
        endpoints=PostgresWebhookEndpoints(executor),
        deliveries=PostgresDeliveries(executor),
        claims=PostgresEndpointClaims(executor),
        queue=PostgresDeliveryQueue(executor),
        sinks=PostgresSinkClaims(executor),
        backlogs=PostgresBacklogs(executor, PostgresEventLog(executor)),
    )


@pytest_asyncio.fixture(scope="session")
async def events_database(database: str) -> str:
    """A database in which nothing else happens."""
    return await migrated_database(database)


@pytest_asyncio.fixture
async def executor(events_database: str) -> AsyncIterator[Executor]:
    """Connections to it, emptied of events."""
    executor = Executor(events_database)
    await executor.open()
    async with executor.connections.lent() as connection:
        await connection.execute(_EMPTY)
    await PostgresTestClock(executor).start(START)
    yield executor
    await executor.close()


@pytest.fixture(params=["memory", "postgres"])
def world(request: pytest.FixtureRequest) -> EventWorld:
    if request.param == "memory":
        return memory_world()
    executor: Executor = request.getfixturevalue("executor")
    return postgres_world(executor)
