"""Webhook endpoints over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, get, post, put
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta, Struct

from application.events.manage_endpoints import CreateEndpointRequest
from domain.events.deliveries import Delivery, DeliveryState
from domain.events.endpoints import EndpointStatus, WebhookEndpoint
from domain.shared.ids import EventId, WebhookEndpointId
from entrypoints.http.authentication import ADMIN
from entrypoints.http.body import JsonBody
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.idempotency import SECRET, answer_once, answer_secretly
from entrypoints.http.lists import DEFAULT_LIMIT, Cursor, Limit, ListBody, list_body, position
from entrypoints.http.problems import problems

Url = Annotated[str, Meta(max_length=2048, examples=["https://example.org/kithkin"])]
Secret = Annotated[
    str, Meta(description="What signs each delivery; shown this once", examples=["whsec_C2FuZw=="])
]


class CreateWebhookEndpointBody(Struct, forbid_unknown_fields=True):
    """Where events are to be sent."""

    url: Url
    description: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    event_types: (
        Annotated[
            list[Annotated[str, Meta(max_length=100)]],
            Meta(min_length=1, max_length=100, description="Only these; all if left out"),
        ]
        | None
    ) = None


class WebhookStatusBody(Struct, forbid_unknown_fields=True):
    """Whether events are to be delivered."""

    status: EndpointStatus


class WebhookEndpointBody(Struct):
    """A webhook endpoint."""

    id: UUID
    url: str
    description: str | None
    event_types: Annotated[list[str] | None, Meta(description="null means all")]
    status: EndpointStatus
    disabled_at: datetime | None
    disabled_reason: str | None
    failing_since: Annotated[
        datetime | None, Meta(description="Since when it took nothing that was sent to it")
    ]
    created_at: datetime


class NewWebhookEndpointBody(WebhookEndpointBody):
    """A webhook endpoint, with its secret."""

    secret: Secret


class RotatedSecretBody(Struct):
    """A new secret, and until when those before it sign too."""

    secret: Secret
    previous_secret_until: datetime | None


class DeliveryBody(Struct):
    """One event on its way to one endpoint."""

    event_id: Annotated[UUID, Meta(description="Also the `webhook-id` of each attempt")]
    event_type: str
    person_id: UUID
    at: Annotated[datetime, Meta(description="When the event happened")]
    state: DeliveryState
    attempts: Annotated[int, Meta(description="Since it was last queued")]
    next_attempt_at: Annotated[datetime | None, Meta(description="null unless it is pending")]
    last_attempt_at: datetime | None
    last_status: Annotated[int | None, Meta(description="The HTTP status of the last answer")]
    last_error: str | None
    delivered_at: datetime | None


class RequeuedBody(Struct):
    """How many dead deliveries are pending again."""

    requeued: int


def endpoint_body(endpoint: WebhookEndpoint) -> WebhookEndpointBody:
    """Give an endpoint as the API shows it, without its secret."""
    return msgspec.convert(endpoint, WebhookEndpointBody, from_attributes=True)


def new_endpoint_body(endpoint: WebhookEndpoint) -> NewWebhookEndpointBody:
    """Give an endpoint as the API shows it once, with its secret."""
    return msgspec.convert(endpoint, NewWebhookEndpointBody, from_attributes=True)


def rotated_body(endpoint: WebhookEndpoint) -> RotatedSecretBody:
    """Give an endpoint's new secret as the API shows it, once."""
    return RotatedSecretBody(endpoint.secret, endpoint.previous_secrets_until)


def delivery_body(delivery: Delivery) -> DeliveryBody:
    """Give a delivery as the API shows it."""
    body = msgspec.convert(delivery, DeliveryBody, from_attributes=True)
    if delivery.state is not DeliveryState.PENDING:
        body.next_attempt_at = None
    return body


class WebhookRoutes(Controller):
    """Webhook endpoints, and what was sent to them."""

    path = "/v1/webhook-endpoints"
    tags = ("Webhooks",)
    opt = ADMIN

    @post(
        "/",
        opt=SECRET,
        dto=JsonBody[CreateWebhookEndpointBody],
        return_dto=None,
        responses=problems(409, body=True),
    )
    async def create_webhook_endpoint(
        self, request: ApiRequest, data: JSONBody[CreateWebhookEndpointBody]
    ) -> Response[NewWebhookEndpointBody]:
        """Make a webhook endpoint. It is sent what happens from now on."""
        types = data.event_types
        create = kithkin(request).events.create_endpoint()
        asked = CreateEndpointRequest(
            url=data.url,
            description=data.description,
            event_types=None if types is None else tuple(types),
        )
        endpoint = await answer_secretly(request, lambda: create(asked))
        return Response(new_endpoint_body(endpoint))

    @get("/", responses=problems())
    async def list_webhook_endpoints(
        self, request: ApiRequest, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
    ) -> ListBody[WebhookEndpointBody]:
        """List webhook endpoints, the oldest first."""
        queries = kithkin(request).events.queries()
        return list_body(await queries.all_endpoints(position(cursor), limit), endpoint_body)

    @get("/{endpoint_id:uuid}", responses=problems(404))
    async def get_webhook_endpoint(
        self, request: ApiRequest, endpoint_id: FromPath[UUID]
    ) -> WebhookEndpointBody:
        """Read a webhook endpoint. Its secret is not shown again."""
        queries = kithkin(request).events.queries()
        return endpoint_body(await queries.endpoint(WebhookEndpointId(endpoint_id)))

    @delete("/{endpoint_id:uuid}", responses=problems(404))
    async def delete_webhook_endpoint(
        self, request: ApiRequest, endpoint_id: FromPath[UUID]
    ) -> None:
        """Remove a webhook endpoint with all its deliveries."""
        await kithkin(request).events.delete_endpoint()(WebhookEndpointId(endpoint_id))

    @post(
        "/{endpoint_id:uuid}/rotate-secret",
        opt=SECRET,
        status_code=200,
        responses=problems(404, 409),
    )
    async def rotate_webhook_secret(
        self, request: ApiRequest, endpoint_id: FromPath[UUID]
    ) -> Response[RotatedSecretBody]:
        """Give a webhook endpoint a new secret. For 24 hours those before it sign too."""
        rotate = kithkin(request).events.rotate_secret()
        endpoint = await answer_secretly(request, lambda: rotate(WebhookEndpointId(endpoint_id)))
        return Response(rotated_body(endpoint))

    @put(
        "/{endpoint_id:uuid}/status",
        dto=JsonBody[WebhookStatusBody],
        return_dto=None,
        responses=problems(404, body=True),
    )
    async def set_webhook_status(
        self, request: ApiRequest, endpoint_id: FromPath[UUID], data: JSONBody[WebhookStatusBody]
    ) -> WebhookEndpointBody:
        """Disable a webhook endpoint, or enable it again. It goes on where it was stopped."""
        set_status = kithkin(request).events.set_endpoint_status()
        return endpoint_body(await set_status(WebhookEndpointId(endpoint_id), data.status))

    @get("/{endpoint_id:uuid}/deliveries", responses=problems(404))
    async def list_webhook_deliveries(
        self,
        request: ApiRequest,
        endpoint_id: FromPath[UUID],
        in_state: Annotated[
            DeliveryState | None,
            QueryParameter(name="state", description="Only those in this state"),
        ] = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> ListBody[DeliveryBody]:
        """List deliveries to a webhook endpoint, those of the newest events first."""
        page = (
            await kithkin(request)
            .events.queries()
            .deliveries_to(WebhookEndpointId(endpoint_id), in_state, position(cursor), limit)
        )
        return list_body(page, delivery_body)

    @post(
        "/{endpoint_id:uuid}/deliveries/{event_id:uuid}/redeliver",
        status_code=200,
        responses=problems(404, 409),
    )
    async def redeliver_event(
        self, request: ApiRequest, endpoint_id: FromPath[UUID], event_id: FromPath[UUID]
    ) -> Response[DeliveryBody]:
        """Send an event to a webhook endpoint again, whatever came of it before."""

        async def work() -> tuple[int, DeliveryBody]:
            redeliver = kithkin(request).events.redeliver_event()
            delivery = await redeliver(WebhookEndpointId(endpoint_id), EventId(event_id))
            return 200, delivery_body(delivery)

        return await answer_once(request, work)

    @post("/{endpoint_id:uuid}/requeue-dead", status_code=200, responses=problems(404, 409))
    async def requeue_dead_deliveries(
        self, request: ApiRequest, endpoint_id: FromPath[UUID]
    ) -> Response[RequeuedBody]:
        """Send a webhook endpoint again all events whose delivery was given up."""

        async def work() -> tuple[int, RequeuedBody]:
            requeue = kithkin(request).events.requeue_dead()
            return 200, RequeuedBody(await requeue(WebhookEndpointId(endpoint_id)))

        return await answer_once(request, work)
