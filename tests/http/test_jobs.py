"""Jobs as they are seen over HTTP: by the test clock, and by health."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest_asyncio

from entrypoints.settings import Settings
from tests.http import given
from tests.http.api import Api, asking, refused
from tests.http.running import served
from tests.http.stored import Stored, looking_into
from tests.postgres import migrated_database


@pytest_asyncio.fixture(scope="module")
async def idle(cluster: str) -> AsyncIterator[Api]:
    """A server that works on no jobs, on a database of its own."""
    url = await migrated_database(cluster)
    settings = Settings(database_url=url, test_clock=True, embedded_worker=False)
    with served(settings) as server:
        async with asking(server) as api:
            yield api


@pytest_asyncio.fixture
async def idle_stored(idle: Api) -> AsyncIterator[Stored]:
    """What it keeps."""
    assert idle.served.database is not None
    async with looking_into(idle.served.database) as stored:
        yield stored


async def test_a_move_ends_the_calls_that_are_overdue_before_it_answers(
    on_postgres: Api, stored: Stored
) -> None:
    pair = await given.a_pair(on_postgres)
    await given.a_call(on_postgres, pair)
    assert await stored.events(pair.a, "video_call_ended") == 0
    await on_postgres.pass_time(hours=3)
    assert await stored.events(pair.a, "video_call_ended") == 1


async def test_a_move_does_what_is_due_without_a_worker(idle: Api, idle_stored: Stored) -> None:
    pair = await given.a_pair(idle)
    call = await given.a_call(idle, pair)
    started = await idle.now()
    await idle.pass_time(days=40)
    assert await idle_stored.events(pair.a, "video_call_ended") == 1
    ended = await idle.get(f"/v1/video-calls/{call}")
    assert given.instant(ended["ended_at"]) == started + timedelta(seconds=60)


async def test_answers_are_forgotten_when_their_time_is_over(
    idle: Api, idle_stored: Stored
) -> None:
    kept = "SELECT count(*) FROM kept_answers"
    for number in range(3):
        await idle.post("/v1/persons", {"name": "Ana"}, key=str(number))
    await idle.pass_time(hours=23)
    assert await idle_stored.connection.fetchval(kept) == 3
    await idle.pass_time(hours=2)
    assert await idle_stored.connection.fetchval(kept) == 0


async def test_a_queue_that_is_missing_is_told(idle: Api, idle_stored: Stored) -> None:
    async with asking(idle.served, None) as api:
        await idle_stored.connection.execute("ALTER SCHEMA pgqueuer RENAME TO elsewhere")
        answer = await api.ask("GET", "/health/ready")
        problem = refused(answer, 503, "not_ready")
        assert problem["parts"][1] == {"name": "queue", "status": "away"}
        assert answer.headers["retry-after"] == "1"
        await idle_stored.connection.execute("ALTER SCHEMA elsewhere RENAME TO pgqueuer")
        assert (await api.get("/health/ready"))["status"] == "ok"


async def test_a_far_move_is_answered(api: Api) -> None:
    before = await api.now()
    assert await api.pass_time(days=3650) == before + timedelta(days=3650)
