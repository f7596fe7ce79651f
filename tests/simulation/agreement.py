"""Memory and PostgreSQL agree: the same commands, and every answer the same to the byte.

The commands of the whole simulation are put to both. Then everything that can be read of what
has come about is asked of both over HTTP, and held together byte by byte.
"""

import re
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import zip_longest
from typing import Any
from uuid import UUID

import httpx
import msgspec
from attrs import define, field

from adapters.postgres.executor import Executor
from application.shared.outbox import OutboxEvent
from domain.identity.service_keys import Scope
from entrypoints.http.app import create_app
from entrypoints.settings import Settings
from entrypoints.wiring.kithkin import Kithkin, on_postgres
from tests.contracts.postgres import postgres_stores
from tests.simulation.bank import made_unreliable
from tests.simulation.journal import START
from tests.simulation.kithkin import Simulated
from tests.simulation.plain import Plain
from tests.simulation.run import RULEBOOK, YEAR, Run, simulate, whole_in_memory
from tests.simulation.whole_chance import WholeChance

Readable = dict[str, bytes]
"""What every path answers, by its address."""

NewKithkin = Callable[[], AbstractAsyncContextManager[Simulated]]

_OWN = {
    *("/metrics", "/health/live", "/health/ready", "/v1/test-clock"),
    *("/v1/service-keys", "/v1/jobs", "/v1/jobs/failed", "/v1/webhook-endpoints"),
}
"""What says how a process does, or is random on purpose."""
_ID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}")
_NAMES = re.compile(r"{(\w+)(?::\w+)?}")
_LATEST = 6
_PAGE = 100


def in_bytes(answers: list[dict[str, object]]) -> list[bytes]:
    """Give answers as they would go over the wire."""
    return [msgspec.json.encode(_as_json(it)) for it in answers]


def _as_json(value: object) -> object:
    """Give what JSON has no form for in one that does not depend on its making."""
    match value:
        case dict():
            return {str(name): _as_json(one) for name, one in value.items()}
        case set():
            return sorted(value)
        case list() | tuple():
            return [_as_json(one) for one in value]
        case _:
            return value


@define
class Read:
    """A Kithkin that is read to the end when its run is over."""

    new_kithkin: NewKithkin
    readable: Readable = field(factory=dict)

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[Simulated]:
        async with self.new_kithkin() as kithkin:
            yield kithkin
            self.readable = await everything(kithkin)


async def everything(simulated: Simulated) -> Readable:
    """Ask for all that can be read of what has come about."""
    key = await simulated.kithkin.identity.create_key()(Scope.ADMIN)
    found: Readable = {}
    ids: dict[bytes, bytes] = {}
    app: Any = create_app(simulated.kithkin)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app),
        base_url="http://kithkin",
        headers={"Authorization": f"Bearer {key.secret}"},
    ) as client:
        described = (await client.get("/schema/openapi.json")).json()["paths"]
        for path, methods in sorted(described.items()):
            if "get" not in methods or path in _OWN or path.endswith("/stream"):
                continue
            for address in addresses(path, simulated.plain):
                answer = await client.get(address)
                body = answer.content
                if path.endswith("/export"):
                    # It gives stored JSON as it is kept, and a database keeps its keys by length.
                    body = msgspec.json.encode(msgspec.json.decode(body), order="sorted")
                content = b"%d %s" % (answer.status_code, body)
                found[numbered(address.encode(), ids).decode()] = numbered(content, ids)
    return found


def numbered(text: bytes, ids: dict[bytes, bytes]) -> bytes:
    """Put the number of its first appearance for each id: how many a store uses up is its own."""

    def number(found: re.Match[bytes]) -> bytes:
        return ids.setdefault(found[0].replace(b"-", b""), b"id-%d" % len(ids))

    return _ID.sub(number, text)


def addresses(path: str, plain: Plain) -> Iterator[str]:
    """Give a path for each of what it can be about; nothing where that is not known here."""
    names = _NAMES.findall(path)
    known: dict[str, list[UUID]] = {
        "person_id": plain.persons.ids,
        "conversation_id": [*plain.conversations.ids, *plain.companions.values()],
        "call_id": plain.calls.ids[-_LATEST:],
        "payment_id": plain.payments.ids[-_LATEST:],
        "quote_id": plain.quotes.ids[-_LATEST:],
        "usage_session_id": plain.usage_sessions.ids[-_LATEST:],
        "session_id": plain.usage_sessions.ids[-_LATEST:],
    }
    if not names:
        yield path
    elif len(names) == 1 and names[0] in known:
        for one in known[names[0]]:
            yield _NAMES.sub(str(one), path)


@asynccontextmanager
async def whole_on(url: str) -> AsyncIterator[Simulated]:
    """A Kithkin on an empty database, as `whole_in_memory` is one in memory."""
    settings = Settings(
        test_clock=True, pepper="p" * 32, event_retention_days=3660, rulebook=RULEBOOK
    )
    kithkin = on_postgres(settings, url)
    await kithkin.ports.connection().open()
    await kithkin.ports.test_clock().start(START)
    simulated = on_executor(kithkin)
    simulated.bank = made_unreliable(kithkin)
    yield simulated
    await kithkin.close()


def on_executor(kithkin: Kithkin) -> Simulated:
    """Give a Kithkin on PostgreSQL to which commands can be put."""
    executor = kithkin.ports.store()
    assert isinstance(executor, Executor)
    stores = postgres_stores(executor)

    async def since(last: int) -> tuple[list[OutboxEvent], int]:
        every = await stores.outbox()
        return every[last:], len(every)

    return Simulated(kithkin, stores.outbox, since)


async def compared(seed: int, steps: int, url: str) -> tuple[Run, list[str]]:
    """Run the same on both, and give the run with a line for everything in which they part."""
    in_memory, on_database = Read(whole_in_memory), Read(lambda: whole_on(url))
    one = await simulate(seed, steps, in_memory, WholeChance, YEAR)
    other = await simulate(seed, steps, on_database, WholeChance, YEAR)
    return one, [*_parting(one, other), *_read_otherwise(in_memory.readable, on_database.readable)]


def _parting(one: Run, other: Run) -> Iterator[str]:
    for run in (one, other):
        if run.violation is not None:
            yield run.violation.what
    pairs = zip_longest(in_bytes(one.answers), in_bytes(other.answers))
    for step, (first, second) in enumerate(pairs, start=1):
        if first != second:
            yield f"step {step}: {one.commands[step - 1]}\n{_beside(first, second)}"
            return


def _read_otherwise(one: Readable, other: Readable) -> Iterator[str]:
    for address in sorted({*one, *other}):
        first, second = one.get(address), other.get(address)
        if first != second:
            yield f"{address}\n{_beside(first, second)}"


def _beside(first: bytes | None, second: bytes | None) -> str:
    return f"in memory   {first!r}\ndatabase    {second!r}"


def statuses(readable: Readable) -> dict[bytes, int]:
    """Count the answers by their status."""
    found: dict[bytes, int] = defaultdict(int)
    for answer in readable.values():
        found[answer[:3]] += 1
    return dict(found)
