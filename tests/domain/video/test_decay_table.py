"""The table of rules page video: the limit by tier and days since the latest call."""

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.shared.tiers import Tier, TierStanding
from domain.video.policy import DecayStep, UnlockPolicy, percent_left
from domain.video.unlock import UnlockFacts, allowance, daily_limit

POLICY = UnlockPolicy()
CALL_ON = date(2026, 3, 2)

# First and last day, percent, then the limit for free, plus and premium.
TABLE = [
    (0, 7, 100, (30, 50, 100)),
    (8, 14, 75, (25, 40, 78)),
    (15, 21, 50, (20, 30, 55)),
    (22, 30, 25, (15, 20, 33)),
    (31, 40, 0, (10, 10, 10)),
]
ROWS = [
    (days, percent, dict(zip(Tier, limits, strict=True)))
    for first, last, percent, limits in TABLE
    for days in range(first, last + 1)
]


def facts(tier: Tier, days: int | None, sent: int = 0) -> UnlockFacts:
    return UnlockFacts(
        day=CALL_ON + timedelta(days=days or 0),
        timezone="UTC",
        sent=sent,
        standing=TierStanding(tier),
        last_call_on=None if days is None else CALL_ON,
    )


def test_the_table_has_every_day_from_0_to_40() -> None:
    assert [days for days, _, _ in ROWS] == list(range(41))


@pytest.mark.parametrize(("days", "percent", "limits"), ROWS)
def test_the_limit_decays_as_the_table_says(
    days: int, percent: int, limits: dict[Tier, int]
) -> None:
    assert percent_left(days, POLICY) == percent
    for tier, limit in limits.items():
        assert daily_limit(tier, days, POLICY) == limit
        decision = allowance(facts(tier, days), POLICY, "v1")
        assert (decision.limit, decision.base, decision.bonus) == (limit, 10, limit - 10)
        assert (decision.days_since_call, decision.percent, decision.tier) == (days, percent, tier)


@pytest.mark.parametrize("tier", Tier)
def test_without_a_call_the_limit_is_the_base(tier: Tier) -> None:
    assert daily_limit(tier, None, POLICY) == 10
    decision = allowance(facts(tier, None), POLICY, "v1")
    assert (decision.limit, decision.bonus, decision.percent) == (10, 0, 0)
    assert decision.days_since_call is None
    assert decision.next_change is None


@pytest.mark.parametrize(
    ("first", "next_first", "percent", "limit"),
    [(0, 8, 75, 78), (8, 15, 50, 55), (15, 22, 25, 33), (22, 31, 0, 10)],
)
def test_the_next_change_is_the_next_row_of_the_table(
    first: int, next_first: int, percent: int, limit: int
) -> None:
    changes_on = CALL_ON + timedelta(days=next_first)
    for days in range(first, next_first):
        change = allowance(facts(Tier.PREMIUM, days), POLICY, "v1").next_change
        assert change is not None
        assert (change.on, change.percent, change.limit) == (changes_on, percent, limit)
        assert change.at == datetime(changes_on.year, changes_on.month, changes_on.day, tzinfo=UTC)


def test_after_the_last_row_nothing_changes_any_more() -> None:
    assert allowance(facts(Tier.PREMIUM, 31), POLICY, "v1").next_change is None


@pytest.mark.parametrize(
    ("days", "tier", "unlockers"),
    [
        (None, Tier.FREE, {"complete_a_video_call": 30}),
        (None, Tier.PREMIUM, {"complete_a_video_call": 100}),
        (0, Tier.FREE, {"upgrade_to_plus": 50, "upgrade_to_premium": 100}),
        (0, Tier.PREMIUM, {}),
        (
            8,
            Tier.FREE,
            {"complete_a_video_call": 30, "upgrade_to_plus": 40, "upgrade_to_premium": 78},
        ),
        (22, Tier.PLUS, {"complete_a_video_call": 50, "upgrade_to_premium": 33}),
        (31, Tier.FREE, {"complete_a_video_call": 30}),
    ],
)
def test_the_unlockers_are_those_that_raise_the_limit_now(
    days: int | None, tier: Tier, unlockers: dict[str, int]
) -> None:
    decision = allowance(facts(tier, days), POLICY, "v1")
    assert {unlocker.action: unlocker.limit for unlocker in decision.unlockers} == unlockers
    assert decision.reasons[-1].changed_by == tuple(unlockers)


@pytest.mark.parametrize(
    ("bonus", "percent", "limit"), [(20, 1, 11), (1, 1, 11), (0, 100, 10), (33, 33, 21)]
)
def test_a_part_of_a_message_is_a_whole_one(bonus: int, percent: int, limit: int) -> None:
    policy = UnlockPolicy(
        tier_bonus=dict.fromkeys(Tier, bonus),
        decay=(DecayStep(until_day=1, percent=percent),),
    )
    assert daily_limit(Tier.FREE, 1, policy) == limit
    assert daily_limit(Tier.FREE, 2, policy) == 10


def test_a_policy_without_decay_steps_unlocks_nothing() -> None:
    policy = UnlockPolicy(decay=())
    decision = allowance(facts(Tier.PREMIUM, 0), policy, "v1")
    assert (decision.limit, decision.unlockers, decision.next_change) == (10, (), None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("base_messages", -1),
        ("base_messages", 100_001),
        ("tier_bonus", {}),
        ("tier_bonus", {Tier.FREE: 1, Tier.PLUS: 2}),
        ("tier_bonus", {Tier.FREE: 2, Tier.PLUS: 1, Tier.PREMIUM: 3}),
        ("tier_bonus", {Tier.FREE: -1, Tier.PLUS: 1, Tier.PREMIUM: 3}),
        ("tier_bonus", {Tier.FREE: 0, Tier.PLUS: 1, Tier.PREMIUM: 100_001}),
        ("decay", (DecayStep(until_day=2, percent=50), DecayStep(until_day=2, percent=25))),
        ("decay", (DecayStep(until_day=3, percent=50), DecayStep(until_day=2, percent=25))),
        ("decay", (DecayStep(until_day=2, percent=50), DecayStep(until_day=3, percent=51))),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=name):
        UnlockPolicy(**{name: value})  # type: ignore[arg-type]
