"""A streak, and what each event makes of it."""

from datetime import date, datetime
from typing import assert_never

import attrs
from attrs import frozen

from ..shared.ids import PersonId
from .events import (
    StreakBroken,
    StreakCredited,
    StreakEvent,
    StreakKind,
    StreakMilestoneReached,
    StreakPauseEnded,
    StreakPauseSet,
    StreakRepaired,
)


@frozen(kw_only=True)
class Credit:
    """The latest date that was counted.

    Attributes:
        on: The date.
        at: The instant for which it was counted.
        timezone: The person's zone then.
    """

    on: date
    at: datetime
    timezone: str


@frozen(kw_only=True)
class Break:
    """The latest break after which the person came back.

    Attributes:
        length: How long the streak was.
        at: The end of the first date that nothing covered.
        kept_until: The last date on which nothing was missed yet.
        resumed_on: The date that began the new streak.
    """

    length: int
    at: datetime
    kept_until: date
    resumed_on: date


@frozen(kw_only=True)
class Streak:
    """A streak of a person's.

    Attributes:
        person_id: Whose.
        kind: What is done each day.
        current: How many dates it has; whether it still holds depends on the time.
        longest: The greatest length it ever had.
        credits: How many dates ever counted.
        first_on: The first of them.
        last: The latest of them.
        kept_until: The last date that cannot count as missed any more.
        freezes: When the freezes that are held were earned, the oldest first.
        paused_on: All dates that are or were paused, rising.
        broken: The latest break, until it is repaired.
        repaired_at: When the streak was last repaired.
        version: Rises by one at every change; 0 before the first.
    """

    person_id: PersonId
    kind: StreakKind
    current: int = 0
    longest: int = 0
    credits: int = 0
    first_on: date | None = None
    last: Credit | None = None
    kept_until: date | None = None
    freezes: tuple[date, ...] = ()
    paused_on: tuple[date, ...] = ()
    broken: Break | None = None
    repaired_at: datetime | None = None
    version: int = 0


def evolve(streak: Streak, event: StreakEvent) -> Streak:
    """Give the streak after an event."""
    match event:
        case StreakCredited():
            return attrs.evolve(
                streak,
                current=event.current,
                longest=event.longest,
                credits=streak.credits + 1,
                first_on=streak.first_on or event.counted_on,
                last=Credit(on=event.counted_on, at=event.at, timezone=event.timezone),
                kept_until=max(streak.kept_until or event.counted_on, event.counted_on),
                freezes=event.freezes,
            )
        case StreakBroken():
            broken = Break(
                length=event.length,
                at=event.broken_at,
                kept_until=event.kept_until,
                resumed_on=event.resumed_on,
            )
            return attrs.evolve(streak, current=0, broken=broken)
        case StreakRepaired():
            return attrs.evolve(
                streak,
                current=event.current,
                longest=event.longest,
                kept_until=event.kept_until,
                broken=None,
                repaired_at=event.at,
            )
        case StreakPauseSet() | StreakPauseEnded():
            return attrs.evolve(streak, paused_on=event.paused_on)
        case StreakMilestoneReached():
            return streak
        case _:
            assert_never(event)
