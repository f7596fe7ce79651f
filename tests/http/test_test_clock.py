"""The test clock: there only when asked for, shared by all, and never moving back."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from entrypoints.settings import Settings
from tests.http import given
from tests.http.api import Api, asking, refused
from tests.http.running import served

CLOCK = "/v1/test-clock"


async def test_time_stands_still_until_it_is_moved(api: Api) -> None:
    before = await api.now()
    person = await api.made("/v1/persons", name="Ana Lima")
    assert given.instant(person["registered_at"]) == before == await api.now()
    later = before + timedelta(days=1, microseconds=1)
    assert (await api.put(CLOCK, now=later.isoformat())) == await api.get(CLOCK)
    assert await api.now() == later


@pytest.mark.parametrize("back", [timedelta(microseconds=1), timedelta(days=3650)])
async def test_time_never_goes_back(api: Api, back: timedelta) -> None:
    before = await api.now()
    answer = await api.ask("PUT", CLOCK, json={"now": (before - back).isoformat()})
    refused(answer, 409, "clock_would_go_back")
    assert await api.now() == before


async def test_time_may_be_set_to_what_it_is_in_any_offset(api: Api) -> None:
    before = await api.now()
    assert await api.move_to(before) == await api.now()
    await api.put(CLOCK, now=before.astimezone().isoformat())
    assert await api.now() == before


async def test_time_is_one_for_all_processes_on_a_database(
    on_postgres: Api, beside_it: Api
) -> None:
    moved = await on_postgres.pass_time(days=1)
    assert await beside_it.now() == moved
    moved = await beside_it.pass_time(days=1)
    assert await on_postgres.now() == moved


async def test_a_server_that_starts_later_finds_the_time_as_it_is(on_postgres: Api) -> None:
    moved = await on_postgres.pass_time(days=1)
    with served(Settings(database_url=on_postgres.served.database, test_clock=True)) as another:
        async with asking(another) as api:
            assert await api.now() == moved


async def test_of_moves_at_once_the_farthest_holds(on_postgres: Api, beside_it: Api) -> None:
    now = await on_postgres.now()
    answers = await asyncio.gather(
        *(
            api.ask("PUT", CLOCK, json={"now": (now + timedelta(seconds=second)).isoformat()})
            for second in range(1, 17)
            for api in (on_postgres, beside_it)
        )
    )
    assert await on_postgres.now() == now + timedelta(seconds=16)
    assert set(Counter(answer.status_code for answer in answers)) <= {200, 409}


async def test_without_the_flag_there_is_no_such_clock() -> None:
    with served(Settings(memory=True)) as server:
        async with asking(server) as api:
            assert CLOCK not in api.description.document["paths"]
            for method in ("GET", "PUT", "OPTIONS"):
                answer = await api.client.request(method, CLOCK)
                assert answer.status_code == 404
            refused(await api.client.get(CLOCK), 404, "not_found")
            # The rest is served as ever, by the time that it is.
            pair = await given.a_pair(api)
            await given.a_message(api, pair, pair.a)
            assert (await given.allowance(api, pair, pair.a))["sent"] == 1
