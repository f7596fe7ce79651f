"""Subscriptions over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from application.billing.change_subscription import ChangedSubscription
from domain.billing.payments import Provider
from domain.billing.plans import Plans
from domain.billing.subscriptions import (
    Canceled,
    Expired,
    PastDue,
    Subscription,
    SubscriptionStatus,
)
from domain.shared.errors import NotFoundError
from domain.shared.tiers import Tier
from entrypoints.http.acting import acting
from entrypoints.http.authentication import FOR_PERSONS
from entrypoints.http.body import JsonBody
from entrypoints.http.catalogue import ItemBody, QuoteBody, item_body, quote_body
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.idempotency import answer_once
from entrypoints.http.money import MoneyBody, money
from entrypoints.http.problems import problems


class ChangeSubscriptionBody(Struct, forbid_unknown_fields=True):
    """What the subscription is to be for."""

    item: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=100,
            description="A subscription's key of the catalogue",
            examples=["premium_monthly"],
        ),
    ]


class SubscriptionBody(Struct):
    """A subscription, and the state that it is in."""

    id: UUID
    person_id: UUID
    status: SubscriptionStatus
    is_active: Annotated[bool, Meta(description="It gives its tier now")]
    tier: Tier
    item: ItemBody
    amount: Annotated[MoneyBody, Meta(description="What a period cost when it was last paid for")]
    started_at: datetime
    current_period_start: Annotated[datetime | None, Meta(description="Null once it is over")]
    current_period_end: Annotated[datetime | None, Meta(description="Null once it is over")]
    renews: Annotated[bool, Meta(description="It is to go on after the period's end")]
    next_item: Annotated[
        ItemBody | None, Meta(description="What it is for from then on, if that is another item")
    ]
    canceled_at: datetime | None
    grace_ends_at: Annotated[
        datetime | None, Meta(description="Until when it gives its tier while past due")
    ]
    ended_at: datetime | None
    provider: Provider
    provider_customer_id: str | None
    provider_subscription_id: str | None
    provider_product_id: str | None
    provider_price_id: str | None
    provider_invoice_id: str | None
    policy_version: str


class ChangedSubscriptionBody(Struct):
    """A subscription after a change, or what is to be paid for the change first."""

    subscription: SubscriptionBody
    quote: Annotated[
        QuoteBody | None, Meta(description="Pay for it, and the change begins at once")
    ]


def subscription_body(subscription: Subscription, plans: Plans, now: datetime) -> SubscriptionBody:
    """Give a subscription as the API shows it."""
    state, refs = plans.state(subscription, now), subscription.refs
    over = isinstance(state, Expired)
    next_item = subscription.next_item
    return SubscriptionBody(
        id=subscription.id,
        person_id=subscription.person_id,
        status=state.status,
        is_active=not over,
        tier=subscription.item.tier,
        item=item_body(subscription.item),
        amount=money(subscription.amount_minor, subscription.currency),
        started_at=subscription.started_at,
        current_period_start=None if isinstance(state, Expired) else state.period_starts_at,
        current_period_end=None if isinstance(state, Expired) else state.period_ends_at,
        renews=not over and not isinstance(state, Canceled),
        next_item=None if next_item is None else item_body(next_item),
        canceled_at=subscription.not_renewed_since,
        grace_ends_at=state.grace_ends_at if isinstance(state, PastDue) else None,
        ended_at=state.ended_at if isinstance(state, Expired) else None,
        provider=subscription.provider,
        provider_customer_id=refs.customer_id,
        provider_subscription_id=refs.subscription_id,
        provider_product_id=refs.product_id,
        provider_price_id=refs.price_id,
        provider_invoice_id=refs.invoice_id,
        policy_version=subscription.policy_version,
    )


class SubscriptionRoutes(Controller):
    """A person's subscription."""

    path = "/v1/persons/{person_id:uuid}/subscription"
    tags = ("Billing",)

    @get("/", opt=FOR_PERSONS, responses=problems(404))
    async def get_subscription(
        self, request: ApiRequest, person_id: FromPath[UUID]
    ) -> SubscriptionBody:
        """Read the subscription that runs for a person, or the last one that did."""
        queries = kithkin(request).billing.queries()
        plans, now = await queries.plans(acting(request, person_id))
        current = plans.current(now)
        if current is None:
            raise NotFoundError("This person never had a subscription; make a quote for one.")
        return subscription_body(current, plans, now)

    @post(
        "/change",
        opt=FOR_PERSONS,
        status_code=200,
        dto=JsonBody[ChangeSubscriptionBody],
        return_dto=None,
        responses=problems(403, 404, 409, body=True),
    )
    async def change_subscription(
        self,
        request: ApiRequest,
        person_id: FromPath[UUID],
        data: JSONBody[ChangeSubscriptionBody],
    ) -> Response[ChangedSubscriptionBody]:
        """Change a subscription's item: upwards by a quote, downwards from the period's end on."""
        asked = acting(request, person_id)

        async def work() -> tuple[int, ChangedSubscriptionBody]:
            change = kithkin(request).billing.change_subscription()
            return 200, await _changed(request, await change.change(asked, data.item))

        return await answer_once(
            request, work, about=lambda body: body.subscription.person_id, outside=True
        )

    @post(
        "/cancel",
        opt=FOR_PERSONS,
        status_code=200,
        return_dto=None,
        responses=problems(403, 404, 409),
    )
    async def cancel_subscription(
        self, request: ApiRequest, person_id: FromPath[UUID]
    ) -> Response[ChangedSubscriptionBody]:
        """Cancel a subscription at its period's end; what was paid for stays until then."""
        asked = acting(request, person_id)

        async def work() -> tuple[int, ChangedSubscriptionBody]:
            change = kithkin(request).billing.change_subscription()
            return 200, await _changed(request, await change.cancel(asked))

        return await answer_once(request, work, about=lambda body: body.subscription.person_id)

    @post(
        "/resume",
        opt=FOR_PERSONS,
        status_code=200,
        return_dto=None,
        responses=problems(403, 404, 409),
    )
    async def resume_subscription(
        self, request: ApiRequest, person_id: FromPath[UUID]
    ) -> Response[ChangedSubscriptionBody]:
        """Undo a cancellation or a planned change, so that the subscription renews as it is."""
        asked = acting(request, person_id)

        async def work() -> tuple[int, ChangedSubscriptionBody]:
            change = kithkin(request).billing.change_subscription()
            return 200, await _changed(request, await change.resume(asked))

        return await answer_once(request, work, about=lambda body: body.subscription.person_id)


async def _changed(request: ApiRequest, changed: ChangedSubscription) -> ChangedSubscriptionBody:
    now = await kithkin(request).clock.now()
    return ChangedSubscriptionBody(
        subscription=subscription_body(changed.subscription, changed.plans, now),
        quote=None if changed.quote is None else quote_body(changed.quote),
    )
