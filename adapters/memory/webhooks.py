"""Webhook endpoints and deliveries in memory, as they are managed."""

from datetime import datetime

import attrs
from attrs import frozen

from adapters.memory.paging import paged
from adapters.memory.rows import EndpointRow
from adapters.memory.store import MemoryStore
from application.shared.pages import Page, Position
from domain.events.deliveries import Delivery, DeliveryState, requeued
from domain.events.endpoints import WebhookEndpoint
from domain.shared.ids import EventId, WebhookEndpointId


@frozen
class MemoryWebhookEndpoints:
    """The webhook endpoints."""

    _store: MemoryStore

    async def add(self, endpoint: WebhookEndpoint, after: int) -> None:
        """Add an endpoint, which is sent the events after a position."""
        async with self._store.access():
            self._store.webhook_endpoints.insert(EndpointRow(endpoint, after))

    async def get(
        self,
        endpoint_id: WebhookEndpointId,
        *,
        lock: bool = False,  # noqa: ARG002 - whoever touches the store has it to themself
    ) -> WebhookEndpoint | None:
        """Give an endpoint, if there is one of this id."""
        async with self._store.access():
            row = self._store.webhook_endpoints.get(endpoint_id)
            return None if row is None else row.endpoint

    async def save(self, endpoint: WebhookEndpoint) -> None:
        """Replace a locked endpoint by a changed one."""
        async with self._store.access():
            row = self._store.webhook_endpoints[endpoint.id]
            self._store.webhook_endpoints.put(attrs.evolve(row, endpoint=endpoint))

    async def delete(self, endpoint_id: WebhookEndpointId) -> bool:
        """Remove an endpoint with its deliveries; tell whether there was one."""
        async with self._store.access():
            for delivery in self._store.webhook_deliveries.group("endpoint", endpoint_id):
                self._store.webhook_deliveries.delete((endpoint_id, delivery.event_id))
            return self._store.webhook_endpoints.delete(endpoint_id)

    async def count(self) -> int:
        """Give how many there are."""
        async with self._store.access():
            return len(self._store.webhook_endpoints)

    async def page(self, after: Position | None, limit: int) -> Page[WebhookEndpoint]:
        """Give endpoints, the oldest first."""
        async with self._store.access():
            return paged(
                [row.endpoint for row in self._store.webhook_endpoints.all()],
                lambda endpoint: Position(endpoint.created_at, endpoint.id),
                after,
                limit,
            )


@frozen
class MemoryDeliveries:
    """What was or is to be sent to endpoints."""

    _store: MemoryStore

    async def get(
        self,
        endpoint_id: WebhookEndpointId,
        event_id: EventId,
        *,
        lock: bool = False,  # noqa: ARG002 - whoever touches the store has it to themself
    ) -> Delivery | None:
        """Give the delivery of an event, if there is one."""
        async with self._store.access():
            return self._store.webhook_deliveries.get((endpoint_id, event_id))

    async def save(self, delivery: Delivery) -> None:
        """Replace a locked delivery by a changed one."""
        async with self._store.access():
            self._store.webhook_deliveries.put(delivery)

    async def requeue_dead(self, endpoint_id: WebhookEndpointId, now: datetime) -> int:
        """Queue all dead deliveries of an endpoint again; tell how many they are."""
        async with self._store.access():
            dead = [
                delivery
                for delivery in self._store.webhook_deliveries.group("endpoint", endpoint_id)
                if delivery.state is DeliveryState.DEAD
            ]
            for delivery in dead:
                self._store.webhook_deliveries.put(requeued(delivery, now))
            return len(dead)

    async def page(
        self,
        endpoint_id: WebhookEndpointId,
        state: DeliveryState | None,
        after: Position | None,
        limit: int,
    ) -> Page[Delivery]:
        """Give deliveries of an endpoint, those of the newest events first."""
        async with self._store.access():
            return paged(
                [
                    delivery
                    for delivery in self._store.webhook_deliveries.group("endpoint", endpoint_id)
                    if state is None or delivery.state is state
                ],
                lambda delivery: Position(delivery.at, delivery.event_id),
                after,
                limit,
                newest_first=True,
            )
