"""What of their events persons themselves are told."""

from attrs import evolve

from application.events.ports import PublicEvent
from application.shared.untold import UNTOLD_EVENTS, UNTOLD_FIELDS


def told_to_person(event: PublicEvent) -> PublicEvent | None:
    """Give an event as the person may see it whom it concerns; None where they may not."""
    if event.type in UNTOLD_EVENTS:
        return None
    data = {name: value for name, value in event.data.items() if name not in UNTOLD_FIELDS}
    return evolve(event, data=data)
