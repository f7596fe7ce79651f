"""What of their events persons themselves are told: nothing that would tell them of others."""

from attrs import evolve

from application.events.ports import PublicEvent

UNTOLD_EVENTS = ("person_reported",)
"""Types of events that would tell a person what another did about them in confidence."""

UNTOLD_FIELDS = ("counts_on", "score", "signs", "why", "reviewed_by")
"""Fields of events that hold what is another's: the other participant's date beside the person's
own, and what was found of those whom the person referred."""


def told_to_person(event: PublicEvent) -> PublicEvent | None:
    """Give an event as the person may see it whom it concerns; None where they may not."""
    if event.type in UNTOLD_EVENTS:
        return None
    data = {name: value for name, value in event.data.items() if name not in UNTOLD_FIELDS}
    return evolve(event, data=data)
