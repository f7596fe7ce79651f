"""The events that go out, in memory."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial
from heapq import merge

from adapters.memory.copies import own_copy
from adapters.memory.isolation import Isolation
from application.shared.outbox import OutboxEvent
from domain.shared.events import Event
from domain.shared.ids import PersonId

Placed = tuple[int, OutboxEvent]
"""An event and its position."""


class Outbox(Isolation):
    """Events in the order of their transactions, at positions counted from 1; empty at first.

    Events are copied on their way in and out, so nobody shares one with the outbox. As on a
    database, what is read costs as much as is read, however much there is.
    """

    def __init__(self) -> None:
        super().__init__()
        self._outbox: list[OutboxEvent] = []
        self._forgotten = 0
        self._positions: defaultdict[PersonId, list[int]] = defaultdict(list)

    @property
    def outbox(self) -> list[OutboxEvent]:
        """All events that are kept, the running transaction's at the end."""
        return [_copied(event) for event in self._outbox]

    @property
    def forgotten_events(self) -> int:
        """The position of the newest event that was deleted."""
        return self._forgotten

    @property
    def newest_event(self) -> int:
        """The position of the newest event."""
        return self._forgotten + len(self._outbox)

    def publish(self, events: Iterable[OutboxEvent]) -> None:
        """Append events."""
        for event in events:
            self._outbox.append(_copied(event))
            self._positions[event.event.person_id].append(self.newest_event)
            self.note(self._withdraw)

    def events_between(self, after: int, upto: int) -> Iterator[Placed]:
        """Give events after a position, and up to another, one by one."""
        first = max(after, self._forgotten) + 1
        for position in range(first, min(upto, self.newest_event) + 1):
            yield position, self._at(position)

    def events_of(
        self, person_ids: Collection[PersonId], after: int, upto: int | None = None
    ) -> Iterator[Placed]:
        """Give events about persons after a position, and up to another, one by one."""
        last = self.newest_event if upto is None else upto
        for position in merge(*(self._after(person_id, after) for person_id in set(person_ids))):
            if position > last:
                return
            yield position, self._at(position)

    def forget_events(self, number: int) -> None:
        """Delete the oldest events; the others keep their positions."""
        gone = self._outbox[:number]
        del self._outbox[:number]
        self._forgotten += len(gone)
        for event in gone:
            del self._positions[event.event.person_id][0]
        self.note(lambda: self._remember(gone))

    def rewrite(self, person_id: PersonId, change: Callable[[Event], Event]) -> None:
        """Replace each event about a person by what a change makes of it."""
        for position in self._after(person_id, self._forgotten):
            before = self._outbox[position - self._forgotten - 1]
            self._put(position, OutboxEvent(before.id, change(before.event)))
            self.note(partial(self._put, position, before))

    def _at(self, position: int) -> OutboxEvent:
        return _copied(self._outbox[position - self._forgotten - 1])

    def _put(self, position: int, event: OutboxEvent) -> None:
        self._outbox[position - self._forgotten - 1] = event

    def _after(self, person_id: PersonId, position: int) -> Iterator[int]:
        positions = self._positions.get(person_id, [])
        for number in range(bisect_right(positions, position), len(positions)):
            yield positions[number]

    def _withdraw(self) -> None:
        event = self._outbox.pop()
        self._positions[event.event.person_id].pop()

    def _remember(self, gone: list[OutboxEvent]) -> None:
        for number, event in enumerate(reversed(gone)):
            self._positions[event.event.person_id].insert(0, self._forgotten - number)
        self._outbox[:0] = gone
        self._forgotten -= len(gone)


def _copied(event: OutboxEvent) -> OutboxEvent:
    return OutboxEvent(event.id, own_copy(event.event))
