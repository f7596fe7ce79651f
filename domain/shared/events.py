"""What has happened: the common part of every event."""

from datetime import datetime

from attrs import frozen

from .ids import PersonId


@frozen(kw_only=True)
class Event:
    """Something that happened to a person.

    Attributes:
        at: When it happened.
        person_id: Whom it concerns; events are in order per person.
        policy_version: The version of the policy it was decided under.
    """

    at: datetime
    person_id: PersonId
    policy_version: str
