"""What the use cases of events need of a store and of the network."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from attrs import frozen

from application.shared.pages import Page, Position
from domain.events.deliveries import Delivery, DeliveryState
from domain.events.endpoints import AttemptResult, WebhookEndpoint
from domain.events.policy import DeliveryPolicy
from domain.shared.ids import EventId, PersonId, WebhookEndpointId


@frozen(kw_only=True)
class PublicEvent:
    """An event as everyone outside sees it, whichever way it takes.

    Attributes:
        id: Taking the same id twice changes nothing.
        type: What happened, such as `message_sent`.
        at: When.
        person_id: Whom it concerns; events are in order per person.
        policy_version: The version of the policy it was decided under.
        data: What else there is to say, by the event's catalogue.
    """

    id: EventId
    type: str
    at: datetime
    person_id: PersonId
    policy_version: str
    data: Mapping[str, Any]


@frozen
class LoggedEvent:
    """An event at its place in the log.

    Attributes:
        position: Rises in the order in which a person's events were written.
        event: The event.
    """

    position: int
    event: PublicEvent


@frozen
class LogBounds:
    """What part of the log is kept.

    Attributes:
        forgotten: The newest position whose event was deleted; 0 where none was.
        newest: No event has a position after it by now.
    """

    forgotten: int
    newest: int


class EventLog(Protocol):
    """All events that are kept, in one order."""

    async def bounds(self) -> LogBounds:
        """Give what part of the log is kept."""
        ...

    async def settled(self) -> int:
        """Give the position up to which no event can be added any more."""
        ...

    async def read(self, after: int, upto: int, limit: int) -> Sequence[LoggedEvent]:
        """Give the first events after a position, and up to another."""
        ...

    async def read_of(
        self, person_ids: Collection[PersonId], after: int, upto: int
    ) -> Sequence[LoggedEvent]:
        """Give all events of some persons after a position, and up to another."""
        ...

    async def read_one(
        self, person_id: PersonId, after: int, upto: int, limit: int
    ) -> Sequence[LoggedEvent]:
        """Give the first events of a person after a position, and up to another."""
        ...

    async def forget(self, before: datetime, upto: int, limit: int) -> int:
        """Delete events up to a position that are older, with their deliveries.

        Looks at so many at most, the oldest first, and tells how many it deleted.
        """
        ...


class WebhookEndpoints(Protocol):
    """The webhook endpoints."""

    async def add(self, endpoint: WebhookEndpoint, after: int) -> None:
        """Add an endpoint, which is sent the events after a position."""
        ...

    async def get(
        self, endpoint_id: WebhookEndpointId, *, lock: bool = False
    ) -> WebhookEndpoint | None:
        """Give an endpoint; with `lock` nobody else changes it until the transaction ends."""
        ...

    async def save(self, endpoint: WebhookEndpoint) -> None:
        """Replace a locked endpoint by a changed one."""
        ...

    async def delete(self, endpoint_id: WebhookEndpointId) -> bool:
        """Remove an endpoint with its deliveries; tell whether there was one."""
        ...


class EndpointDirectory(Protocol):
    """The webhook endpoints as a list."""

    async def count(self) -> int:
        """Give how many there are; nobody else adds one until the transaction ends."""
        ...

    async def page(self, after: Position | None, limit: int) -> Page[WebhookEndpoint]:
        """Give endpoints, the oldest first."""
        ...


class Deliveries(Protocol):
    """What was or is to be sent to endpoints."""

    async def get(
        self, endpoint_id: WebhookEndpointId, event_id: EventId, *, lock: bool = False
    ) -> Delivery | None:
        """Give the delivery of an event; with `lock` nobody else changes it meanwhile."""
        ...

    async def save(self, delivery: Delivery) -> None:
        """Replace a locked delivery by a changed one."""
        ...

    async def requeue_dead(self, endpoint_id: WebhookEndpointId, now: datetime) -> int:
        """Queue all dead deliveries of an endpoint again; tell how many they are."""
        ...

    async def page(
        self,
        endpoint_id: WebhookEndpointId,
        state: DeliveryState | None,
        after: Position | None,
        limit: int,
    ) -> Page[Delivery]:
        """Give deliveries of an endpoint, those of the newest events first."""
        ...


@frozen
class EndpointClaim:
    """The right to deliver to an endpoint, for as long as the lease lasts.

    Attributes:
        id: Tells this claim from those before and after it.
        endpoint: The endpoint as it was when it was claimed.
    """

    id: UUID
    endpoint: WebhookEndpoint


class EndpointClaims(Protocol):
    """Who delivers to which endpoint. Leases run on real time, also beside a test clock."""

    async def claim(
        self, claim_id: UUID, now: datetime, settled: int, lease_seconds: int
    ) -> EndpointClaim | None:
        """Claim the endpoint that has work and was left alone for longest, if there is one.

        Args:
            claim_id: The new claim's id.
            now: Deliveries that are due by then are work.
            settled: Events up to this position are work too, if they were not taken yet.
            lease_seconds: How long the claim lasts, unless it is released.
        """
        ...

    async def release(self, claim: EndpointClaim, judged: WebhookEndpoint) -> None:
        """Give up a claim, and keep how the endpoint fared; nothing if the claim was lost."""
        ...


@frozen
class DueDelivery:
    """A delivery that may be tried, with what it delivers."""

    delivery: Delivery
    event: PublicEvent


class DeliveryQueue(Protocol):
    """The deliveries of an endpoint that somebody has claimed."""

    async def take_in(
        self, claim: EndpointClaim, settled: int, now: datetime, policy: DeliveryPolicy
    ) -> bool:
        """Queue the next events of the log, up to a position, that the endpoint takes.

        Tells whether the endpoint came further in the log; not where its queue is full.
        """
        ...

    async def due(self, claim: EndpointClaim, now: datetime, limit: int) -> Sequence[DueDelivery]:
        """Give deliveries to try, in the order of the log.

        None of them comes before an earlier one of the same person that must still wait.
        """
        ...

    async def record(self, claim: EndpointClaim, delivery: Delivery) -> bool:
        """Keep what came of an attempt; tell whether the claim still held."""
        ...


class WebhookSender(Protocol):
    """Sends events to endpoints."""

    async def send(
        self, endpoint: WebhookEndpoint, event: PublicEvent, now: datetime
    ) -> AttemptResult:
        """Send an event once, within a bounded time."""
        ...


@frozen
class SinkClaim:
    """The right to publish to a bus, for as long as the lease lasts.

    Attributes:
        id: Tells this claim from those before and after it.
        name: The bus.
        position: Up to where it has everything.
        failures: How often in a row it took nothing.
    """

    id: UUID
    name: str
    position: int
    failures: int


class SinkClaims(Protocol):
    """Who publishes to which bus, and how far it is."""

    async def claim(
        self, claim_id: UUID, name: str, now: datetime, settled: int, lease_seconds: int
    ) -> SinkClaim | None:
        """Claim a bus, if it lacks settled events, is not paused, and nobody else has it."""
        ...

    async def release(
        self, claim: SinkClaim, position: int, failures: int, paused_until: datetime | None
    ) -> None:
        """Give up a claim, and keep how far it came; nothing if the claim was lost."""
        ...


class EventBusError(Exception):
    """The bus did not take an event."""


class EventBus(Protocol):
    """A bus that keeps events for whoever subscribes."""

    async def publish(self, event: PublicEvent) -> None:
        """Publish an event, and return once the bus has kept it.

        Raises:
            EventBusError: It did not, or not in time.
        """
        ...


class DeliveredEverywhere(Protocol):
    """How far all who are to be told have been told."""

    async def upto(self, sink: str | None) -> int | None:
        """Give the position up to which enabled endpoints and a bus have everything.

        None where there are neither.
        """
        ...
