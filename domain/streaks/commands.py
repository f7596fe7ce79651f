"""What may be done to a streak, and what comes of it."""

from datetime import date, datetime
from typing import assert_never

from attrs import frozen

from .events import StreakBroken, StreakCredited, StreakEvent, StreakMilestoneReached
from .gaps import broken_at, gap_before
from .pauses import EndPause, SetPause, end_pause, set_pause
from .policy import StreakPolicy
from .repairs import Repair, repair
from .streaks import Streak


@frozen(kw_only=True)
class Count:
    """The person did what the streak is about.

    Attributes:
        on: The date it counts for.
        timezone: The person's zone.
    """

    on: date
    timezone: str


StreakCommand = Count | Repair | SetPause | EndPause


def decide(
    streak: Streak,
    command: StreakCommand,
    policy: StreakPolicy,
    policy_version: str,
    now: datetime,
) -> tuple[StreakEvent, ...]:
    """Decide what a command does to a streak.

    Args:
        streak: As it is.
        command: What is to be done.
        policy: The numbers.
        policy_version: Theirs.
        now: The instant of what the person did.

    Raises:
        StreakNotBrokenError: There is nothing to repair.
        RepairRefusedError: It is too late, or too early after another repair.
        InvalidValueError: A pause is not one that can be set.
    """
    match command:
        case Count():
            return _count(streak, command, policy, policy_version, now)
        case Repair():
            return repair(streak, command, policy, policy_version, now)
        case SetPause():
            return set_pause(streak, command, policy, policy_version, now)
        case EndPause():
            return end_pause(streak, command, policy_version, now)
        case _:
            assert_never(command)


def _count(
    streak: Streak, command: Count, policy: StreakPolicy, policy_version: str, now: datetime
) -> tuple[StreakEvent, ...]:
    if streak.last is not None and command.on <= streak.last.on:
        return ()
    gap = gap_before(streak, command.on, now, command.timezone, policy)
    broke: tuple[StreakEvent, ...] = ()
    frozen_on: tuple[date, ...] = ()
    current, freezes = streak.current + 1, streak.freezes
    if streak.last is None:
        freezes = (command.on,) * policy.freezes_at_start
    elif gap.uncovered is not None and streak.kept_until is not None:
        current = 1
        broke = (
            StreakBroken(
                at=now,
                person_id=streak.person_id,
                policy_version=policy_version,
                kind=streak.kind,
                length=streak.current,
                broken_at=broken_at(gap.uncovered, now, command.timezone),
                kept_until=streak.kept_until,
                resumed_on=command.on,
            ),
        )
    elif not gap.graced:
        frozen_on, freezes = gap.missed, freezes[len(gap.missed) :]
    if (streak.credits + 1) % policy.credits_per_freeze == 0:
        freezes = (*freezes, command.on)[: max(policy.freezes_most, len(freezes))]
    credited = StreakCredited(
        at=now,
        person_id=streak.person_id,
        policy_version=policy_version,
        kind=streak.kind,
        counted_on=command.on,
        timezone=command.timezone,
        current=current,
        longest=max(streak.longest, current),
        frozen_on=frozen_on,
        excused_on=gap.missed if gap.graced else (),
        freezes=freezes,
    )
    reached: tuple[StreakEvent, ...] = ()
    if current in policy.milestones:
        reached = (
            StreakMilestoneReached(
                at=now,
                person_id=streak.person_id,
                policy_version=policy_version,
                kind=streak.kind,
                days=current,
            ),
        )
    return (*broke, credited, *reached)
