"""The use cases of events on their way out."""

import random
from datetime import timedelta
from typing import TYPE_CHECKING

from dependency_injector.containers import DeclarativeContainer
from dependency_injector.providers import (
    Callable,
    DependenciesContainer,
    Dependency,
    Factory,
    Object,
    Singleton,
)

from adapters.delivery.webhook_sender import HttpWebhookSender
from adapters.event_catalogue import EVENT_TYPES
from application.events.deliver_due import DeliverDue
from application.events.forget_events import ForgetEvents
from application.events.manage_endpoints import (
    CreateEndpoint,
    DeleteEndpoint,
    EndpointChanger,
    RotateSecret,
    SetEndpointStatus,
)
from application.events.publish_events import PublishEvents
from application.events.queries import EventQueries
from application.events.redeliver_events import RedeliverEvent, RequeueDead
from domain.events.policy import DeliveryPolicy
from entrypoints.settings import Settings

if TYPE_CHECKING:
    from adapters.delivery.nats_bus import NatsEventBus

NATS = "nats"
_MOST_LUCK = 100


def _luck() -> int:
    return random.randint(0, _MOST_LUCK)  # noqa: S311 - it only spreads retries


def _retention(days: int) -> timedelta:
    return timedelta(days=days)


def _buses(nats_url: str | None) -> tuple[str, ...]:
    return () if nats_url is None else (NATS,)


def _event_bus(url: str) -> "NatsEventBus":
    # It takes a tenth of what all imports take, and few have a bus.
    from adapters.delivery.nats_bus import NatsEventBus  # noqa: PLC0415

    return NatsEventBus(url)


def _sink(nats_url: str | None) -> str | None:
    return None if nats_url is None else NATS


class Events(DeclarativeContainer):
    """Factories of the use cases of events."""

    ports = DependenciesContainer()
    reactions = DependenciesContainer()
    settings = Dependency(instance_of=Settings)

    policy = Singleton(DeliveryPolicy)
    webhook_sender = Singleton(
        HttpWebhookSender, private_allowed=settings.provided.webhook_private_addresses
    )
    buses = Callable(_buses, settings.provided.nats_url)
    event_bus = Singleton(_event_bus, settings.provided.nats_url)

    create_endpoint = Factory(
        CreateEndpoint,
        transactions=ports.transactions,
        endpoints=ports.webhook_endpoints,
        directory=ports.webhook_endpoints,
        log=ports.event_log,
        clock=ports.clock,
        new_id=ports.new_id,
        known_types=Object(EVENT_TYPES),
        private_allowed=settings.provided.webhook_private_addresses,
    )
    change_endpoint = Factory(
        EndpointChanger, transactions=ports.transactions, endpoints=ports.webhook_endpoints
    )
    rotate_secret = Factory(RotateSecret, change=change_endpoint, clock=ports.clock, policy=policy)
    set_endpoint_status = Factory(SetEndpointStatus, change=change_endpoint, clock=ports.clock)
    delete_endpoint = Factory(DeleteEndpoint, endpoints=ports.webhook_endpoints)
    redeliver_event = Factory(
        RedeliverEvent,
        transactions=ports.transactions,
        deliveries=ports.webhook_deliveries,
        clock=ports.clock,
    )
    requeue_dead = Factory(
        RequeueDead,
        transactions=ports.transactions,
        endpoints=ports.webhook_endpoints,
        deliveries=ports.webhook_deliveries,
        clock=ports.clock,
    )
    deliver_due = Singleton(
        DeliverDue,
        log=ports.event_log,
        claims=ports.endpoint_claims,
        queue=ports.delivery_queue,
        sender=webhook_sender,
        clock=ports.clock,
        new_id=ports.new_id,
        luck=Object(_luck),
        policy=policy,
    )
    publish_events = Singleton(
        PublishEvents,
        log=ports.event_log,
        claims=ports.sink_claims,
        bus=event_bus,
        clock=ports.clock,
        new_id=ports.new_id,
        policy=policy,
        name=NATS,
    )
    forget_events = Factory(
        ForgetEvents,
        log=ports.event_log,
        delivered=ports.delivered_everywhere,
        clock=ports.clock,
        sink=Callable(_sink, settings.provided.nats_url),
        retention=Callable(_retention, settings.provided.event_retention_days),
        reacted=reactions.reacted_up_to,
    )
    queries = Singleton(
        EventQueries,
        log=ports.event_log,
        endpoints=ports.webhook_endpoints,
        directory=ports.webhook_endpoints,
        deliveries=ports.webhook_deliveries,
    )
