"""May a person act towards another at all, whatever they have left today?"""

from functools import cache

from .decisions import Reason, refusals
from .errors import RefusedError


class PersonSuspendedError(RefusedError):
    """A suspended person may not act."""

    code = "person_suspended"


class PersonDeletedError(RefusedError):
    """The person was erased; nothing is done as them any more."""

    code = "person_deleted"


class PartnerDeletedError(RefusedError):
    """The other person was erased; nothing reaches them any more."""

    code = "partner_deleted"


class PairBlockedError(RefusedError):
    """One of the two has blocked the other."""

    code = "pair_blocked"


_ERRORS: dict[str, type[RefusedError]] = {
    "person_is_active": PersonSuspendedError,
    "person_is_not_deleted": PersonDeletedError,
    "partner_is_not_deleted": PartnerDeletedError,
    "pair_is_not_blocked": PairBlockedError,
}


PAIR_RULES = frozenset({"partner_is_not_deleted", "pair_is_not_blocked"})
"""The rules that look at the other person."""


@cache
def standing_reasons(
    *, active: bool, blocked: bool, deleted: bool = False, partner_deleted: bool = False
) -> tuple[Reason, ...]:
    """Give one reason for each rule on whether a person may act towards another.

    Args:
        active: The person is not suspended.
        blocked: One of the two has blocked the other, either way.
        deleted: The person was erased.
        partner_deleted: The other was erased.
    """
    if deleted:
        return (_person_deleted(),)
    return (
        activity_reason(active=active),
        pair_reason(blocked=blocked, partner_deleted=partner_deleted),
    )


def activity_reason(*, active: bool) -> Reason:
    """Give what the rule says that asks whether a person is suspended."""
    return Reason(
        rule="person_is_active",
        satisfied=active,
        detail="The person is active." if active else "The person is suspended.",
        changed_by=() if active else ("reinstate_person",),
    )


def pair_reason(*, blocked: bool, partner_deleted: bool) -> Reason:
    """Give what the rule says that asks whether two persons can reach each other."""
    return _partner_deleted() if partner_deleted else _pair(blocked=blocked)


def person_reasons(*, active: bool, deleted: bool) -> tuple[Reason, ...]:
    """Give the reason for each rule on whether a person may act, towards whomever.

    Args:
        active: The person is not suspended.
        deleted: The person was erased.
    """
    return (_person_deleted() if deleted else activity_reason(active=active),)


def require_standing(reasons: tuple[Reason, ...], decision: object | None = None) -> None:
    """Refuse by the first of these rules that is not satisfied.

    Raises:
        PersonSuspendedError: The person is suspended.
        PersonDeletedError: The person was erased.
        PartnerDeletedError: The other was erased.
        PairBlockedError: One has blocked the other.
    """
    for reason in refusals(reasons):
        if error := _ERRORS.get(reason.rule):
            raise error(reason.detail, reasons, decision)


def require_not_deleted(*, deleted: bool) -> None:
    """Refuse what is done as a person who was erased.

    Raises:
        PersonDeletedError: They were.
    """
    if deleted:
        require_standing((_person_deleted(),))


def _pair(*, blocked: bool) -> Reason:
    return Reason(
        rule="pair_is_not_blocked",
        satisfied=not blocked,
        detail=(
            "One of the two has blocked the other." if blocked else "Neither has blocked the other."
        ),
        changed_by=("unblock",) if blocked else (),
    )


def _person_deleted() -> Reason:
    return Reason(
        rule="person_is_not_deleted",
        satisfied=False,
        detail="The person was erased, which is final; register a new person instead.",
    )


def _partner_deleted() -> Reason:
    return Reason(
        rule="partner_is_not_deleted",
        satisfied=False,
        detail="The other person was erased, which is final; what was said stays readable.",
    )
