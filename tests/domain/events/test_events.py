"""When deliveries are tried again, which addresses are public, and what endpoints come to."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from domain.events.addresses import is_public
from domain.events.deliveries import Delivery, DeliveryState, after_attempt, retry_seconds
from domain.events.endpoints import (
    AttemptResult,
    EndpointStatus,
    WebhookEndpoint,
    after_batch,
    disabled,
    enabled,
    endpoint_url,
)
from domain.events.policy import DeliveryPolicy
from domain.shared.errors import InvalidValueError
from domain.shared.ids import EventId, PersonId, WebhookEndpointId

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
POLICY = DeliveryPolicy()
TAKEN, FAILED = AttemptResult(200, None), AttemptResult(None, "nobody there")


def a_delivery() -> Delivery:
    return Delivery(
        endpoint_id=WebhookEndpointId(uuid7()),
        event_id=EventId(uuid7()),
        position=1,
        event_type="message_sent",
        person_id=PersonId(uuid7()),
        at=NOW,
        next_attempt_at=NOW,
    )


def an_endpoint() -> WebhookEndpoint:
    return WebhookEndpoint(
        id=WebhookEndpointId(uuid7()),
        url="https://example.org",
        description=None,
        event_types=None,
        secret="whsec_AA==",
        created_at=NOW,
    )


def test_attempts_go_on_for_about_three_days() -> None:
    waits = [retry_seconds(attempts, POLICY) for attempts in range(1, POLICY.attempts)]
    assert waits[:4] == [5, 15, 45, 135]
    assert waits[-1] == 43_200
    assert timedelta(days=3) < timedelta(seconds=sum(waits)) < timedelta(days=3, hours=6)


@given(luck=st.integers(0, 100))
def test_a_delivery_is_tried_until_it_is_dead(luck: int) -> None:
    delivery, now = a_delivery(), NOW
    for attempt in range(1, POLICY.attempts + 1):
        assert delivery.state is DeliveryState.PENDING
        delivery = after_attempt(delivery, FAILED, POLICY, now, luck)
        assert (delivery.attempts, delivery.last_attempt_at) == (attempt, now)
        if attempt < POLICY.attempts:
            least = timedelta(seconds=retry_seconds(attempt, POLICY))
            assert least <= delivery.next_attempt_at - now <= least * 1.2
            now = delivery.next_attempt_at
    assert delivery.state is DeliveryState.DEAD


def test_a_success_ends_it() -> None:
    delivered = after_attempt(a_delivery(), TAKEN, POLICY, NOW, 0)
    assert (delivered.state, delivered.delivered_at) == (DeliveryState.DELIVERED, NOW)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("64:ff9b::5db8:d822", True),
        ("2002:5db8:d822::1", True),
        ("::ffff:93.184.216.34", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("224.0.0.251", False),
        ("239.1.1.1", False),
        ("240.0.0.1", False),
        ("0.0.0.0", False),
        ("::", False),
        ("::1", False),
        ("::7f00:1", False),
        ("::ffff:192.168.0.1", False),
        ("64:ff9b::a00:1", False),
        ("64:ff9b:1::1", False),
        ("2002:a00:1::1", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("fec0::1", False),
        ("fd12::1", False),
        ("ff0e::1", False),
        ("2001:db8::1", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(ip_address(address)) is public


@given(st.ip_addresses(v=4))
def test_an_address_in_other_clothes_is_the_same(address: object) -> None:
    mapped = ip_address(f"::ffff:{address}")
    translated = ip_address(f"64:ff9b::{address}")
    assert is_public(mapped) == is_public(translated) == is_public(ip_address(str(address)))


def test_private_addresses_and_http_are_taken_where_they_are_allowed() -> None:
    for url in ("http://127.0.0.1:9000/hook", "http://receiver.internal", "https://[::1]/"):
        assert endpoint_url(url, private_allowed=True) == url
    for url in ("http://127.0.0.1:9000/hook", "http://receiver.internal", "https://[::1]/"):
        with pytest.raises(InvalidValueError):
            endpoint_url(url, private_allowed=False)


def test_pauses_grow_to_a_bound() -> None:
    endpoint, pauses = an_endpoint(), []
    for _ in range(12):
        endpoint = after_batch(endpoint, (FAILED,), POLICY, NOW)
        assert endpoint.paused_until is not None
        pauses.append(int((endpoint.paused_until - NOW).total_seconds()))
    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300]
    assert after_batch(endpoint, (FAILED, TAKEN), POLICY, NOW).paused_until is None
    assert after_batch(endpoint, (), POLICY, NOW) == endpoint


def test_an_endpoint_keeps_the_first_reason_for_which_it_was_disabled() -> None:
    off = disabled(an_endpoint(), "first", NOW)
    assert disabled(off, "second", NOW + timedelta(days=1)) == off
    on = enabled(off)
    assert (on.status, on.disabled_reason, on.disabled_at) == (EndpointStatus.ENABLED, None, None)


def test_a_policy_has_bounds() -> None:
    with pytest.raises(ValueError, match="attempts is 0"):
        DeliveryPolicy(attempts=0)
