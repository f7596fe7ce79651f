"""The forecast: when today's pace uses up what is left."""

from datetime import datetime, timedelta

from attrs import frozen

from ..shared.calendar import local_date, start_of
from .accounts import UsageAccount

_ONE_SECOND = timedelta(seconds=1)
_LEAST_ELAPSED_SECONDS = 3600
_ONE_DAY_SECONDS = 86_400


@frozen(kw_only=True)
class Forecast:
    """When today's pace uses up what is left.

    Attributes:
        used_today: Seconds used since the day began in the billing zone.
        pace_seconds_per_day: What that comes to for a whole day, floored.
        remaining: Seconds that are not used, of all sources; those that sessions hold and have
            not used so far are among them.
        runs_out_at: When none is left at this pace, which may be now; None if the month ends
            before.
        resets_at: When the month ends.
    """

    used_today: int
    pace_seconds_per_day: int
    remaining: int
    runs_out_at: datetime | None
    resets_at: datetime


def day_began_at(account: UsageAccount, now: datetime) -> datetime:
    """Give when the day began in the billing zone."""
    timezone = account.period.timezone
    return start_of(local_date(now, timezone), timezone)


def forecast(account: UsageAccount, settled_today: int, now: datetime) -> Forecast:
    """Extend today's pace, on an account that time has passed for.

    To what sessions that are settled used since the day began comes what those that go on did.
    Within the first hour of a day the pace is that of the whole hour, lest one session at
    midnight look like a day of them.
    """
    began_at = day_began_at(account, now)
    elapsed = max(_LEAST_ELAPSED_SECONDS, (now - began_at) // _ONE_SECOND)
    used_today, remaining = settled_today, account.left.total
    for session in account.sessions:
        used = session.used_by(now)
        used_today += used - session.used_by(began_at)
        remaining -= max(0, used - session.earlier_seconds)
    resets_at = account.period.ends_at
    runs_out_at = None if remaining else now
    if used_today and remaining:
        lasts = -(-remaining * elapsed // used_today)
        until_reset = (resets_at - now) // _ONE_SECOND
        runs_out_at = now + timedelta(seconds=lasts) if lasts < until_reset else None
    return Forecast(
        used_today=used_today,
        pace_seconds_per_day=used_today * _ONE_DAY_SECONDS // elapsed,
        remaining=remaining,
        runs_out_at=runs_out_at,
        resets_at=resets_at,
    )
