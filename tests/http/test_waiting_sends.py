"""A send that waits while its sender is shut out is refused when its turn comes."""

import asyncio

import httpx
import pytest

from tests.http import given
from tests.http.api import Api, refused
from tests.http.stored import Stored

SEND = "Still there?"


def send(api: Api, pair: given.Pair) -> asyncio.Task[httpx.Response]:
    body = {"sender_id": pair.a, "text": SEND}
    return asyncio.create_task(api.post(f"{pair.path}/messages", body))


async def nothing_stored(stored: Stored, pair: given.Pair) -> None:
    assert await stored.messages(pair, pair.a) == 0
    assert await stored.counter(pair, pair.a) == 0
    assert await stored.events(pair.a, "message_sent") == 0


async def test_a_send_that_waits_is_stored_if_nothing_changed(
    on_postgres: Api, stored: Stored
) -> None:
    pair = await given.a_pair(on_postgres)
    async with stored.holding_persons(pair.a):
        waiting = send(on_postgres, pair)
        await stored.wait_for_waiting(1)
        assert not waiting.done()
    assert (await waiting).status_code == 201
    assert await stored.messages(pair, pair.a) == 1


@pytest.mark.parametrize("blocker", ["sender", "receiver"])
async def test_a_block_committed_while_a_send_waits_refuses_it(
    on_postgres: Api, beside_it: Api, stored: Stored, blocker: str
) -> None:
    pair = await given.a_pair(on_postgres)
    one, two = (pair.a, pair.b) if blocker == "sender" else (pair.b, pair.a)
    async with stored.holding_persons(pair.a):
        block = asyncio.create_task(beside_it.put(f"/v1/persons/{one}/blocks/{two}"))
        await stored.wait_for_waiting(1)
        waiting = send(on_postgres, pair)
        await stored.wait_for_waiting(2)
    await block
    refused(await waiting, 403, "pair_blocked")
    await nothing_stored(stored, pair)


async def test_a_suspension_committed_while_a_send_waits_refuses_it(
    on_postgres: Api, beside_it: Api, stored: Stored
) -> None:
    pair = await given.a_pair(on_postgres)
    async with stored.holding_persons(pair.a):
        suspension = asyncio.create_task(
            beside_it.put(f"/v1/persons/{pair.a}/suspension", reason="Spam")
        )
        await stored.wait_for_waiting(1)
        waiting = send(on_postgres, pair)
        await stored.wait_for_waiting(2)
    await suspension
    refused(await waiting, 403, "person_suspended")
    await nothing_stored(stored, pair)
