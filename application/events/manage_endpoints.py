"""Make, change and remove webhook endpoints."""

import base64
import secrets
from collections.abc import Callable

from attrs import frozen

from application.events.ports import EndpointDirectory, EventLog, WebhookEndpoints
from application.shared.clock import Clock
from application.shared.ids import NewId
from application.shared.transaction import Transactions
from domain.events.endpoints import (
    MAX_DESCRIPTION_CHARACTERS,
    EndpointStatus,
    WebhookEndpoint,
    disabled,
    enabled,
    endpoint_url,
    no_such_endpoint,
    rotated,
)
from domain.events.policy import DeliveryPolicy
from domain.shared.errors import ConflictError, InvalidValueError
from domain.shared.ids import WebhookEndpointId
from domain.shared.text import MAX_URL_CHARACTERS, clean_line

MOST_ENDPOINTS = 100
SECRET_PREFIX = "whsec_"  # noqa: S105 - what all secrets begin with
_RANDOM_BYTES = 32
_BY_HAND = "Disabled by hand."


class TooManyEndpointsError(ConflictError):
    """There are as many webhook endpoints as there may be."""

    code = "too_many_webhook_endpoints"


def new_secret() -> str:
    """Give a secret as Standard Webhooks writes it."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_RANDOM_BYTES)).decode()


@frozen(kw_only=True)
class CreateEndpointRequest:
    """An endpoint to make.

    Attributes:
        url: Where events are to be sent.
        description: What it is for.
        event_types: Only these are to be sent; None means all.
    """

    url: str
    description: str | None = None
    event_types: tuple[str, ...] | None = None


@frozen
class CreateEndpoint:
    """Makes a webhook endpoint, which is sent what happens from now on."""

    transactions: Transactions
    endpoints: WebhookEndpoints
    directory: EndpointDirectory
    log: EventLog
    clock: Clock
    new_id: NewId
    known_types: frozenset[str]
    private_allowed: bool

    async def __call__(self, request: CreateEndpointRequest) -> WebhookEndpoint:
        """Make an endpoint with a new secret.

        Raises:
            InvalidValueError: The address is none that may be sent to, or a type is unknown.
            TooManyEndpointsError: There are as many as there may be.
        """
        description = request.description
        endpoint = WebhookEndpoint(
            id=WebhookEndpointId(self.new_id()),
            url=endpoint_url(
                clean_line("url", request.url, max_characters=MAX_URL_CHARACTERS),
                private_allowed=self.private_allowed,
            ),
            description=None
            if description is None
            else clean_line("description", description, max_characters=MAX_DESCRIPTION_CHARACTERS),
            event_types=self._types(request.event_types),
            secret=new_secret(),
            created_at=await self.clock.now(),
        )

        async def add() -> WebhookEndpoint:
            if await self.directory.count() >= MOST_ENDPOINTS:
                raise TooManyEndpointsError(
                    f"There are {MOST_ENDPOINTS} webhook endpoints; delete one first."
                )
            await self.endpoints.add(endpoint, await self.log.settled())
            return endpoint

        return await self.transactions.run(add)

    def _types(self, wanted: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if wanted is None:
            return None
        unknown = sorted(set(wanted) - self.known_types)
        if unknown or not wanted:
            raise InvalidValueError(
                "event_types",
                f"There is no event type '{unknown[0]}'; the catalogue lists all."
                if unknown
                else "Name at least one type, or leave the field out for all.",
            )
        return tuple(sorted(set(wanted)))


@frozen
class EndpointChanger:
    """Changes a webhook endpoint in a transaction."""

    transactions: Transactions
    endpoints: WebhookEndpoints

    async def __call__(
        self,
        endpoint_id: WebhookEndpointId,
        change: Callable[[WebhookEndpoint], WebhookEndpoint],
    ) -> WebhookEndpoint:
        """Change an endpoint; give it as it is then.

        Raises:
            NotFoundError: There is no such endpoint.
        """

        async def changed() -> WebhookEndpoint:
            before = await self.endpoints.get(endpoint_id, lock=True)
            if before is None:
                raise no_such_endpoint()
            after = change(before)
            await self.endpoints.save(after)
            return after

        return await self.transactions.run(changed)


@frozen
class RotateSecret:
    """Gives a webhook endpoint a new secret."""

    change: EndpointChanger
    clock: Clock
    policy: DeliveryPolicy

    async def __call__(self, endpoint_id: WebhookEndpointId) -> WebhookEndpoint:
        """Make a new secret; those before it sign too for a while.

        Raises:
            NotFoundError: There is no such endpoint.
        """
        now, secret = await self.clock.now(), new_secret()
        return await self.change(
            endpoint_id, lambda before: rotated(before, secret, self.policy, now)
        )


@frozen
class SetEndpointStatus:
    """Disables a webhook endpoint, or enables it again."""

    change: EndpointChanger
    clock: Clock

    async def __call__(
        self, endpoint_id: WebhookEndpointId, status: EndpointStatus
    ) -> WebhookEndpoint:
        """Set whether events are delivered to an endpoint.

        Raises:
            NotFoundError: There is no such endpoint.
        """
        now = await self.clock.now()
        return await self.change(
            endpoint_id,
            lambda before: (
                enabled(before)
                if status is EndpointStatus.ENABLED
                else disabled(before, _BY_HAND, now)
            ),
        )


@frozen
class DeleteEndpoint:
    """Removes a webhook endpoint."""

    endpoints: WebhookEndpoints

    async def __call__(self, endpoint_id: WebhookEndpointId) -> None:
        """Remove an endpoint with all its deliveries.

        Raises:
            NotFoundError: There is no such endpoint.
        """
        if not await self.endpoints.delete(endpoint_id):
            raise no_such_endpoint()
