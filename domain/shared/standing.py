"""May a person act towards another at all, whatever they have left today?"""

from .decisions import Reason, refusals
from .errors import RefusedError


class PersonSuspendedError(RefusedError):
    """A suspended person may not act."""

    code = "person_suspended"


class PairBlockedError(RefusedError):
    """One of the two has blocked the other."""

    code = "pair_blocked"


_ERRORS: dict[str, type[RefusedError]] = {
    "person_is_active": PersonSuspendedError,
    "pair_is_not_blocked": PairBlockedError,
}


def standing_reasons(*, active: bool, blocked: bool) -> tuple[Reason, ...]:
    """Give one reason for each rule on whether a person may act towards another.

    Args:
        active: The person is not suspended.
        blocked: One of the two has blocked the other, either way.
    """
    return (
        Reason(
            rule="person_is_active",
            satisfied=active,
            detail="The person is active." if active else "The person is suspended.",
            changed_by=() if active else ("reinstate_person",),
        ),
        Reason(
            rule="pair_is_not_blocked",
            satisfied=not blocked,
            detail=(
                "One of the two has blocked the other."
                if blocked
                else "Neither has blocked the other."
            ),
            changed_by=("unblock",) if blocked else (),
        ),
    )


def require_standing(reasons: tuple[Reason, ...], decision: object | None = None) -> None:
    """Refuse by the first of these rules that is not satisfied.

    Raises:
        PersonSuspendedError: The person is suspended.
        PairBlockedError: One has blocked the other.
    """
    for reason in refusals(reasons):
        if error := _ERRORS.get(reason.rule):
            raise error(reason.detail, reasons, decision)
