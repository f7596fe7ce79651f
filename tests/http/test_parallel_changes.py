"""Whatever two persons and the app do at once, all is answered and nothing counts twice."""

import asyncio
from collections import Counter
from typing import Any

import httpx

from tests.http import given
from tests.http.api import Api
from tests.http.stored import Stored

AT_ONCE = 16


async def at_once(apis: tuple[Api, ...], *requests: tuple[str, str, Any]) -> list[httpx.Response]:
    """Send each request to one of the servers, in turn, all together."""
    return await asyncio.gather(
        *(
            apis[number % len(apis)].ask(method, path, **request)
            for number, (method, path, request) in enumerate(requests)
        )
    )


def statuses(answers: list[httpx.Response]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


async def test_of_calls_started_at_once_one_rings(on_postgres: Api, beside_it: Api) -> None:
    pair = await given.a_pair(on_postgres)
    path = f"{pair.path}/video-calls"
    calls: list[tuple[str, str, Any]] = [
        ("POST", path, {"json": {"initiator_id": person}})
        for person in (pair.a, pair.b)
        for _ in range(AT_ONCE // 2)
    ]
    answers = await at_once((on_postgres, beside_it), *calls)
    assert statuses(answers) == {201: 1, 409: AT_ONCE - 1}


async def test_a_call_that_many_end_at_once_counts_once(
    on_postgres: Api, beside_it: Api, stored: Stored
) -> None:
    pair = await given.a_pair(on_postgres)
    call = await given.an_answered_call(on_postgres, pair)
    await on_postgres.pass_time(seconds=60)
    path = f"/v1/video-calls/{call}/end"
    answers = await at_once((on_postgres, beside_it), *[("POST", path, {"json": {}})] * AT_ONCE)
    assert statuses(answers) == {200: AT_ONCE}
    assert len({answer.content for answer in answers}) == 1
    assert await stored.events(pair.a, "video_call_ended") == 1
    for person in (pair.a, pair.b):
        assert await stored.events(person, "video_call_counted") == 1


async def test_an_overdue_call_is_settled_once_however_many_look(
    on_postgres: Api, beside_it: Api, stored: Stored
) -> None:
    pair = await given.a_pair(on_postgres)
    call = await given.an_answered_call(on_postgres, pair)
    await on_postgres.pass_time(seconds=60)
    for person in (pair.a, pair.b):
        await given.report(on_postgres, call, person, "disconnected")
    await on_postgres.pass_time(hours=1)
    looks: list[tuple[str, str, Any]] = [
        ("GET", f"/v1/video-calls/{call}", {}),
        ("GET", f"{pair.path}/video", {}),
        ("GET", f"{pair.path}/allowance", {"params": {"person_id": pair.a}}),
        ("POST", f"{pair.path}/messages", {"json": {"sender_id": pair.b, "text": "Hello"}}),
    ]
    answers = await at_once((on_postgres, beside_it), *looks * (AT_ONCE // 2))
    assert set(statuses(answers)) == {200, 201}
    assert await stored.events(pair.a, "video_call_ended") == 1
    assert (await on_postgres.get(f"{pair.path}/video"))["video_call_count"] == 1
    assert (await given.allowance(on_postgres, pair, pair.b))["limit"] == 30


async def test_presence_reported_many_times_at_once_is_taken_once(
    on_postgres: Api, beside_it: Api, stored: Stored
) -> None:
    pair = await given.a_pair(on_postgres)
    call = await given.a_call(on_postgres, pair)
    reports: list[tuple[str, str, Any]] = [
        (
            "POST",
            f"/v1/video-calls/{call}/presence",
            {"json": {"person_id": person, "event": "connected"}},
        )
        for _ in range(AT_ONCE // 2)
        for person in (pair.a, pair.b)
    ]
    answers = await at_once((on_postgres, beside_it), *reports)
    assert statuses(answers) == {200: AT_ONCE}
    for person in (pair.a, pair.b):
        assert await stored.events(person, "presence_reported") == 1


async def test_blocks_both_ways_amid_sends_both_ways_end_in_order(
    on_postgres: Api, beside_it: Api, stored: Stored
) -> None:
    pair = await given.a_pair(on_postgres)
    there, back = (
        f"/v1/persons/{one}/blocks/{two}" for one, two in ((pair.a, pair.b), (pair.b, pair.a))
    )
    everything: list[tuple[str, str, Any]] = [
        *((method, path, {}) for path in (there, back) for method in ("PUT", "DELETE")),
        *(
            ("POST", f"{pair.path}/messages", {"json": {"sender_id": person, "text": "Hello"}})
            for person in (pair.a, pair.b)
        ),
        ("PUT", f"/v1/persons/{pair.a}/tier", {"json": {"tier": "plus"}}),
        ("PATCH", f"/v1/persons/{pair.b}", {"json": {"timezone": "Asia/Kolkata"}}),
        ("POST", f"{pair.path}/video-calls", {"json": {"initiator_id": pair.a}}),
    ]
    answers = await at_once((on_postgres, beside_it), *everything * 4)
    assert set(statuses(answers)) <= {200, 201, 204, 403, 409}
    for person in (pair.a, pair.b):
        stored_here = await stored.messages(pair, person)
        assert stored_here == await stored.counter(pair, person)
        assert stored_here == await stored.events(person, "message_sent")
    for path in (there, back):
        await on_postgres.delete(path)
    await given.a_message(on_postgres, pair, pair.a)


async def test_changes_of_one_message_at_once_follow_one_another(
    on_postgres: Api, beside_it: Api
) -> None:
    pair = await given.a_pair(on_postgres)
    message = await given.a_message(on_postgres, pair, pair.a)
    path = f"{pair.path}/messages/{message['id']}"
    texts = [f"Text {number}" for number in range(AT_ONCE)]
    edits: list[tuple[str, str, Any]] = [
        ("PATCH", path, {"json": {"sender_id": pair.a, "text": text}}) for text in texts
    ]
    answers = await at_once((on_postgres, beside_it), *edits)
    assert statuses(answers) == {200: AT_ONCE}
    (kept,) = await on_postgres.all_of(f"{pair.path}/messages")
    assert kept["text"] in texts


async def test_one_profile_changed_at_once_loses_no_field(on_postgres: Api, beside_it: Api) -> None:
    person = await given.a_person(on_postgres)
    wanted = {
        "display_name": "Ana",
        "username": "ana.lima",
        "timezone": "Europe/Lisbon",
        "locale": "pt",
        "privacy_level": "public",
        "gender": "female",
        "social_sharing_enabled": False,
        "native_language": "pt",
    }
    changes: list[tuple[str, str, Any]] = [
        ("PATCH", f"/v1/persons/{person}", {"json": {name: value}})
        for name, value in wanted.items()
    ]
    answers = await at_once((on_postgres, beside_it), *changes)
    assert statuses(answers) == {200: len(wanted)}
    assert wanted.items() <= (await on_postgres.get(f"/v1/persons/{person}")).items()
