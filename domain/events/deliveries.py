"""Deliveries: one event on its way to one endpoint."""

from datetime import datetime, timedelta
from enum import StrEnum

from attrs import evolve, frozen

from ..shared.errors import NotFoundError
from ..shared.ids import EventId, PersonId, WebhookEndpointId
from .endpoints import AttemptResult
from .policy import DeliveryPolicy


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


@frozen(kw_only=True)
class Delivery:
    """One event on its way to one endpoint.

    Attributes:
        endpoint_id: Where it goes.
        event_id: What goes there; also the `webhook-id` of every attempt.
        position: Where the event stands in the log.
        event_type: Its type.
        person_id: Whose event it is: theirs arrive in order.
        at: When the event happened.
        state: Where the delivery stands.
        attempts: How often it was tried since it was last queued.
        next_attempt_at: From when on it may be tried.
        last_attempt_at: When it was last tried.
        last_status: What the endpoint answered then, if it did.
        last_error: What went wrong then.
        delivered_at: When the endpoint took it.
    """

    endpoint_id: WebhookEndpointId
    event_id: EventId
    position: int
    event_type: str
    person_id: PersonId
    at: datetime
    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    next_attempt_at: datetime
    last_attempt_at: datetime | None = None
    last_status: int | None = None
    last_error: str | None = None
    delivered_at: datetime | None = None


def no_such_delivery() -> NotFoundError:
    """Give the error for a delivery that does not exist."""
    return NotFoundError("This endpoint has no delivery of such an event; list its deliveries.")


def after_attempt(
    delivery: Delivery, result: AttemptResult, policy: DeliveryPolicy, now: datetime, luck: int
) -> Delivery:
    """Give a delivery after it was tried.

    Args:
        delivery: As it was before.
        result: What came of it.
        policy: When it is tried again.
        now: When that was.
        luck: From 0 to 100: how much of the jitter the wait gets.
    """
    tried = evolve(
        delivery,
        attempts=delivery.attempts + 1,
        last_attempt_at=now,
        last_status=result.status,
        last_error=result.error,
    )
    if result.succeeded:
        return evolve(tried, state=DeliveryState.DELIVERED, delivered_at=now)
    if tried.attempts >= policy.attempts:
        return evolve(tried, state=DeliveryState.DEAD)
    wait = retry_seconds(tried.attempts, policy)
    wait += wait * policy.jitter_percent * luck // 10_000
    return evolve(tried, next_attempt_at=now + timedelta(seconds=wait))


def retry_seconds(attempts: int, policy: DeliveryPolicy) -> int:
    """Give how long to wait after so many failures, before the jitter."""
    wait = policy.first_retry_seconds
    for _ in range(attempts - 1):
        wait = min(wait * policy.retry_factor, policy.longest_retry_seconds)
    return min(wait, policy.longest_retry_seconds)


def requeued(delivery: Delivery, now: datetime) -> Delivery:
    """Send an event again, whatever came of it before."""
    return evolve(
        delivery,
        state=DeliveryState.PENDING,
        attempts=0,
        next_attempt_at=now,
        delivered_at=None,
    )
