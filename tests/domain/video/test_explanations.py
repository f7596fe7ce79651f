"""What the rules of unlocking and rewards say, word by word."""

import re
from datetime import UTC, date, datetime
from typing import Any

import attrs
import pytest

from domain.shared.decisions import Reason
from domain.shared.standing import activity_reason
from domain.shared.tiers import Tier, TierStanding
from domain.video.events import RewardStatus
from domain.video.policy import DecayStep, RewardPolicy, UnlockPolicy, percent_left
from domain.video.reward import Reward, RewardChange, RewardFacts, reward
from domain.video.unlock import (
    DailyMessageLimitReachedError,
    LimitChange,
    MessageAllowance,
    Unlocker,
    UnlockFacts,
    allowance,
    require,
)

DAY = date(2026, 3, 20)


POLICY = UnlockPolicy()


CALL = "complete_a_video_call"


def unlocked(sent: int = 0, called: int | None = None, tier: Tier = Tier.FREE) -> MessageAllowance:
    """Decide on a message so many days after a call."""
    facts = UnlockFacts(
        day=DAY,
        timezone="Asia/Kolkata",
        sent=sent,
        standing=TierStanding(tier),
        last_call_on=None if called is None else date.fromordinal(DAY.toordinal() - called),
    )
    return allowance(facts, POLICY, "v1")


def limited(sent: int, limit: int, *ways: str, **inputs: Any) -> Reason:
    bonus = {"base": 10, "bonus": limit - 10, "days_since_call": None, "percent": 0, "tier": "free"}
    return Reason(
        rule="daily_message_limit",
        satisfied=sent < limit,
        detail=f"{sent} of {limit} messages are sent for 2026-03-20.",
        inputs={"sent": sent} | bonus | inputs,
        threshold=limit,
        changes_at=datetime(2026, 3, 20, 18, 30, tzinfo=UTC),
        changed_by=ways,
    )


@pytest.mark.parametrize(
    ("decision", "reason"),
    [
        (unlocked(9), limited(9, 10, CALL)),
        (unlocked(10), limited(10, 10, CALL)),
        (
            unlocked(5, 7),
            limited(5, 30, "upgrade_to_plus", "upgrade_to_premium", days_since_call=7, percent=100),
        ),
        (
            unlocked(25, 8, Tier.PLUS),
            limited(25, 40, CALL, "upgrade_to_premium", days_since_call=8, percent=75, tier="plus"),
        ),
        (
            unlocked(100, 0, Tier.PREMIUM),
            limited(100, 100, days_since_call=0, percent=100, tier="premium"),
        ),
    ],
)
def test_the_daily_limit_says_what_it_looked_at(decision: MessageAllowance, reason: Reason) -> None:
    assert decision.reasons == (reason,)
    assert decision.verdicts == (("daily_message_limit", reason.satisfied),)
    assert decision.allowed is reason.satisfied
    assert decision.policy_version == "v1"


def test_a_limit_in_all_its_parts() -> None:
    decision = unlocked(25, 8, Tier.PLUS)
    assert (decision.sent, decision.remaining, decision.limit) == (25, 15, 40)
    assert (decision.base, decision.bonus, decision.percent) == (10, 30, 75)
    assert (decision.tier, decision.days_since_call) == (Tier.PLUS, 8)
    assert decision.counting_on == DAY
    assert decision.unlockers == (
        Unlocker(action=CALL, limit=50),
        Unlocker(action="upgrade_to_premium", limit=78),
    )
    assert decision.next_change == LimitChange(
        on=date(2026, 3, 27),
        at=datetime(2026, 3, 26, 18, 30, tzinfo=UTC),
        limit=30,
        percent=50,
    )
    assert unlocked(50, 8).remaining == 0


def change_on(day: int, limit: int, percent: int) -> LimitChange:
    at = datetime(2026, 3, day - 1, 18, 30, tzinfo=UTC)
    return LimitChange(on=date(2026, 3, day), at=at, limit=limit, percent=percent)


@pytest.mark.parametrize(
    ("called", "change"),
    [
        (None, None),
        (31, None),
        (30, change_on(21, 10, 0)),
        (7, change_on(21, 25, 75)),
        (-2, change_on(30, 25, 75)),
    ],
)
def test_when_the_limit_changes_next(called: int | None, change: LimitChange | None) -> None:
    assert unlocked(0, called).next_change == change


def test_a_tier_that_was_left_today_counts_until_tomorrow() -> None:
    facts = UnlockFacts(
        day=DAY,
        timezone="UTC",
        sent=0,
        standing=TierStanding(Tier.FREE, Tier.PREMIUM, DAY),
        last_call_on=DAY,
    )
    decision = allowance(facts, POLICY, "v1")
    assert (decision.limit, decision.tier) == (100, Tier.PREMIUM)
    tomorrow = date(2026, 3, 21)
    at = datetime(2026, 3, 21, tzinfo=UTC)
    assert decision.next_change == LimitChange(on=tomorrow, at=at, limit=30, percent=100)


def test_other_rules_have_their_say_first() -> None:
    suspended = activity_reason(active=False)
    decision = unlocked(3).given((suspended,))
    assert decision.reasons == (suspended, limited(3, 10, CALL))
    assert decision.verdicts == (("person_is_active", False), ("daily_message_limit", True))
    assert not decision.allowed
    one_more = decision.after_one_more()
    assert one_more == attrs.evolve(decision, facts=attrs.evolve(decision.facts, sent=4))
    assert (one_more.sent, one_more.standing) == (4, (suspended,))


@pytest.mark.parametrize(
    ("decision", "detail"),
    [
        (
            unlocked(10),
            (
                "10 of 10 messages are sent for 2026-03-20. The next can be sent at "
                "2026-03-20T18:30:00Z, or now: complete a video call (limit 30)."
            ),
        ),
        (
            unlocked(30, 0),
            (
                "30 of 30 messages are sent for 2026-03-20. The next can be sent at "
                "2026-03-20T18:30:00Z, or now: upgrade to plus (limit 50) or upgrade to premium "
                "(limit 100)."
            ),
        ),
        (
            unlocked(100, 0, Tier.PREMIUM),
            (
                "100 of 100 messages are sent for 2026-03-20. The next can be sent at "
                "2026-03-20T18:30:00Z."
            ),
        ),
    ],
)
def test_a_refusal_says_when_and_how_to_go_on(decision: MessageAllowance, detail: str) -> None:
    require(attrs.evolve(decision, facts=attrs.evolve(decision.facts, sent=decision.sent - 1)))
    with pytest.raises(DailyMessageLimitReachedError) as refused:
        require(decision)
    assert refused.value.detail == detail
    assert (refused.value.reasons, refused.value.decision) == (decision.reasons, decision)


@pytest.mark.parametrize(
    ("days", "percent"),
    [(None, 0), (0, 100), (7, 100), (8, 75), (14, 75), (15, 50), (22, 25), (30, 25), (31, 0)],
)
def test_what_is_left_of_the_bonus(days: int | None, percent: int) -> None:
    assert percent_left(days, POLICY) == percent


def test_a_bonus_without_decay_is_none() -> None:
    none = UnlockPolicy(decay=())
    assert none.limits == {Tier.FREE: (), Tier.PLUS: (), Tier.PREMIUM: ()}


NONE = {Tier.FREE: 0, Tier.PLUS: 0, Tier.PREMIUM: 0}


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ({"tier_bonus": {Tier.FREE: 1}}, "tier_bonus lacks plus, premium"),
        ({"tier_bonus": NONE | {Tier.FREE: -1}}, "tier_bonus must hold numbers from 0 to 100000"),
        (
            {"tier_bonus": NONE | {Tier.PREMIUM: 100_001}},
            "tier_bonus must hold numbers from 0 to 100000",
        ),
        (
            {"tier_bonus": NONE | {Tier.PLUS: 1}},
            "tier_bonus must not fall from a tier to a higher one",
        ),
        (
            {"decay": (DecayStep(until_day=7, percent=9), DecayStep(until_day=7, percent=9))},
            "decay must name its steps by rising until_day",
        ),
        (
            {"decay": (DecayStep(until_day=7, percent=9), DecayStep(until_day=8, percent=10))},
            "decay must not rise in percent from step to step",
        ),
    ],
)
def test_unlocks_that_make_no_sense(numbers: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        UnlockPolicy(**numbers)


def test_unlocks_at_the_ends_of_their_ranges() -> None:
    assert UnlockPolicy(tier_bonus=NONE).tier_bonus == NONE
    most = dict.fromkeys(Tier, 100_000)
    assert UnlockPolicy(tier_bonus=most).tier_bonus == most
    level = (DecayStep(until_day=7, percent=9), DecayStep(until_day=8, percent=9))
    assert UnlockPolicy(decay=level).decay == level


@pytest.mark.parametrize(
    ("days", "message"),
    [
        ((0,), "warning_days must hold numbers from 1 to 28"),
        ((29, 1), "warning_days must hold numbers from 1 to 28"),
        ((7, 7), "warning_days must fall from number to number"),
    ],
)
def test_warnings_that_make_no_sense(days: tuple[int, ...], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        RewardPolicy(warning_days=days)
    assert RewardPolicy(warning_days=(28, 1)).warning_days == (28, 1)


APRIL, MAY = date(2026, 4, 1), date(2026, 5, 1)


APRIL_AT = datetime(2026, 3, 31, 18, 30, tzinfo=UTC)


MAY_AT = datetime(2026, 4, 30, 18, 30, tzinfo=UTC)


def rewarded(this_month: int, last_month: int) -> Reward:
    facts = RewardFacts(
        day=DAY, timezone="Asia/Kolkata", this_month=this_month, last_month=last_month
    )
    return reward(facts, RewardPolicy(), "v1")


@pytest.mark.parametrize(
    ("this_month", "last_month", "status", "needed", "ends", "change"),
    [
        (2, 2, RewardStatus.INACTIVE, 1, (None, None), None),
        (
            3,
            5,
            RewardStatus.EARNED,
            0,
            (MAY, MAY_AT),
            RewardChange(on=APRIL, at=APRIL_AT, status=RewardStatus.CARRIED),
        ),
        (
            4,
            0,
            RewardStatus.EARNED,
            0,
            (MAY, MAY_AT),
            RewardChange(on=APRIL, at=APRIL_AT, status=RewardStatus.CARRIED),
        ),
        (
            1,
            3,
            RewardStatus.CARRIED,
            2,
            (APRIL, APRIL_AT),
            RewardChange(on=APRIL, at=APRIL_AT, status=RewardStatus.INACTIVE),
        ),
    ],
)
def test_a_reward_says_what_it_rests_on(
    this_month: int,
    last_month: int,
    status: RewardStatus,
    needed: int,
    ends: tuple[date | None, datetime | None],
    change: RewardChange | None,
) -> None:
    decision = rewarded(this_month, last_month)
    active = status is not RewardStatus.INACTIVE
    assert decision.reasons == (
        Reason(
            rule="monthly_reward",
            satisfied=active,
            detail=(
                f"Completed video calls with {this_month} distinct partners this month and "
                f"{last_month} last month; 3 in one of the two are needed."
            ),
            inputs={
                "month": "2026-03-01",
                "this_month": this_month,
                "last_month": last_month,
                "needed": needed,
                "discount_percent": 20 if active else 0,
            },
            threshold=3,
            changes_at=ends[1],
            changed_by=() if active else ("complete_video_calls_with_new_partners",),
        ),
    )
    assert decision.verdicts == (("monthly_reward", active),)
    assert (decision.status, decision.allowed) == (status, active)
    assert (decision.ends_on, decision.valid_until) == ends
    assert decision.next_change == change
    assert decision.partners == (last_month if status is RewardStatus.CARRIED else this_month)
