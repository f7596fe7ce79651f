"""The monthly reward: by example, and its invariants for any calls of a person."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.shared.calendar import (
    counting_date,
    month_after,
    month_before,
    month_of,
    start_of,
)
from domain.shared.ids import PersonId
from domain.video.events import RewardStatus
from domain.video.policy import RewardPolicy
from domain.video.reward import (
    CountedCall,
    Reward,
    RewardFacts,
    facts_of,
    partners_by_month,
    reward,
)
from tests.domain.strategies import instants, one_of_each, zones

POLICY = RewardPolicy()
EARNED, CARRIED, INACTIVE = RewardStatus
A, B, C, D = PARTNERS = [PersonId(UUID(int=number)) for number in range(1, 5)]
MARCH = date(2026, 3, 14)

DAYS = [date(2026, 1, 1) + timedelta(days=days) for days in range(181)]
days = st.sampled_from(DAYS)
calls = one_of_each(CountedCall, PARTNERS, DAYS)
many_calls = st.lists(calls, max_size=20)


def on(day: date, made: Iterable[CountedCall], timezone: str = "UTC") -> Reward:
    return reward(facts_of(day, timezone, partners_by_month(made)), POLICY, "v1")


def with_each(partners: Iterable[PersonId], day: date) -> list[CountedCall]:
    return [CountedCall(partner, day) for partner in partners]


@pytest.mark.parametrize(
    ("this_month", "last_month", "status", "needed", "percent"),
    [
        ([], [], INACTIVE, 3, 0),
        ([A, B], [C, D], INACTIVE, 1, 0),
        ([A, A, A], [], INACTIVE, 2, 0),
        ([A, B, C], [], EARNED, 0, 20),
        ([A, B, C, D], [A, B, C], EARNED, 0, 20),
        ([], [A, B, C], CARRIED, 3, 20),
        ([A, B], [A, B, C], CARRIED, 1, 20),
    ],
)
def test_three_partners_in_this_month_or_the_last_make_it_active(
    this_month: list[PersonId],
    last_month: list[PersonId],
    status: RewardStatus,
    needed: int,
    percent: int,
) -> None:
    made = with_each(this_month, date(2026, 3, 1)) + with_each(last_month, date(2026, 2, 28))
    found = on(MARCH, made)
    assert (found.status, found.needed, found.discount_percent) == (status, needed, percent)
    assert found.allowed is (status is not INACTIVE)


def test_it_says_until_when_it_holds_and_what_it_becomes() -> None:
    earned = on(MARCH, with_each([A, B, C], MARCH), "Asia/Kolkata")
    assert earned.ends_on == date(2026, 5, 1)
    assert earned.valid_until == start_of(date(2026, 5, 1), "Asia/Kolkata")
    assert earned.next_change is not None
    assert earned.next_change.on == date(2026, 4, 1)
    assert earned.next_change.at == start_of(date(2026, 4, 1), "Asia/Kolkata")
    assert earned.next_change.status is CARRIED
    carried = on(date(2026, 4, 30), with_each([A, B, C], MARCH))
    assert carried.valid_until == start_of(date(2026, 5, 1), "UTC")
    assert carried.next_change is not None
    assert (carried.next_change.on, carried.next_change.status) == (date(2026, 5, 1), INACTIVE)
    inactive = on(date(2026, 5, 1), with_each([A, B, C], MARCH))
    assert (inactive.valid_until, inactive.next_change) == (None, None)


def test_it_explains_itself() -> None:
    (reason,) = on(MARCH, with_each([A, B], MARCH)).reasons
    assert (reason.rule, reason.satisfied, reason.threshold) == ("monthly_reward", False, 3)
    assert reason.inputs["this_month"] == 2
    assert reason.inputs["needed"] == 1
    assert reason.changed_by == ("complete_video_calls_with_new_partners",)
    earned = on(MARCH, with_each([A, B, C], MARCH))
    assert earned.reasons[0].changes_at == earned.valid_until
    assert earned.reasons[0].changed_by == ()
    assert earned.verdicts == (("monthly_reward", True),)


def test_the_first_and_the_last_date_of_a_month_are_in_it() -> None:
    assert on(date(2026, 2, 1), with_each([A, B, C], date(2026, 2, 28))).status is EARNED
    assert on(date(2026, 1, 31), with_each([A, B, C], date(2026, 2, 1))).status is INACTIVE
    assert on(date(2027, 1, 31), with_each([A, B, C], date(2026, 12, 1))).status is CARRIED


@given(many_calls, calls, days)
def test_another_call_never_deactivates(
    made: list[CountedCall], another: CountedCall, day: date
) -> None:
    assert on(day, [*made, another]).allowed >= on(day, made).allowed
    assert on(day, [*made, another]).needed <= on(day, made).needed


@given(many_calls, st.data(), days)
def test_another_call_with_the_same_partner_in_the_same_month_adds_nothing(
    made: list[CountedCall], data: st.DataObject, day: date
) -> None:
    made = [*made, data.draw(calls)]
    known = data.draw(st.sampled_from(made))
    month = [other for other in DAYS if month_of(other) == month_of(known.counted_on)]
    again = CountedCall(known.partner_id, data.draw(st.sampled_from(month)))
    assert on(day, [*made, again]) == on(day, made)


@given(many_calls, days)
def test_without_new_calls_it_ends_within_two_month_boundaries(
    made: list[CountedCall], day: date
) -> None:
    made = [call for call in made if call.counted_on <= day]
    ends_on = on(day, made).ends_on
    boundaries = [day, month_after(day), month_after(month_after(day))]
    active = [on(boundary, made).allowed for boundary in boundaries]
    assert not active[-1]
    assert active == sorted(active, reverse=True)
    assert ends_on == (boundaries[active.index(False)] if active[0] else None)


@given(many_calls, st.randoms(use_true_random=False), days)
def test_neither_order_nor_duplicates_matter(
    made: list[CountedCall], chance: Random, day: date
) -> None:
    shuffled = [*made, *made[: len(made) // 2]]
    chance.shuffle(shuffled)
    assert on(day, shuffled) == on(day, made)


@given(st.lists(st.tuples(st.sampled_from(PARTNERS), instants), max_size=8), zones, zones)
def test_a_change_of_zone_affects_later_calls_only(
    ended: list[tuple[PersonId, datetime]], before: str, after: str
) -> None:
    pinned = [CountedCall(partner, counting_date(at, before, None)) for partner, at in ended]
    known = partners_by_month(pinned)
    for day in {call.counted_on for call in pinned}:
        here = reward(facts_of(day, before, known), POLICY, "v1")
        there = reward(facts_of(day, after, known), POLICY, "v1")
        assert (here.status, here.needed, here.ends_on) == (
            there.status,
            there.needed,
            there.ends_on,
        )
        if here.valid_until is not None and there.valid_until is not None:
            assert abs(here.valid_until - there.valid_until) <= timedelta(hours=27)


@given(many_calls, days)
def test_it_rests_on_two_months_alone(made: list[CountedCall], day: date) -> None:
    months = {month_of(day), month_before(day)}
    near = [call for call in made if month_of(call.counted_on) in months]
    assert on(day, near) == on(day, made)


def test_months_without_calls_have_no_partners() -> None:
    assert facts_of(date(2026, 1, 5), "UTC", {}) == RewardFacts(
        day=date(2026, 1, 5), timezone="UTC", this_month=0, last_month=0
    )
