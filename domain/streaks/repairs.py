"""Repairing a streak that broke: when that may be done, and what comes of it."""

from datetime import date, datetime, timedelta

from attrs import frozen

from ..shared.calendar import utc_text
from ..shared.decisions import Reason, refusals
from ..shared.durations import in_words
from ..shared.errors import ConflictError, RefusedError
from .events import StreakEvent, StreakMilestoneReached, StreakRepaired
from .gaps import broken_at, gap_before, missed_dates
from .policy import StreakPolicy
from .streaks import Streak


@frozen(kw_only=True)
class Repair:
    """The person wants their broken streak back.

    Attributes:
        today: Their date.
        timezone: Their zone.
    """

    today: date
    timezone: str


class StreakNotBrokenError(ConflictError):
    """The streak holds, or never began: there is nothing to repair."""

    code = "streak_not_broken"


class RepairRefusedError(RefusedError):
    """The break is too long ago, or the last repair not long enough."""

    code = "repair_refused"


@frozen(kw_only=True)
class RepairDecision:
    """Whether a streak may be repaired now, and what that would give.

    Attributes:
        allowed: It may.
        length: What the streak would be then.
        broken_at: When it broke.
        until: Up to when it can be repaired.
        reasons: One for each rule.
        policy_version: The version of the numbers it was decided under.
    """

    allowed: bool
    length: int
    broken_at: datetime
    until: datetime
    reasons: tuple[Reason, ...]
    policy_version: str


@frozen
class _Breach:
    """A break that nobody has repaired.

    Attributes:
        at: When the streak broke.
        length: How long it was.
        since: How many dates were counted after it.
        after: The last date on which nothing was missed yet.
        before: The date that was counted next, or today.
    """

    at: datetime
    length: int
    since: int
    after: date
    before: date


def repair_decision(
    streak: Streak, asked: Repair, policy: StreakPolicy, policy_version: str, now: datetime
) -> RepairDecision | None:
    """Give the decision on a repair; None where nothing is broken."""
    breach = _breach(streak, asked, policy, now)
    if breach is None:
        return None
    until = breach.at + timedelta(seconds=policy.repair_window_seconds)
    reasons = (_window(now, until, breach, policy), _interval(streak, now, policy))
    return RepairDecision(
        allowed=not refusals(reasons),
        length=breach.length + breach.since,
        broken_at=breach.at,
        until=until,
        reasons=reasons,
        policy_version=policy_version,
    )


def repair(
    streak: Streak, command: Repair, policy: StreakPolicy, policy_version: str, now: datetime
) -> tuple[StreakEvent, ...]:
    """Decide what a repair does.

    Raises:
        StreakNotBrokenError: There is nothing to repair.
        RepairRefusedError: It is too late, or too early after another repair.
    """
    breach = _breach(streak, command, policy, now)
    decision = repair_decision(streak, command, policy, policy_version, now)
    if breach is None or decision is None:
        raise StreakNotBrokenError(
            f"The {streak.kind.value} streak is not broken; there is nothing to repair."
        )
    if not decision.allowed:
        refused = refusals(decision.reasons)
        raise RepairRefusedError(refused[0].detail, decision.reasons, decision)
    excused = tuple(missed_dates(streak, breach.after, breach.before, command.timezone))
    repaired = StreakRepaired(
        at=now,
        person_id=streak.person_id,
        policy_version=policy_version,
        kind=streak.kind,
        current=decision.length,
        longest=max(streak.longest, decision.length),
        excused_on=excused,
        kept_until=_kept_until(streak, breach),
    )
    known = max(breach.length, breach.since)
    reached = tuple(
        StreakMilestoneReached(
            at=now,
            person_id=streak.person_id,
            policy_version=policy_version,
            kind=streak.kind,
            days=days,
        )
        for days in policy.milestones
        if known < days <= decision.length
    )
    return (repaired, *reached)


def _kept_until(streak: Streak, breach: _Breach) -> date:
    eve = breach.before - timedelta(days=1)
    return eve if streak.kept_until is None else max(streak.kept_until, eve)


def _breach(streak: Streak, asked: Repair, policy: StreakPolicy, now: datetime) -> _Breach | None:
    gap = gap_before(streak, asked.today, now, asked.timezone, policy)
    if gap.uncovered is not None and streak.kept_until is not None:
        at = broken_at(gap.uncovered, now, asked.timezone)
        return _Breach(at, streak.current, 0, streak.kept_until, asked.today)
    broken = streak.broken
    if broken is None:
        return None
    return _Breach(broken.at, broken.length, streak.current, broken.kept_until, broken.resumed_on)


def _window(now: datetime, until: datetime, breach: _Breach, policy: StreakPolicy) -> Reason:
    satisfied = now <= until
    window = in_words(policy.repair_window_seconds)
    return Reason(
        rule="repair_window",
        satisfied=satisfied,
        detail=(
            f"The streak broke less than {window} ago."
            if satisfied
            else f"A streak can be repaired within {window} of its break; "
            + ("the new one goes on." if breach.since else "begin a new one.")
        ),
        inputs={"seconds_since_break": int((now - breach.at).total_seconds())},
        threshold=policy.repair_window_seconds,
        changes_at=until if satisfied else None,
    )


def _interval(streak: Streak, now: datetime, policy: StreakPolicy) -> Reason:
    if streak.repaired_at is None:
        return Reason(
            rule="repair_interval",
            satisfied=True,
            detail="The streak was never repaired.",
            inputs={"days_since_repair": None},
            threshold=policy.repair_every_days,
        )
    again_at = streak.repaired_at + timedelta(days=policy.repair_every_days)
    satisfied = now >= again_at
    return Reason(
        rule="repair_interval",
        satisfied=satisfied,
        detail=(
            f"The last repair was {policy.repair_every_days} days ago or more."
            if satisfied
            else f"A streak can be repaired once in {policy.repair_every_days} days; "
            f"the next time from {utc_text(again_at)} on."
        ),
        inputs={"days_since_repair": (now - streak.repaired_at).days},
        threshold=policy.repair_every_days,
        changes_at=None if satisfied else again_at,
    )
