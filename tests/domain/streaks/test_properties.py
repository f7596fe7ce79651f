"""What holds of streaks whatever happens."""

from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.shared.errors import DomainError
from domain.streaks.commands import Count, StreakCommand
from domain.streaks.events import StreakCredited, StreakEvent
from domain.streaks.pauses import EndPause, SetPause
from domain.streaks.policy import StreakPolicy
from domain.streaks.repairs import Repair
from domain.streaks.standing import StreakStatus
from domain.streaks.streaks import Streak
from tests.domain.strategies import ZONES, instants, one_of_each
from tests.domain.streaks.script import NEW, POLICY, count, look, put


def _together(*all_of_them: Any) -> tuple[Any, ...]:
    return all_of_them


FAR_APART = ("Etc/GMT+12", "Pacific/Kiritimati", "UTC", "America/New_York", "Asia/Kolkata")
hops = st.lists(
    one_of_each(_together, range(60 * 3600 + 1), [*ZONES, *FAR_APART * (len(ZONES) // 5)]),
    min_size=1,
    max_size=30,
)
"""Seconds that pass, then the zone in which something is counted."""

small_policies = st.builds(
    StreakPolicy,
    freezes_at_start=st.integers(0, 2),
    freezes_most=st.integers(2, 4),
    credits_per_freeze=st.integers(1, 9),
    milestones=st.just((1, 3, 7)),
)

actions = st.lists(
    one_of_each(
        _together,
        range(80 * 3600 + 1),
        ["count", "count", "count", "repair", "pause", "end_pause"],
        FAR_APART,
        range(1, 13),
    ),
    max_size=40,
)


def _command(what: str, today: date, zone: str, days: int) -> StreakCommand:
    match what:
        case "count":
            return Count(on=today, timezone=zone)
        case "repair":
            return Repair(today=today, timezone=zone)
        case "pause":
            first = today + timedelta(days=days)
            return SetPause(starts_on=first, ends_on=first + timedelta(days=days), today=today)
        case _:
            return EndPause(today=today)


def _play(
    at: datetime, script: list[tuple[int, str, str, int]], policy: StreakPolicy
) -> list[tuple[datetime, str, Streak, tuple[StreakEvent, ...]]]:
    streak, played = NEW, []
    for seconds, what, zone, days in script:
        at += timedelta(seconds=seconds)
        today = look(streak, at, zone).today
        try:
            streak, events = put(streak, _command(what, today, zone, days), at, policy)
        except DomainError:
            events = ()
        played.append((at, zone, streak, events))
    return played


@given(instants, hops)
def test_hopping_zones_gains_at_most_four_days_over_those_that_pass(
    at: datetime, journey: list[tuple[int, str]]
) -> None:
    streak, began = NEW, at
    for number, (seconds, zone) in enumerate(journey):
        at += timedelta(seconds=seconds if number else 0)
        streak = count(streak, at, zone)
        assert streak.longest <= (at - began) // timedelta(days=1) + 4


@given(instants, actions, small_policies)
def test_the_longest_is_never_below_the_current(
    at: datetime, script: list[tuple[int, str, str, int]], policy: StreakPolicy
) -> None:
    for _, _, streak, _ in _play(at, script, policy):
        assert streak.longest >= streak.current >= 0
        assert len(streak.freezes) <= policy.freezes_most
        assert streak.current <= streak.credits


@given(instants, actions, small_policies)
def test_each_date_is_credited_once_and_gains_stay_bounded_with_repairs(
    at: datetime, script: list[tuple[int, str, str, int]], policy: StreakPolicy
) -> None:
    credited: list[date] = []
    for now, _, streak, events in _play(at, script, policy):
        credited += [one.counted_on for one in events if isinstance(one, StreakCredited)]
        assert credited == sorted(set(credited))
        assert streak.longest <= (now - at) // timedelta(days=1) + 4


@given(instants, actions, small_policies)
def test_paused_dates_stay_within_a_years_allowance_and_never_lie_behind(
    at: datetime, script: list[tuple[int, str, str, int]], policy: StreakPolicy
) -> None:
    for _, _, streak, _ in _play(at, script, policy):
        years = [day.year for day in streak.paused_on]
        assert all(years.count(year) <= policy.pause_days_a_year for year in years)
        assert list(streak.paused_on) == sorted(set(streak.paused_on))


@given(instants, actions, st.integers(0, 90 * 3600), st.sampled_from(FAR_APART))
def test_the_status_says_what_a_credit_would_do(
    at: datetime, script: list[tuple[int, str, str, int]], seconds: int, zone: str
) -> None:
    streak = NEW
    for now, _, after, _ in _play(at, script, POLICY):
        streak, at = after, now
    at += timedelta(seconds=seconds)
    seen = look(streak, at, zone)
    after, events = put(streak, Count(on=seen.today, timezone=zone), at)
    credited = next((one for one in events if isinstance(one, StreakCredited)), None)
    match seen.status:
        case StreakStatus.ACTIVE:
            assert credited is None
        case StreakStatus.NONE | StreakStatus.BROKEN:
            assert after.current == 1
        case StreakStatus.FROZEN:
            assert credited is not None
            assert credited.frozen_on
            assert after.current == seen.current + 1
        case StreakStatus.AT_RISK | StreakStatus.PAUSED:
            assert after.current == seen.current + 1
    if seen.repair is not None and seen.repair.allowed:
        repaired, _ = put(streak, Repair(today=seen.today, timezone=zone), at)
        assert repaired.current == seen.repair.length
