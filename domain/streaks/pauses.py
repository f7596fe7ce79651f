"""Dates to come that count as not missed."""

from collections import Counter
from datetime import date, datetime, timedelta

from attrs import frozen

from ..shared.errors import InvalidValueError
from .events import StreakEvent, StreakPauseEnded, StreakPauseSet
from .policy import StreakPolicy
from .streaks import Streak


@frozen(kw_only=True)
class SetPause:
    """The person will be away.

    Attributes:
        starts_on: The first date that is paused.
        ends_on: The last.
        today: Their date.
    """

    starts_on: date
    ends_on: date
    today: date


@frozen(kw_only=True)
class EndPause:
    """The person will not be away, or is back.

    Attributes:
        today: Their date.
    """

    today: date


class TooManyPausedDaysError(InvalidValueError):
    """More dates of a year would be paused than may be."""

    code = "too_many_paused_days"


def set_pause(
    streak: Streak, command: SetPause, policy: StreakPolicy, policy_version: str, now: datetime
) -> tuple[StreakEvent, ...]:
    """Decide what a pause does: it takes the place of all dates to come that were paused.

    Raises:
        InvalidValueError: It does not lie ahead, or too far ahead.
        TooManyPausedDaysError: It has more dates of a year than may be paused.
    """
    first, last, today = command.starts_on, command.ends_on, command.today
    furthest = today + timedelta(days=policy.pause_days_ahead)
    if first <= today:
        raise InvalidValueError(
            "starts_on", f"A pause is for dates to come; give one after today, {today.isoformat()}."
        )
    if last < first:
        raise InvalidValueError("ends_on", "Give the first date of the pause or a later one.")
    if last > furthest:
        raise InvalidValueError("ends_on", f"Give a date not after {furthest.isoformat()}.")
    dates = tuple(first + timedelta(days=days) for days in range((last - first).days + 1))
    paused = (*_up_to(streak, today), *dates)
    for year, number in Counter(day.year for day in paused).items():
        if number > policy.pause_days_a_year and year >= first.year:
            raise TooManyPausedDaysError(
                "ends_on",
                f"{number} dates of {year} would be paused; at most "
                f"{policy.pause_days_a_year} may be. Make the pause shorter.",
            )
    if paused == streak.paused_on:
        return ()
    return (
        StreakPauseSet(
            at=now,
            person_id=streak.person_id,
            policy_version=policy_version,
            kind=streak.kind,
            starts_on=first,
            ends_on=last,
            paused_on=paused,
        ),
    )


def end_pause(
    streak: Streak, command: EndPause, policy_version: str, now: datetime
) -> tuple[StreakEvent, ...]:
    """Decide what the end of a pause does: it leaves the dates up to today as they are."""
    paused = _up_to(streak, command.today)
    if paused == streak.paused_on:
        return ()
    return (
        StreakPauseEnded(
            at=now,
            person_id=streak.person_id,
            policy_version=policy_version,
            kind=streak.kind,
            paused_on=paused,
        ),
    )


def _up_to(streak: Streak, today: date) -> tuple[date, ...]:
    return tuple(day for day in streak.paused_on if day <= today)
