"""A month of a streak, day by day."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum

from attrs import frozen

from .events import StreakCredited, StreakEvent, StreakRepaired
from .gaps import exists
from .streaks import Streak


class DayState(StrEnum):
    """What a date was for a streak.

    Attributes:
        CREDITED: It counts.
        FROZEN: It was missed, and a freeze was used for it.
        PAUSED: It need not count.
        EXCUSED: It was missed, and the streak went on: by travel grace, or a repair.
        MISSED: It was missed.
    """

    CREDITED = "credited"
    FROZEN = "frozen"
    PAUSED = "paused"
    EXCUSED = "excused"
    MISSED = "missed"


@frozen
class CalendarDay:
    """A date and what it was; None for what is to come, or was before the first credit."""

    day: date
    state: DayState | None


def days_of(event: StreakEvent) -> Mapping[date, DayState]:
    """Give what an event makes of dates, as it is kept for the calendar."""
    match event:
        case StreakCredited():
            return {
                **dict.fromkeys(event.excused_on, DayState.EXCUSED),
                **dict.fromkeys(event.frozen_on, DayState.FROZEN),
                event.counted_on: DayState.CREDITED,
            }
        case StreakRepaired():
            return dict.fromkeys(event.excused_on, DayState.EXCUSED)
        case _:
            return {}


def calendar_of(
    streak: Streak, kept: Mapping[date, DayState], first: date, today: date, timezone: str
) -> tuple[CalendarDay, ...]:
    """Give the days of a month.

    Args:
        streak: As it is kept.
        kept: What was kept of the month's dates.
        first: The month's first date.
        today: The person's counting date.
        timezone: Their zone; a date that it does not have was not missed.
    """
    days = (first + timedelta(days=n) for n in range(monthrange(first.year, first.month)[1]))
    paused = frozenset(streak.paused_on)

    def state(day: date) -> DayState | None:
        if day in kept:
            return kept[day]
        if day in paused:
            return DayState.PAUSED
        if streak.first_on is None or not streak.first_on < day < today:
            return None
        return DayState.MISSED if exists(day, timezone) else None

    return tuple(CalendarDay(day, state(day)) for day in days)
