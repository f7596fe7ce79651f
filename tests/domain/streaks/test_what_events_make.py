"""What each event makes of a streak, one by one."""

from datetime import timedelta
from typing import Any

import attrs
import pytest

from domain.streaks.events import (
    StreakBroken,
    StreakEvent,
    StreakKind,
    StreakMilestoneReached,
    StreakPauseEnded,
    StreakPauseSet,
    StreakRepaired,
)
from domain.streaks.streaks import Break, evolve
from tests.domain.streaks.script import PERSON, VERSION, days, look, march, noon
from tests.domain.streaks.whole_streaks import midnight

ABOUT: dict[str, Any] = {
    "at": noon(9),
    "person_id": PERSON,
    "policy_version": VERSION,
    "kind": StreakKind.LOGIN,
}
BROKEN = Break(length=2, at=midnight(5), kept_until=march(2), resumed_on=march(5))
STREAK = attrs.evolve(days([1, 2]), broken=BROKEN)


@pytest.mark.parametrize(
    ("event", "changes"),
    [
        (
            StreakBroken(
                **ABOUT, length=3, broken_at=midnight(8), kept_until=march(6), resumed_on=march(9)
            ),
            {
                "current": 0,
                "broken": Break(length=3, at=midnight(8), kept_until=march(6), resumed_on=march(9)),
            },
        ),
        (
            StreakRepaired(
                **ABOUT, current=5, longest=6, excused_on=(march(4),), kept_until=march(8)
            ),
            {
                "current": 5,
                "longest": 6,
                "kept_until": march(8),
                "broken": None,
                "repaired_at": noon(9),
            },
        ),
        (
            StreakPauseSet(**ABOUT, starts_on=march(10), ends_on=march(10), paused_on=(march(10),)),
            {"paused_on": (march(10),)},
        ),
        (StreakPauseEnded(**ABOUT, paused_on=(march(3),)), {"paused_on": (march(3),)}),
        (StreakMilestoneReached(**ABOUT, days=3), {}),
    ],
)
def test_an_event_changes_this_and_nothing_else(
    event: StreakEvent, changes: dict[str, Any]
) -> None:
    assert evolve(STREAK, event) == attrs.evolve(STREAK, **changes)


def test_the_last_second_of_a_day_is_none_left() -> None:
    streak, second = days([1, 2]), timedelta(seconds=1)
    left = [look(streak, midnight(4) - before).time_left_seconds for before in (second, second / 2)]
    assert left == [1, 0]
