"""Repairs and pauses by example."""

from datetime import UTC, date, datetime, timedelta

import attrs
import pytest

from domain.shared.errors import InvalidValueError
from domain.streaks.calendar import DayState, calendar_of, days_of
from domain.streaks.commands import Count
from domain.streaks.events import StreakEvent, StreakMilestoneReached, StreakRepaired
from domain.streaks.pauses import EndPause, SetPause, TooManyPausedDaysError
from domain.streaks.repairs import Repair, RepairRefusedError, StreakNotBrokenError
from domain.streaks.standing import StreakStatus
from domain.streaks.streaks import Streak
from tests.domain.streaks.script import NEW, count, days, look, march, noon, put


def repair(streak: Streak, at: datetime) -> tuple[Streak, tuple[StreakEvent, ...]]:
    return put(streak, Repair(today=at.date(), timezone="UTC"), at)


def pause(streak: Streak, first: int, last: int, today: int) -> Streak:
    command = SetPause(starts_on=march(first), ends_on=march(last), today=march(today))
    return put(streak, command, noon(today))[0]


BROKE = datetime(2026, 3, 6, tzinfo=UTC)
"""When `days([1, 2, 3])` breaks: the freeze covers the fourth, nothing the fifth."""


def test_a_repair_gives_the_old_length_and_today_adds_to_it() -> None:
    repaired, events = repair(days([1, 2, 3]), noon(6))
    assert (repaired.current, repaired.longest) == (3, 3)
    assert isinstance(events[0], StreakRepaired)
    assert events[0].excused_on == (march(4), march(5))
    assert look(repaired, noon(6)).status is StreakStatus.AT_RISK
    assert days([6], repaired).current == 4
    assert days([6], repaired).freezes == (march(1),)


def test_a_repair_after_a_new_beginning_adds_what_was_counted_since() -> None:
    broken = days([1, 2, 3, 6, 7])
    assert broken.current == 2
    repaired, _ = repair(broken, noon(7))
    assert (repaired.current, repaired.longest) == (5, 5)
    assert days([8], repaired).current == 6


def test_a_repair_tells_of_the_milestones_that_it_reaches_first() -> None:
    _, events = repair(days([1, 2, 3, 4, 5, 8, 9, 10][:7]), noon(9))
    assert [one.days for one in events if isinstance(one, StreakMilestoneReached)] == [7]


@pytest.mark.parametrize(
    ("after", "allowed"), [(timedelta(hours=48), True), (timedelta(hours=48, seconds=1), False)]
)
def test_a_streak_is_repaired_within_48_hours_of_its_break(after: timedelta, allowed: bool) -> None:
    streak = days([1, 2, 3])
    seen = look(streak, BROKE + after).repair
    assert seen is not None
    assert (seen.allowed, seen.broken_at, seen.length) == (allowed, BROKE, 3)
    if allowed:
        assert repair(streak, BROKE + after)[0].current == 3
    else:
        with pytest.raises(RepairRefusedError) as refusal:
            repair(streak, BROKE + after)
        assert refusal.value.reasons == seen.reasons


def test_a_streak_is_repaired_once_in_30_days() -> None:
    repaired, _ = repair(days([1, 2, 3]), noon(6))
    streak = days([6, 7], repaired)
    with pytest.raises(RepairRefusedError) as refusal:
        repair(streak, noon(11))
    assert [reason.satisfied for reason in refusal.value.reasons] == [True, False]
    kept = days(range(8, 34), streak)
    late = noon(6) + timedelta(days=30)
    assert repair(attrs.evolve(kept, freezes=()), late)[0].current == kept.current


def test_who_came_back_is_not_told_to_begin_anew() -> None:
    for streak, what_now in ((days([1, 2, 3]), "begin a new one"), (days([1, 2, 3, 6]), "goes on")):
        seen = look(streak, noon(8)).repair
        assert seen is not None
        assert not seen.allowed
        assert what_now in seen.reasons[0].detail


def test_what_is_not_broken_is_not_repaired() -> None:
    for streak in (NEW, days([1, 2, 3])):
        with pytest.raises(StreakNotBrokenError):
            repair(streak, noon(4))


def test_paused_dates_are_not_missed() -> None:
    streak = pause(days([1, 2]), 3, 9, 2)
    assert look(streak, noon(5)).status is StreakStatus.PAUSED
    after = days([10], streak)
    assert (after.current, after.freezes) == (3, (march(1),))


def test_a_date_counts_also_in_a_pause() -> None:
    assert days([3, 4], pause(days([1, 2]), 3, 9, 2)).current == 4


def test_a_pause_lies_ahead() -> None:
    for first, last in [(2, 5), (1, 5), (5, 4)]:
        with pytest.raises(InvalidValueError):
            pause(days([1, 2]), first, last, 2)


def test_at_most_30_dates_of_a_year_are_paused() -> None:
    streak = pause(days([1, 2]), 3, 32, 2)
    assert len(streak.paused_on) == 30
    with pytest.raises(TooManyPausedDaysError):
        pause(days([1, 2]), 3, 33, 2)
    with pytest.raises(TooManyPausedDaysError):
        pause(streak, 40, 70, 12)
    assert len(pause(streak, 40, 59, 12).paused_on) == 30


def test_the_end_of_a_pause_leaves_what_is_past() -> None:
    streak = pause(days([1, 2]), 3, 9, 2)
    ended, _ = put(streak, EndPause(today=march(5)), noon(5))
    assert ended.paused_on == (march(3), march(4), march(5))
    assert put(ended, EndPause(today=march(5)), noon(5))[1] == ()
    assert look(ended, noon(5)).pause is not None
    assert look(ended, noon(6)).pause is None
    assert look(ended, noon(6)).status is StreakStatus.AT_RISK


def test_a_pause_counts_from_its_first_date_while_it_goes_on() -> None:
    seen = look(pause(days([1, 2]), 3, 9, 2), noon(5)).pause
    assert seen is not None
    assert (seen.starts_on, seen.ends_on) == (march(3), march(9))


def test_the_calendar_of_a_month() -> None:
    kept: dict[date, DayState] = {}
    streak = NEW
    for day in [1, 2, 4, 8]:
        streak, events = put(streak, Count(on=march(day), timezone="UTC"), noon(day))
        for event in events:
            kept |= days_of(event)
    streak = pause(streak, 9, 10, 8)
    states = [day.state for day in calendar_of(streak, kept, march(1), march(12), "UTC")]
    credited, frozen, missed = DayState.CREDITED, DayState.FROZEN, DayState.MISSED
    assert states[:12] == [
        *(credited, credited, frozen, credited, missed, missed, missed, credited),
        *(DayState.PAUSED, DayState.PAUSED, missed, None),
    ]
    assert len(states) == 31
    assert set(states[12:]) == {None}


def test_the_calendar_has_no_missed_date_that_the_zone_does_not_have() -> None:
    streak = count(NEW, datetime(2011, 12, 30, 6, tzinfo=UTC), "Pacific/Apia")
    month = calendar_of(
        streak, {}, march(1).replace(2011, 12), march(1).replace(2012, 1), "Pacific/Apia"
    )
    assert [day.day.day for day in month if day.state is DayState.MISSED] == [31]
