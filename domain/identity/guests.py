"""Guests: persons without an email address, who can be claimed once by signing in."""

from collections.abc import Mapping
from datetime import datetime

import attrs

from ..shared.errors import ConflictError, RefusedError
from .events import GuestClaimed
from .persons import Person, PersonChange
from .policy import IdentityPolicy
from .profile import Profile, checked_profile, mailbox


class GuestNotMergedError(ConflictError):
    """The address already belongs to a person, and persons are never merged."""

    code = "guest_not_merged"


class EmailAlikeError(ConflictError):
    """A person has an address that counts as this one, but whose mailbox is another."""

    code = "email_alike"


class EmailNotProvenError(RefusedError):
    """A person may not give themself an address that nobody has proven to be theirs."""

    code = "email_not_proven"


def is_guest(person: Person) -> bool:
    """Tell whether a person can be claimed."""
    return person.email is None


def claim(
    guest: Person, email: str, *, policy: IdentityPolicy, policy_version: str, now: datetime
) -> PersonChange:
    """Give a guest the address that was proven.

    Raises:
        PersonDeletedError: The guest was erased.
        InvalidValueError: The address is malformed.
    """
    guest.require_not_deleted()
    checked = checked_profile(Profile(name=guest.name, email=email), policy)
    event = GuestClaimed(at=now, person_id=guest.id, policy_version=policy_version)
    return PersonChange(attrs.evolve(guest, email=checked.email), (event,))


def not_merged() -> GuestNotMergedError:
    """Give the error for a guest who proves the address of another person."""
    return GuestNotMergedError(
        "This address belongs to another person, and the guest is not merged into them. Sign in "
        "with the same code without the guest's token to be that person."
    )


def require_same_mailbox(person: Person, email: str) -> None:
    """Refuse that who proved an address is taken for the person of one that only counts as it.

    Raises:
        EmailAlikeError: The person's mailbox is another.
    """
    if mailbox(person.email or "") != mailbox(email):
        raise EmailAlikeError(
            "A person has an address that counts as this one but is spelled with other letters. "
            "Sign in with that spelling, or with another address."
        )


def require_no_address(changes: Mapping[str, object]) -> None:
    """Refuse that a person changes their own address: whoever owns it would sign in as them.

    Raises:
        EmailNotProvenError: The changes hold an address.
    """
    if "email" in changes:
        raise EmailNotProvenError(
            "An email address is proven, not set: a guest gets one by signing in with it. For "
            "others the app's own backend changes it."
        )
