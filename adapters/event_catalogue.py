"""The catalogue of events: a JSON Schema for each type.

`python -m adapters.event_catalogue > docs/events.json` writes it anew.
"""

import sys
from typing import Any, get_args

import msgspec

from adapters.event_form import COMMON
from application.shared.outbox import event_type_of
from domain.achievements.events import AchievementEvent
from domain.billing.events import BillingEvent
from domain.conversations.events import ConversationEvent
from domain.identity.events import IdentityEvent
from domain.personas.events import PersonaEvent
from domain.referrals.events import ReferralEvent
from domain.shared.events import Event
from domain.streaks.events import StreakEvent
from domain.usage.events import UsageEvent
from domain.video.events import VideoEvent

EVENTS: tuple[type[Event], ...] = get_args(
    IdentityEvent
    | ConversationEvent
    | VideoEvent
    | StreakEvent
    | AchievementEvent
    | UsageEvent
    | BillingEvent
    | ReferralEvent
    | PersonaEvent
)
"""All that can happen."""

EVENT_TYPES = frozenset(event_type_of(kind) for kind in EVENTS)
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def catalogue() -> dict[str, Any]:
    """Give the schema of any event as it goes out, with one definition for each type."""
    kinds = sorted(EVENTS, key=event_type_of)
    shown, definitions = msgspec.json.schema_components(kinds, ref_template="#/$defs/{name}")
    assert len(shown) == len(kinds)  # noqa: S101 - one schema for each type
    types = {event_type_of(kind): _public(kind, definitions.pop(kind.__name__)) for kind in kinds}
    return {
        "$schema": _DIALECT,
        "title": "Kithkin event",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in types],
        "$defs": {**types, **dict(sorted(definitions.items()))},
    }


def _public(kind: type[Event], schema: dict[str, Any]) -> dict[str, Any]:
    """Give the schema of an event in the form in which it goes out."""
    fields = schema["properties"]
    data = {name: fields[name] for name in sorted(fields) if name not in COMMON}
    shown = {
        "id": {"type": "string", "format": "uuid", "description": "Taking it twice is harmless"},
        "type": {"const": event_type_of(kind)},
        **{name: fields[name] for name in ("at", "person_id", "policy_version")},
        "data": {"type": "object", "properties": data, "required": sorted(data)},
    }
    return {
        "title": event_type_of(kind),
        "description": (kind.__doc__ or "").partition("\n")[0],
        "type": "object",
        "properties": shown,
        "required": list(shown),
    }


def written() -> str:
    """Give the catalogue as the file holds it."""
    text = msgspec.json.format(msgspec.json.encode(catalogue()), indent=2)
    return text.decode() + "\n"


if __name__ == "__main__":
    sys.stdout.write(written())
