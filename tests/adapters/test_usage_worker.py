"""Usage on PostgreSQL, settled by a process that is killed in the midst of it."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest_asyncio

from adapters.postgres.clock import PostgresTestClock
from adapters.postgres.executor import Executor
from application.usage.start_session import StartUsageRequest
from domain.shared.ids import PersonId
from domain.shared.tiers import Tier
from domain.usage.commands import CatchUp
from domain.usage.seconds import Seconds
from tests.contracts import given, usage
from tests.contracts.postgres import postgres_stores
from tests.contracts.stores import Stores
from tests.contracts.values import START
from tests.postgres import migrated_database

PATIENCE_SECONDS = 30
PERSONS, DONE = 5, 2
BEAT = timedelta(seconds=15)

SETTLED = """
    SELECT count(*) FROM usage_sessions WHERE state = 'settled'
"""
TOLD = """
    SELECT count(*) FROM outbox WHERE type = 'usage_session_settled'
"""
NOT_AS_WRITTEN = """
    SELECT count(*) FROM usage_sessions AS session
    WHERE seconds_consumed IS DISTINCT FROM (
        SELECT -sum(banked + monthly + purchased) FROM usage_ledger
        WHERE session_id = session.id AND kind = 'used'
    )
"""
NOT_CLOSED_TO_NOTHING = """
    SELECT count(*) FROM (
        SELECT FROM usage_periods JOIN usage_ledger USING (person_id, period)
        WHERE closed_at IS NOT NULL GROUP BY person_id, period
        HAVING sum(banked) <> 0 OR sum(monthly) <> 0
    ) AS wrong
"""


@pytest_asyncio.fixture
async def executor(database: str) -> AsyncIterator[Executor]:
    url = await migrated_database(database)
    executor = Executor(url)
    await executor.open()
    await PostgresTestClock(executor).start(START)
    yield executor
    await executor.close()


async def over_a_months_end(stores: Stores) -> None:
    """Let each of some persons have two sessions that were last heard of after a month's end."""
    ends_at = START.replace(month=4, day=1, hour=0)
    await stores.clock.move_to(ends_at - BEAT)
    sessions = []
    for _ in range(PERSONS):
        person = await given.a_person(stores, tier=Tier.PLUS)
        for _ in range(2):
            request = StartUsageRequest(person_id=person.id)
            sessions.append(await usage.start_usage(stores)(request))
    await stores.clock.move_to(ends_at + BEAT)
    for session in sessions:
        await usage.beat_usage(stores)(session.id, None)
    await stores.clock.move_to(ends_at + timedelta(days=40))


async def test_each_session_is_settled_once_though_its_settler_is_killed(
    executor: Executor,
) -> None:
    stores = postgres_stores(executor)
    await over_a_months_end(stores)
    doomed = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.adapters.doomed_settler", executor.url, str(DONE))
    )
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert await doomed.wait() == -signal.SIGKILL
    assert [await count(executor, query) for query in (SETTLED, TOLD)] == [2 * DONE] * 2
    for _ in range(2):
        await usage.settle_due(stores)(usage.NO_JOB)
    assert [await count(executor, query) for query in (SETTLED, TOLD)] == [2 * PERSONS] * 2
    assert await count(executor, NOT_AS_WRITTEN) == 0
    assert await count(executor, NOT_CLOSED_TO_NOTHING) == 0
    for person_id in await persons(executor):
        account = await usage.account_keeper(stores)(person_id, CatchUp())
        assert account is not None
        assert (account.sessions, account.left) == ((), Seconds(5400, 10_800, 0))


async def count(executor: Executor, query: str) -> int:
    async with executor.connections.lent() as connection:
        return int(await connection.fetchval(query))


async def persons(executor: Executor) -> list[PersonId]:
    async with executor.connections.lent() as connection:
        return [
            row["person_id"]
            for row in await connection.fetch("SELECT person_id FROM usage_accounts")
        ]
