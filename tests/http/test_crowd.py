"""More requests at once than are served at once."""

import asyncio
from typing import Any

import msgspec
from litestar.types import Receive, Scope, Send

from entrypoints.http.crowd import Crowd

Message = dict[str, Any]


async def test_a_request_too_many_is_refused_and_the_next_is_served_again() -> None:
    inside, leave = asyncio.Event(), asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        inside.set()
        await leave.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def ask(path: str = "/v1/persons") -> list[Message]:
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        scope: Any = {"type": "http", "path": path}
        await crowd(scope, None, send)  # type: ignore[arg-type]
        return sent

    crowd = Crowd(app, most=1)
    first = asyncio.create_task(ask())
    await inside.wait()
    start, body = await ask()
    assert start["status"] == 503
    assert (b"retry-after", b"1") in start["headers"]
    assert msgspec.json.decode(body["body"])["code"] == "too_busy"
    alive = asyncio.create_task(ask("/health/live"))

    leave.set()

    assert [message["status"] for message in await first] == [200]
    assert [message["status"] for message in await alive] == [200]
    assert [message["status"] for message in await ask()] == [200]
