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
from domain.shared.errors import DomainError
from domain.shared.ids import PersonId, WebhookEndpointId


class EventsMissedError(DomainError):
    """Events that somebody asks for are not kept any more."""

    code = "events_missed"


@frozen
class EventQueries:
    """Answers what is asked about events and where they go."""

    log: EventLog
    endpoints: WebhookEndpoints
    directory: EndpointDirectory
    deliveries: Deliveries

    async def events_after(
        self, position: int | None, limit: int
    ) -> tuple[Sequence[LoggedEvent], int]:
        """Give the first settled events after a position, and the position to go on from.

        None can come before them. Without a position they are the oldest that are kept.

        Raises:
            EventsMissedError: Not all events after the position are kept.
        """
        start = position
        if start is None:
            start = (await self.log.bounds()).forgotten
        found = await self.log.read(start, await self.log.settled(), limit)
        # Asked for afterwards: what is deleted from now on was read.
        if position is not None and await self.kept_from(position) != position:
            raise EventsMissedError(
                "Not all events after this place are kept, or it is of another log. Read anew"
                " what you derive from them, and begin again without 'after'."
            )
        return found, found[-1].position if found else start

    async def kept_from(self, position: int) -> int:
        """Give a position itself, or where events after it are lost, one from which all are kept.

        They are lost where they were deleted, and where the position is of another log, as
        that of a database before it was replaced by an older copy.
        """
        bounds = await self.log.bounds()
        return position if bounds.forgotten <= position <= bounds.newest else bounds.forgotten

    async def events_of(
        self, person_ids: Collection[PersonId], after: int, upto: int
    ) -> Sequence[LoggedEvent]:
        """Give some persons' events after a position, and up to another that is settled."""
        return await self.log.read_of(person_ids, after, upto)

    async def events_of_one(
        self, person_id: PersonId, after: int, upto: int, limit: int
    ) -> Sequence[LoggedEvent]:
        """Give a person's first events after a position, and up to another that is settled."""
        return await self.log.read_one(person_id, after, upto, limit)

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
