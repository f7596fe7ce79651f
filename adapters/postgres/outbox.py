"""Writing events beside the state they tell of."""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import bindparam, insert

from adapters.postgres import tables
from adapters.postgres.executor import Executor, Statement
from application.shared.outbox import OutboxEvent, event_type

COLUMNS = ("id", "type", "person_id", "at", "policy_version", "data")

_WRITE = Statement(
    insert(tables.outbox).values({column: bindparam(f"event_{column}") for column in COLUMNS})
)


def event_row(outgoing: OutboxEvent) -> dict[str, Any]:
    """Give an event's columns, each named with `event_` before it."""
    event = outgoing.event
    return {
        "event_id": outgoing.id,
        "event_type": event_type(event),
        "event_person_id": event.person_id,
        "event_at": event.at,
        "event_policy_version": event.policy_version,
        "event_data": msgspec.json.encode(event).decode(),
    }


async def write_many_events(executor: Executor, events: Iterable[OutboxEvent]) -> None:
    """Write events in their order, in few round trips however many they are."""
    await executor.many(_WRITE, [event_row(outgoing) for outgoing in events])


async def write_events(executor: Executor, events: Iterable[OutboxEvent]) -> None:
    """Write events in their order, in the running transaction."""
    for outgoing in events:
        await executor.rows(_WRITE, **event_row(outgoing))
