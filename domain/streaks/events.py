"""What happens with streaks."""

from datetime import date, datetime
from enum import StrEnum

from attrs import frozen

from ..shared.events import Event


class StreakKind(StrEnum):
    """What is done each day."""

    LOGIN = "login"
    CHAT = "chat"


@frozen(kw_only=True)
class _StreakEvent(Event):
    """Something that happened to a streak of the person's."""

    kind: StreakKind


@frozen(kw_only=True)
class StreakCredited(_StreakEvent):
    """A date counts for a streak.

    Attributes:
        counted_on: The date.
        timezone: The person's zone then; erased with the person.
        current: The streak's length with it.
        longest: The greatest length it ever had.
        frozen_on: Missed dates that a freeze was used for.
        excused_on: Missed dates that travel grace let pass.
        freezes: When the freezes still held were earned, the oldest first.
    """

    counted_on: date
    timezone: str
    current: int
    longest: int
    frozen_on: tuple[date, ...] = ()
    excused_on: tuple[date, ...] = ()
    freezes: tuple[date, ...] = ()


@frozen(kw_only=True)
class StreakBroken(_StreakEvent):
    """A streak had ended, and begins anew.

    Attributes:
        length: How long it was.
        broken_at: The end of the first date that nothing covered.
        kept_until: The last date on which nothing was missed yet.
        resumed_on: The date that begins the new one.
    """

    length: int
    broken_at: datetime
    kept_until: date
    resumed_on: date


@frozen(kw_only=True)
class StreakMilestoneReached(_StreakEvent):
    """A streak is as long as one of the milestones."""

    days: int


@frozen(kw_only=True)
class StreakRepaired(_StreakEvent):
    """A broken streak goes on as if it had not broken.

    Attributes:
        current: Its length now.
        longest: The greatest length it ever had.
        excused_on: The missed dates that no longer count.
        kept_until: The last date that cannot count as missed any more.
    """

    current: int
    longest: int
    excused_on: tuple[date, ...]
    kept_until: date


@frozen(kw_only=True)
class StreakPauseSet(_StreakEvent):
    """Some dates to come count as not missed.

    Attributes:
        starts_on: The first of them.
        ends_on: The last.
        paused_on: All dates that are or were paused.
    """

    starts_on: date
    ends_on: date
    paused_on: tuple[date, ...]


@frozen(kw_only=True)
class StreakPauseEnded(_StreakEvent):
    """The dates to come are no longer paused.

    Attributes:
        paused_on: All dates that are or were paused.
    """

    paused_on: tuple[date, ...]


StreakEvent = (
    StreakCredited
    | StreakBroken
    | StreakMilestoneReached
    | StreakRepaired
    | StreakPauseSet
    | StreakPauseEnded
)
