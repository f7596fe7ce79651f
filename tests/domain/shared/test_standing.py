"""Who may act towards whom, and which rule says no."""

import pytest

from domain.shared.errors import RefusedError
from domain.shared.standing import (
    PairBlockedError,
    PartnerDeletedError,
    PersonDeletedError,
    PersonSuspendedError,
    require_not_deleted,
    require_standing,
    standing_reasons,
)


def test_an_active_person_may_act_towards_one_who_is_not_blocked() -> None:
    reasons = standing_reasons(active=True, blocked=False)
    require_standing(reasons)
    assert [(reason.rule, reason.satisfied) for reason in reasons] == [
        ("person_is_active", True),
        ("pair_is_not_blocked", True),
    ]
    assert not any(reason.changed_by for reason in reasons)


@pytest.mark.parametrize(
    ("active", "blocked", "error", "unmet"),
    [
        (False, False, PersonSuspendedError, ["reinstate_person"]),
        (True, True, PairBlockedError, ["unblock"]),
        (False, True, PersonSuspendedError, ["reinstate_person", "unblock"]),
    ],
)
def test_the_first_unmet_rule_refuses_and_all_say_what_would_change_them(
    active: bool, blocked: bool, error: type[RefusedError], unmet: list[str]
) -> None:
    reasons = standing_reasons(active=active, blocked=blocked)
    decision = object()
    with pytest.raises(error) as refusal:
        require_standing(reasons, decision)
    assert refusal.value.detail == next(r.detail for r in reasons if not r.satisfied)
    assert refusal.value.reasons == reasons
    assert refusal.value.decision is decision
    assert [action for reason in reasons for action in reason.changed_by] == unmet


def test_each_error_has_its_code_and_each_reason_says_how_things_stand() -> None:
    assert PersonSuspendedError.code == "person_suspended"
    assert PairBlockedError.code == "pair_blocked"
    good, bad = (
        [reason.detail for reason in standing_reasons(active=active, blocked=not active)]
        for active in (True, False)
    )
    assert good == ["The person is active.", "Neither has blocked the other."]
    assert bad == ["The person is suspended.", "One of the two has blocked the other."]


def test_of_the_erased_nothing_else_is_asked() -> None:
    for active, blocked in ((True, False), (False, True)):
        [reason] = standing_reasons(active=active, blocked=blocked, deleted=True)
        assert (reason.rule, reason.satisfied) == ("person_is_not_deleted", False)
        assert (reason.changes_at, reason.changed_by) == (None, ())
        with pytest.raises(PersonDeletedError):
            require_standing((reason,))


def test_nobody_acts_towards_the_erased() -> None:
    reasons = standing_reasons(active=True, blocked=True, partner_deleted=True)
    assert [reason.rule for reason in reasons] == ["person_is_active", "partner_is_not_deleted"]
    with pytest.raises(PartnerDeletedError):
        require_standing(reasons)
    with pytest.raises(PersonSuspendedError):
        require_standing(standing_reasons(active=False, blocked=False, partner_deleted=True))


def test_only_the_erased_are_refused_as_such() -> None:
    require_not_deleted(deleted=False)
    with pytest.raises(PersonDeletedError):
        require_not_deleted(deleted=True)
