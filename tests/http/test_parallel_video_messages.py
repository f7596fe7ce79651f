"""However many send video messages at once, through whichever process, units are exact."""

import asyncio
from collections import Counter

import httpx

from tests.http import given
from tests.http.api import Api, fresh, refused
from tests.http.stored import Stored

SENDS, FREE, CREDITS = 40, 3, 5


async def send_all(
    servers: tuple[Api, Api], pairs: list[given.Pair], keys: list[str]
) -> list[httpx.Response]:
    """Send at once, half of them through each server; an empty key is none."""

    async def send(number: int, key: str) -> httpx.Response:
        pair = pairs[number % len(pairs)]
        body = {"sender_id": pair.a, "upload_ref": f"uploads/{number}"}
        path = f"{pair.path}/video-messages"
        return await servers[number % 2].post(path, body, key=key or None)

    return await asyncio.gather(*(send(number, key) for number, key in enumerate(keys)))


async def test_of_40_parallel_sends_exactly_8_are_stored(
    on_postgres: Api, beside_it: Api, stored: Stored
) -> None:
    pair = await given.a_pair(on_postgres)
    pairs = [pair, await given.a_pair(on_postgres, a=pair.a)]
    await given.credits_for(on_postgres, pair.a, CREDITS)

    answers = await send_all((on_postgres, beside_it), pairs, [""] * SENDS)

    assert Counter(answer.status_code for answer in answers) == {
        201: FREE + CREDITS,
        402: SENDS - FREE - CREDITS,
    }
    for answer in answers:
        if answer.status_code == 402:
            problem = refused(answer, 402, "video_credits_needed")
            assert problem["video_allowance"]["available"] == 0
    assert Counter(a.json()["source"] for a in answers if a.status_code == 201) == {
        "free": FREE,
        "credit": CREDITS,
    }
    query = "SELECT count(*) FROM video_messages WHERE sender_id = $1"
    assert await stored.connection.fetchval(query, pair.a) == FREE + CREDITS
    assert await stored.events(pair.a, "video_message_sent") == FREE + CREDITS
    await _adds_up(on_postgres, stored, pair.a, 0)


async def test_40_parallel_sends_with_one_key_take_one_unit(
    on_postgres: Api, beside_it: Api, stored: Stored
) -> None:
    pair = await given.a_pair(on_postgres)
    key = fresh()

    async def send(number: int) -> httpx.Response:
        body = {"sender_id": pair.a, "upload_ref": "uploads/1"}
        server = (on_postgres, beside_it)[number % 2]
        return await server.post(f"{pair.path}/video-messages", body, key=key)

    answers = await asyncio.gather(*(send(number) for number in range(SENDS)))

    done = {answer.content for answer in answers if answer.status_code == 201}
    assert len(done) == 1
    for answer in answers:
        if answer.status_code != 201:
            refused(answer, 409, "request_in_progress")
    assert (await given.video_allowance(on_postgres, pair.a))["free_used"] == 1
    assert await stored.events(pair.a, "video_message_sent") == 1


async def test_sends_and_failures_at_once_add_up(
    on_postgres: Api, beside_it: Api, stored: Stored
) -> None:
    pair = await given.a_pair(on_postgres)
    await given.credits_for(on_postgres, pair.a, 20)
    pending = [await given.a_video_message(on_postgres, pair, pair.a) for _ in range(10)]

    async def fail(number: int) -> httpx.Response:
        server = (on_postgres, beside_it)[number % 2]
        message = pending[number // 2]
        return await server.post(f"{given.video_path(message)}/failed", {})

    _, failures = await asyncio.gather(
        send_all((on_postgres, beside_it), [pair], [""] * 10),
        asyncio.gather(*(fail(number) for number in range(20))),
    )

    assert Counter(answer.status_code for answer in failures) == {200: 20}
    decision = await given.video_allowance(on_postgres, pair.a)
    # 20 were sent and 10 of them given back, of each source what it had taken.
    assert decision["available"] == 3 + 20 - 20 + 10
    await _adds_up(on_postgres, stored, pair.a, decision["credits"])


async def _adds_up(api: Api, stored: Stored, person: str, balance: int) -> None:
    shown = await api.get(f"/v1/persons/{person}/video-credits")
    assert shown["balance"] == balance
    assert balance == (shown["purchased"] + shown["granted"] - shown["spent"] - shown["refunded"])
    query = (
        "SELECT sum(amount) FROM video_credit_ledger WHERE person_id = $1 AND account = 'credits'"
    )
    assert await stored.connection.fetchval(query, person) == balance
    query = "SELECT sum(remaining) FROM video_credit_lots WHERE person_id = $1"
    assert await stored.connection.fetchval(query, person) == balance
