"""What stays of a person who left."""

from datetime import timedelta
from typing import Any

import attrs
import pytest

from domain.identity import persons
from domain.identity.erasure import Erasure, erase, erasure_of
from domain.identity.events import PersonErased
from domain.identity.guests import claim
from domain.identity.pepper import Pepper
from domain.identity.persons import Person, PersonChange, PersonStatus
from domain.identity.profile import Gender, PrivacyLevel, Profile
from domain.shared.standing import PersonDeletedError
from domain.shared.tiers import Tier
from tests.domain.identity.values import ANA, NOW, POLICY, VERSION, a_person

LATER = NOW + timedelta(days=3)
PEPPER = Pepper(b"p" * 32)
FULL: dict[str, Any] = {
    "name": "Secret",
    "email": "secret@example.org",
    "display_name": "Secret",
    "username": "secret",
    "avatar_url": "https://example.org/secret",
    "phone_number": "+919876543210",
    "gender": Gender.OTHER,
    "locale": "pt-PT",
    "timezone": "Europe/Lisbon",
    "native_language": "pt",
    "ui_language": "pt",
    "privacy_level": PrivacyLevel.PUBLIC,
    "social_sharing_enabled": True,
}


def a_full_person() -> Person:
    person = persons.set_tier(a_person(**FULL), Tier.PLUS, policy_version=VERSION, now=NOW).person
    return persons.suspend(person, "Secret", policy_version=VERSION, now=NOW).person


def erased(person: Person) -> PersonChange:
    return erase(person, policy_version=VERSION, now=LATER)


def test_every_field_of_the_profile_is_tried() -> None:
    assert FULL.keys() == {field.name for field in attrs.fields(Profile)}


def test_no_field_of_the_profile_is_left() -> None:
    before, after = a_full_person(), erased(a_full_person()).person
    assert not [name for name in FULL if getattr(after, name) == getattr(before, name)]
    assert "secret" not in repr(after).lower()
    assert (after.status, after.suspension_reason) == (PersonStatus.DELETED, None)
    assert not after.social_sharing_enabled


def test_the_id_the_times_and_what_was_held_stay() -> None:
    before, after = a_full_person(), erased(a_full_person()).person
    for name in ("id", "registered_at", "tier", "tier_peak", "tier_peak_on", "counting_on"):
        assert getattr(after, name) == getattr(before, name)


def test_the_event_tells_of_nothing_but_the_erasure() -> None:
    assert erased(a_full_person()).events == (
        PersonErased(at=LATER, person_id=ANA, policy_version=VERSION),
    )


def test_erasing_again_changes_nothing() -> None:
    once = erased(a_full_person()).person
    assert erase(once, policy_version=VERSION, now=LATER + timedelta(days=1)) == PersonChange(
        once, ()
    )


def test_the_record_knows_the_address_again_and_a_suspension() -> None:
    assert erasure_of(a_full_person(), pepper=PEPPER, now=LATER) == Erasure(
        person_id=ANA,
        erased_at=LATER,
        was_suspended=True,
        email_hash=PEPPER.erased_email("Secret@Example.org"),
    )
    guest = erasure_of(a_person(), pepper=PEPPER, now=LATER)
    assert (guest.was_suspended, guest.email_hash) == (False, None)


CHANGES = {
    "profile": lambda person: persons.change_profile(
        person, {"name": "Ana"}, policy=POLICY, policy_version=VERSION, now=LATER
    ),
    "tier": lambda person: persons.set_tier(
        person, Tier.PREMIUM, policy_version=VERSION, now=LATER
    ),
    "suspension": lambda person: persons.suspend(
        person, "Spam.", policy_version=VERSION, now=LATER
    ),
    "claim": lambda person: claim(
        person, "new@example.org", policy=POLICY, policy_version=VERSION, now=LATER
    ),
    "reinstatement": lambda person: persons.reinstate(person, policy_version=VERSION, now=LATER),
}


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_changes_the_erased(change: str) -> None:
    with pytest.raises(PersonDeletedError):
        CHANGES[change](erased(a_full_person()).person)
