"""Reading events, webhook endpoints and deliveries."""

from collections.abc import Collection, Sequence

from attrs import frozen

from application.events.ports import (
    Deliveries,
    EndpointDirectory,
    EventLog,
    LoggedEvent,
    WebhookEndpoints,
)
from application.shared.pages import Page, Position
from domain.events.deliveries import Delivery, DeliveryState
from domain.events.endpoints import WebhookEndpoint, no_such_endpoint
from domain.shared.ids import PersonId, WebhookEndpointId


@frozen
class EventQueries:
    """Answers what is asked about events and where they go."""

    log: EventLog
    endpoints: WebhookEndpoints
    directory: EndpointDirectory
    deliveries: Deliveries

    async def events_after(self, position: int, limit: int) -> Sequence[LoggedEvent]:
        """Give the first settled events after a position: none can come before them."""
        return await self.log.read(position, await self.log.settled(), limit)

    async def events_of(
        self, person_ids: Collection[PersonId], after: int, upto: int
    ) -> Sequence[LoggedEvent]:
        """Give some persons' events after a position, and up to another that is settled."""
        return await self.log.read_of(person_ids, after, upto)

    async def settled(self) -> int:
        """Give the position up to which no event can be added any more."""
        return await self.log.settled()

    async def endpoint(self, endpoint_id: WebhookEndpointId) -> WebhookEndpoint:
        """Give a webhook endpoint.

        Raises:
            NotFoundError: There is no such endpoint.
        """
        endpoint = await self.endpoints.get(endpoint_id)
        if endpoint is None:
            raise no_such_endpoint()
        return endpoint

    async def all_endpoints(self, after: Position | None, limit: int) -> Page[WebhookEndpoint]:
        """Give webhook endpoints, the oldest first."""
        return await self.directory.page(after, limit)

    async def deliveries_to(
        self,
        endpoint_id: WebhookEndpointId,
        state: DeliveryState | None,
        after: Position | None,
        limit: int,
    ) -> Page[Delivery]:
        """Give deliveries to an endpoint, those of the newest events first.

        Raises:
            NotFoundError: There is no such endpoint.
        """
        await self.endpoint(endpoint_id)
        return await self.deliveries.page(endpoint_id, state, after, limit)
