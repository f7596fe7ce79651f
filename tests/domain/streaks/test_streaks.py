"""Streaks by example: credits, freezes, travel grace."""

from datetime import UTC, datetime, timedelta

import attrs
import pytest

from domain.streaks.commands import Count
from domain.streaks.events import StreakBroken, StreakCredited, StreakMilestoneReached
from domain.streaks.standing import StreakStatus
from tests.domain.streaks.script import NEW, POLICY, count, days, look, march, noon, put


def test_the_first_credit_begins_a_streak_with_a_freeze() -> None:
    streak = days([1])
    assert (streak.current, streak.longest, streak.credits) == (1, 1, 1)
    assert streak.freezes == (march(1),)


def test_a_second_credit_of_a_date_changes_nothing() -> None:
    streak = days([1])
    assert put(streak, Count(on=march(1), timezone="UTC"), noon(1))[1] == ()
    assert put(streak, Count(on=march(0), timezone="UTC"), noon(1))[1] == ()


def test_the_next_date_lengthens() -> None:
    assert days([1, 2, 3]).current == 3


def test_a_freeze_covers_a_missed_date_and_does_not_lengthen() -> None:
    streak = days([1, 2])
    after, events = put(streak, Count(on=march(4), timezone="UTC"), noon(4))
    assert (after.current, after.freezes) == (3, ())
    credited = events[0]
    assert isinstance(credited, StreakCredited)
    assert credited.frozen_on == (march(3),)


def test_freezes_that_do_not_cover_are_not_used() -> None:
    streak = days([1, 2])
    after, events = put(streak, Count(on=march(5), timezone="UTC"), noon(5))
    assert (after.current, after.longest, after.freezes) == (1, 2, (march(1),))
    broken = events[0]
    assert isinstance(broken, StreakBroken)
    assert broken.length == 2
    assert broken.broken_at == datetime(2026, 3, 5, tzinfo=UTC)


def test_each_seventh_credit_earns_a_freeze_and_a_third_is_lost() -> None:
    assert days(range(1, 7)).freezes == (march(1),)
    assert days(range(1, 8)).freezes == (march(1), march(7))
    assert days(range(1, 15)).freezes == (march(1), march(7))


def test_seventh_credits_are_counted_over_breaks() -> None:
    streak = days([1, 2, 3, 10, 11, 12, 13])
    assert streak.current == 4
    assert streak.freezes == (march(1), march(13))


def test_two_freezes_cover_two_dates_oldest_first() -> None:
    streak = days(range(1, 8))
    assert days([9], streak).freezes == (march(7),)
    assert days([10], streak).freezes == ()
    assert days([11], streak).current == 1


def test_a_freeze_used_for_the_seventh_credit_makes_room_for_the_one_it_earns() -> None:
    streak = days([*range(1, 14), 15])
    assert streak.credits == 14
    assert streak.freezes == (march(7), march(15))


def test_milestones_are_told_of_once_in_a_streak_and_again_in_the_next() -> None:
    streak, told = NEW, []
    for day in [1, 2, 3, 4, 20, 21, 22]:
        streak, events = put(streak, Count(on=march(day), timezone="UTC"), noon(day))
        told += [(day, one.days) for one in events if isinstance(one, StreakMilestoneReached)]
    assert told == [(3, 3), (22, 3)]


KOLKATA, LOS_ANGELES = "Asia/Kolkata", "America/Los_Angeles"
EVENING = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)


def test_a_traveller_misses_nothing_within_36_hours() -> None:
    before = count(NEW, EVENING - timedelta(days=1))
    before = count(before, EVENING)
    arrived = EVENING + timedelta(hours=25, minutes=30)
    after = count(before, arrived, "Pacific/Auckland")
    assert (after.current, after.freezes) == (3, before.freezes)


def test_travel_grace_ends_at_36_hours() -> None:
    before = count(NEW, EVENING)
    just_in = EVENING + timedelta(hours=36) - timedelta(seconds=1)
    in_time = count(before, just_in, "Pacific/Kiritimati")
    assert (in_time.current, in_time.freezes) == (2, before.freezes)
    late = count(before, EVENING + timedelta(hours=36), "Pacific/Kiritimati")
    assert (late.current, late.longest) == (1, 1)


def test_without_another_zone_there_is_no_grace() -> None:
    before = count(NEW, EVENING)
    assert count(before, EVENING + timedelta(hours=25)).freezes == ()


@pytest.mark.parametrize(
    ("zone", "eve", "after"),
    [
        ("Pacific/Apia", (2011, 12, 30, 6), (2011, 12, 31, 6)),
        ("Pacific/Kwajalein", (1993, 8, 21, 6), (1993, 8, 22, 6)),
    ],
)
def test_a_date_that_a_zone_does_not_have_is_not_missed(
    zone: str, eve: tuple[int, int, int, int], after: tuple[int, int, int, int]
) -> None:
    streak = count(NEW, datetime(*eve, tzinfo=UTC), zone)
    streak = count(streak, datetime(*after, tzinfo=UTC), zone)
    assert streak.last is not None
    assert (streak.last.on.day - 2, streak.current) == (eve[2] - 1, 2)
    assert len(streak.freezes) == POLICY.freezes_at_start


def test_the_status_over_time() -> None:
    streak = days([1, 2])
    expected = {
        2: StreakStatus.ACTIVE,
        3: StreakStatus.AT_RISK,
        4: StreakStatus.FROZEN,
        5: StreakStatus.BROKEN,
    }
    for day, status in expected.items():
        assert look(streak, noon(day)).status is status
    assert look(NEW, noon(1)).status is StreakStatus.NONE


def test_time_is_left_until_the_local_midnight() -> None:
    streak = count(NEW, datetime(2026, 3, 1, 12, tzinfo=UTC), KOLKATA)
    seen = look(streak, datetime(2026, 3, 2, 12, tzinfo=UTC), KOLKATA)
    assert seen.time_left_seconds == (6 * 60 + 30) * 60
    assert seen.ends_at == datetime(2026, 3, 2, 18, 30, tzinfo=UTC)
    assert look(streak, datetime(2026, 3, 1, 13, tzinfo=UTC), KOLKATA).time_left_seconds is None


def test_the_time_left_ends_with_the_grace_that_alone_keeps_the_streak() -> None:
    streak = attrs.evolve(count(NEW, EVENING), freezes=())
    seen = look(streak, EVENING + timedelta(hours=34), KOLKATA)
    assert (seen.status, seen.time_left_seconds) == (StreakStatus.AT_RISK, 2 * 3600)
    kept = look(count(NEW, EVENING), EVENING + timedelta(hours=26), KOLKATA)
    assert kept.time_left_seconds is not None
    assert EVENING + timedelta(hours=26, seconds=kept.time_left_seconds) == kept.ends_at


def test_a_broken_streak_shows_no_length_and_a_traveller_one_in_grace_does() -> None:
    streak = days([1, 2])
    assert look(streak, noon(5)).current == 0
    late = count(days([1], NEW), datetime(2026, 3, 2, 23, 59, tzinfo=UTC))
    seen = look(late, datetime(2026, 3, 4, 0, 30, tzinfo=UTC), LOS_ANGELES)
    assert (seen.status, seen.current) == (StreakStatus.AT_RISK, 2)
    rules = [reason.rule for reason in look(late, noon(4), "Pacific/Auckland").reasons]
    assert rules[:2] == ["counted_today", "missed_dates_are_covered"]
