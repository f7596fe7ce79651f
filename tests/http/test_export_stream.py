"""An export is written as it is read, and breaks off where the store does."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import httpx
import pytest
from litestar import Litestar, get
from litestar.response import Stream
from structlog.testing import capture_logs

from application.identity.export_person import PersonExport
from application.identity.exported_records import OwnBlock
from application.shared.transaction import StoreUnavailableError
from domain.identity.persons import Person
from domain.shared.ids import PersonId
from entrypoints.cli.bounded_protocol import BoundedProtocol
from entrypoints.cli.server_config import BrokenOff
from entrypoints.http.broken_off import BrokenOffError, until_broken
from entrypoints.http.export import as_json
from tests.cli.test_bounded_protocol import serving

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ANA, BEN = PersonId(UUID(int=1)), PersonId(UUID(int=2))


def export(*pages: tuple[OwnBlock, ...], breaks: bool = False) -> tuple[PersonExport, list[int]]:
    """An export with one kind of records, and how many pages of them were read so far."""
    read: list[int] = []

    async def blocks() -> AsyncIterator[tuple[object, ...]]:
        for number, page in enumerate(pages):
            read.append(number)
            yield page
        if breaks:
            raise StoreUnavailableError("the database went away")

    person = Person(id=ANA, name="Ana", registered_at=NOW)
    return (
        PersonExport(
            exported_at=NOW, person=person, learning_preferences=None, records={"blocks": blocks()}
        ),
        read,
    )


def a_block(number: int) -> OwnBlock:
    return OwnBlock(blocked_id=UUID(int=number), created_at=NOW)


@pytest.mark.parametrize("sizes", [(), (1,), (2, 1), (1, 1, 1)])
async def test_pages_become_one_list(sizes: tuple[int, ...]) -> None:
    blocks = iter(range(10))
    pages = [tuple(a_block(next(blocks)) for _ in range(size)) for size in sizes]
    begun, _ = export(*pages)
    document = json.loads(b"".join([piece async for piece in as_json(begun)]))
    assert document["person"]["name"] == "Ana"
    assert document["learning_preferences"] is None
    assert [block["blocked_id"] for block in document["blocks"]] == [
        str(block.blocked_id) for page in pages for block in page
    ]


async def test_a_page_is_written_before_the_next_is_read() -> None:
    begun, read = export((a_block(1),), (a_block(2),), (a_block(3),))
    written = 0
    async for piece in as_json(begun):
        written += piece.count(b"blocked_id")
        assert len(read) <= written + (b"blocked_id" not in piece)
    assert written == 3


async def test_one_that_breaks_off_is_no_json_and_is_logged() -> None:
    begun, _ = export((a_block(1),), breaks=True)
    pieces: list[bytes] = []

    async def read() -> None:
        async for piece in until_broken(as_json(begun)):
            pieces.append(piece)  # noqa: PERF401 - what came before the error is wanted

    with capture_logs() as logs, pytest.raises(BrokenOffError):
        await read()
    document = b"".join(pieces)
    assert document.startswith(b'{"format":"kithkin-export-1"')
    with pytest.raises(json.JSONDecodeError):
        json.loads(document)
    assert [(line["event"], line["reason"]) for line in logs] == [
        ("export_broken_off", "the database went away")
    ]


async def figures() -> AsyncIterator[bytes]:
    yield b"step,number\r\n"
    raise StoreUnavailableError("the database went away")


async def test_a_client_learns_that_a_table_broke_off(caplog: pytest.LogCaptureFixture) -> None:
    @get("/figures.csv")
    async def read() -> Stream:
        return Stream(until_broken(figures()), media_type="text/csv")

    with caplog.at_level("WARNING", "uvicorn.error"):
        async with (
            serving(
                Litestar([read], openapi_config=None, logging_config=None), BoundedProtocol
            ) as port,
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
        ):
            with pytest.raises(httpx.RemoteProtocolError, match="incomplete"):
                await client.get("/figures.csv")
    (trace,) = [record for record in caplog.records if record.exc_info]
    assert not BrokenOff().filter(trace)
