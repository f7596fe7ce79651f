"""The outbox as those see it who react to events, in memory."""

from collections.abc import Iterator, Sequence
from itertools import islice

from attrs import frozen

from adapters.memory.rows import MarkRow, ProgressRow
from adapters.memory.store import MemoryStore
from application.shared.reactions import Mark, Pending, Reacting
from domain.shared.ids import PersonId


@frozen
class MemoryReactions:
    """What is pending of each person, and how far contexts are."""

    _store: MemoryStore

    async def settled(self) -> int:
        """Give the position up to which no event can be added any more."""
        # Transactions touch the store one at a time, so none is half done now.
        async with self._store.access():
            return self._store.newest_event

    async def waiting(self, reacting: Reacting, person_id: PersonId) -> bool:
        """Tell whether there are events of a person that were not reacted to."""
        async with self._store.access():
            return waiting(self._store, reacting, person_id)

    async def hold(self, reacting: Reacting, person_id: PersonId) -> Mark | None:
        """Lock a person until the transaction ends, and give their mark."""
        async with self._store.access():
            if person_id not in self._store.persons:
                return None
            return _mark(self._store, reacting.name, person_id)

    async def of(
        self, reacting: Reacting, person_id: PersonId, mark: Mark, limit: int
    ) -> Sequence[Pending]:
        """Give the first events of a person that a mark does not cover."""
        async with self._store.access():
            return list(islice(_of(self._store, reacting, person_id, mark), limit))

    async def keep(self, reacting: Reacting, person_id: PersonId, mark: Mark) -> None:
        """Keep a locked person's mark."""
        row = MarkRow(reacting.name, person_id, mark.position, tuple(sorted(mark.ahead)))
        async with self._store.access():
            self._store.reaction_marks.put(row)

    async def get(self, name: str) -> int:
        """Give the position up to which a context has reacted to everything."""
        async with self._store.access():
            return _progress(self._store, name)

    async def advance(self, name: str, position: int) -> None:
        """Keep that position, unless it is already further."""
        async with self._store.access():
            further = max(position, _progress(self._store, name))
            self._store.reaction_progress.put(ProgressRow(name, further))

    async def between(
        self, reacting: Reacting, after: int, upto: int, limit: int
    ) -> Sequence[Pending]:
        """Give the first events that a context looks at, after a position and up to another."""
        async with self._store.access():
            found = (
                Pending(position, event)
                for position, event in self._store.events_between(after, upto)
                if isinstance(event.event, reacting.kinds)
            )
            return list(islice(found, limit))


def waiting(store: MemoryStore, reacting: Reacting, person_id: PersonId) -> bool:
    """Tell whether there are events of a person that were not reacted to."""
    return any(_of(store, reacting, person_id, _mark(store, reacting.name, person_id)))


def _of(
    store: MemoryStore, reacting: Reacting, person_id: PersonId, mark: Mark
) -> Iterator[Pending]:
    for position, event in store.events_of([person_id], mark.position):
        if isinstance(event.event, reacting.kinds) and position not in mark.ahead:
            yield Pending(position, event)


def _mark(store: MemoryStore, name: str, person_id: PersonId) -> Mark:
    row = store.reaction_marks.get((name, person_id))
    everyones = _progress(store, name)
    if row is None:
        return Mark(everyones)
    return Mark(max(row.position, everyones), frozenset(row.ahead))


def _progress(store: MemoryStore, name: str) -> int:
    row = store.reaction_progress.get(name)
    return 0 if row is None else row.position
