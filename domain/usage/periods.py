"""Billing periods: the months of a person, in the zone pinned when each opens."""

from datetime import date, datetime

from attrs import frozen

from ..shared.calendar import local_date, start_of
from ..shared.ids import PersonId
from ..shared.tier_limits import TierLimits
from ..shared.tiers import Tier
from .seconds import Seconds

_LAST_MONTH = 12


@frozen(kw_only=True)
class _PeriodFacts:
    """What is counted in a period.

    Attributes:
        person_id: Whose it is.
        period: Its name, `YYYY-MM`.
        timezone: The billing zone, as it was when the period opened.
        starts_at: When it began, which is when the one before it ended.
        ends_at: When it is over.
        first_tier: The tier held when it opened, which says how much it may bank.
        tier: The highest tier held in it so far; its limits hold to the period's end.
        monthly_seconds: Seconds of the month granted, those of upgrades included.
        seconds_used: Those of them that were used.
        banked_seconds: Seconds from the month before.
        banked_seconds_used: Those of them that were used.
        purchased_seconds: Seconds bought or granted in it, less those taken back in it.
        purchased_seconds_used: Purchased seconds used in it, whenever they were bought.
        conversations_used: Conversations that sessions of it were about.
        realtime_sessions_used: Realtime sessions started in it.
    """

    person_id: PersonId
    period: str
    timezone: str
    starts_at: datetime
    ends_at: datetime
    first_tier: Tier
    tier: Tier
    monthly_seconds: int
    seconds_used: int = 0
    banked_seconds: int = 0
    banked_seconds_used: int = 0
    purchased_seconds: int = 0
    purchased_seconds_used: int = 0
    conversations_used: int = 0
    realtime_sessions_used: int = 0


@frozen(kw_only=True)
class OpenPeriod(_PeriodFacts):
    """A period in which seconds are still used, or held by sessions that crossed its end."""

    @property
    def left(self) -> Seconds:
        """What is not used, of what ends with the period."""
        return Seconds(
            self.banked_seconds - self.banked_seconds_used,
            self.monthly_seconds - self.seconds_used,
        )


@frozen(kw_only=True)
class ClosedPeriod(_PeriodFacts):
    """A period whose last session has settled.

    Attributes:
        closed_at: When it had.
        seconds_banked: Unused monthly seconds that the next month's bank took.
        seconds_forfeited: Those it did not.
        banked_seconds_forfeited: Unused seconds of this period's own bank.
    """

    closed_at: datetime
    seconds_banked: int
    seconds_forfeited: int
    banked_seconds_forfeited: int


Period = OpenPeriod | ClosedPeriod


def period_at(at: datetime, timezone: str) -> str:
    """Give the name of the month on the wall at an instant in a zone."""
    return f"{local_date(at, timezone):%Y-%m}"


def next_period(period: str) -> str:
    """Give the name of the month after one."""
    return f"{_first_day_after(period):%Y-%m}"


def start_of_period(period: str, timezone: str) -> datetime:
    """Give the instant, in UTC, at which a month begins in a zone."""
    return start_of(_first_day(period), timezone)


def end_of_period(period: str, timezone: str) -> datetime:
    """Give the instant, in UTC, at which a month is over in a zone."""
    return start_of(_first_day_after(period), timezone)


def bank_cap(limits: TierLimits, bank_percent: int) -> int:
    """Give the most seconds that a month of a tier takes over from the one before."""
    return limits.monthly_seconds * bank_percent // 100 if limits.banks else 0


def prorated(seconds: int, period: _PeriodFacts, now: datetime) -> int:
    """Give the part of some seconds that a period's remaining time makes up, floored."""
    return seconds * (period.ends_at - now) // (period.ends_at - period.starts_at)


def _first_day(period: str) -> date:
    return date.fromisoformat(f"{period}-01")


def _first_day_after(period: str) -> date:
    first = _first_day(period)
    if first.month == _LAST_MONTH:
        return date(first.year + 1, 1, 1)
    return first.replace(month=first.month + 1)
