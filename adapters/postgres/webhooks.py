"""Webhook endpoints and deliveries on PostgreSQL, as they are managed."""

from datetime import datetime
from typing import Any

from attrs import frozen
from sqlalchemy import bindparam, delete, func, insert, select, text, update

from adapters.postgres.codec import columns_for, field_names, from_row, to_row
from adapters.postgres.executor import Executor, Statement
from adapters.postgres.paging import page, paged, window
from adapters.postgres.tables import Instant
from adapters.postgres.tables import webhook_deliveries as deliveries
from adapters.postgres.tables import webhook_endpoints as endpoints
from application.shared.pages import Page, Position
from domain.events.deliveries import Delivery, DeliveryState
from domain.events.endpoints import WebhookEndpoint
from domain.shared.ids import EventId, WebhookEndpointId

_endpoint = select(*columns_for(endpoints, WebhookEndpoint))
_by_id = _endpoint.where(endpoints.c.id == bindparam("id"))
_GET = Statement(_by_id)
_LOCK = Statement(_by_id.with_for_update(key_share=True))
_ONE_ADDS = Statement(text("SELECT pg_advisory_xact_lock(7520110395)"))
_COUNT = Statement(select(func.count().label("number")).select_from(endpoints))
_LIST = Statement(paged(_endpoint, endpoints.c.created_at, endpoints.c.id, descending=False))
_fields: dict[str, Any] = {name: bindparam(name) for name in field_names(WebhookEndpoint)}
_ADD = Statement(insert(endpoints).values({**_fields, "position": bindparam("position")}))
_SAVE = Statement(
    update(endpoints)
    .where(endpoints.c.id == bindparam("id"))
    .values({name: value for name, value in _fields.items() if name != "id"})
)
_DELETE = Statement(
    delete(endpoints).where(endpoints.c.id == bindparam("id")).returning(endpoints.c.id)
)


@frozen
class PostgresWebhookEndpoints:
    """The webhook endpoints."""

    executor: Executor

    async def add(self, endpoint: WebhookEndpoint, after: int) -> None:
        """Add an endpoint, which is sent the events after a position."""
        await self.executor.rows(_ADD, **to_row(endpoint), position=after)

    async def get(
        self, endpoint_id: WebhookEndpointId, *, lock: bool = False
    ) -> WebhookEndpoint | None:
        """Give an endpoint; with `lock` nobody else changes it until the transaction ends."""
        row = await self.executor.row(_LOCK if lock else _GET, id=endpoint_id)
        return None if row is None else from_row(WebhookEndpoint, row)

    async def save(self, endpoint: WebhookEndpoint) -> None:
        """Replace a locked endpoint by a changed one."""
        await self.executor.rows(_SAVE, **to_row(endpoint))

    async def delete(self, endpoint_id: WebhookEndpointId) -> bool:
        """Remove an endpoint with its deliveries; tell whether there was one."""
        return await self.executor.row(_DELETE, id=endpoint_id) is not None

    async def count(self) -> int:
        """Give how many there are; nobody else adds one until the transaction ends."""
        await self.executor.rows(_ONE_ADDS)
        row = await self.executor.row(_COUNT)
        return 0 if row is None else int(row["number"])

    async def page(self, after: Position | None, limit: int) -> Page[WebhookEndpoint]:
        """Give endpoints, the oldest first."""
        rows = await self.executor.rows(_LIST, **window(after, limit))
        items = [from_row(WebhookEndpoint, row) for row in rows]
        return page(items, [Position(item.created_at, item.id) for item in items], limit)


_delivery = select(*columns_for(deliveries, Delivery))
_of_endpoint = _delivery.where(deliveries.c.endpoint_id == bindparam("endpoint_id"))
_of_event = _of_endpoint.where(deliveries.c.event_id == bindparam("event_id"))
_GET_DELIVERY = Statement(_of_event)
_LOCK_DELIVERY = Statement(_of_event.with_for_update(key_share=True))
CHANGEABLE = (
    "state",
    "attempts",
    "next_attempt_at",
    "last_attempt_at",
    "last_status",
    "last_error",
    "delivered_at",
)
"""What changes in a delivery once it is queued."""

_SAVE_DELIVERY = Statement(
    update(deliveries)
    .where(
        deliveries.c.endpoint_id == bindparam("endpoint_id"),
        deliveries.c.event_id == bindparam("event_id"),
    )
    .values({name: bindparam(name) for name in CHANGEABLE})
)
_REQUEUE_DEAD = Statement(
    update(deliveries)
    .where(
        deliveries.c.endpoint_id == bindparam("endpoint_id"),
        deliveries.c.state == DeliveryState.DEAD.value,
    )
    .values(
        state=DeliveryState.PENDING.value,
        attempts=0,
        next_attempt_at=bindparam("now", type_=Instant),
    )
    .returning(deliveries.c.event_id)
)
_LIST_DELIVERIES = Statement(
    paged(_of_endpoint, deliveries.c.at, deliveries.c.event_id, descending=True)
)
_LIST_IN_STATE = Statement(
    paged(
        _of_endpoint.where(deliveries.c.state == bindparam("state")),
        deliveries.c.at,
        deliveries.c.event_id,
        descending=True,
    )
)


@frozen
class PostgresDeliveries:
    """What was or is to be sent to endpoints."""

    executor: Executor

    async def get(
        self, endpoint_id: WebhookEndpointId, event_id: EventId, *, lock: bool = False
    ) -> Delivery | None:
        """Give the delivery of an event; with `lock` nobody else changes it meanwhile."""
        row = await self.executor.row(
            _LOCK_DELIVERY if lock else _GET_DELIVERY, endpoint_id=endpoint_id, event_id=event_id
        )
        return None if row is None else from_row(Delivery, row)

    async def save(self, delivery: Delivery) -> None:
        """Replace a locked delivery by a changed one."""
        await self.executor.rows(_SAVE_DELIVERY, **to_row(delivery))

    async def requeue_dead(self, endpoint_id: WebhookEndpointId, now: datetime) -> int:
        """Queue all dead deliveries of an endpoint again; tell how many they are."""
        return len(await self.executor.rows(_REQUEUE_DEAD, endpoint_id=endpoint_id, now=now))

    async def page(
        self,
        endpoint_id: WebhookEndpointId,
        state: DeliveryState | None,
        after: Position | None,
        limit: int,
    ) -> Page[Delivery]:
        """Give deliveries of an endpoint, those of the newest events first."""
        frame = {**window(after, limit), "endpoint_id": endpoint_id}
        if state is None:
            rows = await self.executor.rows(_LIST_DELIVERIES, **frame)
        else:
            rows = await self.executor.rows(_LIST_IN_STATE, **frame, state=state.value)
        items = [from_row(Delivery, row) for row in rows]
        return page(items, [Position(item.at, item.event_id) for item in items], limit)
