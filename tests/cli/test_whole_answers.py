"""The head of an answer and its body leave together, and nothing that has no body is held back."""

from asyncio import Transport, open_connection
from typing import Any

import pytest

from entrypoints.cli.whole_answers import WholeAnswers
from tests.cli.test_bounded_protocol import Patient, Receive, Send, serving

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n"
OF_STREAM = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


class Wire(Transport):
    """Remembers what was written to it."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.closed
        self.written.append(bytes(data))

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


@pytest.fixture
def wire() -> Wire:
    return Wire()


def test_a_head_leaves_with_its_body(wire: Wire) -> None:
    answers = WholeAnswers(wire)
    answers.write(HEAD)
    answers.write(b"body")
    answers.write(b"more")
    assert wire.written == [HEAD + b"body", b"more"]


def test_the_head_of_a_stream_leaves_at_once(wire: Wire) -> None:
    answers = WholeAnswers(wire)
    answers.write(OF_STREAM)
    assert wire.written == [OF_STREAM]


def test_a_head_without_a_body_leaves_at_the_end_of_the_answer(wire: Wire) -> None:
    answers = WholeAnswers(wire)
    answers.write(HEAD)
    answers.end()
    answers.end()
    assert wire.written == [HEAD]


def test_a_head_leaves_before_the_connection_is_closed(wire: Wire) -> None:
    answers = WholeAnswers(wire)
    answers.write(HEAD)
    answers.close()
    assert wire.written == [HEAD]
    assert answers.is_closing()


def test_a_part_of_a_body_that_looks_like_a_head_is_none(wire: Wire) -> None:
    answers = WholeAnswers(wire)
    for part in (HEAD, b"body", HEAD):
        answers.write(part)
    assert wire.written == [HEAD + b"body", HEAD]
    answers.end()
    answers.write(HEAD)
    assert wire.written == [HEAD + b"body", HEAD]


def test_a_head_is_dropped_where_the_connection_is_gone(wire: Wire) -> None:
    answers = WholeAnswers(wire)
    answers.write(HEAD)
    wire.close()
    answers.close()
    assert wire.written == []


async def test_answers_of_all_kinds_arrive_on_one_connection() -> None:
    async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        body = scope["path"].encode()
        headers = [] if scope["path"] == "/stream" else [(b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async with serving(app, Patient) as port:
        reader, writer = await open_connection("127.0.0.1", port)
        for method, path in (("HEAD", "/head"), ("GET", "/stream"), ("GET", "/whole")):
            writer.write(f"{method} {path} HTTP/1.1\r\nHost: k\r\n\r\n".encode())
        told = await reader.readuntil(b"/whole")
        writer.close()
    heads = told.split(b"HTTP/1.1 200 OK\r\n")[1:]
    assert [head.partition(b"\r\n\r\n")[2] for head in heads] == [
        b"",
        b"7\r\n/stream\r\n0\r\n\r\n",
        b"/whole",
    ]
