"""Who delivers what to which endpoint, in memory."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from uuid import UUID

import attrs
from attrs import frozen

from adapters.event_form import kept_event
from adapters.memory.rows import EndpointRow, SinkRow
from adapters.memory.store import MemoryStore
from application.events.ports import DueDelivery, EndpointClaim, SinkClaim
from application.shared.outbox import event_type
from domain.events.deliveries import Delivery, DeliveryState
from domain.events.endpoints import EndpointStatus, WebhookEndpoint
from domain.events.policy import DeliveryPolicy
from domain.shared.ids import PersonId, WebhookEndpointId

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def _real_now() -> datetime:
    # Leases run on real time, also where a test clock stands still.
    return datetime.now(UTC)


def _free(row: EndpointRow | SinkRow) -> bool:
    return row.claimed_until is None or row.claimed_until <= _real_now()


def _lease_end(seconds: int) -> datetime:
    return _real_now() + timedelta(seconds=seconds)


def _due(store: MemoryStore, endpoint_id: WebhookEndpointId, now: datetime) -> list[Delivery]:
    """Give deliveries to try, none before an earlier one of the person that must wait."""
    pending = sorted(
        (
            delivery
            for delivery in store.webhook_deliveries.group("endpoint", endpoint_id)
            if delivery.state is DeliveryState.PENDING
        ),
        key=lambda delivery: delivery.position,
    )
    due: list[Delivery] = []
    waiting: set[PersonId] = set()
    for delivery in pending:
        if delivery.next_attempt_at > now:
            waiting.add(delivery.person_id)
        elif delivery.person_id not in waiting:
            due.append(delivery)
    return due


@frozen
class MemoryEndpointClaims:
    """Who delivers to which endpoint."""

    _store: MemoryStore

    async def claim(
        self, claim_id: UUID, now: datetime, settled: int, lease_seconds: int
    ) -> EndpointClaim | None:
        """Claim the endpoint that has work and was left alone for longest, if there is one."""
        async with self._store.access():
            rows = [
                row
                for row in self._store.webhook_endpoints.all()
                if self._has_work(row, now, settled)
            ]
            if not rows:
                return None
            row = min(rows, key=lambda row: row.claimed_until or _LONG_AGO)
            self._store.webhook_endpoints.put(
                attrs.evolve(row, claim=claim_id, claimed_until=_lease_end(lease_seconds))
            )
            return EndpointClaim(claim_id, row.endpoint)

    def _has_work(self, row: EndpointRow, now: datetime, settled: int) -> bool:
        endpoint = row.endpoint
        if endpoint.status is not EndpointStatus.ENABLED or not _free(row):
            return False
        if endpoint.paused_until is not None and endpoint.paused_until > now:
            return False
        return row.position < settled or bool(_due(self._store, endpoint.id, now))

    async def release(self, claim: EndpointClaim, judged: WebhookEndpoint) -> None:
        """Give up a claim, and keep how the endpoint fared; nothing if the claim was lost."""
        async with self._store.access():
            row = self._store.webhook_endpoints.get(judged.id)
            if row is None or row.claim != claim.id:
                return
            endpoint = attrs.evolve(
                row.endpoint,
                failures=judged.failures,
                failing_since=judged.failing_since,
                paused_until=judged.paused_until,
            )
            if (
                judged.status is EndpointStatus.DISABLED
                and endpoint.status is EndpointStatus.ENABLED
            ):
                endpoint = attrs.evolve(
                    endpoint,
                    status=judged.status,
                    disabled_at=judged.disabled_at,
                    disabled_reason=judged.disabled_reason,
                )
            self._store.webhook_endpoints.put(
                attrs.evolve(row, endpoint=endpoint, claim=None, claimed_until=_real_now())
            )


@frozen
class MemoryDeliveryQueue:
    """The deliveries of an endpoint that somebody has claimed."""

    _store: MemoryStore

    async def take_in(
        self, claim: EndpointClaim, settled: int, now: datetime, policy: DeliveryPolicy
    ) -> bool:
        """Queue the next events of the log, up to a position, that the endpoint takes."""
        async with self._store.access():
            row = self._store.webhook_endpoints.get(claim.endpoint.id)
            if row is None or row.claim != claim.id or row.position >= settled:
                return False
            queued = self._store.webhook_deliveries.group("endpoint", row.endpoint.id)
            pending = sum(delivery.state is DeliveryState.PENDING for delivery in queued)
            if pending >= policy.most_pending:
                return False
            found = list(islice(self._store.events_between(row.position, settled), policy.intake))
            for position, outgoing in found:
                kind = event_type(outgoing.event)
                if row.endpoint.takes(kind):
                    self._store.webhook_deliveries.put(
                        Delivery(
                            endpoint_id=row.endpoint.id,
                            event_id=outgoing.id,
                            position=position,
                            event_type=kind,
                            person_id=outgoing.event.person_id,
                            at=outgoing.event.at,
                            next_attempt_at=now,
                        )
                    )
            upto = found[-1][0] if len(found) == policy.intake else settled
            self._store.webhook_endpoints.put(attrs.evolve(row, position=upto))
            return True

    async def due(self, claim: EndpointClaim, now: datetime, limit: int) -> Sequence[DueDelivery]:
        """Give deliveries to try, in the order of the log."""
        async with self._store.access():
            found: list[DueDelivery] = []
            for delivery in _due(self._store, claim.endpoint.id, now)[:limit]:
                position = delivery.position
                for _, outgoing in self._store.events_between(position - 1, position):
                    found.append(DueDelivery(delivery, kept_event(outgoing)))
            return found

    async def record(self, claim: EndpointClaim, delivery: Delivery) -> bool:
        """Keep what came of an attempt; tell whether the claim still held."""
        async with self._store.access():
            row = self._store.webhook_endpoints.get(delivery.endpoint_id)
            if row is None or row.claim != claim.id:
                return False
            self._store.webhook_deliveries.put(delivery)
            return True


@frozen
class MemorySinkClaims:
    """Who publishes to which bus, and how far it is."""

    _store: MemoryStore

    async def claim(
        self, claim_id: UUID, name: str, now: datetime, settled: int, lease_seconds: int
    ) -> SinkClaim | None:
        """Claim a bus, if it lacks settled events, is not paused, and nobody else has it."""
        async with self._store.access():
            row = self._store.event_sinks.get(name) or SinkRow(name)
            paused = row.paused_until is not None and row.paused_until > now
            if paused or row.position >= settled or not _free(row):
                return None
            self._store.event_sinks.put(
                attrs.evolve(row, claim=claim_id, claimed_until=_lease_end(lease_seconds))
            )
            return SinkClaim(claim_id, name, row.position, row.failures)

    async def release(
        self, claim: SinkClaim, position: int, failures: int, paused_until: datetime | None
    ) -> None:
        """Give up a claim, and keep how far it came; nothing if the claim was lost."""
        async with self._store.access():
            row = self._store.event_sinks.get(claim.name)
            if row is not None and row.claim == claim.id:
                self._store.event_sinks.put(
                    SinkRow(
                        name=claim.name,
                        position=position,
                        failures=failures,
                        paused_until=paused_until,
                        claimed_until=_real_now(),
                    )
                )
