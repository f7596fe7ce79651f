"""A model's provider on this machine: speaks two wire formats, and fails as it is told to."""

import asyncio
import json
import re
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from attrs import Factory, define, frozen

from tests.adapters.model_wire import WIRES, Wire

_FENCE = re.compile(r"<transcript-(?P<nonce>\w+)>\n(?P<lines>.*)\n</transcript-(?P=nonce)>")
REPLY = ("Hello", " there,", " how was", " your day?")
READ, WRITTEN = 25, 15


@frozen(kw_only=True)
class Plan:
    """How the next request is answered.

    Attributes:
        status: An error's status, or 200.
        headers: Headers beside the usual ones.
        text: The whole answer; None makes a right one of the request.
        pieces: The pieces of a streamed answer.
        ends: How the stream ends after them: "whole", "withheld", "error" (an event), "early" (as
            if it were whole, without saying so), "cut" (in the middle of a chunk) or "silent".
        raw: The body, whatever it is.
        told: The answer says how many tokens there were.
    """

    status: int = 200
    headers: Mapping[str, str] = Factory(dict)
    text: str | None = None
    pieces: tuple[str, ...] = REPLY
    ends: str = "whole"
    raw: bytes | None = None
    told: bool = True


@frozen
class Asked:
    """A request that came."""

    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]

    @property
    def system(self) -> str:
        """The orders."""
        system: str | None = self.body.get("system")
        return str(self.body["messages"][0]["content"]) if system is None else system

    @property
    def user(self) -> str:
        """What came with them."""
        return str(self.body["messages"][-1]["content"])

    @property
    def lines(self) -> list[dict[str, str]]:
        """The transcript behind the fence."""
        fenced = _FENCE.search(self.user)
        assert fenced is not None, self.user
        lines: list[dict[str, str]] = json.loads(fenced["lines"])
        return lines

    @property
    def schema(self) -> dict[str, Any]:
        """The schema of the answer."""
        if "output_config" in self.body:
            form = self.body["output_config"]["format"]
        else:
            form = self.body["response_format"]["json_schema"]
            assert form["strict"] is True
        schema: dict[str, Any] = form["schema"]
        return schema


@define
class ModelServer:
    """Answers by plans, and rightly where it has none.

    Attributes:
        url: Where it listens.
        plans: How the next requests are answered.
        asked: What came.
        left: Set when somebody left in the middle of an answer.
    """

    url: str = ""
    plans: deque[Plan] = Factory(deque)
    asked: list[Asked] = Factory(list)
    left: asyncio.Event = Factory(asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request, and close."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {
                name.lower(): value for name, _, value in (line.partition(": ") for line in head)
            }
            plan = self.plans.popleft() if self.plans else Plan()
            length = int(headers.get("content-length", 0))
            if length:
                body = json.loads(await reader.readexactly(length))
                asked = Asked(head[0].split()[1], headers, body)
                self.asked.append(asked)
                await self._answer(asked, plan, reader, writer)
            elif plan.ends == "silent":
                await self._until_left(reader)
            else:
                _send(writer, plan, json.dumps({"object": "list", "data": []}).encode())
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async def _answer(
        self,
        asked: Asked,
        plan: Plan,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        wire = WIRES[asked.path]
        if plan.raw is not None:
            _send(writer, plan, plan.raw)
        elif plan.status >= 300:
            _send(writer, plan, json.dumps(wire.error(plan.status)).encode())
        elif asked.body.get("stream"):
            await self._stream(wire, plan, reader, writer)
        elif plan.ends == "silent":
            await self._until_left(reader)
        else:
            text = right_answer(asked) if plan.text is None else plan.text
            tokens = (READ, WRITTEN) if plan.told else None
            _send(writer, plan, json.dumps(wire.whole(text, tokens)).encode())

    async def _stream(
        self, wire: Wire, plan: Plan, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
            b"transfer-encoding: chunked\r\nconnection: close\r\n\r\n"
        )
        for event in wire.begun(READ if plan.told else None, plan.pieces):
            _chunk(writer, event)
        await writer.drain()
        if plan.ends == "silent":
            await self._until_left(reader)
            return
        if plan.ends == "cut":
            writer.write(b"ffff\r\ndata: {")
            return
        for event in wire.ended(plan.ends, (READ, WRITTEN) if plan.told else None):
            _chunk(writer, event)
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    async def _until_left(self, reader: asyncio.StreamReader) -> None:
        await reader.read()
        self.left.set()


def right_answer(asked: Asked) -> str:
    """Give one observation of each kind, by the first line of the person."""
    evidence = next(line["id"] for line in asked.lines if line["from"] == "person")
    forms = asked.schema["properties"]["observations"]["items"]["anyOf"]
    return json.dumps(
        {
            "observations": [
                {
                    "kind": form["properties"]["kind"]["enum"][0],
                    "value": form["properties"]["value"].get("enum", ["Somebody kind"])[0],
                    "evidence": [evidence],
                    "support": 70,
                }
                for form in forms
            ]
        }
    )


def _send(writer: asyncio.StreamWriter, plan: Plan, body: bytes) -> None:
    headers = {
        "content-type": "application/json",
        "content-length": str(len(body)),
        "connection": "close",
        **plan.headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"HTTP/1.1 {plan.status} Status\r\n{head}\r\n".encode() + body)


def _chunk(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")


@asynccontextmanager
async def model_server() -> AsyncIterator[ModelServer]:
    """Serve on a free port."""
    server = ModelServer()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    async with listening:
        yield server
