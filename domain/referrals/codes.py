"""Codes: what a person gives on, so that who comes is known to come from them."""

from datetime import datetime

import attrs
from attrs import frozen

from ..shared.errors import ConflictError, InvalidValueError
from ..shared.ids import PersonId
from .events import ReferralCodeDeactivated, ReferralCodeMade

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""What codes are made of: no 0, O, 1, I or L, which are taken for one another."""

CODE_CHARACTERS = 8
MAX_ENTERED_CHARACTERS = 40


class NoActiveCodeError(ConflictError):
    """The person has no code that could be deactivated."""

    code = "no_active_code"


@frozen(kw_only=True)
class ReferralCode:
    """A code of a person's.

    Attributes:
        code: Its eight characters.
        person_id: Whose it is.
        created_at: When it was made.
        expires_at: From when on it is not taken any more, if it ends.
        deactivated_at: When it was deactivated or replaced, if it was.
    """

    code: str
    person_id: PersonId
    created_at: datetime
    expires_at: datetime | None = None
    deactivated_at: datetime | None = None

    def expired(self, now: datetime) -> bool:
        """Tell whether its time is over."""
        return self.expires_at is not None and now >= self.expires_at

    def usable(self, now: datetime) -> bool:
        """Tell whether it is taken."""
        return self.deactivated_at is None and not self.expired(now)


def entered_code(field: str, text: str) -> str:
    """Give a code in the form in which it is kept, as a person may have typed it.

    Case does not matter, nor do spaces and hyphens.

    Raises:
        InvalidValueError: It can be no code.
    """
    code = "".join(text[:MAX_ENTERED_CHARACTERS].split()).replace("-", "").upper()
    if len(code) != CODE_CHARACTERS or not set(code) <= set(ALPHABET):
        raise InvalidValueError(
            field,
            f"A code has {CODE_CHARACTERS} letters and digits, without 0, O, 1, I and L; "
            "enter it as it was given.",
        )
    return code


def made(
    person_id: PersonId,
    code: str,
    expires_at: datetime | None,
    policy_version: str,
    now: datetime,
) -> ReferralCodeMade:
    """Make a code.

    Raises:
        InvalidValueError: It would end before it begins, or is not of the alphabet.
    """
    if expires_at is not None and expires_at <= now:
        raise InvalidValueError(
            "expires_at", "The code would end before it begins; name a later time."
        )
    return ReferralCodeMade(
        at=now,
        person_id=person_id,
        policy_version=policy_version,
        code=entered_code("code", code),
        expires_at=expires_at,
    )


def deactivated(code: ReferralCode, policy_version: str, now: datetime) -> ReferralCodeDeactivated:
    """Deactivate a code.

    Raises:
        NoActiveCodeError: It is not active.
    """
    if code.deactivated_at is not None:
        raise NoActiveCodeError("The code is not active; there is nothing to deactivate.")
    return ReferralCodeDeactivated(
        at=now, person_id=code.person_id, policy_version=policy_version, code=code.code
    )


def new_code(event: ReferralCodeMade) -> ReferralCode:
    """Give the code that an event made."""
    return ReferralCode(
        code=event.code,
        person_id=event.person_id,
        created_at=event.at,
        expires_at=event.expires_at,
    )


def ended(code: ReferralCode, event: ReferralCodeDeactivated) -> ReferralCode:
    """Give a code after it was deactivated."""
    return attrs.evolve(code, deactivated_at=event.at)
