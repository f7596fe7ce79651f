"""What becomes of a delivery: every field of it, after each attempt."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import attrs
import pytest

from domain.events.deliveries import (
    Delivery,
    DeliveryState,
    after_attempt,
    no_such_delivery,
    requeued,
    retry_seconds,
)
from domain.events.endpoints import AttemptResult
from domain.events.policy import DeliveryPolicy
from domain.shared.ids import EventId, PersonId, WebhookEndpointId

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
POLICY = DeliveryPolicy(
    attempts=3, first_retry_seconds=100, retry_factor=3, longest_retry_seconds=250
)
DELIVERY = Delivery(
    endpoint_id=WebhookEndpointId(UUID(int=1)),
    event_id=EventId(UUID(int=2)),
    position=7,
    event_type="message_sent",
    person_id=PersonId(UUID(int=3)),
    at=NOW - timedelta(minutes=1),
    next_attempt_at=NOW,
)
FAILED = AttemptResult(503, "It answered 503.")


@pytest.mark.parametrize(
    ("luck", "seconds"),
    [(0, 100), (1, 100), (5, 101), (50, 110), (100, 120)],
)
def test_a_failure_is_noted_and_tried_again_after_a_wait_with_some_jitter(
    luck: int, seconds: int
) -> None:
    assert after_attempt(DELIVERY, FAILED, POLICY, NOW, luck) == attrs.evolve(
        DELIVERY,
        attempts=1,
        next_attempt_at=NOW + timedelta(seconds=seconds),
        last_attempt_at=NOW,
        last_status=503,
        last_error="It answered 503.",
    )


def test_jitter_is_added_to_the_wait_of_that_attempt() -> None:
    second = attrs.evolve(DELIVERY, attempts=1)
    after = after_attempt(second, FAILED, POLICY, NOW, 100)
    assert after.next_attempt_at == NOW + timedelta(seconds=300)


def test_a_success_is_noted_with_the_answer() -> None:
    before = attrs.evolve(DELIVERY, attempts=1, last_error="nobody there")
    assert after_attempt(before, AttemptResult(204, None), POLICY, NOW, 100) == attrs.evolve(
        DELIVERY,
        state=DeliveryState.DELIVERED,
        attempts=2,
        last_attempt_at=NOW,
        last_status=204,
        last_error=None,
        delivered_at=NOW,
    )


def test_the_last_failure_leaves_it_dead_with_why() -> None:
    before = attrs.evolve(DELIVERY, attempts=2)
    assert after_attempt(before, FAILED, POLICY, NOW, 100) == attrs.evolve(
        DELIVERY,
        state=DeliveryState.DEAD,
        attempts=3,
        last_attempt_at=NOW,
        last_status=503,
        last_error="It answered 503.",
    )


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 100), (2, 250), (3, 250), (50, 250)])
def test_waits_grow_up_to_the_longest(attempts: int, seconds: int) -> None:
    assert retry_seconds(attempts, POLICY) == seconds


def test_the_first_wait_is_no_longer_than_the_longest_either() -> None:
    policy = DeliveryPolicy(first_retry_seconds=100, longest_retry_seconds=60)
    assert retry_seconds(1, policy) == 60


def test_what_is_requeued_begins_anew_and_remembers_its_last_attempt() -> None:
    dead = attrs.evolve(
        DELIVERY,
        state=DeliveryState.DEAD,
        attempts=3,
        last_attempt_at=NOW,
        last_status=503,
        last_error="It answered 503.",
    )
    delivered = attrs.evolve(dead, state=DeliveryState.DELIVERED, delivered_at=NOW)
    later = NOW + timedelta(days=1)
    for known in (dead, delivered):
        assert requeued(known, later) == attrs.evolve(
            dead, state=DeliveryState.PENDING, attempts=0, next_attempt_at=later
        )


def test_a_delivery_that_is_absent_is_looked_for_in_the_list() -> None:
    assert no_such_delivery().detail == (
        "This endpoint has no delivery of such an event; list its deliveries."
    )
