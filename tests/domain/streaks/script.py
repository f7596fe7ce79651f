"""Streaks played from a script: on which days of March 2026 something is done."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from uuid import UUID

from domain.shared.calendar import CountingDay, counting_date
from domain.shared.ids import PersonId
from domain.streaks.commands import Count, StreakCommand, decide
from domain.streaks.events import StreakEvent, StreakKind
from domain.streaks.policy import StreakPolicy
from domain.streaks.standing import StreakStanding, standing
from domain.streaks.streaks import Streak, evolve

PERSON = PersonId(UUID(int=1))
POLICY = StreakPolicy()
VERSION = "v1"
NEW = Streak(person_id=PERSON, kind=StreakKind.LOGIN)


def march(day: int) -> date:
    return date(2026, 3, 1) + timedelta(days=day - 1)


def noon(day: int) -> datetime:
    return datetime(2026, 3, 1, 12, tzinfo=UTC) + timedelta(days=day - 1)


def put(
    streak: Streak, command: StreakCommand, at: datetime, policy: StreakPolicy = POLICY
) -> tuple[Streak, tuple[StreakEvent, ...]]:
    """Decide and evolve."""
    events = decide(streak, command, policy, VERSION, at)
    return reduce(evolve, events, streak), events


def count(
    streak: Streak, at: datetime, timezone: str = "UTC", policy: StreakPolicy = POLICY
) -> Streak:
    """Count something on the date that it falls on, as one who takes it in does."""
    last = None if streak.last is None else CountingDay(streak.last.on, streak.last.at)
    on = counting_date(at, timezone, last)
    return put(streak, Count(on=on, timezone=timezone), at, policy)[0]


def days(numbers: Iterable[int], streak: Streak = NEW) -> Streak:
    """Count something at noon of some days of March."""
    return reduce(lambda before, day: count(before, noon(day)), numbers, streak)


def look(streak: Streak, at: datetime, timezone: str = "UTC") -> StreakStanding:
    """Look at a streak."""
    last = None if streak.last is None else CountingDay(streak.last.on, streak.last.at)
    today = counting_date(at, timezone, last)
    return standing(streak, today, timezone, POLICY, VERSION, at)
