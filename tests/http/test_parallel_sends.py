"""However many send at once, and through whichever process, nobody sends more than their limit."""

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from tests.http import given
from tests.http.api import Api, fresh, refused, replayed
from tests.http.stored import Stored

ALL = 64
LIMIT = 10
TEN_OF_ALL = {201: LIMIT, 403: ALL - LIMIT}


@pytest.fixture
def servers(on_postgres: Api, beside_it: Api) -> tuple[Api, Api]:
    return on_postgres, beside_it


async def send_all(
    servers: tuple[Api, Api], pair: given.Pair, keys: list[str], **message: Any
) -> list[httpx.Response]:
    """Send 64 messages at once, half of them through each server; an empty key is none."""

    async def send(number: int, key: str) -> httpx.Response:
        body = {"sender_id": pair.a, "text": f"No. {number}", **message}
        return await servers[number % 2].post(f"{pair.path}/messages", body, key=key or None)

    return await asyncio.gather(*(send(number, key) for number, key in enumerate(keys)))


def statuses(answers: list[httpx.Response]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


async def test_of_64_parallel_sends_exactly_the_limit_is_stored(
    servers: tuple[Api, Api], stored: Stored
) -> None:
    pair = await given.a_pair(servers[0])
    answers = await send_all(servers, pair, [""] * ALL)
    assert statuses(answers) == TEN_OF_ALL
    for answer in answers:
        if answer.status_code == 403:
            problem = refused(answer, 403, "daily_message_limit_reached")
            assert problem["allowance"]["sent"] == LIMIT
    numbers = [a.json()["message"]["daily_number"] for a in answers if a.status_code == 201]
    assert sorted(numbers) == list(range(1, LIMIT + 1))
    assert await stored.messages(pair, pair.a) == LIMIT
    assert await stored.counter(pair, pair.a) == LIMIT
    assert await stored.events(pair.a, "message_sent") == LIMIT
    assert (await given.allowance(servers[1], pair, pair.a))["sent"] == LIMIT


async def test_64_parallel_sends_with_one_key_are_one_message_and_one_answer(
    servers: tuple[Api, Api], stored: Stored
) -> None:
    pair = await given.a_pair(servers[0])
    answers = await send_all(servers, pair, [fresh()] * ALL, text="Once")
    assert statuses(answers) == {201: ALL}
    assert len({answer.content for answer in answers}) == 1
    assert [replayed(answer) for answer in answers].count(False) == 1
    assert await stored.messages(pair, pair.a) == 1
    assert await stored.counter(pair, pair.a) == 1
    assert await stored.events(pair.a, "message_sent") == 1


async def test_64_parallel_sends_with_one_client_message_id_are_one_message_and_one_answer(
    servers: tuple[Api, Api], stored: Stored
) -> None:
    pair = await given.a_pair(servers[0])
    answers = await send_all(servers, pair, [""] * ALL, text="Once", client_message_id="4711")
    assert statuses(answers) == {201: 1, 200: ALL - 1}
    assert len({answer.content for answer in answers}) == 1
    assert await stored.messages(pair, pair.a) == 1
    assert await stored.counter(pair, pair.a) == 1


async def test_parallel_sends_with_a_key_each_keep_only_what_was_stored(
    servers: tuple[Api, Api], stored: Stored
) -> None:
    pair = await given.a_pair(servers[0])
    keys = [fresh() for _ in range(ALL)]
    first = await send_all(servers, pair, keys)
    again = await send_all(servers, pair, keys)
    assert statuses(first) == statuses(again) == TEN_OF_ALL
    assert [answer.status_code for answer in first] == [answer.status_code for answer in again]
    assert [replayed(answer) for answer in again] == [a.status_code == 201 for a in first]
    assert await stored.messages(pair, pair.a) == LIMIT


async def test_one_sender_in_two_conversations_at_once_reaches_both_limits(
    servers: tuple[Api, Api], stored: Stored
) -> None:
    pair = await given.a_pair(servers[0])
    other = await given.a_pair(servers[0], a=pair.a)
    half = [""] * (ALL // 2)
    here, there = await asyncio.gather(
        send_all(servers, pair, half), send_all(servers, other, half)
    )
    assert statuses(here) == statuses(there) == {201: LIMIT, 403: ALL // 2 - LIMIT}
    assert await stored.counter(pair, pair.a) == await stored.counter(other, pair.a) == LIMIT


async def test_both_sides_of_a_conversation_at_once_reach_their_own_limits(
    servers: tuple[Api, Api], stored: Stored
) -> None:
    pair = await given.a_pair(servers[0])
    turned = given.Pair(pair.b, pair.a, pair.id)
    half = [""] * (ALL // 2)
    ones, others = await asyncio.gather(
        send_all(servers, pair, half), send_all(servers, turned, half)
    )
    assert statuses(ones) == statuses(others) == {201: LIMIT, 403: ALL // 2 - LIMIT}
    assert await stored.counter(pair, pair.a) == await stored.counter(pair, pair.b) == LIMIT
