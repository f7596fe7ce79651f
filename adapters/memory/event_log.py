"""The events of a store, read as a log."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import islice

from attrs import frozen

from adapters.event_form import kept_event
from adapters.memory.outbox import Placed
from adapters.memory.store import MemoryStore
from application.events.ports import LogBounds, LoggedEvent
from domain.events.deliveries import DeliveryState
from domain.events.endpoints import EndpointStatus
from domain.shared.ids import PersonId


@frozen
class MemoryEventLog:
    """All events that are kept, in the order of the transactions."""

    _store: MemoryStore

    async def settled(self) -> int:
        """Give the position up to which no event can be added any more."""
        # Transactions touch the store one at a time, so none is half done now.
        async with self._store.access():
            return self._store.newest_event

    async def bounds(self) -> LogBounds:
        """Give what part of the log is kept."""
        async with self._store.access():
            return LogBounds(self._store.forgotten_events, self._store.newest_event)

    async def read(self, after: int, upto: int, limit: int) -> Sequence[LoggedEvent]:
        """Give the first events after a position, and up to another."""
        async with self._store.access():
            return _logged(islice(self._store.events_between(after, upto), limit))

    async def read_of(
        self, person_ids: Collection[PersonId], after: int, upto: int
    ) -> Sequence[LoggedEvent]:
        """Give all events of some persons after a position, and up to another."""
        async with self._store.access():
            return _logged(self._store.events_of(person_ids, after, upto))

    async def read_one(
        self, person_id: PersonId, after: int, upto: int, limit: int
    ) -> Sequence[LoggedEvent]:
        """Give the first events of a person after a position, and up to another."""
        async with self._store.access():
            return _logged(islice(self._store.events_of([person_id], after, upto), limit))

    async def forget(self, before: datetime, upto: int, limit: int) -> int:
        """Delete events up to a position that are older, with their deliveries."""
        async with self._store.access():
            number = last = 0
            for position, event in islice(self._store.events_between(0, upto), limit):
                if event.event.at >= before:
                    break
                number, last = number + 1, position
            self._store.forget_events(number)
            for delivery in self._store.webhook_deliveries.where(lambda one: one.position <= last):
                self._store.webhook_deliveries.delete((delivery.endpoint_id, delivery.event_id))
            return number


def _logged(placed: Iterable[Placed]) -> list[LoggedEvent]:
    return [LoggedEvent(position, kept_event(event)) for position, event in placed]


@frozen
class MemoryDeliveredEverywhere:
    """How far all who are to be told have been told."""

    _store: MemoryStore

    async def upto(self, sink: str | None) -> int | None:
        """Give the position up to which enabled endpoints and a bus have everything."""
        async with self._store.access():
            enabled = {
                row.endpoint.id: row.position
                for row in self._store.webhook_endpoints.all()
                if row.endpoint.status is EndpointStatus.ENABLED
            }
            positions = [
                *enabled.values(),
                *(
                    delivery.position - 1
                    for delivery in self._store.webhook_deliveries.all()
                    if delivery.state is DeliveryState.PENDING and delivery.endpoint_id in enabled
                ),
            ]
            if sink is not None:
                row = self._store.event_sinks.get(sink)
                positions.append(0 if row is None else row.position)
            return min(positions, default=None)
