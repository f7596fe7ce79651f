"""The dates that lie between two credits, and what becomes of them."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice

from attrs import frozen

from ..shared.calendar import local_date, next_midnight, start_of
from .policy import StreakPolicy
from .streaks import Streak

_ONE_DAY = timedelta(days=1)


def exists(day: date, timezone: str) -> bool:
    """Tell whether a zone has a date: Pacific/Apia went from 2011-12-29 to 2011-12-31."""
    return local_date(start_of(day, timezone), timezone) == day


def missed_dates(streak: Streak, after: date, before: date, timezone: str) -> Iterator[date]:
    """Give the dates between two others that a zone has and that are not paused."""
    paused = frozenset(streak.paused_on)
    day = after + _ONE_DAY
    while day < before:
        if day not in paused and exists(day, timezone):
            yield day
        day += _ONE_DAY


@frozen(kw_only=True)
class Gap:
    """What lies between a streak's last date and another.

    Attributes:
        missed: The dates missed; where they are too many, only the first of them.
        freezes: How many freezes there are for them.
        graced: Travel grace lets all of them pass.
    """

    missed: tuple[date, ...]
    freezes: int
    graced: bool

    @property
    def uncovered(self) -> date | None:
        """The first date that nothing covers, if there is one."""
        if self.graced or len(self.missed) <= self.freezes:
            return None
        return self.missed[self.freezes]


def gap_before(streak: Streak, day: date, at: datetime, timezone: str, policy: StreakPolicy) -> Gap:
    """Give what lies between a streak's last date and `day`, for something at an instant."""
    if streak.last is None or streak.kept_until is None:
        return Gap(missed=(), freezes=0, graced=False)
    freezes = len(streak.freezes)
    missed = missed_dates(streak, streak.kept_until, day, timezone)
    if in_grace(streak, at, timezone, policy):
        return Gap(missed=tuple(missed), freezes=freezes, graced=True)
    return Gap(missed=tuple(islice(missed, freezes + 1)), freezes=freezes, graced=False)


def in_grace(streak: Streak, at: datetime, timezone: str, policy: StreakPolicy) -> bool:
    """Tell whether travel grace holds at an instant in a zone."""
    last = streak.last
    return last is not None and last.timezone != timezone and at < grace_ends(last.at, policy)


def grace_ends(last_at: datetime, policy: StreakPolicy) -> datetime:
    """Give the instant from which travel grace holds no more."""
    return last_at + timedelta(seconds=policy.travel_grace_seconds)


def broken_at(uncovered: date, at: datetime, timezone: str) -> datetime:
    """Give when a streak broke that was found broken at an instant.

    A traveller's date can be behind the one they are counted on, so that the end of a
    missed one is still to come; it breaks now at the latest.
    """
    return min(next_midnight(uncovered, timezone), at)
