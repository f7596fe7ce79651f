"""A load from a process of its own: so many connections, each waiting for its answer.

Reads a job as JSON from standard input and prints its figures as JSON. Every connection
has conversations of its own, so that no two requests are about the same one at a time.
"""

import asyncio
import json
import random
import sys
import time
from collections.abc import Generator
from itertools import count, cycle
from typing import Any, cast

import uvloop

SUCCESS = (b"200", b"201")


Requests = Generator[bytes, bytes, None]
"""Requests that follow one another; each is sent the body of the answer before it."""


class Client(asyncio.Protocol):
    """One connection, on which requests follow one another."""

    def __init__(self, job: "Job", requests: Requests) -> None:
        self.job, self.requests = job, requests
        self.buffer = b""
        self.began = 0.0
        self.waits = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.ask(None)

    def ask(self, answer: bytes | None) -> None:
        try:
            request = next(self.requests) if answer is None else self.requests.send(answer)
        except StopIteration:
            self.waits = False
            self.transport.close()
            return
        self.waits = True
        self.began = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, end, body = self.buffer.partition(b"\r\n\r\n")
        if not end:
            return
        at = head.lower().index(b"content-length:") + 15
        length = int(head[at : head.find(b"\r", at) if b"\r" in head[at:] else None])
        if len(body) < length:
            return
        self.buffer = b""
        self.job.answered(head[9:12], self.began)
        self.ask(body)

    def connection_lost(self, exc: Exception | None) -> None:
        self.job.lost += self.waits
        self.job.closed()


class Job:
    """What is asked for, and what came of it."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self.spec = spec
        self.seconds = spec["seconds"]
        self.latencies: list[float] = []
        self.errors = 0
        self.lost = 0
        self.open = spec["concurrency"]
        self.done = asyncio.Event()
        self.run = f"{time.time_ns():x}-{random.getrandbits(32):x}"
        self.numbers = count()
        self.head = f" HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {spec['key']}\r\n"

    def requests(self, pairs: list[tuple[str, str]]) -> Requests:
        kind = {
            "send": self.send,
            "allowance": self.allowance,
            "list": self.messages,
            "call": self.call,
        }[self.spec["kind"]]
        for conversation, person in cycle(pairs):
            # A call is brought to its end, or the next load would find it open.
            if time.perf_counter() >= self.ends:
                return
            yield from kind(conversation, person)

    def allowance(self, conversation: str, person: str) -> Requests:
        yield self.get(f"/v1/conversations/{conversation}/allowance?person_id={person}")

    def messages(self, conversation: str, _: str) -> Requests:
        yield self.get(f"/v1/conversations/{conversation}/messages?limit=20&order=desc")

    def send(self, conversation: str, person: str) -> Requests:
        yield self.post(
            f"/v1/conversations/{conversation}/messages",
            {"sender_id": person, "text": "Hello there, how are you today?"},
        )

    def call(self, conversation: str, person: str) -> Requests:
        """A call at once: both connect, and it is ended."""
        started = json.loads(
            (
                yield self.post(
                    f"/v1/conversations/{conversation}/video-calls", {"initiator_id": person}
                )
            )
        )
        call = f"/v1/video-calls/{started['id']}"
        for participant in (person, started["callee_id"]):
            yield self.post(f"{call}/presence", {"person_id": participant, "event": "connected"})
        yield self.post(f"{call}/end", {"person_id": person})

    def get(self, path: str) -> bytes:
        return f"GET {path}{self.head}\r\n".encode()

    def post(self, path: str, content: dict[str, str]) -> bytes:
        body = json.dumps(content)
        return (
            f"POST {path}{self.head}Idempotency-Key: {self.run}-{next(self.numbers)}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        ).encode()

    def answered(self, status: bytes, began: float) -> None:
        self.latencies.append(time.perf_counter() - began)
        self.errors += status not in SUCCESS

    def closed(self) -> None:
        self.open -= 1
        if not self.open:
            self.done.set()

    async def figures(self) -> dict[str, float]:
        loop = asyncio.get_running_loop()
        began = time.perf_counter()
        self.ends = began + self.seconds
        share = len(self.spec["pairs"]) // self.spec["concurrency"]
        for number in range(self.spec["concurrency"]):
            pairs = [tuple(pair) for pair in self.spec["pairs"][number * share :][:share]]
            await loop.create_connection(
                lambda pairs=pairs: Client(self, self.requests(pairs)),  # type: ignore[misc]
                "127.0.0.1",
                self.spec["port"],
            )
        await self.done.wait()
        elapsed = time.perf_counter() - began
        if self.lost:
            # What was not asked after it would make the rate a lie.
            raise ConnectionError(f"{self.lost} connections were lost without an answer")
        ordered = sorted(self.latencies)
        return {
            "per_second": len(ordered) / elapsed,
            "p50_ms": ordered[len(ordered) // 2] * 1000,
            "p99_ms": ordered[len(ordered) * 99 // 100] * 1000,
            "requests": len(ordered),
            "errors": self.errors,
        }


async def main() -> None:
    """Do the job on standard input."""
    print(json.dumps(await Job(json.load(sys.stdin)).figures()))


if __name__ == "__main__":
    uvloop.run(main())
