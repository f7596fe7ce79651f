"""Local dates: what day it is for a person, and when that day ends.

The counting date is defined in the rules' README: the greater of the local date
and the last counted date, so that changing zones never opens a second day.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from attrs import frozen

from .errors import InvalidValueError

FIRST_DATE = date(1970, 1, 1)
LAST_DATE = date(9000, 1, 1)
"""No instant from outside these dates is taken in: arithmetic stays far from overflow."""

_MONTHS = 12


def instant(field: str, at: datetime) -> datetime:
    """Give an instant that came from outside, in UTC.

    Raises:
        InvalidValueError: It has no offset, or lies beyond the calendar's ends.
    """
    if at.tzinfo is None:
        raise InvalidValueError(field, "Give the time with its offset, such as a final Z.")
    if not FIRST_DATE <= at.date() < LAST_DATE:
        raise InvalidValueError(
            field, f"Give a time from {FIRST_DATE.isoformat()} to {LAST_DATE.isoformat()}."
        )
    return at.astimezone(UTC)


def utc_text(at: datetime) -> str:
    """Give an instant in UTC as explanations write it, such as 2026-03-02T12:00:00Z."""
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


@frozen
class CountingDay:
    """The latest date a person was counted on.

    Attributes:
        date: The counting date.
        since: The instant at which that date was first counted.
    """

    date: date
    since: datetime


@lru_cache(maxsize=1)
def _known_zones() -> frozenset[str]:
    return frozenset(available_timezones()) - {"localtime", "posixrules", "Factory"}


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """Give the IANA time zone of this name.

    Raises:
        InvalidValueError: There is no such zone.
    """
    if name not in _known_zones():
        raise InvalidValueError(
            "timezone", f"'{name[:64]}' is no IANA time zone; give one like 'Asia/Kolkata'."
        )
    return ZoneInfo(name)


def local_date(at: datetime, timezone: str) -> date:
    """Give the date on the wall at an instant in a zone."""
    return at.astimezone(zone(timezone)).date()


@lru_cache(maxsize=4096)
def start_of(day: date, timezone: str) -> datetime:
    """Give the first instant, in UTC, whose local date is `day` or later, from 1970 on.

    Where midnight does not exist (a clock set forward over it, a date that a zone
    skipped), that is the instant of the change: fold 0 reads a wall time inside a gap
    with the offset from before it.
    """
    return datetime.combine(day, time(), zone(timezone)).astimezone(UTC)


def next_midnight(day: date, timezone: str) -> datetime:
    """Give the instant, in UTC, at which `day` is over in a zone."""
    return start_of(day + timedelta(days=1), timezone)


def counting_date(at: datetime, timezone: str, last: CountingDay | None) -> date:
    """Give the date that something at this instant counts for.

    Something may be taken in late: a day that was opened only after `at` did not
    exist yet then, and does not hold it back.
    """
    local = local_date(at, timezone)
    if last is None or last.since > at:
        return local
    return max(local, last.date)


def counted(at: datetime, timezone: str, last: CountingDay | None) -> CountingDay:
    """Give the counting day after something at this instant was counted."""
    day = local_date(at, timezone)
    if last is None or day > last.date:
        return CountingDay(day, at)
    return last


def month_of(day: date) -> date:
    """Give the first day of a date's month."""
    return day.replace(day=1)


def month_after(day: date) -> date:
    """Give the first day of the month after a date's own."""
    return (month_of(day) + timedelta(days=31)).replace(day=1)


def month_before(day: date) -> date:
    """Give the first day of the month before a date's own."""
    return month_of(month_of(day) - timedelta(days=1))


def months_later(at: datetime, months: int) -> datetime:
    """Give the instant so many calendar months later, in the zone of the instant.

    Where that month has no such day, it is the month's last.
    """
    month = at.year * _MONTHS + at.month - 1 + months
    year, number = divmod(month, _MONTHS)
    last = monthrange(year, number + 1)[1]
    return at.replace(year=year, month=number + 1, day=min(at.day, last))


def require_span(first: date, last: date, *, most_dates: int) -> None:
    """Refuse dates from one to another that nobody could add up; the inputs are `from` and `to`.

    Raises:
        InvalidValueError: The last comes before the first, or the dates are too many.
    """
    if last < first:
        raise InvalidValueError("to", f"Give a date from {first.isoformat()} on.")
    if (last - first).days >= most_dates:
        raise InvalidValueError(
            "to", f"At most {most_dates} dates are added up; ask for them part by part."
        )
