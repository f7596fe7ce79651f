"""Requests that come too fast are refused, each key's and each address's for itself."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from entrypoints.http.clients import client_of
from entrypoints.http.pace import Pace, pace_of
from entrypoints.settings import Settings
from tests.http.api import Api, asking, refused
from tests.http.running import Served, served

MINUTE = 60.0
KEY_LIMIT = 2


class Time:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_so_many_at_once_and_then_evenly() -> None:
    time = Time()
    pace = Pace(4, time)
    assert [pace.wait("a") for _ in range(4)] == [0, 0, 0, 0]
    assert pace.wait("a") == pytest.approx(15)
    time.now += 14
    assert pace.wait("a") == pytest.approx(1)
    time.now += 1
    assert [pace.wait("a") == 0, pace.wait("a") == pytest.approx(15)] == [True, True]
    time.now += 10 * MINUTE
    assert [pace.wait("a") for _ in range(4)] == [0, 0, 0, 0]
    assert pace.wait("a") > 0


def test_each_has_its_own() -> None:
    pace = Pace(1, Time())
    assert [pace.wait("a"), pace.wait("b")] == [0, 0]
    assert pace.wait("a") > 0
    assert pace.wait("b") > 0


@for_all(
    st.integers(1, 20),
    st.lists(st.floats(0, 30, allow_nan=False), min_size=1, max_size=100),
)
def test_in_no_minute_is_more_than_twice_the_limit_taken_in(limit: int, steps: list[float]) -> None:
    time = Time()
    pace = Pace(limit, time)
    taken = []
    for step in steps:
        time.now += step
        wait = pace.wait("a")
        if wait:
            assert 0 < wait <= MINUTE / limit * 1.01
        else:
            taken.append(time.now)
    for start in taken:
        assert sum(start <= at < start + MINUTE for at in taken) <= 2 * limit


def test_what_is_known_is_bounded_and_those_who_used_most_are_kept() -> None:
    pace = Pace(2, Time())
    assert [pace.wait("greedy"), pace.wait("greedy")] == [0, 0]
    for number in range(250_000):
        pace.wait(number)
    assert len(pace._until) <= 100_000
    assert pace.wait("greedy") > 0


def test_each_worker_has_its_part() -> None:
    part, least = pace_of(100, 4), pace_of(1, 4)
    assert (part and part.per_minute, least and least.per_minute) == (25, 1)
    assert pace_of(0, 4) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("no:address", "no:address", True),
    ],
)
def test_an_address_is_that_of_a_site(one: str, other: str, same: bool) -> None:
    assert (seen_from(one) == seen_from(other)) is same


def seen_from(host: str) -> str:
    scope: Any = {"client": (host, 1)}
    return client_of(scope)


def test_who_has_no_address_has_the_empty_one() -> None:
    scope: Any = {"client": None}
    assert client_of(scope) == ""


@pytest.fixture(scope="module")
def by_key() -> Iterator[Served]:
    with served(Settings(memory=True, key_requests_per_minute=KEY_LIMIT)) as server:
        yield server


def too_many(answer: httpx.Response, limit: int) -> None:
    refused(answer, 429, "too_many_requests")
    assert 1 <= int(answer.headers["retry-after"]) <= MINUTE / limit


async def test_a_key_that_asks_too_much_is_refused_and_others_are_not(by_key: Served) -> None:
    async with asking(by_key, "admin") as greedy, asking(by_key, "read") as modest:
        for _ in range(KEY_LIMIT):
            await greedy.get("/v1/persons")
        too_many(await greedy.ask("GET", "/v1/persons"), KEY_LIMIT)
        too_many(await greedy.post("/v1/persons", {"name": "Ana"}), KEY_LIMIT)
        assert (await modest.get("/v1/persons"))["items"] == []
        for path in ("/health/live", "/health/ready", "/metrics", "/schema"):
            assert (await greedy.client.get(path)).status_code == 200


async def test_an_unknown_key_is_none_that_could_be_used_up(by_key: Served) -> None:
    async with asking(by_key, "revoked") as revoked:
        for _ in range(KEY_LIMIT + 1):
            refused(await revoked.ask("GET", "/v1/persons"), 401, "unauthenticated")


@asynccontextmanager
async def limited_by_address(limit: int) -> AsyncIterator[Api]:
    with served(Settings(memory=True, address_requests_per_minute=limit)) as server:
        async with asking(server) as api:
            yield api


async def test_an_address_that_asks_too_much_is_refused_whoever_asks() -> None:
    limit = 4
    async with limited_by_address(limit) as api, asking(api.served, None) as stranger:
        for _ in range(limit):  # more than are left after the description was read
            await stranger.ask("GET", "/v1/persons")
        too_many(await stranger.ask("GET", "/v1/persons"), limit)
        key = {"Authorization": f"Bearer {api.served.keys['admin']}"}
        too_many(await stranger.ask("GET", "/v1/persons", headers=key), limit)
        too_many(await stranger.client.get("/schema"), limit)
        assert (await stranger.get("/health/ready"))["status"] == "ok"


async def test_0_turns_both_limits_off() -> None:
    off = Settings(memory=True, key_requests_per_minute=0, address_requests_per_minute=0)
    with served(off) as server:
        async with asking(server) as api:
            for _ in range(5):
                await api.get("/v1/persons")
