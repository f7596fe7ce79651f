"""Invites: how many may be open, what an app notes of one, and how a referral begins."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from ..shared.errors import ConflictError, InvalidValueError
from ..shared.ids import PersonId, ReferralId
from ..shared.text import clean_line
from .events import ReferralInvited
from .kinds import Method, Source
from .policy import ReferralPolicy

MAX_NOTES = 20
NOTE_NAME_MAX_CHARACTERS = 50
NOTE_MAX_CHARACTERS = 200


class TooManyInvitesError(ConflictError):
    """The person has as many open invites as they may have."""

    code = "too_many_invites"


def require_room(open_invites: int, policy: ReferralPolicy) -> None:
    """Refuse one more invite where as many are open as may be.

    Raises:
        TooManyInvitesError: They are.
    """
    if open_invites >= policy.open_invites_per_person:
        raise TooManyInvitesError(
            f"{policy.open_invites_per_person} invites are open, which is all that may "
            "be; wait until some are taken up or end."
        )


def begun(
    referrer_id: PersonId,
    referral_id: ReferralId,
    method: Method,
    source: Source | None,
    policy: ReferralPolicy,
    policy_version: str,
    now: datetime,
) -> ReferralInvited:
    """Give the event that begins a referral, by an invite or by a code that is entered."""
    return ReferralInvited(
        at=now,
        person_id=referrer_id,
        policy_version=policy_version,
        referral_id=referral_id,
        method=method,
        source=source,
        expires_at=now + timedelta(seconds=policy.invite_seconds),
    )


def checked_notes(metadata: Mapping[str, str]) -> dict[str, str]:
    """Give what an app notes of an invite, in normal form.

    Raises:
        InvalidValueError: It is too much, or no text.
    """
    if len(metadata) > MAX_NOTES:
        raise InvalidValueError("metadata", f"At most {MAX_NOTES} texts are kept; send fewer.")
    return {
        clean_line("metadata", name, max_characters=NOTE_NAME_MAX_CHARACTERS): clean_line(
            "metadata", text, max_characters=NOTE_MAX_CHARACTERS
        )
        for name, text in metadata.items()
    }
