"""What tests of whole streaks have in common."""

from datetime import UTC, datetime, timedelta

from domain.streaks.pauses import SetPause
from tests.domain.streaks.script import (
    march,
)

HOUR = timedelta(hours=1)


def midnight(day: int) -> datetime:
    """The end of the day before."""
    return datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=day - 1)


def pause(first: int, last: int, today: int = 2) -> SetPause:
    return SetPause(starts_on=march(first), ends_on=march(last), today=march(today))
