"""Events on their way out, written with the state they tell of."""

import re
from collections.abc import Iterable
from functools import cache

from attrs import frozen

from application.shared.ids import NewId
from domain.shared.events import Event
from domain.shared.ids import EventId


@frozen
class OutboxEvent:
    """An event with the id that makes taking it twice harmless."""

    id: EventId
    event: Event


def outgoing(new_id: NewId, events: Iterable[Event]) -> tuple[OutboxEvent, ...]:
    """Give each event an id of its own."""
    return tuple(OutboxEvent(EventId(new_id()), event) for event in events)


@cache
def _snake_case(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def event_type(event: Event) -> str:
    """Give the name under which an event goes out, such as `message_sent`."""
    return event_type_of(type(event))


def event_type_of(kind: type[Event]) -> str:
    """Give the name under which events of a class go out."""
    return _snake_case(kind.__name__)
