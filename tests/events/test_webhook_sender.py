"""Sending over real sockets: to receivers that hang, fail, redirect, or are not where they say."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import define, evolve, field
from standardwebhooks import Webhook
from uuid_utils.compat import uuid7

from adapters.delivery.guarded_network import OneLookUpEach, look_up
from adapters.delivery.webhook_sender import HttpWebhookSender
from application.events.manage_endpoints import new_secret
from application.events.ports import PublicEvent
from domain.events.endpoints import AttemptResult, WebhookEndpoint
from domain.shared.ids import EventId, PersonId, WebhookEndpointId

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
EVENT = PublicEvent(
    id=EventId(uuid7()),
    type="tier_changed",
    at=NOW,
    person_id=PersonId(uuid7()),
    policy_version="test",
    data={"after": "plus", "before": "free"},
)
OK = b"HTTP/1.1 204 No Content\r\n\r\n"
Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


def an_endpoint(url: str) -> WebhookEndpoint:
    return WebhookEndpoint(
        id=WebhookEndpointId(uuid7()),
        url=url,
        description=None,
        event_types=None,
        secret=new_secret(),
        created_at=NOW,
    )


@define
class Heard:
    """What a receiver heard: of each request its first line, headers and body."""

    url: str = ""
    requests: list[tuple[str, dict[str, str], bytes]] = field(factory=list)
    connections: int = 0
    arrived: asyncio.Event = field(factory=asyncio.Event)


@asynccontextmanager
async def receiver(answer: bytes | Answer) -> AsyncIterator[Heard]:
    """A server on this machine that answers every request alike."""
    heard, serving = Heard(), set[asyncio.Task[object]]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.connections += 1
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *lines = head.decode().strip().split("\r\n")
                headers = {
                    name.lower(): value
                    for name, _, value in (line.partition(": ") for line in lines)
                }
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                heard.requests.append((first, headers, body))
                heard.arrived.set()
                if callable(answer):
                    await answer(writer)
                else:
                    writer.write(answer)
                    await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    heard.url = f"http://127.0.0.1:{port}/hook?app=1"
    try:
        yield heard
    finally:
        server.close()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)


@asynccontextmanager
async def sending(**how: Any) -> AsyncIterator[HttpWebhookSender]:
    sender = HttpWebhookSender(**{"private_allowed": True, **how})
    try:
        yield sender
    finally:
        await sender.close()


async def test_a_delivery_is_as_standard_webhooks_has_it() -> None:
    async with receiver(OK) as heard, sending() as sender:
        endpoint = an_endpoint(heard.url)
        assert await sender.send(endpoint, EVENT, NOW) == AttemptResult(204, None)
        [(first, headers, body)] = heard.requests
        assert first == "POST /hook?app=1 HTTP/1.1"
        assert headers["content-type"] == "application/json"
        assert headers["host"] == heard.url.split("/")[2]
        assert headers["webhook-id"] == str(EVENT.id)
        assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
        expected = Webhook(endpoint.secret).sign(str(EVENT.id), NOW, body.decode())
        assert headers["webhook-signature"] == expected
        assert endpoint.secret.startswith("whsec_")
        assert json.loads(body) == {
            "id": str(EVENT.id),
            "type": "tier_changed",
            "at": "2026-03-02T12:00:00Z",
            "person_id": str(EVENT.person_id),
            "policy_version": "test",
            "data": {"after": "plus", "before": "free"},
        }


async def test_its_own_library_takes_a_delivery_made_now() -> None:
    now = datetime.now(UTC)
    async with receiver(OK) as heard, sending() as sender:
        before = an_endpoint(heard.url)
        rotated = evolve(
            before,
            secret=new_secret(),
            previous_secrets=(before.secret,),
            previous_secrets_until=datetime.max.replace(tzinfo=UTC),
        )
        await sender.send(rotated, EVENT, now)
        [(_, headers, body)] = heard.requests
        for secret in (rotated.secret, before.secret):
            assert Webhook(secret).verify(body, headers)["id"] == str(EVENT.id)


async def test_a_connection_is_used_again() -> None:
    async with receiver(OK) as heard, sending() as sender:
        for _ in range(3):
            assert (await sender.send(an_endpoint(heard.url), EVENT, NOW)).succeeded
        assert (len(heard.requests), heard.connections) == (3, 1)


@pytest.mark.parametrize("status", [400, 401, 404, 410, 429, 500, 503])
async def test_any_answer_but_a_success_is_a_failure(status: int) -> None:
    answer = f"HTTP/1.1 {status} No\r\ncontent-length: 0\r\n\r\n".encode()
    async with receiver(answer) as heard, sending() as sender:
        result = await sender.send(an_endpoint(heard.url), EVENT, NOW)
        assert result == AttemptResult(status, f"It answered {status}.")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_not_followed(status: int) -> None:
    async with receiver(OK) as inside, sending() as sender:
        head = f"HTTP/1.1 {status} There\r\nlocation: {inside.url}\r\ncontent-length: 0\r\n\r\n"
        async with receiver(head.encode()) as heard:
            result = await sender.send(an_endpoint(heard.url), EVENT, NOW)
            assert (result.status, result.succeeded) == (status, False)
            assert "not followed" in (result.error or "")
        assert inside.requests == []


async def hang(_: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"x-more: 1\r\n")
        await writer.drain()
        await asyncio.sleep(0)


@pytest.mark.parametrize("answer", [hang, drip])
async def test_a_receiver_that_never_ends_is_given_up(answer: Answer) -> None:
    async with receiver(answer) as heard, sending(seconds=0.3) as sender:
        result = await sender.send(an_endpoint(heard.url), EVENT, NOW)
        assert result.status is None
        assert result.error
        assert len(heard.requests) == 1


async def flood(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000000\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"x" * 65536)
        await writer.drain()


async def test_of_a_long_answer_only_the_beginning_is_read() -> None:
    async with receiver(flood) as heard, sending() as sender:
        result = await sender.send(an_endpoint(heard.url), EVENT, NOW)
        assert result == AttemptResult(200, None)


async def drip_body(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.01)


async def hang_in_body(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n")
    await writer.drain()
    await hang(writer)


async def break_off(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n")
    writer.close()


@pytest.mark.parametrize("answer", [drip_body, hang_in_body, break_off])
async def test_a_success_is_one_however_the_rest_of_the_answer_goes(answer: Answer) -> None:
    async with receiver(answer) as heard, sending(seconds=0.5) as sender:
        for _ in range(2):
            result = await sender.send(an_endpoint(heard.url), EVENT, NOW)
            assert result == AttemptResult(200, None)
        assert heard.connections == 2, "a connection with a rest is not used again"


async def test_receivers_that_hang_leave_no_connection_behind() -> None:
    async with receiver(hang) as hanging, receiver(OK) as heard, sending(seconds=0.05) as sender:
        for _ in range(5):
            endpoint = an_endpoint(hanging.url)
            await asyncio.gather(*(sender.send(endpoint, EVENT, NOW) for _ in range(60)))
        sender.seconds = 5
        assert (await sender.send(an_endpoint(heard.url), EVENT, NOW)).succeeded


async def test_what_is_no_http_is_a_failure() -> None:
    async with receiver(b"220 mail.example.org ESMTP\r\n\r\n") as heard, sending() as sender:
        result = await sender.send(an_endpoint(heard.url), EVENT, NOW)
        assert (result.status, result.succeeded) == (None, False)


async def test_nobody_there_is_a_failure() -> None:
    async with receiver(OK) as heard:
        pass
    async with sending() as sender:
        result = await sender.send(an_endpoint(heard.url), EVENT, NOW)
        assert (result.status, result.succeeded) == (None, False)


PRIVATE = [
    "127.0.0.1",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
]


def standing_for(
    *addresses: str,
) -> tuple[list[str], Callable[[str, int], Awaitable[Sequence[str]]]]:
    """A resolver that gives these addresses, and what it was asked."""
    asked: list[str] = []

    async def resolved(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return addresses

    return asked, resolved


@pytest.mark.parametrize("address", PRIVATE)
async def test_a_name_that_leads_inside_is_not_connected_to(address: str) -> None:
    asked, resolved = standing_for(address)
    async with receiver(OK) as heard, sending(private_allowed=False, resolve=resolved) as sender:
        port = heard.url.split("/")[2].partition(":")[2]
        url = f"https://innocent.example.org:{port}/hook"
        result = await sender.send(an_endpoint(url), EVENT, NOW)
        assert result == AttemptResult(
            None, "The name leads to a private address, which is not allowed."
        )
        assert asked == ["innocent.example.org"]
        assert heard.connections == 0


async def test_the_address_that_was_checked_is_the_one_connected_to() -> None:
    """A name is asked for once: a second answer could be another."""
    async with receiver(OK) as heard:
        asked, resolved = standing_for("127.0.0.1")
        async with sending(resolve=resolved) as sender:
            port = heard.url.split("/")[2].partition(":")[2]
            url = f"http://receiver.example.org:{port}/hook"
            assert (await sender.send(an_endpoint(url), EVENT, NOW)).succeeded
            assert asked == ["receiver.example.org"]
            [(_, headers, _)] = heard.requests
            assert headers["host"] == f"receiver.example.org:{port}"


async def test_without_tls_nothing_goes_out() -> None:
    async with receiver(OK) as heard, sending(private_allowed=False) as sender:
        result = await sender.send(an_endpoint(heard.url), EVENT, NOW)
        assert "without TLS" in (result.error or "")
        assert heard.connections == 0


async def test_a_name_that_stands_for_nothing_is_a_failure() -> None:
    async def unknown(host: str, port: int) -> Sequence[str]:
        raise OSError("no such host")

    async with sending(resolve=unknown) as sender:
        result = await sender.send(an_endpoint("https://nowhere.example.org"), EVENT, NOW)
        assert "cannot be resolved" in (result.error or "")


async def test_this_machine_is_resolved() -> None:
    assert "127.0.0.1" in await look_up("localhost", 80)


async def test_a_name_whose_look_up_hangs_takes_one_thread() -> None:
    asked, answer = list[str](), asyncio.Event()

    async def hanging(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        await answer.wait()
        raise OSError("no answer")

    resolve = OneLookUpEach(hanging)
    async with sending(seconds=0.05, resolve=resolve) as sender:
        endpoint = an_endpoint("https://hanging.example.org")
        for _ in range(3):
            results = await asyncio.gather(*(sender.send(endpoint, EVENT, NOW) for _ in range(10)))
            assert {result.status for result in results} == {None}
        assert asked == ["hanging.example.org"], "nobody waits, but it still hangs"
        answer.set()
        sender.seconds = 5
        again = await sender.send(endpoint, EVENT, NOW)
        assert "cannot be resolved" in (again.error or "")
        again = await sender.send(endpoint, EVENT, NOW)
        assert len(asked) == 2, "what was found is asked for anew"
