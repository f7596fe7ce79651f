"""What the database holds, seen past the API."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg
from attrs import frozen

from tests.http.given import Pair

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]

_SECONDS_TO_GET_STUCK = 10
_ALL_TABLES = """
    SELECT table_name FROM information_schema.tables
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
"""
_TABLES = f"{_ALL_TABLES} AND table_name NOT IN ('service_keys', 'login_sessions')"
_WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


@frozen
class Stored:
    """A connection of the test's own.

    Attributes:
        connection: Outside of any transaction, unless the test opens one.
    """

    connection: "Connection"

    async def everything(self) -> dict[str, str | None]:
        """What each table changes in when it is written to, but for keys and sessions.

        The use of those two is noted. A row that is written gets the number of its transaction,
        which no other has: so their count and their sum move with every change, even to a row's
        own values, and take far less time than to read all that is in them.
        """
        tables = [row["table_name"] for row in await self.connection.fetch(_TABLES)]
        each = (
            f"SELECT '{table}' AS name, count(*) || ' ' || sum(xmin::text::bigint) AS written"
            f" FROM {table}"
            for table in tables
        )
        found = await self.connection.fetch(" UNION ALL ".join(each))
        return {row["name"]: row["written"] for row in found}

    async def mentions(self, text: str) -> bool:
        """Tell whether any row of any table holds a text."""
        tables = [row["table_name"] for row in await self.connection.fetch(_ALL_TABLES)]
        each = (f"SELECT FROM {table} AS row WHERE strpos(row::text, $1) > 0" for table in tables)
        found = f"SELECT EXISTS ({' UNION ALL '.join(each)})"
        return bool(await self.connection.fetchval(found, text))

    async def messages(self, pair: Pair, sender: str) -> int:
        return await self._count(
            "messages", "conversation_id = $1 AND sender_id = $2", pair.id, sender
        )

    async def counter(self, pair: Pair, sender: str) -> int:
        """What is counted for the sender, over all days."""
        where = "conversation_id = $1 AND person_id = $2"
        query = f"SELECT sum(messages_sent) FROM conversation_daily_messages WHERE {where}"
        return int(await self.connection.fetchval(query, pair.id, sender) or 0)

    async def events(self, person: str, kind: str) -> int:
        return await self._count("outbox", "person_id = $1 AND type = $2", person, kind)

    async def named(self, names: list[str]) -> int:
        """How many persons have one of these names."""
        query = "SELECT count(*) FROM persons WHERE name = ANY($1)"
        return int(await self.connection.fetchval(query, names))

    async def event_types(self) -> Counter[str]:
        """How many events there are of each type."""
        rows = await self.connection.fetch("SELECT type, count(*) AS n FROM outbox GROUP BY type")
        return Counter({row["type"]: row["n"] for row in rows})

    @asynccontextmanager
    async def holding_persons(self, *persons: str) -> AsyncIterator[None]:
        """Hold what all that concerns these persons needs, until the end of the context."""
        async with self.connection.transaction():
            await self.connection.execute(
                "SELECT id FROM persons WHERE id = ANY($1) ORDER BY id FOR UPDATE", persons
            )
            yield

    async def wait_for_waiting(self, number: int) -> None:
        """Return once so many sessions wait for a lock."""
        async with asyncio.timeout(_SECONDS_TO_GET_STUCK):
            while await self.connection.fetchval(_WAITING) < number:
                pass

    async def _count(self, table: str, where: str, *values: str) -> int:
        query = f"SELECT count(*) FROM {table} WHERE {where}"
        return int(await self.connection.fetchval(query, *values))


@asynccontextmanager
async def looking_into(database: str) -> AsyncIterator[Stored]:
    connection = await asyncpg.connect(database)
    try:
        yield Stored(connection)
    finally:
        await connection.close()
