"""The database stops while the API serves: all say so, nothing is doubled, and it recovers."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from attrs import define, field

from adapters.postgres.embedded import embedded_postgres
from adapters.postgres.migrate import migrate
from entrypoints.settings import Settings
from tests.http import given
from tests.http.api import Api, asking, fresh, refused, replayed
from tests.http.running import open_folder, served
from tests.http.scene import Scene, a_scene
from tests.http.stored import looking_into

AT_ONCE = 16
LIMIT = 10
RETRY_AFTER = "1"
SECONDS_TO_RECOVER = 30


@define
class Database:
    """A database of the test's own, which it stops and starts.

    Attributes:
        data: Its folder.
        url: Where it is while it runs; the same every time.
    """

    data: Path
    url: str = ""
    _running: ExitStack = field(factory=ExitStack)

    def start(self) -> None:
        self.url = self._running.enter_context(embedded_postgres(self.data, durable=False))

    def stop(self) -> None:
        self._running.close()

    @contextmanager
    def away(self) -> Iterator[None]:
        self.stop()
        try:
            yield
        finally:
            self.start()


@pytest.fixture(scope="module")
def own_database() -> Iterator[Database]:
    with open_folder() as folder:
        own = Database(folder / "data")
        own.start()
        yield own
        own.stop()


@pytest_asyncio.fixture(scope="module")
async def api(own_database: Database) -> AsyncIterator[Api]:
    await migrate(own_database.url)
    settings = Settings(database_url=own_database.url, test_clock=True)
    with served(settings) as server:
        async with asking(server) as api:
            yield api


def is_away(response: httpx.Response) -> None:
    problem = refused(response, 503, "store_unavailable")
    assert response.headers["retry-after"] == RETRY_AFTER
    assert "Try again" in problem["detail"]
    for word in ("postgres", "asyncpg", "SELECT", "socket", "/tmp"):
        assert word not in response.text


def is_not_ready(response: httpx.Response) -> None:
    problem = refused(response, 503, "not_ready")
    assert problem["parts"] == [
        {"name": "database", "status": "away"},
        {"name": "queue", "status": "away"},
    ]
    assert "database" in problem["detail"]
    assert response.headers["retry-after"] == RETRY_AFTER


async def ask_everything(api: Api, scene: Scene) -> dict[str, httpx.Response]:
    """Ask every operation once, all at once."""
    asked = {}
    for operation in api.description.of_services:
        name = operation.described["operationId"]
        body = scene.body(name) if "requestBody" in operation.described else None
        path, params = scene.path(operation), scene.params(name)
        asked[name] = api.ask(operation.method, path, json=body, params=params)
    return dict(zip(asked, await asyncio.gather(*asked.values()), strict=True))


async def recovered(api: Api) -> None:
    """Return once all connections are served again; nobody tells that the database is back."""
    async with asyncio.timeout(SECONDS_TO_RECOVER):
        while True:
            asked = [api.ask("GET", "/health/ready") for _ in range(AT_ONCE)]
            if all(answer.is_success for answer in await asyncio.gather(*asked)):
                return


async def test_all_that_needs_the_database_says_that_it_is_away(
    api: Api, own_database: Database
) -> None:
    scene = await a_scene(api)
    with own_database.away():
        for _ in range(2):
            for name, answer in (await ask_everything(api, scene)).items():
                if name == "live":
                    assert answer.json() == {"status": "ok"}
                elif name == "ready":
                    is_not_ready(answer)
                elif name == "metrics":
                    assert answer.status_code == 200
                else:
                    is_away(answer)
        for path in ("/schema", "/schema/openapi.json"):
            assert (await api.client.get(path)).status_code == 200
    await recovered(api)
    assert (await api.get(f"/v1/persons/{scene.pair.a}"))["name"] == "Ana Lima"


async def test_it_recovers_by_itself_each_time(api: Api, own_database: Database) -> None:
    pair = await given.a_pair(api)
    for number in range(1, 4):
        with own_database.away():
            is_not_ready(await api.ask("GET", "/health/ready"))
        await recovered(api)
        await given.a_message(api, pair, pair.a)
        assert (await given.allowance(api, pair, pair.a))["sent"] == number


async def test_requests_under_way_when_it_stops_are_answered_and_not_doubled_by_a_retry(
    api: Api, own_database: Database
) -> None:
    pair, names = await given.a_pair(api), [fresh() for _ in range(AT_ONCE)]

    async def send(name: str) -> httpx.Response:
        message = {"sender_id": pair.a, "text": name}
        return await api.post(f"{pair.path}/messages", message, key=f"send {name}")

    async def register(name: str) -> httpx.Response:
        return await api.post("/v1/persons", {"name": name}, key=f"register {name}")

    async def all_at_once() -> list[httpx.Response]:
        return await asyncio.gather(*map(send, names), *map(register, names))

    async with looking_into(own_database.url) as stored:
        await stored.connection.execute("BEGIN")
        await stored.connection.execute("LOCK messages, outbox IN SHARE MODE")
        under_way = asyncio.ensure_future(all_at_once())
        await stored.wait_for_waiting(1)
        with own_database.away():
            for answer in await under_way + await all_at_once():
                is_away(answer)
    await recovered(api)
    again, once_more = await all_at_once(), await all_at_once()
    for answer, repeat in zip(again, once_more, strict=True):
        if answer.is_success:
            assert (repeat.content, replayed(repeat)) == (answer.content, True)
        else:
            refused(answer, 403, "daily_message_limit_reached")
    sent, registered = again[:AT_ONCE], again[AT_ONCE:]
    assert [answer.is_success for answer in sent].count(True) == LIMIT
    assert all(answer.is_success for answer in registered)
    async with looking_into(own_database.url) as stored:
        assert await stored.messages(pair, pair.a) == await stored.counter(pair, pair.a) == LIMIT
        assert await stored.named(names) == AT_ONCE


async def test_an_answer_that_was_kept_is_still_known_after_a_restart(
    api: Api, own_database: Database
) -> None:
    pair, key = await given.a_pair(api), fresh()
    message = {"sender_id": pair.a, "text": "Once"}
    first = await api.post(f"{pair.path}/messages", message, key=key)
    with own_database.away():
        is_away(await api.post(f"{pair.path}/messages", message, key=key))
    await recovered(api)
    again = await api.post(f"{pair.path}/messages", message, key=key)
    assert (again.content, replayed(again)) == (first.content, True)


async def test_connections_that_were_cut_are_made_anew(api: Api, own_database: Database) -> None:
    pair = await given.a_pair(api)
    async with looking_into(own_database.url) as stored:
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1"
        assert await stored.connection.fetch(cut, "kithkin")
    await recovered(api)
    await given.a_message(api, pair, pair.a)
