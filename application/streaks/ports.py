"""What the use cases of streaks need of a store."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Protocol

from attrs import frozen

from application.shared.idempotency import Attempt, KeptAnswer
from application.shared.outbox import OutboxEvent
from domain.shared.calendar import CountingDay
from domain.shared.ids import PersonId
from domain.streaks.calendar import DayState
from domain.streaks.events import StreakKind
from domain.streaks.streaks import Streak


@frozen(kw_only=True)
class StreakOwner:
    """A person, as far as streaks need to know them.

    Attributes:
        id: Theirs.
        deleted: They were erased.
        timezone: Their zone.
        counting_day: Their latest counting date.
        version: What a write holds them to.
    """

    id: PersonId
    deleted: bool
    timezone: str
    counting_day: CountingDay | None
    version: int


@frozen(kw_only=True)
class ActivityView:
    """All that an activity needs, as of one instant.

    Attributes:
        owner: Whose streak.
        streak: As it is kept.
        waiting: Events of the person were not reacted to yet.
        kept_answer: What this request was already answered with.
    """

    owner: StreakOwner
    streak: Streak
    waiting: bool
    kept_answer: KeptAnswer | None


@frozen(kw_only=True)
class StreakChange:
    """A streak before and after, with all that is written with it.

    Attributes:
        owner: What was read of the person; it must still hold.
        before: The streak as it was read; it must still hold.
        events: What happened.
        day: The person's counting day after it.
        attempt: The request, if repeats of it are to get the same answer.
        answer: That answer.
    """

    owner: StreakOwner
    before: Streak
    events: tuple[OutboxEvent, ...]
    day: CountingDay | None
    attempt: Attempt | None = None
    answer: KeptAnswer | None = None


class Streaks(Protocol):
    """The streaks."""

    async def look(
        self, person_id: PersonId, kind: StreakKind, now: datetime, attempt: Attempt | None
    ) -> ActivityView | None:
        """Give what an activity needs; None if there is no such person."""
        ...

    async def store(self, change: StreakChange) -> bool:
        """Write what events make of a streak, with its days, the events and the answer.

        Gives False, and writes nothing, when what was seen no longer holds.
        """
        ...

    async def owner(self, person_id: PersonId, *, lock: bool = False) -> StreakOwner | None:
        """Give a person; with `lock` nobody else changes them until the transaction ends."""
        ...

    async def of(self, person_id: PersonId) -> Mapping[StreakKind, Streak]:
        """Give a person's streaks, also those that never began."""
        ...


class StreakDays(Protocol):
    """What the dates were for streaks."""

    async def between(
        self, person_id: PersonId, kind: StreakKind, first: date, last: date
    ) -> Mapping[date, DayState]:
        """Give what was kept of some dates."""
        ...


class LastCredits(Protocol):
    """When streaks were last credited."""

    async def of_many(
        self, person_ids: Collection[PersonId]
    ) -> Mapping[tuple[PersonId, StreakKind], date]:
        """Give the last credited dates of many persons' streaks."""
        ...
