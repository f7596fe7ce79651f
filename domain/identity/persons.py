"""Persons: registration, profile, tier, suspension."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import attrs
from attrs import frozen

from ..shared.calendar import CountingDay, counted
from ..shared.ids import PersonId
from ..shared.standing import require_not_deleted
from ..shared.tiers import Tier, TierStanding
from .events import (
    IdentityEvent,
    PersonRegistered,
    PersonReinstated,
    PersonSuspended,
    ProfileChanged,
    TierChanged,
)
from .policy import IdentityPolicy
from .profile import Profile, checked_profile


class PersonStatus(StrEnum):
    """Whether a person may act."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    DELETED = "deleted"


@frozen(kw_only=True)
class Person(Profile):
    """A person as Kithkin knows them.

    Attributes:
        id: Theirs for ever.
        status: Whether they may act.
        suspension_reason: Why they are suspended, while they are.
        registered_at: Since when they are known.
        tier: The tier held now.
        tier_peak: The highest tier held on `tier_peak_on`.
        tier_peak_on: The counting date on which the tier last changed.
        counting_on: The latest counting date, None before anything was counted.
        counting_since: When that date was first counted.
        version: Rises by one at every change that a gate may have read.
    """

    id: PersonId
    registered_at: datetime
    status: PersonStatus = PersonStatus.ACTIVE
    suspension_reason: str | None = None
    tier: Tier = Tier.FREE
    tier_peak: Tier = Tier.FREE
    tier_peak_on: date | None = None
    counting_on: date | None = None
    counting_since: datetime | None = None
    version: int = 1

    def require_not_deleted(self) -> None:
        """Refuse what is done as this person, or to them, once they were erased.

        Raises:
            PersonDeletedError: They were.
        """
        require_not_deleted(deleted=self.status is PersonStatus.DELETED)

    @property
    def standing(self) -> TierStanding:
        """The tier held, and the peak of the day it changed."""
        return TierStanding(self.tier, self.tier_peak, self.tier_peak_on)

    @property
    def counting_day(self) -> CountingDay | None:
        """The latest date this person was counted on."""
        if self.counting_on is None or self.counting_since is None:
            return None
        return CountingDay(self.counting_on, self.counting_since)


@frozen
class PersonChange:
    """A person after a command, and what happened."""

    person: Person
    events: tuple[IdentityEvent, ...]


def register(
    person_id: PersonId,
    profile: Profile,
    *,
    policy: IdentityPolicy,
    policy_version: str,
    now: datetime,
) -> PersonChange:
    """Make a person of a profile.

    Raises:
        InvalidValueError: A field of the profile is malformed.
    """
    fields = attrs.asdict(checked_profile(profile, policy), recurse=False)
    person = Person(id=person_id, registered_at=now, **fields)
    event = PersonRegistered(
        at=now,
        person_id=person_id,
        policy_version=policy_version,
        timezone=person.timezone,
        locale=person.locale,
    )
    return PersonChange(person, (event,))


def change_profile(
    person: Person,
    changes: Mapping[str, Any],
    *,
    policy: IdentityPolicy,
    policy_version: str,
    now: datetime,
) -> PersonChange:
    """Give some fields of a person's profile new values.

    A new time zone decides later dates only: what was counted stays where it is.

    Args:
        person: As they are.
        changes: New values by the names of `Profile`'s fields.
        policy: Limits on the values.
        policy_version: The version the change is decided under.
        now: The present instant.

    Raises:
        PersonDeletedError: The person was erased.
        InvalidValueError: A new value is malformed.
    """
    person.require_not_deleted()
    profile = Profile(**{name: getattr(person, name) for name in PROFILE_FIELDS})
    changed = checked_profile(attrs.evolve(profile, **changes), policy)
    differing = tuple(
        name for name in PROFILE_FIELDS if getattr(changed, name) != getattr(person, name)
    )
    if not differing:
        return PersonChange(person, ())
    event = ProfileChanged(
        at=now, person_id=person.id, policy_version=policy_version, fields=differing
    )
    values = {name: getattr(changed, name) for name in differing}
    return PersonChange(attrs.evolve(person, **values), (event,))


def set_tier(person: Person, tier: Tier, *, policy_version: str, now: datetime) -> PersonChange:
    """Give a person another tier, from this instant on.

    Raises:
        PersonDeletedError: The person was erased.
    """
    person.require_not_deleted()
    if tier is person.tier:
        return PersonChange(person, ())
    day = counted(now, person.timezone, person.counting_day)
    standing = person.standing.changed(tier, day.date)
    event = TierChanged(
        at=now,
        person_id=person.id,
        policy_version=policy_version,
        before=person.tier,
        after=tier,
    )
    changed = attrs.evolve(
        person,
        tier=standing.current,
        tier_peak=standing.peak,
        tier_peak_on=standing.peak_on,
        counting_on=day.date,
        counting_since=day.since,
    )
    return PersonChange(changed, (event,))


def suspend(person: Person, reason: str, *, policy_version: str, now: datetime) -> PersonChange:
    """Keep a person from acting. Suspending again only replaces the reason.

    Raises:
        PersonDeletedError: The person was erased.
    """
    person.require_not_deleted()
    changed = attrs.evolve(person, status=PersonStatus.SUSPENDED, suspension_reason=reason)
    if person.status is PersonStatus.SUSPENDED:
        return PersonChange(changed, ())
    event = PersonSuspended(at=now, person_id=person.id, policy_version=policy_version)
    return PersonChange(changed, (event,))


def reinstate(person: Person, *, policy_version: str, now: datetime) -> PersonChange:
    """Let a suspended person act again; nothing changes for anybody else.

    Raises:
        PersonDeletedError: The person was erased.
    """
    person.require_not_deleted()
    if person.status is not PersonStatus.SUSPENDED:
        return PersonChange(person, ())
    changed = attrs.evolve(person, status=PersonStatus.ACTIVE, suspension_reason=None)
    event = PersonReinstated(at=now, person_id=person.id, policy_version=policy_version)
    return PersonChange(changed, (event,))


PROFILE_FIELDS = tuple(field.name for field in attrs.fields(Profile))
