"""A remembered service key is never taken after its revocation was told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest_asyncio

from adapters.postgres.executor import Executor
from adapters.postgres.key_cache import CachedServiceKeys
from adapters.postgres.service_keys import PostgresServiceKeys
from domain.identity.service_keys import ServiceKey
from tests.contracts.values import START, a_service_key
from tests.postgres import migrated_database

SECONDS_TO_HEAR = 10


@pytest_asyncio.fixture
async def executor(database: str) -> AsyncIterator[Executor]:
    url = await migrated_database(database)
    executor = Executor(url)
    await executor.open()
    yield executor
    await executor.close()


@pytest_asyncio.fixture
async def cached(executor: Executor) -> AsyncIterator[CachedServiceKeys]:
    keys = CachedServiceKeys(executor)
    await keys.open()
    yield keys
    await keys.close()


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(SECONDS_TO_HEAR):
        while True:
            # What is remembered takes no time, and the listener needs its turn.
            await asyncio.sleep(0)
            if await holds():
                return


async def remembered(executor: Executor, cached: CachedServiceKeys) -> ServiceKey:
    """A key that the cache gives though its row is gone."""
    key = a_service_key()
    await cached.add(key)

    async def without_row() -> bool:
        known = await cached.by_digest(key.digest)
        async with executor.transaction(), executor.connections.lent() as connection:
            await connection.execute("DELETE FROM service_keys WHERE id = $1", key.id)
            found = await cached.by_digest(key.digest)
        if found is None:
            await cached.add(key)
        return known is not None and found is not None

    await until(without_row)
    await cached.add(key)
    return key


async def test_a_key_is_looked_up_once(executor: Executor, cached: CachedServiceKeys) -> None:
    key = await remembered(executor, cached)
    assert await cached.by_digest(key.digest) == key


async def test_a_revocation_elsewhere_is_heard(
    executor: Executor, cached: CachedServiceKeys
) -> None:
    key = await remembered(executor, cached)
    await PostgresServiceKeys(executor).mark(key.id, revoked_at=START)

    async def is_revoked() -> bool:
        found = await cached.by_digest(key.digest)
        return found is not None and found.revoked_at is not None

    await until(is_revoked)


async def test_a_revocation_here_holds_at_once(
    executor: Executor, cached: CachedServiceKeys
) -> None:
    key = await remembered(executor, cached)
    await cached.mark(key.id, revoked_at=START)
    found = await cached.by_digest(key.digest)
    assert found is not None
    assert found.revoked_at == START


async def test_who_cannot_listen_remembers_nothing(
    executor: Executor, cached: CachedServiceKeys
) -> None:
    key = await remembered(executor, cached)
    listeners = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
    async with executor.connections.lent() as connection:
        await connection.execute("DELETE FROM service_keys WHERE id = $1", key.id)
        await connection.execute(f"{listeners} AND datname = current_database()")

    async def is_forgotten() -> bool:
        return await cached.by_digest(key.digest) is None

    await until(is_forgotten)


async def test_a_use_is_kept_in_mind(executor: Executor, cached: CachedServiceKeys) -> None:
    key = await remembered(executor, cached)
    await cached.mark(key.id, used_at=START)
    found = await cached.by_digest(key.digest)
    assert found is not None
    assert found.last_used_at == START
