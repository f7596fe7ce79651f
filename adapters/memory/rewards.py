"""Rewards and what persons were told of them, in memory."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

import attrs
from attrs import frozen

from adapters.memory.store import MemoryStore
from application.shared.outbox import OutboxEvent
from application.video.ports import RewardDue
from domain.shared.ids import PersonId
from domain.video.calls import Ended
from domain.video.events import CallOutcome
from domain.video.reward import CountedCall, partners_by_month
from domain.video.reward_warnings import RewardNotes


@frozen
class MemoryRewards:
    """What rewards rest on, what persons were told of theirs, and who is to be told something."""

    _store: MemoryStore

    async def partners(self, person_id: PersonId, since: date) -> Mapping[date, int]:
        """Give how many distinct partners a person called, by the first day of each month."""
        async with self._store.access():
            counted = list(_counted(self._store, person_id))
        return partners_by_month(call for call in counted if call.counted_on >= since)

    async def notes(self, person_id: PersonId) -> RewardNotes | None:
        """Give what a person was told; None if nothing was ever to be told."""
        async with self._store.access():
            return self._store.reward_notes.get(person_id)

    async def note(self, notes: RewardNotes, events: Iterable[OutboxEvent]) -> None:
        """Keep what a locked person was told."""
        async with self._store.access():
            self._store.reward_notes.put(notes)
            self._store.publish(events)

    async def by(self, now: datetime, after: RewardDue | None, limit: int) -> tuple[RewardDue, ...]:
        """Give those to whom there is something to tell, the first due first."""
        async with self._store.access():
            due = [
                (notes.due_at, notes.person_id)
                for notes in self._store.reward_notes.where(
                    lambda notes: notes.due_at is not None and notes.due_at <= now
                )
                if notes.due_at is not None
            ]
        left = (key for key in sorted(due) if after is None or key > (after.at, after.person_id))
        return tuple(RewardDue(*key) for key in left)[:limit]

    async def first_after(self, now: datetime) -> datetime | None:
        """Give when time next brings somebody something after an instant."""
        async with self._store.access():
            later = self._store.reward_notes.where(
                lambda notes: notes.due_at is not None and notes.due_at > now
            )
        return min((notes.due_at for notes in later if notes.due_at is not None), default=None)

    async def look_anew(self, person_id: PersonId, at: datetime) -> None:
        """Have a locked person looked at, if time will bring them anything."""
        async with self._store.access():
            notes = self._store.reward_notes.get(person_id)
            if notes is not None and notes.due_at is not None and notes.due_at > at:
                self._store.reward_notes.put(attrs.evolve(notes, due_at=at))


def _counted(store: MemoryStore, person_id: PersonId) -> Iterator[CountedCall]:
    for talk in store.conversations.group("participant", person_id):
        for call in store.calls.group("conversation", talk.id):
            if (
                not isinstance(call, Ended)
                or call.outcome is not CallOutcome.COMPLETED
                or call.voided_at is not None
            ):
                continue
            initiated = call.initiator_id == person_id
            counted_on = call.counts_on_initiator if initiated else call.counts_on_callee
            if counted_on is not None:
                yield CountedCall(call.callee_id if initiated else call.initiator_id, counted_on)
