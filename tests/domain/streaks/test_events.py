"""Every event of a streak in full, and what is wrong with a pause or a policy."""

import re
from datetime import date, timedelta
from typing import Any

import attrs
import pytest

from domain.shared.errors import InvalidValueError
from domain.streaks.calendar import DayState, days_of
from domain.streaks.commands import Count
from domain.streaks.events import (
    StreakBroken,
    StreakCredited,
    StreakKind,
    StreakMilestoneReached,
    StreakPauseEnded,
    StreakPauseSet,
    StreakRepaired,
)
from domain.streaks.pauses import EndPause, SetPause, TooManyPausedDaysError
from domain.streaks.policy import StreakPolicy
from domain.streaks.repairs import (
    Repair,
)
from domain.streaks.standing import Pause
from domain.streaks.streaks import Break, Credit, Streak
from tests.domain.streaks.script import (
    NEW,
    PERSON,
    POLICY,
    VERSION,
    count,
    days,
    look,
    march,
    noon,
    put,
)
from tests.domain.streaks.whole_streaks import HOUR, midnight, pause


def about(day: int) -> dict[str, Any]:
    return {
        "at": noon(day),
        "person_id": PERSON,
        "policy_version": VERSION,
        "kind": StreakKind.LOGIN,
    }


def credited(day: int, **more: Any) -> StreakCredited:
    known = about(day) | {"counted_on": march(day), "timezone": "UTC", "freezes": (march(1),)}
    return StreakCredited(**(known | more))


def counts(streak: Streak, day: int, policy: StreakPolicy = POLICY) -> tuple[Streak, list[object]]:
    after, events = put(streak, Count(on=march(day), timezone="UTC"), noon(day), policy)
    return after, list(events)


def test_credits_in_full() -> None:
    streak, events = counts(NEW, 1)
    assert events == [credited(1, current=1, longest=1)]
    assert streak == attrs.evolve(
        NEW,
        current=1,
        longest=1,
        credits=1,
        first_on=march(1),
        last=Credit(on=march(1), at=noon(1), timezone="UTC"),
        kept_until=march(1),
        freezes=(march(1),),
    )
    streak, _ = counts(streak, 2)
    streak, events = counts(streak, 4)
    milestone = StreakMilestoneReached(**about(4), days=3)
    frozen = credited(4, current=3, longest=3, frozen_on=(march(3),), freezes=())
    assert events == [frozen, milestone]
    assert (streak.first_on, streak.kept_until, streak.credits) == (march(1), march(4), 3)
    assert counts(streak, 4) == (streak, [])


def test_a_break_in_full() -> None:
    streak, events = counts(days([1, 2]), 5)
    broke = StreakBroken(
        **about(5), length=2, broken_at=midnight(5), kept_until=march(2), resumed_on=march(5)
    )
    assert events == [broke, credited(5, current=1, longest=2)]
    ended = Break(length=2, at=midnight(5), kept_until=march(2), resumed_on=march(5))
    assert (streak.broken, streak.current) == (ended, 1)


def test_dates_that_travel_excuses() -> None:
    streak = attrs.evolve(count(NEW, midnight(1) + 23 * HOUR), freezes=())
    at = midnight(3) - 2 * HOUR
    zone = "Pacific/Kiritimati"
    after, events = put(streak, Count(on=march(3), timezone=zone), at)
    assert events == (
        attrs.evolve(
            credited(3, current=2, longest=2, excused_on=(march(2),), freezes=()),
            at=at,
            timezone=zone,
        ),
    )
    assert after.last == Credit(on=march(3), at=at, timezone=zone)


@pytest.mark.parametrize(
    ("held", "most", "after"),
    [
        ((), 2, (7,)),
        ((1,), 2, (1, 7)),
        ((1, 2), 2, (1, 2)),
        # The policy allowed for more before.
        ((1, 2, 3), 2, (1, 2, 3)),
        ((), 0, ()),
    ],
)
def test_a_freeze_that_is_earned(held: tuple[int, ...], most: int, after: tuple[int, ...]) -> None:
    policy = StreakPolicy(freezes_at_start=0, freezes_most=most)
    streak = attrs.evolve(days(range(1, 7)), freezes=tuple(map(march, held)))
    assert counts(streak, 7, policy)[0].freezes == tuple(map(march, after))


def test_a_streak_may_begin_with_several_freezes_or_none() -> None:
    assert counts(NEW, 1, StreakPolicy(freezes_at_start=2))[0].freezes == (march(1), march(1))
    assert counts(NEW, 1, StreakPolicy(freezes_at_start=0))[0].freezes == ()


def test_a_repair_in_full() -> None:
    asked = Repair(today=march(5), timezone="UTC")
    streak, events = put(days([1, 2]), asked, noon(5))
    excused = (march(3), march(4))
    repaired = StreakRepaired(
        **about(5), current=2, longest=2, excused_on=excused, kept_until=march(4)
    )
    assert events == (repaired,)
    assert (streak.current, streak.longest, streak.kept_until) == (2, 2, march(4))
    assert (streak.broken, streak.repaired_at) == (None, noon(5))
    streak, events = put(days([1, 2, 5, 6]), Repair(today=march(6), timezone="UTC"), noon(6))
    milestone = StreakMilestoneReached(**about(6), days=3)
    known = about(6) | {"current": 4, "longest": 4, "excused_on": excused}
    assert events == (StreakRepaired(**known, kept_until=march(6)), milestone)


def test_a_repair_tells_only_of_milestones_that_are_new() -> None:
    # Three were reached before the break, three after it: seven is still to come.
    _, events = put(days([1, 2, 3, 6, 7, 8]), Repair(today=march(8), timezone="UTC"), noon(7))
    assert [type(event) for event in events] == [StreakRepaired]
    policy = StreakPolicy(milestones=(3, 4, 6, 7))
    streak = days([1, 2, 3, 6, 7, 8])
    _, events = put(streak, Repair(today=march(8), timezone="UTC"), noon(7), policy)
    reached = [event.days for event in events if isinstance(event, StreakMilestoneReached)]
    assert reached == [4, 6]


def test_pauses_in_full() -> None:
    streak, events = put(days([1, 2]), pause(3, 5), noon(2))
    three = (march(3), march(4), march(5))
    known: dict[str, Any] = {"starts_on": march(3), "ends_on": march(5), "paused_on": three}
    assert events == (StreakPauseSet(**about(2), **known),)
    assert put(streak, pause(3, 5), noon(2)) == (streak, ())
    streak, events = put(streak, pause(8, 8, today=4), noon(4))
    rest = (march(3), march(4), march(8))
    known = {"starts_on": march(8), "ends_on": march(8), "paused_on": rest}
    assert events == (StreakPauseSet(**about(4), **known),)
    streak, events = put(streak, EndPause(today=march(6)), noon(6))
    assert events == (StreakPauseEnded(**about(6), paused_on=(march(3), march(4))),)
    assert streak.paused_on == (march(3), march(4))
    assert look(attrs.evolve(streak, paused_on=rest), noon(8)).pause == Pause(
        starts_on=march(8), ends_on=march(8)
    )


@pytest.mark.parametrize(
    ("command", "field", "detail"),
    [
        (
            pause(2, 5),
            "starts_on",
            "A pause is for dates to come; give one after today, 2026-03-02.",
        ),
        (pause(5, 4), "ends_on", "Give the first date of the pause or a later one."),
        (pause(368, 369), "ends_on", "Give a date not after 2027-03-03."),
    ],
)
def test_a_pause_that_does_not_lie_ahead(command: SetPause, field: str, detail: str) -> None:
    with pytest.raises(InvalidValueError) as wrong:
        put(days([1, 2]), command, noon(2))
    assert (wrong.value.field, wrong.value.detail) == (field, detail)


def test_a_pause_may_be_a_year_ahead() -> None:
    assert put(days([1, 2]), pause(368, 368), noon(2))[0].paused_on == (date(2027, 3, 3),)


def test_a_pause_of_too_many_dates_of_a_year() -> None:
    with pytest.raises(TooManyPausedDaysError) as wrong:
        put(days([1, 2]), pause(3, 33), noon(2))
    assert wrong.value.field == "ends_on"
    assert wrong.value.detail == (
        "31 dates of 2026 would be paused; at most 30 may be. Make the pause shorter."
    )
    december = SetPause(
        starts_on=date(2026, 12, 20), ends_on=date(2027, 1, 30), today=date(2026, 12, 1)
    )
    assert len(put(days([1, 2]), december, noon(2))[0].paused_on) == 42
    longer = attrs.evolve(december, ends_on=date(2027, 1, 31))
    with pytest.raises(TooManyPausedDaysError, match="31 dates of 2027"):
        put(days([1, 2]), longer, noon(2))


def test_what_was_paused_in_years_gone_by_holds_up_no_pause() -> None:
    gone = tuple(date(2025, 1, 1) + timedelta(days=n) for n in range(40))
    streak = attrs.evolve(days([1, 2]), paused_on=gone)
    assert put(streak, pause(3, 3), noon(2))[0].paused_on == (*gone, march(3))


def test_what_events_make_of_dates() -> None:
    counted_event = credited(5, current=1, longest=1, excused_on=(march(2),), frozen_on=(march(3),))
    assert days_of(counted_event) == {
        march(2): DayState.EXCUSED,
        march(3): DayState.FROZEN,
        march(5): DayState.CREDITED,
    }
    known: dict[str, Any] = {"current": 1, "longest": 1, "kept_until": march(4)}
    repaired = StreakRepaired(**about(5), **known, excused_on=(march(3), march(4)))
    assert days_of(repaired) == dict.fromkeys((march(3), march(4)), DayState.EXCUSED)
    assert days_of(StreakMilestoneReached(**about(5), days=3)) == {}


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ({"milestones": tuple(range(1, 102))}, "milestones names more than 100 lengths"),
        ({"milestones": (0,)}, "milestones must hold numbers from 1 to 100000"),
        ({"milestones": (100_001,)}, "milestones must hold numbers from 1 to 100000"),
        ({"milestones": (3, 3)}, "milestones must rise"),
        (
            {"freezes_at_start": 3},
            "freezes_at_start is 3; it must not be above freezes_most, which is 2",
        ),
    ],
)
def test_numbers_that_make_no_sense(numbers: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        StreakPolicy(**numbers)


def test_numbers_at_the_ends_of_their_ranges() -> None:
    hundred = (*range(1, 100), 100_000)
    policy = StreakPolicy(milestones=hundred, freezes_at_start=2)
    assert policy.milestones == hundred
    assert [policy.next_milestone(n) for n in (0, 1, 99, 100_000)] == [1, 2, 100_000, None]
