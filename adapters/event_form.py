"""The one form of an event outside: the same over polling, webhooks, streams and the bus."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import attrs
import msgspec

from application.events.ports import PublicEvent
from application.shared.outbox import OutboxEvent, event_type
from domain.shared.events import Event
from domain.shared.ids import EventId, PersonId

COMMON = frozenset(field.name for field in attrs.fields(Event))
"""What every event has; it stands beside `data`, not in it."""


def stored_event(row: Mapping[str, Any]) -> PublicEvent:
    """Give an event that was stored as a row of the outbox."""
    return _public(
        event_id=row["id"],
        kind=row["type"],
        at=row["at"],
        person_id=row["person_id"],
        policy_version=row["policy_version"],
        fields=msgspec.json.decode(row["data"]),
    )


def kept_event(outgoing: OutboxEvent) -> PublicEvent:
    """Give an event that was kept as it is."""
    event = outgoing.event
    return _public(
        event_id=outgoing.id,
        kind=event_type(event),
        at=event.at,
        person_id=event.person_id,
        policy_version=event.policy_version,
        fields=msgspec.json.decode(msgspec.json.encode(event)),
    )


def encoded(event: PublicEvent) -> bytes:
    """Give an event as JSON."""
    return msgspec.json.encode(event)


def _public(
    *,
    event_id: EventId,
    kind: str,
    at: datetime,
    person_id: PersonId,
    policy_version: str,
    fields: dict[str, Any],
) -> PublicEvent:
    return PublicEvent(
        id=event_id,
        type=kind,
        at=at.astimezone(UTC),
        person_id=person_id,
        policy_version=policy_version,
        data={name: value for name, value in sorted(fields.items()) if name not in COMMON},
    )
