"""The work that is due, in memory."""

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import islice

from attrs import frozen

from adapters.memory.store import MemoryStore
from application.shared.backlog import LOOKED_AT_MOST, WEBHOOKS, Backlog, Lag
from application.shared.jobs import JobState, StoredJob
from application.shared.outbox import OutboxEvent, event_type
from domain.events.deliveries import DeliveryState
from domain.events.endpoints import EndpointStatus

_WAITS = {JobState.WAITING, JobState.RETRYING}


@frozen
class MemoryBacklogs:
    """The work that the store knows of."""

    _store: MemoryStore

    async def read(self, now: datetime, buses: Collection[str]) -> Backlog:
        """Give the work that is due by an instant, that of the webhooks and of some buses too."""
        async with self._store.access():
            jobs = Counter(job.kind for job in self._store.jobs.all() if _is_due(job, now))
            relays = {WEBHOOKS: _lag(list(self._to_endpoints()))}
            for bus in buses:
                row = self._store.event_sinks.get(bus)
                ahead = self._ahead(0 if row is None else row.position)
                relays[bus] = _lag([outgoing.event.at for outgoing in ahead])
        return Backlog(jobs, relays)

    def _to_endpoints(self) -> Iterator[datetime]:
        for row in self._store.webhook_endpoints.all():
            if row.endpoint.status is not EndpointStatus.ENABLED:
                continue
            for delivery in self._store.webhook_deliveries.group("endpoint", row.endpoint.id):
                if delivery.state is DeliveryState.PENDING:
                    yield delivery.at
            for outgoing in self._ahead(row.position):
                if row.endpoint.takes(event_type(outgoing.event)):
                    yield outgoing.event.at

    def _ahead(self, position: int) -> list[OutboxEvent]:
        newest = self._store.newest_event
        found = self._store.events_between(position, newest)
        return [outgoing for _, outgoing in islice(found, LOOKED_AT_MOST)]


def _is_due(job: StoredJob, now: datetime) -> bool:
    return job.state is JobState.QUEUED or (job.state in _WAITS and job.at <= now)


def _lag(instants: list[datetime]) -> Lag:
    return Lag(len(instants), min(instants, default=None))
