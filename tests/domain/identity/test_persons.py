"""How persons change, and what others hear of it."""

from datetime import date, timedelta
from typing import Any

import attrs
import pytest

from domain.identity import persons
from domain.identity.events import (
    PersonRegistered,
    PersonReinstated,
    PersonSuspended,
    ProfileChanged,
    TierChanged,
)
from domain.identity.persons import Person, PersonChange, PersonStatus
from domain.identity.profile import PrivacyLevel, Profile
from domain.shared.calendar import CountingDay
from domain.shared.errors import InvalidValueError
from domain.shared.tiers import Tier, TierStanding
from tests.domain.identity.values import ANA, NOW, POLICY, VERSION, a_person

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = date(2026, 3, 2)
ABOUT_ANA: dict[str, Any] = {"person_id": ANA, "policy_version": VERSION}


def change_profile(person: Person, **changes: Any) -> PersonChange:
    return persons.change_profile(person, changes, policy=POLICY, policy_version=VERSION, now=NOW)


def set_tier(person: Person, tier: Tier, after: timedelta = timedelta()) -> PersonChange:
    return persons.set_tier(person, tier, policy_version=VERSION, now=NOW + after)


def suspend(person: Person, reason: str) -> PersonChange:
    return persons.suspend(person, reason, policy_version=VERSION, now=NOW)


def reinstate(person: Person) -> PersonChange:
    return persons.reinstate(person, policy_version=VERSION, now=NOW)


def test_a_newcomer_is_active_free_and_not_counted_yet() -> None:
    change = persons.register(
        ANA,
        Profile(name=" Ana ", timezone="Asia/Kolkata"),
        policy=POLICY,
        policy_version=VERSION,
        now=NOW,
    )
    person = change.person
    assert (person.id, person.name, person.registered_at) == (ANA, "Ana", NOW)
    assert (person.status, person.suspension_reason) == (PersonStatus.ACTIVE, None)
    assert person.standing == TierStanding()
    assert person.counting_day is None
    assert change.events == (
        PersonRegistered(at=NOW, timezone="Asia/Kolkata", locale="hi-IN", **ABOUT_ANA),
    )


def test_nobody_registers_with_a_malformed_profile() -> None:
    with pytest.raises(InvalidValueError):
        a_person(email="nobody")


def test_a_change_names_the_fields_that_differ_and_no_others() -> None:
    change = change_profile(a_person(display_name="Ana"), display_name="A.", locale="hi-IN")
    assert change.person == a_person(display_name="A.")
    assert change.events == (ProfileChanged(at=NOW, fields=("display_name",), **ABOUT_ANA),)


def test_a_field_can_be_emptied() -> None:
    person = change_profile(a_person(email="ana@example.org"), email=None).person
    assert person.email is None


def test_a_profile_that_stays_the_same_is_no_event() -> None:
    person = a_person(display_name="é")
    assert change_profile(person, display_name=" e\u0301 ") == PersonChange(person, ())


def test_a_malformed_change_is_refused() -> None:
    with pytest.raises(InvalidValueError) as refusal:
        change_profile(a_person(), privacy_level=PrivacyLevel.PUBLIC, timezone="Mars/Olympus")
    assert refusal.value.field == "timezone"


def test_another_zone_changes_nothing_that_was_counted() -> None:
    person = set_tier(a_person(timezone="Pacific/Kiritimati"), Tier.PLUS).person
    moved = change_profile(person, timezone="Pacific/Honolulu").person
    assert moved == attrs.evolve(person, timezone="Pacific/Honolulu")


def test_a_tier_is_pinned_to_the_counting_date() -> None:
    change = set_tier(a_person(timezone="Pacific/Kiritimati"), Tier.PLUS)
    assert change.person.standing == TierStanding(Tier.PLUS, Tier.PLUS, TODAY + DAY)
    assert change.person.counting_day == CountingDay(TODAY + DAY, NOW)
    assert change.events == (TierChanged(at=NOW, before=Tier.FREE, after=Tier.PLUS, **ABOUT_ANA),)


def test_the_tier_already_held_changes_nothing() -> None:
    person = set_tier(a_person(), Tier.PLUS).person
    assert set_tier(person, Tier.PLUS, DAY) == PersonChange(person, ())


def test_a_downgrade_counts_from_the_next_local_midnight() -> None:
    person = set_tier(a_person(), Tier.PREMIUM).person
    lower = set_tier(person, Tier.FREE, HOUR).person
    assert lower.tier is Tier.FREE
    assert lower.standing.on(TODAY) is Tier.PREMIUM
    assert lower.standing.on(TODAY + DAY) is Tier.FREE


def test_a_tier_changed_after_hopping_west_counts_on_the_day_already_opened() -> None:
    east = a_person(timezone="Pacific/Kiritimati")
    premium = set_tier(set_tier(east, Tier.PREMIUM).person, Tier.FREE, HOUR).person
    west = change_profile(premium, timezone="Pacific/Honolulu").person
    again = set_tier(west, Tier.PLUS, 2 * HOUR).person
    assert again.counting_day == CountingDay(TODAY + DAY, NOW)
    assert again.standing.on(TODAY + DAY) is Tier.PREMIUM


def test_a_suspension_keeps_a_person_from_acting_and_tells_why() -> None:
    change = suspend(a_person(), "Spam.")
    assert change.person.status is PersonStatus.SUSPENDED
    assert change.person.suspension_reason == "Spam."
    assert change.events == (PersonSuspended(at=NOW, **ABOUT_ANA),)


def test_suspending_again_replaces_the_reason_only() -> None:
    change = suspend(suspend(a_person(), "Spam.").person, "Fraud.")
    assert change.person.suspension_reason == "Fraud."
    assert change.events == ()


def test_a_reinstated_person_is_as_before_the_suspension() -> None:
    change = reinstate(suspend(a_person(), "Spam.").person)
    assert change.person == a_person()
    assert change.events == (PersonReinstated(at=NOW, **ABOUT_ANA),)


def test_reinstating_an_active_person_changes_nothing() -> None:
    assert reinstate(a_person()) == PersonChange(a_person(), ())


def test_no_event_carries_personal_data() -> None:
    person = a_person(email="ana@example.org", display_name="Ana-Bel")
    told = [
        *change_profile(person, name="Secret").events,
        *suspend(person, "Secret").events,
        *set_tier(person, Tier.PLUS).events,
    ]
    assert len(told) == 3
    assert not [event for event in told if "Secret" in repr(event) or "ana@" in repr(event)]
