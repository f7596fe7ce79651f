"""A client gets so long to send a request and to read its answer, and no longer."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from uvicorn import Config, Server

from entrypoints.cli.bounded_protocol import BoundedProtocol

SOON = 0.2
LATER = 60.0
MUCH = 64 * 1024 * 1024
Receive = Any
Send = Any


class Patient(BoundedProtocol):
    arrival_seconds = LATER
    reading_seconds = LATER


class StrictOnArrival(Patient):
    arrival_seconds = SOON


class StrictOnReading(Patient):
    reading_seconds = SOON


@asynccontextmanager
async def serving(app: object, protocol: type[BoundedProtocol]) -> AsyncIterator[int]:
    """Serve in this loop, on a free port."""
    config = Config(app, http=protocol, lifespan="off", log_config=None, ws="none", port=0)  # type: ignore[arg-type]
    config.load()
    server = Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await server.shutdown()


async def echo(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            lost.append(scope["path"])
            return
        body += message.get("body", b"")
        more = message.get("more_body", False)
    await answer(send, body)


lost: list[str] = []


async def answer(send: Send, body: bytes) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": body})


async def problem(reader: asyncio.StreamReader) -> tuple[bytes, dict[str, Any]]:
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    return head, json.loads(body)


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET / HT",
        b"POST /body HTTP/1.1\r\nHost: k\r\nContent-Length: 10\r\n",
        b"POST /body HTTP/1.1\r\nHost: k\r\nContent-Length: 10\r\n\r\nhalf",
    ],
)
async def test_a_request_that_does_not_arrive_is_408(sent: bytes) -> None:
    async with serving(echo, StrictOnArrival) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        head, told = await problem(reader)
        writer.close()
    assert head.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert b"connection: close" in head
    assert b"x-request-id: " in head
    assert (told["status"], told["code"]) == (408, "request_timeout")
    assert "send it again" in told["detail"]


async def test_the_next_request_on_a_connection_is_timed_too() -> None:
    async with serving(echo, StrictOnArrival) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: k\r\n\r\n")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 OK")
        writer.write(b"GET / HTTP/1.1\r\nHo")
        head, told = await problem(reader)
        writer.close()
    assert head.startswith(b"HTTP/1.1 408")
    assert told["code"] == "request_timeout"


async def test_a_route_that_waits_for_the_body_is_let_go() -> None:
    lost.clear()
    async with serving(echo, StrictOnArrival) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /let-go HTTP/1.1\r\nHost: k\r\nContent-Length: 10\r\n\r\nhalf")
        await reader.read()
        writer.close()
    assert lost == ["/let-go"]


async def test_who_waits_for_a_slow_answer_is_not_cut_off() -> None:
    """The request arrived, so what takes long is ours."""
    timers_ran = asyncio.Event()
    asyncio.get_running_loop().call_later(2 * SOON, timers_ran.set)

    async def slow(scope: object, receive: Receive, send: Send) -> None:
        await timers_ran.wait()
        await answer(send, b"late")

    async with serving(slow, StrictOnArrival) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST / HTTP/1.1\r\nHost: k\r\nContent-Length: 4\r\n\r\n")
        writer.write(b"body")
        assert (await reader.readuntil(b"late")).startswith(b"HTTP/1.1 200 OK")
        writer.close()


async def test_a_body_in_pieces_arrives() -> None:
    async with serving(echo, Patient) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for piece in (b"POST / HTTP/1.1\r\nHo", b"st: k\r\nContent-Length: 6\r\n\r\n", b"abc"):
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        writer.write(b"def")
        assert (await reader.readuntil(b"abcdef")).startswith(b"HTTP/1.1 200 OK")
        writer.close()


async def test_a_client_that_leaves_its_answer_unread_is_cut_off() -> None:
    ended = asyncio.Event()

    async def much(scope: object, receive: Receive, send: Send) -> None:
        try:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            for _ in range(2):
                await send({"type": "http.response.body", "body": bytes(MUCH), "more_body": True})
        finally:
            ended.set()

    async with serving(much, StrictOnReading) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.write(b"GET / HTTP/1.1\r\nHost: k\r\n\r\n")
        async with asyncio.timeout(LATER):
            await ended.wait()
        writer.close()
        reader.feed_eof()


LAST = b"GET / HTTP/1.1\r\nHost: k\r\nConnection: close\r\n\r\n"


async def exchanged(sent: bytes, *later: bytes) -> bytes:
    """All that is answered on one connection, to what is sent in pieces, and to a last request."""
    async with serving(tell, Patient) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        for piece in (*later, LAST):
            await asyncio.sleep(0)
            writer.write(piece)
        told = await reader.read()
        writer.close()
    return told


async def tell(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Answer with what came: the method, the names of headers, and the body."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    names = b",".join(sorted(name for name, _ in scope["headers"]))
    await answer(send, b"%b %b <%b>" % (scope["method"].encode(), names, body))


UPGRADE = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n"
NAMES = b"connection,content-length,host,http2-settings"


@pytest.mark.parametrize("later", [False, True], ids=["at once", "in pieces"])
async def test_a_body_is_read_whatever_protocol_is_offered(*, later: bool) -> None:
    head = b"POST / HTTP/1.1\r\nHost: k\r\nContent-Length: 20\r\n" + UPGRADE + b"\r\n"
    body = b"GET /x HTTP/1.1\r\n\r\n\n"
    told = await (exchanged(head, body) if later else exchanged(head + body))
    assert told.count(b"HTTP/1.1 200 OK\r\n") == 2
    assert b"POST %b <%b>" % (NAMES, body) in told
    assert told.endswith(b"GET connection,host <>")


async def test_any_number_of_requests_may_offer_another_protocol() -> None:
    many = 1000
    asked = b"GET / HTTP/1.1\r\nHost: k\r\n" + UPGRADE + b"\r\n"
    told = await exchanged(asked * many)
    assert told.count(b"HTTP/1.1 200 OK\r\n") == many + 1


async def test_a_chunked_body_is_read_whatever_protocol_is_offered() -> None:
    told = await exchanged(
        b"POST / HTTP/1.1\r\nHost: k\r\nTransfer-Encoding: chunked\r\n" + UPGRADE + b"\r\n"
        b"4\r\nbody\r\n0\r\n\r\n"
    )
    assert b"<body>" in told


@pytest.mark.parametrize("upgrade", [b"", UPGRADE])
async def test_a_tunnel_is_not_opened(upgrade: bytes) -> None:
    told = await exchanged(b"CONNECT k:80 HTTP/1.1\r\nHost: k\r\n" + upgrade + b"\r\n")
    assert told.startswith(b"HTTP/1.1 400 ")


async def test_what_follows_a_body_is_no_header() -> None:
    told = await exchanged(
        b"POST / HTTP/1.1\r\nHost: k\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"4\r\nbody\r\n0\r\nAuthorization: Bearer x\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n"
    )
    assert b"POST host,transfer-encoding <body>" in told


async def test_what_follows_a_body_is_bounded() -> None:
    async with serving(echo, Patient) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /body HTTP/1.1\r\nHost: k\r\nTransfer-Encoding: chunked\r\n\r\n")
        writer.write(b"4\r\nbody\r\n0\r\nX: ")
        writer.write(b"x" * MUCH)
        with pytest.raises(ConnectionError):
            await writer.drain()
        writer.close()


async def test_who_sends_no_request_is_not_waited_for() -> None:
    async with serving(echo, StrictOnArrival) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: k\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"\r\n")
        assert await asyncio.wait_for(reader.read(), LATER / 10) == b""
        writer.close()


async def test_what_is_no_http_is_answered_as_any_error() -> None:
    told = await exchanged(b"no HTTP\r\n\r\n")
    head, _, body = told.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    lines = {line.partition(b": ")[0] for line in head.splitlines()[1:]}
    assert lines >= {
        b"cache-control",
        b"content-security-policy",
        b"referrer-policy",
        b"x-content-type-options",
        b"x-frame-options",
        b"x-request-id",
    }
    assert json.loads(body)["code"] == "malformed_request"
