"""Who may act towards whom, and which rule says no."""

import pytest

from domain.shared.errors import RefusedError
from domain.shared.standing import (
    PairBlockedError,
    PersonSuspendedError,
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
