"""Endpoints: which addresses are taken, who signs, and what a batch makes of one."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import attrs
import pytest

from domain.events.endpoints import (
    AttemptResult,
    EndpointStatus,
    WebhookEndpoint,
    after_batch,
    disabled,
    enabled,
    endpoint_url,
    no_such_endpoint,
    rotated,
)
from domain.events.policy import DeliveryPolicy
from domain.shared.errors import InvalidValueError
from domain.shared.ids import WebhookEndpointId

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MOMENT, HOUR, DAY = timedelta(microseconds=1), timedelta(hours=1), timedelta(days=1)
POLICY = DeliveryPolicy(disable_after_seconds=86_400, secret_overlap_seconds=3600)
ENDPOINT = WebhookEndpoint(
    id=WebhookEndpointId(UUID(int=1)),
    url="https://example.org",
    description=None,
    event_types=None,
    secret="s1",
    created_at=NOW - 9 * DAY,
)
FAILING = attrs.evolve(
    ENDPOINT, failures=4, failing_since=NOW - HOUR, paused_until=NOW - timedelta(minutes=1)
)
TAKEN = AttemptResult(200, None)
REFUSED = AttemptResult(503, "It answered 503.")
AWAY = AttemptResult(None, "nobody there")
GONE = AttemptResult(410, "It answered 410.")

NOT_FULL = "Give a full address that begins with https://."
NOT_ASCII = "Write the address in ASCII, with what is not escaped."
TOO_MUCH = "Leave out user names, passwords and fragments."
PRIVATE = "Give an address on the internet; this one is private."


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org",
        "https://example.org:8443/hook?key=a%20b",
        "https://example.org:1/",
        "https://93.184.216.34/",
        "https://localhost.example.org/",
    ],
)
def test_an_address_on_the_internet_is_taken(url: str) -> None:
    assert endpoint_url(url, private_allowed=False) == url


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("https://[::1", "This is no address: Invalid IPv6 URL."),
        ("example.org/hook", NOT_FULL),
        ("http://example.org/", NOT_FULL),
        ("ftp://example.org/", NOT_FULL),
        ("https:///hook", NOT_FULL),
        ("https://:8443/hook", NOT_FULL),
        ("https://example.org:0/", NOT_FULL),
        ("https://bücher.example/", NOT_ASCII),
        ("https://example.org/a b", NOT_ASCII),
        ("https://example.org/\x7f", NOT_ASCII),
        ("https://example.org/a\\b", NOT_ASCII),
        ("https://ana@example.org/", TOO_MUCH),
        ("https://:secret@example.org/", TOO_MUCH),
        ("https://ana:secret@example.org/", TOO_MUCH),
        ("https://example.org/#top", TOO_MUCH),
        ("https://10.0.0.1/", PRIVATE),
        ("https://localhost/", PRIVATE),
        ("https://LocalHost./", PRIVATE),
    ],
)
def test_any_other_address_is_refused_and_says_why(url: str, says: str) -> None:
    with pytest.raises(InvalidValueError) as refusal:
        endpoint_url(url, private_allowed=False)
    assert (refusal.value.field, refusal.value.detail) == ("url", says)


@pytest.mark.parametrize(
    ("url", "says"),
    [("ftp://localhost/", NOT_FULL), ("http://ana@localhost/", TOO_MUCH)],
)
def test_where_private_addresses_are_allowed_the_rest_holds(url: str, says: str) -> None:
    with pytest.raises(InvalidValueError) as refusal:
        endpoint_url(url, private_allowed=True)
    assert (refusal.value.field, refusal.value.detail) == ("url", says)


def test_an_endpoint_that_is_absent_is_looked_for_in_the_list() -> None:
    assert no_such_endpoint().detail == (
        "There is no such webhook endpoint; list them to see their ids."
    )


@pytest.mark.parametrize(
    ("event_types", "taken"),
    [
        (None, {"message_sent", "message_edited"}),
        (("message_sent",), {"message_sent"}),
        ((), set()),
    ],
)
def test_an_endpoint_takes_the_types_it_names_or_all(
    event_types: tuple[str, ...] | None, taken: set[str]
) -> None:
    endpoint = attrs.evolve(ENDPOINT, event_types=event_types)
    assert {it for it in ("message_sent", "message_edited") if endpoint.takes(it)} == taken


def test_a_secret_that_was_replaced_signs_too_for_a_while() -> None:
    once = rotated(ENDPOINT, "s2", POLICY, NOW)
    assert once == attrs.evolve(
        ENDPOINT, secret="s2", previous_secrets=("s1",), previous_secrets_until=NOW + HOUR
    )
    assert ENDPOINT.secrets_at(NOW) == ("s1",)
    assert once.secrets_at(NOW + HOUR - MOMENT) == ("s2", "s1")
    assert once.secrets_at(NOW + HOUR) == ("s2",)


def test_at_most_three_replaced_secrets_sign_and_none_that_was_over() -> None:
    endpoint = ENDPOINT
    for secret in ("s2", "s3", "s4", "s5"):
        endpoint = rotated(endpoint, secret, POLICY, NOW)
    assert endpoint.secrets_at(NOW) == ("s5", "s4", "s3", "s2")
    later = rotated(endpoint, "s6", POLICY, NOW + 2 * HOUR)
    assert later.secrets_at(NOW + 2 * HOUR) == ("s6", "s5")


def test_an_endpoint_is_disabled_once_with_why_and_since_when() -> None:
    off = disabled(FAILING, "Because.", NOW)
    assert off == attrs.evolve(
        FAILING, status=EndpointStatus.DISABLED, disabled_at=NOW, disabled_reason="Because."
    )
    assert disabled(off, "Again.", NOW + DAY) == off


def test_an_endpoint_is_enabled_as_if_it_had_never_failed() -> None:
    assert enabled(disabled(FAILING, "Because.", NOW)) == ENDPOINT


def test_one_success_clears_what_failed_before() -> None:
    assert after_batch(FAILING, (REFUSED, TAKEN, AWAY), POLICY, NOW) == ENDPOINT


def test_a_batch_without_success_is_counted_and_pauses_the_endpoint() -> None:
    first = after_batch(ENDPOINT, (AWAY,), POLICY, NOW)
    assert first == attrs.evolve(
        ENDPOINT, failures=1, failing_since=NOW, paused_until=NOW + timedelta(seconds=2)
    )
    fifth = after_batch(FAILING, (AWAY, REFUSED), POLICY, NOW)
    assert fifth == attrs.evolve(FAILING, failures=5, paused_until=NOW + timedelta(seconds=32))


def test_a_pause_stays_within_the_longest_however_long_that_may_be() -> None:
    policy = DeliveryPolicy(longest_pause_seconds=86_400)
    for failures, seconds in ((15, 65_536), (16, 86_400), (2000, 86_400)):
        before = attrs.evolve(FAILING, failures=failures)
        paused_until = after_batch(before, (AWAY,), policy, NOW).paused_until
        assert paused_until == NOW + timedelta(seconds=seconds)


def test_what_took_nothing_for_too_long_is_disabled_with_its_last_error() -> None:
    since = datetime(2026, 3, 1, 9, 5, 30, tzinfo=UTC)
    failing = attrs.evolve(FAILING, failing_since=since)
    too_soon = after_batch(failing, (REFUSED, AWAY), POLICY, since + DAY - MOMENT)
    assert too_soon.status is EndpointStatus.ENABLED
    assert after_batch(failing, (AWAY, AWAY, REFUSED), POLICY, since + DAY) == (
        disabled(
            failing,
            "It took nothing since 2026-03-01 09:05 UTC; last: It answered 503.",
            since + DAY,
        )
    )


def test_what_says_that_it_is_gone_is_disabled_at_once() -> None:
    assert after_batch(ENDPOINT, (TAKEN, GONE), POLICY, NOW) == disabled(
        ENDPOINT, "It answered 410 Gone: it wants no more events.", NOW
    )
