"""All contenders do the same to the database; else their rates could not be compared."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio

from benchmarks.contenders import FACTORIES, SERVERS, serving
from benchmarks.load import Job
from benchmarks.world import World, populated, rulebook
from tests.postgres import migrated_database

EFFECTS = {
    "messages": "SELECT count(*) FROM messages WHERE conversation_id = $1",
    "counted": "SELECT sum(messages_sent) FROM conversation_daily_messages"
    " WHERE conversation_id = $1",
    "events": "SELECT count(*) FROM outbox"
    " WHERE type = 'message_sent' AND data ->> 'conversation_id' = $1::uuid::text",
    "numbers": "SELECT max(daily_number) FROM messages WHERE conversation_id = $1",
}


@pytest_asyncio.fixture
async def url(database: str) -> str:
    return await migrated_database(database)


@pytest_asyncio.fixture
async def world(url: str, tmp_path: Path) -> World:
    return await populated(url, tmp_path, 2)


@pytest_asyncio.fixture
async def connection(url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(url)
    yield connection
    await connection.close()


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("name", FACTORIES)
async def test_a_send_has_the_same_effects(
    url: str,
    world: World,
    tmp_path: Path,
    connection: "asyncpg.Connection[asyncpg.Record]",
    name: str,
    server: str,
) -> None:
    conversation, person = world.pairs[0]
    path = f"/v1/conversations/{conversation}/messages"
    body = {"sender_id": person, "text": "Hello"}

    async def effects() -> dict[str, Any]:
        found = {
            effect: await connection.fetchval(query, conversation)
            for effect, query in EFFECTS.items()
        }
        return found | {"answers": await connection.fetchval("SELECT count(*) FROM kept_answers")}

    before = await effects()
    with serving(name, url, rulebook(tmp_path), 1, 2, server) as served:
        keyed = {"Authorization": f"Bearer {world.key}", "Idempotency-Key": "once"}
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{served.port}") as client:
            first = await client.post(path, headers=keyed, json=body)
            again = await client.post(path, headers=keyed, json=body)
            unknown = await client.post(
                path, headers={"Authorization": "Bearer kk_service_no"}, json=body
            )
            allowance = await client.get(
                f"/v1/conversations/{conversation}/allowance",
                params={"person_id": person},
                headers={"Authorization": f"Bearer {world.key}"},
            )
        assert served.resident_mib() > 1
    assert (first.status_code, again.status_code, unknown.status_code) == (201, 201, 401)
    assert again.content == first.content
    assert allowance.json()["sent"] == 2
    assert await effects() == {effect: number + 1 for effect, number in before.items()}


async def test_loads_are_answered_without_an_error(url: str, world: World, tmp_path: Path) -> None:
    with serving("kithkin", url, rulebook(tmp_path), 1, 2) as served:
        for kind in ("send", "allowance", "list", "call"):
            job = Job(
                {
                    "kind": kind,
                    "port": served.port,
                    "key": world.key,
                    "pairs": world.pairs,
                    "concurrency": 2,
                    "seconds": 0.2,
                }
            )
            figures = await job.figures()
            assert figures["errors"] == 0, kind
            assert figures["requests"] > 0, kind
            assert figures["p50_ms"] <= figures["p99_ms"], kind
            json.dumps(figures)
