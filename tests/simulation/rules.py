"""The rules pages written down a second time, from first principles and for comparison only.

Nothing here is taken from the domain: dates are found by walking along the clock, decay by
walking along the days.
"""

import math
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import cache
from zoneinfo import ZoneInfo

BASE = 10
TIERS = ("free", "plus", "premium")
BONUS = {"free": 20, "plus": 40, "premium": 90}
PERCENT = {**dict.fromkeys(range(8), 100), **dict.fromkeys(range(8, 15), 75)}
PERCENT |= {**dict.fromkeys(range(15, 22), 50), **dict.fromkeys(range(22, 31), 25)}

MINUTE = timedelta(minutes=1)
ANSWER_WITHIN, RECONNECT_WITHIN, ENOUGH_OVERLAP = MINUTE, MINUTE, MINUTE
LONGEST_CALL = timedelta(hours=12)
FURTHEST_AHEAD = timedelta(days=366)
MOST_OPEN_CALLS = 20
EDIT_WITHIN = timedelta(minutes=15)
LONGEST_TEXT = 4000
REWARD_PARTNERS, REWARD_PERCENT = 3, 20
WARNINGS_BEFORE, WARNINGS_APART = (7, 3, 1), timedelta(hours=20)
LONGEST_REASON = 2000

_QUARTER = timedelta(minutes=15)
_WIDEST_OFFSET = timedelta(hours=16)
_ONE_DAY = timedelta(days=1)


def wall_date(at: datetime, timezone: str) -> date:
    return at.astimezone(ZoneInfo(timezone)).date()


@cache
def first_instant(day: date, timezone: str) -> datetime:
    """Walk up to a date; clocks in use today change on a quarter of an hour."""
    at = datetime.combine(day, time(), UTC) - _WIDEST_OFFSET
    while wall_date(at, timezone) < day:
        at += _QUARTER
    return at


def percent_left(days: int | None) -> int:
    return 0 if days is None else PERCENT.get(days, 0)


def limit(tier: str, days: int | None) -> int:
    return BASE + math.ceil(Fraction(BONUS[tier] * percent_left(days), 100))


def tier_on(day: date, changes: list[tuple[date, str]]) -> str:
    """Give the highest tier held on a date, from all changes of tier and their dates."""
    before, held = "free", []
    for on, tier in changes:
        if on == day:
            held += [before, tier]
        before = tier
    return max(held, key=TIERS.index) if held else before


def days_since(day: date, last_call_on: date | None) -> int | None:
    return None if last_call_on is None else max(0, (day - last_call_on).days)


def decision(
    day: date,
    timezone: str,
    sent: int,
    changes: list[tuple[date, str]],
    last_call_on: date | None,
) -> dict[str, object]:
    """Give all that the decision on one more message says, save for its reasons."""
    tier, days = tier_on(day, changes), days_since(day, last_call_on)
    now = limit(tier, days)
    actions = {"complete_a_video_call": limit(tier, 0)}
    for higher in TIERS[TIERS.index(tier) + 1 :]:
        actions[f"upgrade_to_{higher}"] = limit(higher, days)
    return {
        "sent": sent,
        "limit": now,
        "remaining": max(0, now - sent),
        "base": BASE,
        "bonus": now - BASE,
        "days_since_call": days,
        "percent": percent_left(days),
        "tier": tier,
        "counting_on": day,
        "resets_at": first_instant(day + _ONE_DAY, timezone),
        "next_change": _next_change(day, timezone, now, changes, last_call_on),
        "unlockers": {action: then for action, then in actions.items() if then > now},
    }


def _next_change(
    day: date,
    timezone: str,
    now: int,
    changes: list[tuple[date, str]],
    last_call_on: date | None,
) -> tuple[date, datetime, int, int] | None:
    for number in range(1, 40):
        later = day + number * _ONE_DAY
        days = days_since(later, last_call_on)
        then = limit(tier_on(later, changes), days)
        if then != now:
            return (later, first_instant(later, timezone), then, percent_left(days))
    return None
