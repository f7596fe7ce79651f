"""The decision on one more message, and what it says of itself."""

from datetime import UTC, date, datetime

import attrs
import pytest

from domain.shared.standing import require_standing, standing_reasons
from domain.shared.tiers import Tier, TierStanding
from domain.video.policy import UnlockPolicy
from domain.video.unlock import (
    DailyMessageLimitReachedError,
    UnlockFacts,
    allowance,
    require,
)

POLICY = UnlockPolicy()
TODAY = date(2026, 3, 2)
FACTS = UnlockFacts(
    day=TODAY, timezone="Asia/Kolkata", sent=9, standing=TierStanding(), last_call_on=None
)


def test_the_last_message_of_the_day_is_allowed_and_no_further_one() -> None:
    before = allowance(FACTS, POLICY, "v1")
    assert (before.allowed, before.sent, before.remaining) == (True, 9, 1)
    require(before)
    after = allowance(FACTS, POLICY, "v1").after_one_more()
    assert (after.allowed, after.sent, after.remaining) == (False, 10, 0)


def test_nothing_remains_below_zero_if_the_limit_was_lowered_by_a_new_policy() -> None:
    decision = allowance(attrs.evolve(FACTS, sent=25), POLICY, "v1")
    assert (decision.allowed, decision.remaining) == (False, 0)


def test_the_day_resets_at_the_next_local_midnight() -> None:
    assert allowance(FACTS, POLICY, "v1").resets_at == datetime(2026, 3, 2, 18, 30, tzinfo=UTC)


def test_a_decision_names_the_rule_its_inputs_and_what_changes_it() -> None:
    facts = attrs.evolve(FACTS, standing=TierStanding(Tier.PLUS), last_call_on=date(2026, 2, 20))
    decision = allowance(facts, POLICY, "v1")
    assert decision.counting_on == TODAY
    assert decision.policy_version == "v1"
    (reason,) = decision.reasons
    assert (reason.rule, reason.satisfied) == ("daily_message_limit", True)
    assert reason.threshold == decision.limit == 40
    assert reason.inputs == {
        "sent": 9,
        "base": 10,
        "bonus": 30,
        "days_since_call": 10,
        "percent": 75,
        "tier": "plus",
    }
    assert reason.changes_at == decision.resets_at
    assert reason.changed_by == ("complete_a_video_call", "upgrade_to_premium")


def test_a_refusal_carries_the_decision_and_says_what_to_do() -> None:
    decision = allowance(FACTS, POLICY, "v1").after_one_more()
    with pytest.raises(DailyMessageLimitReachedError) as refusal:
        require(decision)
    assert refusal.value.code == "daily_message_limit_reached"
    assert refusal.value.decision is decision
    assert refusal.value.reasons == decision.reasons
    for said in ("10 of 10", "2026-03-02T18:30:00Z", "complete a video call (limit 30)"):
        assert said in refusal.value.detail


def test_a_refusal_that_nothing_can_change_gives_no_advice() -> None:
    facts = attrs.evolve(FACTS, sent=100, standing=TierStanding(Tier.PREMIUM), last_call_on=TODAY)
    with pytest.raises(DailyMessageLimitReachedError) as refusal:
        require(allowance(facts, POLICY, "v1"))
    assert refusal.value.detail.endswith("2026-03-02T18:30:00Z.")


def test_an_upgrade_counts_at_once_and_a_downgrade_from_the_next_day() -> None:
    called = attrs.evolve(FACTS, last_call_on=TODAY)
    upgraded = attrs.evolve(called, standing=TierStanding().changed(Tier.PREMIUM, TODAY))
    downgraded = attrs.evolve(upgraded, standing=upgraded.standing.changed(Tier.FREE, TODAY))
    for facts in (upgraded, downgraded):
        assert allowance(facts, POLICY, "v1").limit == 100
    change = allowance(downgraded, POLICY, "v1").next_change
    assert change is not None
    assert (change.on, change.limit, change.percent) == (date(2026, 3, 3), 30, 100)
    assert allowance(upgraded, POLICY, "v1").next_change != change


def test_a_call_dated_ahead_of_the_day_counts_as_one_of_that_day() -> None:
    ahead = attrs.evolve(FACTS, last_call_on=date(2026, 3, 4))
    decision = allowance(ahead, POLICY, "v1")
    assert (decision.days_since_call, decision.limit) == (0, 30)
    assert decision.next_change is not None
    assert decision.next_change.on == date(2026, 3, 12)


@pytest.mark.parametrize(
    ("active", "blocked", "allowed"),
    [(True, False, True), (False, False, False), (True, True, False)],
)
def test_other_rules_have_their_say_first(active: bool, blocked: bool, allowed: bool) -> None:
    others = standing_reasons(active=active, blocked=blocked)
    alone = allowance(FACTS, POLICY, "v1")
    decision = alone.given(others)
    assert decision.allowed is allowed
    assert decision.reasons == (*others, *alone.reasons)
    assert (decision.sent, decision.limit) == (alone.sent, alone.limit)
    require(decision)


def test_a_reached_limit_refuses_whatever_other_rules_say() -> None:
    decision = (
        allowance(FACTS, POLICY, "v1")
        .after_one_more()
        .given(standing_reasons(active=True, blocked=False))
    )
    assert not decision.allowed
    require_standing(decision.reasons)
    with pytest.raises(DailyMessageLimitReachedError):
        require(decision)


def test_one_more_message_changes_the_number_sent_and_nothing_else() -> None:
    facts = attrs.evolve(FACTS, last_call_on=TODAY)
    assert facts.after_one_more() == attrs.evolve(facts, sent=10)
    assert allowance(facts, POLICY, "v1").after_one_more().policy_version == "v1"
