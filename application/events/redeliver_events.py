"""Send events again, as an operator wants it."""

from attrs import frozen

from application.events.ports import Deliveries, WebhookEndpoints
from application.shared.clock import Clock
from application.shared.transaction import Transactions
from domain.events.deliveries import Delivery, no_such_delivery, requeued
from domain.events.endpoints import no_such_endpoint
from domain.shared.ids import EventId, WebhookEndpointId


@frozen
class RedeliverEvent:
    """Sends one event to an endpoint again, dead or delivered."""

    transactions: Transactions
    deliveries: Deliveries
    clock: Clock

    async def __call__(self, endpoint_id: WebhookEndpointId, event_id: EventId) -> Delivery:
        """Queue a delivery again; later ones of the person wait for it.

        Raises:
            NotFoundError: The endpoint has no delivery of such an event.
        """
        now = await self.clock.now()

        async def requeue() -> Delivery:
            before = await self.deliveries.get(endpoint_id, event_id, lock=True)
            if before is None:
                raise no_such_delivery()
            after = requeued(before, now)
            await self.deliveries.save(after)
            return after

        return await self.transactions.run(requeue)


@frozen
class RequeueDead:
    """Sends everything again that an endpoint never took."""

    transactions: Transactions
    endpoints: WebhookEndpoints
    deliveries: Deliveries
    clock: Clock

    async def __call__(self, endpoint_id: WebhookEndpointId) -> int:
        """Queue all dead deliveries of an endpoint again; tell how many they are.

        Raises:
            NotFoundError: There is no such endpoint.
        """
        now = await self.clock.now()

        async def requeue() -> int:
            if await self.endpoints.get(endpoint_id) is None:
                raise no_such_endpoint()
            return await self.deliveries.requeue_dead(endpoint_id, now)

        return await self.transactions.run(requeue)
