"""Webhook endpoints: where an app wants to be told of events."""

from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from attrs import evolve, field, frozen

from ..shared.errors import InvalidValueError, NotFoundError
from ..shared.ids import WebhookEndpointId
from .addresses import is_public
from .policy import DeliveryPolicy

MAX_DESCRIPTION_CHARACTERS = 200
MOST_PREVIOUS_SECRETS = 3
_GONE = 410
_MOST_DOUBLINGS = 20


class EndpointStatus(StrEnum):
    """Whether events are delivered to an endpoint."""

    ENABLED = "enabled"
    DISABLED = "disabled"


@frozen(kw_only=True)
class WebhookEndpoint:
    """Where an app wants to be told of events.

    Attributes:
        id: Its name, safe to show.
        url: Where each event is sent by POST.
        description: What it is for, in the operator's words.
        event_types: Only these are sent; None means all.
        secret: What signs each delivery.
        previous_secrets: Those before it that may still sign, the newest first.
        previous_secrets_until: Until when they sign too.
        status: Whether events are delivered to it.
        disabled_at: Since when they are not.
        disabled_reason: Why not.
        created_at: When it was made.
        failures: How many batches in a row had no success.
        failing_since: When the first of them was.
        paused_until: Until when it is left alone after them.
    """

    id: WebhookEndpointId
    url: str
    description: str | None
    event_types: tuple[str, ...] | None
    secret: str = field(repr=False)
    previous_secrets: tuple[str, ...] = field(default=(), repr=False)
    previous_secrets_until: datetime | None = None
    status: EndpointStatus = EndpointStatus.ENABLED
    disabled_at: datetime | None = None
    disabled_reason: str | None = None
    created_at: datetime
    failures: int = 0
    failing_since: datetime | None = None
    paused_until: datetime | None = None

    def secrets_at(self, now: datetime) -> tuple[str, ...]:
        """Give the secrets that sign at an instant, the newest first."""
        until = self.previous_secrets_until
        if until is None or now >= until:
            return (self.secret,)
        return (self.secret, *self.previous_secrets)

    def takes(self, event_type: str) -> bool:
        """Tell whether events of a type are sent to it."""
        return self.event_types is None or event_type in self.event_types


def no_such_endpoint() -> NotFoundError:
    """Give the error for an endpoint that does not exist."""
    return NotFoundError("There is no such webhook endpoint; list them to see their ids.")


def endpoint_url(url: str, *, private_allowed: bool) -> str:
    """Give an address that events may be sent to.

    Raises:
        InvalidValueError: It is none, or leads where none may be sent.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise InvalidValueError("url", f"This is no address: {error}.") from error
    schemes = ("https", "http") if private_allowed else ("https",)
    if parts.scheme not in schemes or not host or port == 0:
        raise InvalidValueError("url", "Give a full address that begins with https://.")
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise InvalidValueError("url", "Write the address in ASCII, with what is not escaped.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise InvalidValueError("url", "Leave out user names, passwords and fragments.")
    if not private_allowed and _leads_inside(host):
        raise InvalidValueError("url", "Give an address on the internet; this one is private.")
    return url


def _leads_inside(host: str) -> bool:
    try:
        return not is_public(ip_address(host))
    except ValueError:
        # A name: what it stands for is looked at on each delivery.
        return host.rstrip(".").lower() == "localhost"


def rotated(
    endpoint: WebhookEndpoint, secret: str, policy: DeliveryPolicy, now: datetime
) -> WebhookEndpoint:
    """Give an endpoint a new secret; those that sign now sign too for a while.

    So a receiver is not cut off when a secret is replaced again before it had the new one, as
    where the answer was lost that showed it.
    """
    return evolve(
        endpoint,
        secret=secret,
        previous_secrets=endpoint.secrets_at(now)[:MOST_PREVIOUS_SECRETS],
        previous_secrets_until=now + timedelta(seconds=policy.secret_overlap_seconds),
    )


def disabled(endpoint: WebhookEndpoint, reason: str, now: datetime) -> WebhookEndpoint:
    """Stop delivering to an endpoint; one that is disabled keeps its reason."""
    if endpoint.status is EndpointStatus.DISABLED:
        return endpoint
    return evolve(endpoint, status=EndpointStatus.DISABLED, disabled_at=now, disabled_reason=reason)


def enabled(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    """Deliver to an endpoint again, as if it had never failed."""
    return evolve(
        endpoint,
        status=EndpointStatus.ENABLED,
        disabled_at=None,
        disabled_reason=None,
        failures=0,
        failing_since=None,
        paused_until=None,
    )


def after_batch(
    endpoint: WebhookEndpoint,
    results: "tuple[AttemptResult, ...]",
    policy: DeliveryPolicy,
    now: datetime,
) -> WebhookEndpoint:
    """Judge an endpoint by what it made of some deliveries."""
    if any(result.status == _GONE for result in results):
        return disabled(endpoint, "It answered 410 Gone: it wants no more events.", now)
    if not results:
        return endpoint
    if any(result.succeeded for result in results):
        return evolve(endpoint, failures=0, failing_since=None, paused_until=None)
    since = endpoint.failing_since or now
    if now - since >= timedelta(seconds=policy.disable_after_seconds):
        reason = f"It took nothing since {since:%Y-%m-%d %H:%M} UTC; last: {results[-1].error}"
        return disabled(endpoint, reason, now)
    failures = endpoint.failures + 1
    pause = min(policy.longest_pause_seconds, 2 ** min(failures, _MOST_DOUBLINGS))
    return evolve(
        endpoint,
        failures=failures,
        failing_since=since,
        paused_until=now + timedelta(seconds=pause),
    )


@frozen
class AttemptResult:
    """What came of sending an event once.

    Attributes:
        status: The HTTP status, if there was an answer.
        error: What went wrong; None where the endpoint took the event.
    """

    status: int | None
    error: str | None

    @property
    def succeeded(self) -> bool:
        """Whether the endpoint took the event."""
        return self.error is None
