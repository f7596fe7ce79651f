"""What must hold of the rows, whatever happened: by SQL of its own, not by Kithkin's code."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg

from tests.chaos.load import Load
from tests.chaos.receiver import Receiver

_STORED = """
SELECT conversation_id::text, client_message_id, array_agg(id::text) AS ids
FROM messages GROUP BY 1, 2
"""
_COUNTS_DIFFER = """
SELECT m.conversation_id, m.sender_id, m.counted_on, m.number, m.stored, d.messages_sent
FROM (SELECT conversation_id, sender_id, counted_on, count(*) AS stored,
             count(DISTINCT daily_number) AS number, max(daily_number) AS last
      FROM messages GROUP BY 1, 2, 3) m
FULL JOIN conversation_daily_messages d
  ON (d.conversation_id, d.person_id, d.date) = (m.conversation_id, m.sender_id, m.counted_on)
WHERE m.stored IS DISTINCT FROM d.messages_sent OR m.last <> m.stored OR m.number <> m.stored
"""
_WITHOUT_ONE_EVENT = """
SELECT m.id, count(o.id)
FROM messages m
LEFT JOIN outbox o ON o.type = 'message_sent' AND o.data ->> 'message_id' = m.id::text
GROUP BY m.id HAVING count(o.id) <> 1
"""
_EVENTS_OF_NO_MESSAGE = """
SELECT o.id FROM outbox o
WHERE o.type = 'message_sent'
  AND NOT EXISTS (SELECT FROM messages m WHERE m.id::text = o.data ->> 'message_id')
"""
_CALLS_NOT_ENDED_ONCE = """
SELECT v.id, v.state, count(o.id)
FROM video_calls v
LEFT JOIN outbox o ON o.type = 'video_call_ended' AND o.data ->> 'call_id' = v.id::text
GROUP BY v.id, v.state HAVING v.state <> 'ended' OR count(o.id) <> 1
"""


async def violations(
    connection: "asyncpg.Connection[asyncpg.Record]", load: Load, receiver: Receiver
) -> AsyncIterator[str]:
    """Give all that is wrong, one line each."""
    stored = {
        (row["conversation_id"], row["client_message_id"]): row["ids"]
        for row in await connection.fetch(_STORED)
    }
    for accepted in load.accepted:
        ids = stored.get((accepted.conversation_id, accepted.client_message_id), [])
        if ids != [accepted.message_id]:
            yield f"{accepted} was accepted and is stored as {ids}"
    for name, ids in stored.items():
        if name not in load.attempted or len(ids) != 1:
            yield f"{name} is stored as {ids}"
    for what, query in (
        ("counted differently from what is stored", _COUNTS_DIFFER),
        ("a message without just one event", _WITHOUT_ONE_EVENT),
        ("an event of no message", _EVENTS_OF_NO_MESSAGE),
        ("a call that did not end just once", _CALLS_NOT_ENDED_ONCE),
    ):
        for row in await connection.fetch(query):
            yield f"{what}: {dict(row)}"
    calls = {str(row["id"]) for row in await connection.fetch("SELECT id FROM video_calls")}
    for call in set(load.calls) - calls:
        yield f"call {call} was accepted and is not stored"
    async for violation in _of_deliveries(connection, receiver):
        yield violation


async def undelivered(connection: "asyncpg.Connection[asyncpg.Record]", receiver: Receiver) -> int:
    """Tell how many events have not reached the receiver yet."""
    known = set(receiver.first)
    rows = await connection.fetch("SELECT id::text FROM outbox")
    return sum(row["id"] not in known for row in rows)


async def open_calls(connection: "asyncpg.Connection[asyncpg.Record]") -> int:
    """Tell how many calls are not ended."""
    found: int = await connection.fetchval(
        "SELECT count(*) FROM video_calls WHERE state <> 'ended'"
    )
    return found


async def _of_deliveries(
    connection: "asyncpg.Connection[asyncpg.Record]", receiver: Receiver
) -> AsyncIterator[str]:
    rows = await connection.fetch(
        "SELECT id::text, person_id::text, position FROM outbox ORDER BY position"
    )
    events: dict[str, Any] = {row["id"]: row for row in rows}
    if receiver.forged:
        yield f"{receiver.forged} deliveries without a good signature"
    for missing in events.keys() - set(receiver.first):
        yield f"event {missing} was not delivered"
    latest: dict[str, int] = {}
    for event_id in receiver.first:
        event = events.get(event_id)
        if event is None:
            yield f"event {event_id} was delivered and is not stored"
            continue
        person = event["person_id"]
        if event["position"] < latest.get(person, 0):
            yield f"event {event_id} of {person} came after a later one"
        latest[person] = max(latest.get(person, 0), event["position"])
