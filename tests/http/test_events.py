"""Events over HTTP: polled, streamed, and sent to a receiver by running servers."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest
import pytest_asyncio
from attrs import evolve
from jsonschema_rs import Draft202012Validator
from standardwebhooks import Webhook

from adapters.event_catalogue import catalogue
from entrypoints.settings import Settings
from tests.events.test_webhook_sender import OK, Heard, receiver
from tests.http import given
from tests.http.api import Api, Json, asking, fresh, invalid, pointers, refused, replayed
from tests.http.running import served
from tests.http.scene import nobody
from tests.http.signing_in import a_token, bearer
from tests.postgres import migrated_database

ENDPOINTS = "/v1/webhook-endpoints"
SECONDS = 20
MOST_EVENTS = 200
OF_ANOTHER = base64.urlsafe_b64encode(b"e9223372036854775807").decode()
DELIVERING = Settings(webhook_private_addresses=True)


@pytest_asyncio.fixture(scope="module")
async def database_of_its_own(cluster: str) -> str:
    return await migrated_database(cluster)


@pytest_asyncio.fixture(scope="module", params=["memory", "postgres"])
async def delivering(
    request: pytest.FixtureRequest, database_of_its_own: str
) -> AsyncIterator[Api]:
    """A server that delivers; on PostgreSQL by two processes."""
    settings = (
        evolve(DELIVERING, memory=True)
        if request.param == "memory"
        else evolve(DELIVERING, database_url=database_of_its_own, workers=2)
    )
    with served(settings) as server:
        async with asking(server) as api:
            yield api


async def polled(
    api: Api, after: str | None = None, limit: int = MOST_EVENTS
) -> tuple[list[Json], str]:
    """All events after a place, and the place after them."""
    found: list[Json] = []
    while True:
        page = await api.get("/v1/events", after=after, limit=limit)
        if not page["items"]:
            return found, page["after"]
        found += page["items"]
        assert page["after"] != after
        after = page["after"]


@asynccontextmanager
async def following(
    api: Api, person: str, last_id: str | None = None, token: str | None = None
) -> AsyncIterator[AsyncIterator[tuple[str, Json]]]:
    """A person's stream, as the ids and data of its events."""
    headers = {} if last_id is None else {"Last-Event-ID": last_id}
    headers |= {} if token is None else bearer(token)
    async with api.client.stream(
        "GET", f"/v1/persons/{person}/stream", headers=headers, timeout=SECONDS
    ) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].partition(";")[0] == "text/event-stream"
        yield told(answer)


async def told(answer: httpx.Response) -> AsyncIterator[tuple[str, Json]]:
    ident = ""
    async for line in answer.aiter_lines():
        name, _, value = line.partition(": ")
        if name == "id":
            ident = value
        elif name == "data":
            yield ident, json.loads(value)
        elif name == "retry":
            yield "", None


async def test_events_are_polled_from_place_to_place(api: Api) -> None:
    _, place = await polled(api)
    pair = await given.a_pair(api)
    message = await given.a_message(api, pair, pair.a)
    events, after = await polled(api, place, limit=3)
    assert [event["type"] for event in events] == [
        "person_registered",
        "person_registered",
        "conversation_opened",
        "message_sent",
    ]
    assert events[-1]["data"]["message_id"] == message["id"]
    assert "text" not in events[-1]["data"]
    assert await polled(api, after) == ([], after)
    schema = Draft202012Validator(catalogue(), validate_formats=True)
    assert [list(schema.iter_errors(event)) for event in events] == [[]] * 4


@pytest.mark.parametrize(
    "place",
    [
        "",
        "x",
        "é",
        "AAAA",
        "a" * 201,
        base64.urlsafe_b64encode(b"e-1").decode(),
        base64.urlsafe_b64encode(b"e01").decode(),
        base64.urlsafe_b64encode(b"e9223372036854775808").decode(),
        base64.urlsafe_b64encode("e\N{SUPERSCRIPT TWO}".encode()).decode(),
    ],
)
async def test_what_is_no_place_is_refused(api: Api, place: str) -> None:
    assert pointers(invalid(await api.ask("GET", "/v1/events", params={"after": place}))) == [
        "/after"
    ]
    person = await given.a_person(api)
    if place:
        headers = {"Last-Event-ID": place.encode()}
        answer = await api.ask("GET", f"/v1/persons/{person}/stream", headers=headers)
        assert pointers(invalid(answer)) == ["/Last-Event-ID"]


async def test_a_place_of_another_log_is_told_of(api: Api) -> None:
    answer = await api.ask("GET", "/v1/events", params={"after": OF_ANOTHER})
    assert "begin again" in refused(answer, 410, "events_missed")["detail"]
    pair = await given.a_pair(api)
    async with asyncio.timeout(SECONDS), following(api, pair.a, OF_ANOTHER) as events:
        await anext(events)
        assert (await anext(events))[1] == {}, "the notice"
        assert (await anext(events))[1]["type"] == "person_registered"


async def sign_out(api: Api, token: str, person: str) -> None:
    answer = await api.ask("DELETE", "/v1/auth/session", headers=bearer(token))
    assert answer.status_code == 204


async def end_all(api: Api, token: str, person: str) -> None:
    answer = await api.ask("DELETE", "/v1/me/sessions", headers=bearer(token))
    assert answer.status_code == 204


async def suspend(api: Api, token: str, person: str) -> None:
    await api.put(f"/v1/persons/{person}/suspension", reason="spam")


async def erase(api: Api, token: str, person: str) -> None:
    assert (await api.post(f"/v1/persons/{person}/erase", {})).status_code in {200, 204}


def is_reaction(event: Json) -> bool:
    """Whether it is what streaks make of others, which comes when it comes."""
    return str(event["type"]).startswith("streak_")


async def next_act(events: AsyncIterator[tuple[str, Json]]) -> Json:
    """The next event that is no reaction to others."""
    async for _, event in events:
        if not is_reaction(event):
            return event
    raise AssertionError("the stream has ended")


@pytest.mark.parametrize("end", [sign_out, end_all, suspend, erase])
async def test_a_persons_stream_ends_with_their_session(
    api: Api, end: Callable[[Api, str, str], Awaitable[None]]
) -> None:
    pair = await given.a_pair(api)
    token = await a_token(api, pair.a)
    async with (
        asyncio.timeout(SECONDS),
        following(api, pair.a, token=token) as events,
        following(api, pair.a) as by_service,
    ):
        await anext(events)
        await anext(by_service)
        await given.a_message(api, pair, pair.a)
        assert (await next_act(events))["type"] == "message_sent"
        await end(api, token, pair.a)
        assert [event async for _, event in events if not is_reaction(event)] == []
        assert (await next_act(by_service))["type"] == "message_sent"
        assert (await anext(by_service))[1]["person_id"] == pair.a, "its key holds"


async def test_a_stream_tells_of_one_person_as_it_happens(api: Api) -> None:
    pair = await given.a_pair(api)
    async with asyncio.timeout(SECONDS), following(api, pair.a) as events:
        ident, opening = await anext(events)
        assert (ident, opening) == ("", None)
        for _ in range(2):
            await given.a_message(api, pair, pair.b)
            sent = await given.a_message(api, pair, pair.a)
            ident, event = await anext(events)
            assert (event["type"], event["data"]["message_id"]) == ("message_sent", sent["id"])
            assert event["person_id"] == pair.a
    # Who comes back is told what they missed, and then what happens.
    missed = [(await given.a_message(api, pair, pair.a))["id"] for _ in range(3)]
    async with asyncio.timeout(SECONDS), following(api, pair.a, ident) as events:
        await anext(events)
        for message in missed:
            _, event = await anext(events)
            assert event["data"]["message_id"] == message
        sent = await given.a_message(api, pair, pair.a)
        assert (await anext(events))[1]["data"]["message_id"] == sent["id"]


async def test_a_stream_does_not_tell_who_reported_the_person(api: Api) -> None:
    pair = await given.a_pair(api)
    report = {"reporter_id": pair.b, "reported_id": pair.a, "reason": "Spam"}

    async def next_is_a_message(events: AsyncIterator[tuple[str, Json]]) -> None:
        answer = await api.ask("POST", "/v1/reports", json=report)
        assert answer.status_code == 201, answer.text
        sent = await given.a_message(api, pair, pair.a)
        _, event = await anext(events)
        assert event["data"]["message_id"] == sent["id"]

    async with asyncio.timeout(SECONDS), following(api, pair.a) as events:
        await anext(events)
        _, place = await polled(api)
        await next_is_a_message(events)
    kinds = [event["type"] for event in (await polled(api, place))[0]]
    assert kinds == ["person_reported", "message_sent"], "others are told"
    # Who comes back is not told of what came before either.
    async with asyncio.timeout(SECONDS), following(api, pair.a, place) as events:
        await anext(events)
        _, event = await anext(events)
        assert event["type"] == "message_sent"
        await next_is_a_message(events)


async def test_a_stream_is_told_what_another_process_did(on_postgres: Api, beside_it: Api) -> None:
    pair = await given.a_pair(on_postgres)
    async with asyncio.timeout(SECONDS), following(beside_it, pair.a) as events:
        await anext(events)
        sent = await given.a_message(on_postgres, pair, pair.a)
        assert (await anext(events))[1]["data"]["message_id"] == sent["id"]


@pytest.mark.parametrize("end", ["suspension", "erasure", "revocation"])
async def test_a_stream_ends_with_the_session_that_opened_it(api: Api, end: str) -> None:
    pair = await given.a_pair(api)
    kept, token = await a_token(api, pair.b), await a_token(api, pair.b)
    async with asyncio.timeout(SECONDS), following(api, pair.b, token=token) as events:
        await anext(events)
        await api.ask("DELETE", "/v1/auth/session", headers=bearer(kept))
        # Of another session it only tells.
        while (await anext(events))[1]["type"] != "session_ended":
            pass
        if end == "suspension":
            reason = {"reason": "Spam"}
            await api.ask("PUT", f"/v1/persons/{pair.b}/suspension", json=reason)
        elif end == "erasure":
            await api.post(f"/v1/persons/{pair.b}/erase", None)
        else:
            await api.ask("DELETE", "/v1/me/sessions", headers=bearer(token))
        assert [event["type"] async for _, event in events] == []


async def test_a_head_of_a_stream_comes_to_an_end(api: Api) -> None:
    person = await given.a_person(api)
    answer = await api.client.head(f"/v1/persons/{person}/stream")
    assert (answer.status_code, answer.content) == (200, b"")
    refused(await api.ask("GET", f"/v1/persons/{nobody()}/stream"), 404, "not_found")


async def test_streams_end_with_the_server() -> None:
    with ExitStack() as running:
        server = running.enter_context(served(Settings(memory=True)))
        async with asking(server) as api:
            person = await given.a_person(api)
            async with following(api, person) as events:
                await anext(events)
                # It waits for the server's end, which waits for the stream's.
                running.close()
                assert [event async for event in events] == []


async def heard_all(heard: Heard, number: int) -> list[tuple[dict[str, str], bytes]]:
    """What a receiver heard, once it is so much."""
    async with asyncio.timeout(SECONDS):
        while len(heard.requests) < number:
            heard.arrived.clear()
            await heard.arrived.wait()
    return [(headers, body) for _, headers, body in heard.requests]


async def test_what_happens_is_sent_signed_and_in_order(delivering: Api) -> None:
    api = delivering
    pair = await given.a_pair(api)
    async with receiver(OK) as heard:
        made = await api.made(ENDPOINTS, url=heard.url, event_types=["message_sent"])
        sent = [(await given.a_message(api, pair, pair.a))["id"] for _ in range(5)]
        deliveries = await heard_all(heard, 5)
        await api.delete(f"{ENDPOINTS}/{made['id']}")
    events = [Webhook(made["secret"]).verify(body, headers) for headers, body in deliveries]
    assert [event["data"]["message_id"] for event in events] == sent
    assert [headers["webhook-id"] for headers, _ in deliveries] == [one["id"] for one in events]
    assert made["secret"] not in api.served.log.read_text()


async def test_an_endpoint_is_managed(delivering: Api) -> None:
    api, pair = delivering, await given.a_pair(delivering)
    async with receiver(OK) as heard:
        made = await api.made(
            ENDPOINTS, url=heard.url, description="Ours", event_types=["message_sent"]
        )
        path = f"{ENDPOINTS}/{made['id']}"
        shown = await api.get(path)
        assert "secret" not in shown
        assert shown in await api.all_of(ENDPOINTS)
        rotated = await api.made(f"{path}/rotate-secret")
        assert rotated["secret"] != made["secret"]
        await given.a_message(api, pair, pair.a)
        [(headers, body)] = await heard_all(heard, 1)
        for secret in (rotated["secret"], made["secret"]):
            Webhook(secret).verify(body, headers)
        event = json.loads(body)["id"]
        async with asyncio.timeout(SECONDS):
            while not (await api.get(f"{path}/deliveries", state="delivered"))["items"]:
                pass
        [delivery] = await api.all_of(f"{path}/deliveries")
        assert (delivery["event_id"], delivery["attempts"]) == (event, 1)
        assert delivery["next_attempt_at"] is None
        await api.made(f"{path}/deliveries/{event}/redeliver")
        again = await heard_all(heard, 2)
        assert [headers["webhook-id"] for headers, _ in again] == [event, event]
        assert await api.made(f"{path}/requeue-dead") == {"requeued": 0}
        disabled = await api.put(f"{path}/status", status="disabled")
        assert disabled["disabled_reason"] == "Disabled by hand."
        await given.a_message(api, pair, pair.b)
        assert (await api.put(f"{path}/status", status="enabled"))["disabled_at"] is None
        assert json.loads((await heard_all(heard, 3))[2][1])["person_id"] == pair.b
        answer = await api.post(f"{path}/deliveries/{nobody()}/redeliver", {})
        refused(answer, 404, "not_found")
        await api.delete(path)
        refused(await api.ask("GET", path), 404, "not_found")


async def test_a_failing_receiver_is_told_of(delivering: Api) -> None:
    api, pair = delivering, await given.a_pair(delivering)
    async with receiver(b"HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n") as heard:
        made = await api.made(ENDPOINTS, url=heard.url, event_types=["message_sent"])
        path = f"{ENDPOINTS}/{made['id']}"
        await given.a_message(api, pair, pair.a)
        await heard_all(heard, 1)
        failing: Any = None
        async with asyncio.timeout(SECONDS):
            while failing is None:
                failing = (await api.get(path))["failing_since"]
        [delivery] = await api.all_of(f"{path}/deliveries", state="pending")
        assert (delivery["last_status"], delivery["last_error"]) == (500, "It answered 500.")
        await api.delete(path)


WRONG_URLS = [
    "",
    "nonsense",
    "http://example.org/hook",
    "ftp://example.org/",
    "https://",
    "https://user:pass@example.org/",
    "https://example.org/#part",
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://169.254.169.254/latest",
    "https://localhost/",
    "https://example.org:99999/",
    "https://[bad/",
    "https://exämple.org/",
    "https://example.org/a b",
    "https://example.org/" + "x" * 2048,
]


@pytest.mark.parametrize("url", WRONG_URLS)
async def test_an_address_that_may_not_be_sent_to_is_refused(api: Api, url: str) -> None:
    assert pointers(invalid(await api.post(ENDPOINTS, {"url": url}))) == ["/url"]


@pytest.mark.parametrize("types", [["nothing"], [], [""], ["message_sent"] * 101])
async def test_an_unknown_type_is_refused(api: Api, types: list[str]) -> None:
    body = {"url": "https://example.org", "event_types": types}
    assert pointers(invalid(await api.post(ENDPOINTS, body)))[0].startswith("/event_types")


async def test_a_secret_is_shown_once_and_never_stored_with_an_answer(delivering: Api) -> None:
    api, key = delivering, fresh()
    body = {"url": "https://example.org/hook", "event_types": ["tier_changed"]}
    first = await api.post(ENDPOINTS, body, key=key)
    assert (first.status_code, replayed(first)) == (201, False)
    refused(await api.post(ENDPOINTS, body, key=key), 409, "answer_not_repeated")
    other = {**body, "url": "https://example.org/other"}
    refused(await api.post(ENDPOINTS, other, key=key), 422, "idempotency_key_reused")
    path, again = f"{ENDPOINTS}/{first.json()['id']}", fresh()
    rotated = await api.post(f"{path}/rotate-secret", {}, key=again)
    assert rotated.status_code == 200
    refused(await api.post(f"{path}/rotate-secret", {}, key=again), 409, "answer_not_repeated")
    dead = fresh()
    counted = [await api.post(f"{path}/requeue-dead", {}, key=dead) for _ in range(2)]
    assert [replayed(answer) for answer in counted] == [False, True]
    await api.delete(path)


async def test_there_are_a_hundred_endpoints_at_most(delivering: Api) -> None:
    api, made = delivering, list[str]()
    known = len(await api.all_of(ENDPOINTS))
    body = {"url": "https://example.org/hook", "event_types": ["tier_changed"]}
    for _ in range(100 - known):
        made.append((await api.made(ENDPOINTS, **body))["id"])
    refused(await api.post(ENDPOINTS, body), 409, "too_many_webhook_endpoints")
    for ident in made:
        await api.delete(f"{ENDPOINTS}/{ident}")
