"""How a streak stands when somebody looks, and why."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from attrs import frozen

from ..shared.calendar import next_midnight
from ..shared.decisions import Reason
from .events import StreakKind
from .gaps import Gap, gap_before, grace_ends
from .policy import StreakPolicy
from .repairs import Repair, RepairDecision, repair_decision
from .streaks import Streak


class StreakStatus(StrEnum):
    """How a streak stands.

    Attributes:
        NONE: Nothing ever counted.
        ACTIVE: Today counts already.
        AT_RISK: Today does not count yet, and nothing before it was missed.
        FROZEN: Dates were missed, and the freezes would cover them.
        PAUSED: Today need not count.
        BROKEN: More was missed than the freezes cover.
    """

    NONE = "none"
    ACTIVE = "active"
    AT_RISK = "at_risk"
    FROZEN = "frozen"
    PAUSED = "paused"
    BROKEN = "broken"


@frozen(kw_only=True)
class Pause:
    """Dates in a row that are paused, the last of them today or later."""

    starts_on: date
    ends_on: date


@frozen(kw_only=True)
class StreakStanding:
    """A streak as it stands at an instant.

    Attributes:
        streak: What was counted.
        status: How it stands.
        current: Its length; 0 once it is broken.
        today: The date that something done now would count for.
        ends_at: When that date is over.
        time_left_seconds: How long today can still be counted for; None where it is
            counted, need not be, or would begin a new streak.
        next_milestone: The next length that is told of.
        pause: The pause that goes on or comes, if one is set.
        repair: The decision on a repair; None where nothing is broken.
        reasons: What the status was made of.
        policy_version: The version of the numbers it was made under.
    """

    streak: Streak
    status: StreakStatus
    current: int
    today: date
    ends_at: datetime
    time_left_seconds: int | None
    next_milestone: int | None
    pause: Pause | None
    repair: RepairDecision | None
    reasons: tuple[Reason, ...]
    policy_version: str


_ONE_DAY = timedelta(days=1)
_RUNNING = frozenset({StreakStatus.AT_RISK, StreakStatus.FROZEN})
_DONE_BY = {
    StreakKind.LOGIN: ("sign_in", "open_the_app"),
    StreakKind.CHAT: ("send_a_message", "complete_a_call"),
}


def standing(
    streak: Streak,
    today: date,
    timezone: str,
    policy: StreakPolicy,
    policy_version: str,
    now: datetime,
) -> StreakStanding:
    """Give how a streak stands.

    Args:
        streak: As it is kept.
        today: The person's counting date.
        timezone: Their zone.
        policy: The numbers.
        policy_version: Theirs.
        now: The present instant.
    """
    gap = gap_before(streak, today, now, timezone, policy)
    status = _status(streak, today, gap)
    current = 0 if status is StreakStatus.BROKEN else streak.current
    ends_at = next_midnight(today, timezone)
    left = None
    if status in _RUNNING:
        until = _counts_until(streak, gap, ends_at, policy)
        left = max(0, int((until - now).total_seconds()))
    asked = Repair(today=today, timezone=timezone)
    return StreakStanding(
        streak=streak,
        status=status,
        current=current,
        today=today,
        ends_at=ends_at,
        time_left_seconds=left,
        next_milestone=policy.next_milestone(current),
        pause=_pause(streak, today),
        repair=repair_decision(streak, asked, policy, policy_version, now),
        reasons=_reasons(streak, today, gap, policy),
        policy_version=policy_version,
    )


def _status(streak: Streak, today: date, gap: Gap) -> StreakStatus:
    if streak.last is None:
        return StreakStatus.NONE
    if streak.last.on >= today:
        return StreakStatus.ACTIVE
    if gap.uncovered is not None:
        return StreakStatus.BROKEN
    if today in streak.paused_on:
        return StreakStatus.PAUSED
    if gap.missed and not gap.graced:
        return StreakStatus.FROZEN
    return StreakStatus.AT_RISK


def _counts_until(streak: Streak, gap: Gap, ends_at: datetime, policy: StreakPolicy) -> datetime:
    """Give up to when today keeps the streak; without its grace it may break before midnight."""
    if streak.last is None or not gap.graced or len(gap.missed) <= gap.freezes:
        return ends_at
    return min(ends_at, grace_ends(streak.last.at, policy))


def _pause(streak: Streak, today: date) -> Pause | None:
    paused = frozenset(streak.paused_on)
    last = max(paused, default=None)
    if last is None or last < today:
        return None
    first = last
    while first - _ONE_DAY in paused:
        first -= _ONE_DAY
    return Pause(starts_on=first, ends_on=last)


def _reasons(streak: Streak, today: date, gap: Gap, policy: StreakPolicy) -> tuple[Reason, ...]:
    last = streak.last
    if last is None:
        return (_counted(streak, today, counted=False),)
    counted = last.on >= today
    reasons = [_counted(streak, today, counted=counted)]
    if counted:
        return tuple(reasons)
    reasons.append(_covered(gap))
    if gap.graced:
        reasons.append(
            Reason(
                rule="travel_grace",
                satisfied=True,
                detail="The time zone changed after the last credit: no date is missed yet.",
                inputs={"missed": len(gap.missed)},
                threshold=policy.travel_grace_seconds,
                changes_at=grace_ends(last.at, policy),
            )
        )
    if today in streak.paused_on:
        reasons.append(Reason(rule="paused_today", satisfied=True, detail="Today is paused."))
    return tuple(reasons)


def _counted(streak: Streak, today: date, *, counted: bool) -> Reason:
    return Reason(
        rule="counted_today",
        satisfied=counted,
        detail="Today counts already." if counted else "Today does not count yet.",
        inputs={
            "today": today.isoformat(),
            "last_on": None if streak.last is None else streak.last.on.isoformat(),
        },
        changed_by=() if counted else _DONE_BY[streak.kind],
    )


def _covered(gap: Gap) -> Reason:
    missed, covered = len(gap.missed), gap.uncovered is None
    if not missed:
        detail = "No date was missed."
    elif gap.graced:
        detail = "Travel grace lets the missed dates pass."
    elif covered:
        detail = f"Dates missed: {missed}; the freezes held ({gap.freezes}) cover them."
    else:
        detail = f"More dates were missed than the freezes held ({gap.freezes}) cover."
    return Reason(
        rule="missed_dates_are_covered",
        satisfied=covered,
        detail=detail,
        inputs={"missed": missed},
        threshold=gap.freezes,
        changed_by=() if covered else ("repair_streak",),
    )
