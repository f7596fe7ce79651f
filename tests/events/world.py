"""Events to deliver, on either store, and an endpoint that answers as it is told."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
from attrs import Factory, define, field, frozen
from uuid_utils.compat import uuid7

from application.events.deliver_due import DeliverDue
from application.events.forget_events import ForgetEvents
from application.events.manage_endpoints import (
    CreateEndpoint,
    CreateEndpointRequest,
    EndpointChanger,
    RotateSecret,
    SetEndpointStatus,
)
from application.events.ports import (
    DeliveredEverywhere,
    Deliveries,
    DeliveryQueue,
    EndpointClaims,
    EventBus,
    EventLog,
    LoggedEvent,
    PublicEvent,
    SinkClaims,
    WebhookSender,
)
from application.events.publish_events import PublishEvents
from application.events.redeliver_events import RedeliverEvent, RequeueDead
from application.identity.ports import Persons
from application.shared.backlog import Backlogs
from application.shared.clock import MovableClock
from application.shared.outbox import OutboxEvent
from application.shared.transaction import Transactions
from domain.events.endpoints import AttemptResult, WebhookEndpoint
from domain.events.policy import DeliveryPolicy
from domain.identity.persons import Person
from tests.contracts import values

TAKEN = AttemptResult(204, None)
FAILED = AttemptResult(500, "It answered 500.")
BUS = "test"


@define
class Receiver:
    """Takes what it is sent, unless told otherwise.

    Attributes:
        answer: What comes of each event.
        sent: What it was sent, in order.
        taken: What it took.
    """

    answer: Callable[[PublicEvent], AttemptResult] = lambda _: TAKEN
    sent: list[PublicEvent] = field(factory=list)
    taken: list[PublicEvent] = field(factory=list)

    async def send(
        self, endpoint: WebhookEndpoint, event: PublicEvent, now: object
    ) -> AttemptResult:
        self.sent.append(event)
        result = self.answer(event)
        if result.succeeded:
            self.taken.append(event)
        return result

    def of(self, person: Person) -> list[str]:
        """The types of a person's events, in the order in which they were taken."""
        return [str(event.id) for event in self.taken if event.person_id == person.id]


@frozen(kw_only=True)
class EventWorld:
    """The ports on one store, and the use cases on them."""

    transactions: Transactions
    persons: Persons
    clock: MovableClock
    log: EventLog
    delivered: DeliveredEverywhere
    endpoints: Any
    deliveries: Deliveries
    claims: EndpointClaims
    queue: DeliveryQueue
    sinks: SinkClaims
    backlogs: Backlogs
    policy: DeliveryPolicy = Factory(DeliveryPolicy)

    async def person(self) -> Person:
        person = values.a_person()
        await self.persons.add(person, ())
        return person

    async def happens(self, person: Person, times: int = 1) -> list[str]:
        """Let something happen to a person; give the events' ids."""
        now = await self.clock.now()
        events = [
            OutboxEvent(one.id, attrs.evolve(one.event, at=now))
            for one in (values.an_event(person.id) for _ in range(times))
        ]

        async def write() -> None:
            [known] = await self.persons.lock(person.id)
            await self.persons.save(known, known, events)

        await self.transactions.run(write)
        return [str(event.id) for event in events]

    async def endpoint(self, *types: str) -> WebhookEndpoint:
        create = CreateEndpoint(
            self.transactions,
            self.endpoints,
            self.endpoints,
            self.log,
            self.clock,
            uuid7,
            frozenset({"person_reinstated", "message_sent"}),
            private_allowed=False,
        )
        request = CreateEndpointRequest(
            url="https://example.org/hook", event_types=tuple(types) or None
        )
        return await create(request)

    async def known(self, endpoint: WebhookEndpoint) -> WebhookEndpoint:
        found: WebhookEndpoint | None = await self.endpoints.get(endpoint.id)
        assert found is not None
        return found

    def deliver_due(self, receiver: WebhookSender, **policy: int) -> DeliverDue:
        return DeliverDue(
            self.log,
            self.claims,
            self.queue,
            receiver,
            self.clock,
            uuid7,
            lambda: 0,
            attrs.evolve(self.policy, **policy),
        )

    async def deliver_all(self, receiver: WebhookSender, **policy: int) -> None:
        deliver_due = self.deliver_due(receiver, **policy)
        while await deliver_due():
            pass

    def set_status(self) -> SetEndpointStatus:
        return SetEndpointStatus(EndpointChanger(self.transactions, self.endpoints), self.clock)

    def rotate(self) -> RotateSecret:
        change = EndpointChanger(self.transactions, self.endpoints)
        return RotateSecret(change, self.clock, self.policy)

    def redeliver(self) -> RedeliverEvent:
        return RedeliverEvent(self.transactions, self.deliveries, self.clock)

    def requeue_dead(self) -> RequeueDead:
        return RequeueDead(self.transactions, self.endpoints, self.deliveries, self.clock)

    def publish(self, bus: EventBus) -> PublishEvents:
        return PublishEvents(self.log, self.sinks, bus, self.clock, uuid7, self.policy, BUS)

    def forget(self, sink: str | None = None, days: int = 30) -> ForgetEvents:
        return ForgetEvents(self.log, self.delivered, self.clock, sink, timedelta(days=days))

    async def later(self, **time: float) -> None:
        await self.clock.move_to(await self.clock.now() + timedelta(**time))

    async def events_of(self, *persons: Person) -> list[LoggedEvent]:
        settled = await self.log.settled()
        return list(await self.log.read_of([person.id for person in persons], 0, settled))
