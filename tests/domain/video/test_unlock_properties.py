"""The invariants of progressive unlock, for any policy, tier, date and zone."""

from datetime import date, timedelta

import attrs
from hypothesis import given
from hypothesis import strategies as st

from domain.shared.calendar import local_date, start_of
from domain.shared.decisions import verdicts
from domain.shared.standing import standing_reasons
from domain.shared.tiers import Tier
from domain.video.policy import UnlockPolicy, percent_left
from domain.video.unlock import UnlockFacts, allowance, daily_limit
from tests.domain.strategies import facts, policies, tiers

MOMENT = timedelta(microseconds=1)
ONE_DAY = timedelta(days=1)
LONG = 200
"""Days after which nothing changes any more under any policy tried."""

days_since_call = st.none() | st.integers(0, 100)


def limit_on(day: date, now: UnlockFacts, policy: UnlockPolicy) -> int:
    return allowance(attrs.evolve(now, day=day), policy, "v1").limit


@given(policies, tiers, days_since_call)
def test_the_limit_is_never_below_the_base(
    policy: UnlockPolicy, tier: Tier, days: int | None
) -> None:
    limit = daily_limit(tier, days, policy)
    assert policy.base_messages <= limit <= policy.base_messages + policy.tier_bonus[tier]


@given(policies, tiers, st.integers(0, 100), st.integers(0, 100))
def test_the_limit_never_rises_with_the_days(
    policy: UnlockPolicy, tier: Tier, days: int, more: int
) -> None:
    assert daily_limit(tier, days + more, policy) <= daily_limit(tier, days, policy)
    assert percent_left(days + more, policy) <= percent_left(days, policy)


@given(policies, days_since_call)
def test_the_limit_never_falls_with_the_tier(policy: UnlockPolicy, days: int | None) -> None:
    limits = [daily_limit(tier, days, policy) for tier in Tier]
    assert limits == sorted(limits)


@given(policies, tiers, st.integers(0, 100))
def test_the_limit_is_the_base_and_the_bonus_rounded_up(
    policy: UnlockPolicy, tier: Tier, days: int
) -> None:
    hundredths = policy.tier_bonus[tier] * percent_left(days, policy)
    bonus = daily_limit(tier, days, policy) - policy.base_messages
    assert 100 * bonus - 99 <= hundredths <= 100 * bonus


@given(facts(), policies, st.integers(-3, 70))
def test_a_completed_call_never_lowers_the_limit(
    now: UnlockFacts, policy: UnlockPolicy, days_ago: int
) -> None:
    called_on = now.day - timedelta(days=days_ago)
    latest = called_on if now.last_call_on is None else max(now.last_call_on, called_on)
    after = allowance(attrs.evolve(now, last_call_on=latest), policy, "v1")
    assert after.limit >= allowance(now, policy, "v1").limit


@given(facts(), policies)
def test_a_decision_agrees_with_itself(now: UnlockFacts, policy: UnlockPolicy) -> None:
    decision = allowance(now, policy, "v1")
    assert decision.limit == decision.base + decision.bonus
    assert decision.allowed is (decision.sent < decision.limit) is (decision.remaining > 0)
    assert decision.remaining == max(0, decision.limit - decision.sent)
    assert decision.reasons[0].satisfied is decision.allowed


@given(facts(), policies, st.booleans(), st.booleans())
def test_what_each_rule_said_is_what_its_reason_says(
    now: UnlockFacts, policy: UnlockPolicy, active: bool, blocked: bool
) -> None:
    decision = allowance(now, policy, "v").given(standing_reasons(active=active, blocked=blocked))
    assert decision.verdicts == verdicts(decision.reasons)
    assert decision.allowed is all(satisfied for _, satisfied in decision.verdicts)


@given(facts(), policies)
def test_the_next_change_is_the_first_date_with_another_limit(
    now: UnlockFacts, policy: UnlockPolicy
) -> None:
    decision = allowance(now, policy, "v1")
    days = [now.day + timedelta(days=number) for number in range(1, LONG)]
    differing = [day for day in days if limit_on(day, now, policy) != decision.limit]
    if not differing:
        assert decision.next_change is None
        return
    change = decision.next_change
    assert change is not None
    assert change.on == differing[0]
    assert change.at == start_of(differing[0], now.timezone)
    then = allowance(attrs.evolve(now, day=change.on), policy, "v1")
    assert (change.limit, change.percent) == (then.limit, then.percent)


@given(facts(), policies)
def test_the_unlockers_are_exactly_the_actions_that_raise_the_limit_now(
    now: UnlockFacts, policy: UnlockPolicy
) -> None:
    decision = allowance(now, policy, "v1")
    called_on = now.day if now.last_call_on is None else max(now.last_call_on, now.day)
    actions = {"complete_a_video_call": attrs.evolve(now, last_call_on=called_on)} | {
        f"upgrade_to_{tier}": attrs.evolve(now, standing=now.standing.changed(tier, now.day))
        for tier in Tier
    }
    limits = {action: allowance(then, policy, "v1").limit for action, then in actions.items()}
    raising = {action: limit for action, limit in limits.items() if limit > decision.limit}
    assert {unlocker.action: unlocker.limit for unlocker in decision.unlockers} == raising
    assert len(decision.unlockers) == len(raising)


@given(facts(), policies)
def test_a_day_resets_at_the_first_instant_of_the_next(
    now: UnlockFacts, policy: UnlockPolicy
) -> None:
    resets_at = allowance(now, policy, "v1").resets_at
    assert local_date(resets_at, now.timezone) > now.day
    assert local_date(resets_at - MOMENT, now.timezone) <= now.day
