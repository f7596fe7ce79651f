"""Erasure: what stays of a person who left for good."""

from datetime import datetime

import attrs
from attrs import frozen

from ..shared.ids import PersonId
from .events import PersonErased
from .pepper import Pepper
from .persons import Person, PersonChange, PersonStatus
from .profile import PrivacyLevel, Profile

NOTHING = Profile(
    name="", locale="und", privacy_level=PrivacyLevel.PRIVATE, social_sharing_enabled=False
)
"""The profile of an erased person; `und` is the tag of no known language."""


@frozen(kw_only=True)
class Erasure:
    """The record of an erasure.

    Attributes:
        person_id: Who was erased; all that is kept of them goes by this id.
        erased_at: When.
        was_suspended: They were suspended then.
        email_hash: The keyed hash of their email address, None if they had none.
    """

    person_id: PersonId
    erased_at: datetime
    was_suspended: bool
    email_hash: bytes | None


def erase(person: Person, *, policy_version: str, now: datetime) -> PersonChange:
    """Give what stays of a person: id, times, tier and counting dates. It is final."""
    if person.status is PersonStatus.DELETED:
        return PersonChange(person, ())
    erased = attrs.evolve(
        person,
        **attrs.asdict(NOTHING, recurse=False),
        status=PersonStatus.DELETED,
        suspension_reason=None,
    )
    event = PersonErased(at=now, person_id=person.id, policy_version=policy_version)
    return PersonChange(erased, (event,))


def erasure_of(person: Person, *, pepper: Pepper, now: datetime) -> Erasure:
    """Give the record of a person's erasure, made while they are still known."""
    return Erasure(
        person_id=person.id,
        erased_at=now,
        was_suspended=person.status is PersonStatus.SUSPENDED,
        email_hash=None if person.email is None else pepper.erased_email(person.email),
    )
