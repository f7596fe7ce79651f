"""Streaks, in memory."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from functools import reduce
from typing import cast

import attrs
from attrs import frozen

from adapters.memory.reactions import waiting
from adapters.memory.rows import StreakDayRow
from adapters.memory.store import Answered, MemoryStore
from application.shared.idempotency import Attempt
from application.streaks.ports import ActivityView, StreakChange, StreakOwner
from application.streaks.reactions import REACTING
from domain.identity.persons import Person, PersonStatus
from domain.shared.ids import PersonId
from domain.streaks.calendar import DayState, days_of
from domain.streaks.events import StreakEvent, StreakKind
from domain.streaks.streaks import Streak, evolve


@frozen
class MemoryStreaks:
    """The streaks."""

    _store: MemoryStore

    async def look(
        self, person_id: PersonId, kind: StreakKind, now: datetime, attempt: Attempt | None
    ) -> ActivityView | None:
        """Give what an activity needs; None if there is no such person."""
        async with self._store.access():
            person = self._store.persons.get(person_id)
            if person is None:
                return None
            return ActivityView(
                owner=_owner(person),
                streak=self._streak(person_id, kind),
                waiting=waiting(self._store, REACTING, person_id),
                kept_answer=None if attempt is None else self._store.kept_answer(attempt, now),
            )

    async def store(self, change: StreakChange) -> bool:
        """Write what events make of a streak, if what was seen still holds."""
        happened = [cast("StreakEvent", out.event) for out in change.events]
        before = change.before
        async with self._store.access():
            if not self._still_holds(change, happened[0].at):
                return False
            after = reduce(evolve, happened, before)
            self._store.streaks.put(attrs.evolve(after, version=before.version + 1))
            for event in happened:
                for day, state in days_of(event).items():
                    self._store.streak_days.put(
                        StreakDayRow(before.person_id, before.kind, day, state)
                    )
            self._keep_day(change)
            if change.attempt is not None and change.answer is not None:
                self._store.answers.put(
                    Answered(change.attempt.owner, change.attempt.key, change.answer)
                )
            self._store.publish(change.events)
            return True

    async def owner(
        self,
        person_id: PersonId,
        *,
        lock: bool = False,  # noqa: ARG002 - whoever touches the store has it to themself
    ) -> StreakOwner | None:
        """Give a person."""
        async with self._store.access():
            person = self._store.persons.get(person_id)
            return None if person is None else _owner(person)

    async def of(self, person_id: PersonId) -> Mapping[StreakKind, Streak]:
        """Give a person's streaks, also those that never began."""
        async with self._store.access():
            return {kind: self._streak(person_id, kind) for kind in StreakKind}

    async def between(
        self, person_id: PersonId, kind: StreakKind, first: date, last: date
    ) -> Mapping[date, DayState]:
        """Give what was kept of some dates."""
        async with self._store.access():
            return {
                row.date: row.state
                for row in self._store.streak_days.group("streak", (person_id, kind))
                if first <= row.date <= last
            }

    async def of_many(
        self, person_ids: Collection[PersonId]
    ) -> Mapping[tuple[PersonId, StreakKind], date]:
        """Give the last credited dates of many persons' streaks."""
        async with self._store.access():
            return {
                (streak.person_id, streak.kind): streak.last.on
                for person_id in person_ids
                for streak in self._store.streaks.group("person", person_id)
                if streak.last is not None
            }

    def _streak(self, person_id: PersonId, kind: StreakKind) -> Streak:
        return self._store.streaks.get((person_id, kind)) or Streak(person_id=person_id, kind=kind)

    def _still_holds(self, change: StreakChange, now: datetime) -> bool:
        person = self._store.persons.get(change.owner.id)
        streak = self._streak(change.owner.id, change.before.kind)
        return (
            person is not None
            and person.version == change.owner.version
            and streak.version == change.before.version
            and (change.attempt is None or self._store.kept_answer(change.attempt, now) is None)
        )

    def _keep_day(self, change: StreakChange) -> None:
        day = change.day
        if day is not None and day != change.owner.counting_day:
            person = self._store.persons[change.owner.id]
            counted = attrs.evolve(person, counting_on=day.date, counting_since=day.since)
            self._store.persons.revise(person.version, counted)


def _owner(person: Person) -> StreakOwner:
    return StreakOwner(
        id=person.id,
        deleted=person.status is PersonStatus.DELETED,
        timezone=person.timezone,
        counting_day=person.counting_day,
        version=person.version,
    )
