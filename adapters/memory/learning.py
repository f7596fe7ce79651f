"""What persons prefer as learners, in memory."""

from collections.abc import Iterable

from attrs import frozen

from adapters.memory.store import MemoryStore
from application.shared.outbox import OutboxEvent
from domain.identity.learning import LearningPreferences
from domain.shared.ids import PersonId


@frozen
class MemoryPreferences:
    """What persons prefer as learners."""

    _store: MemoryStore

    async def get(self, person_id: PersonId) -> LearningPreferences | None:
        """Give a person's preferences, once they have any."""
        async with self._store.access():
            return self._store.preferences.get(person_id)

    async def save(self, preferences: LearningPreferences, events: Iterable[OutboxEvent]) -> None:
        """Keep a locked person's preferences in place of those before."""
        async with self._store.access():
            self._store.preferences.put(preferences)
            self._store.publish(events)
