"""What is sold, and quotes, over HTTP."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta, Struct

from application.billing.show_catalogue import CatalogueView, PricedItem
from domain.billing.catalogue import (
    BillingCycle,
    Item,
    ItemKind,
    PassItem,
    SecondsItem,
    SubscriptionItem,
    VideoCreditsItem,
)
from domain.billing.quotes import LineKind, Quote
from domain.shared.ids import QuoteId
from domain.shared.tiers import Tier
from entrypoints.http.acting import acting, viewing
from entrypoints.http.authentication import FOR_PERSONS
from entrypoints.http.body import JsonBody
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.idempotency import answer_once
from entrypoints.http.money import Currency, CurrencyCode, MoneyBody, money
from entrypoints.http.problems import problems
from entrypoints.http.usage_bodies import TierLimitsBody, tier_body

ItemKey = Annotated[str, Meta(description="What is sold", examples=["plus_monthly"])]


class DiscountBody(Struct):
    """A lower price that a person has earned."""

    label: Annotated[str, Meta(description="Why", examples=["monthly_reward"])]
    percent: int


class ItemBody(Struct):
    """Something that is sold; what its kind does not have is null."""

    key: ItemKey
    kind: ItemKind
    tier: Annotated[Tier | None, Meta(description="What a subscription or a pass gives")]
    cycle: Annotated[BillingCycle | None, Meta(description="How often a subscription is paid for")]
    days: Annotated[int | None, Meta(description="For how many times 24 hours a pass is")]
    credits: Annotated[int | None, Meta(description="Video credits, which never expire")]
    seconds: Annotated[int | None, Meta(description="Seconds of sessions, which never expire")]


class PricedItemBody(ItemBody):
    """Something that is sold, with its price."""

    price: Annotated[MoneyBody, Meta(description="Before any discount")]
    to_pay: Annotated[
        MoneyBody, Meta(description="After the discount; account credit comes off a quote")
    ]


class CatalogueBody(Struct):
    """What is sold in a currency."""

    discount: Annotated[
        DiscountBody | None, Meta(description="The best that the person has; they do not stack")
    ]
    tiers: Annotated[list[TierLimitsBody], Meta(description="What each allows, the lowest first")]
    items: list[PricedItemBody]
    policy_version: str


class QuoteLineBody(Struct):
    """One line of a quote."""

    kind: LineKind
    label: Annotated[str, Meta(description="What it is for", examples=["monthly_reward"])]
    amount: Annotated[MoneyBody, Meta(description="Less than 0 where it lowers the total")]


class QuoteBody(Struct):
    """What something costs a person, for as long as the quote holds."""

    id: UUID
    person_id: UUID
    item: ItemBody
    lines: Annotated[list[QuoteLineBody], Meta(description="They add up to the total")]
    total: Annotated[MoneyBody, Meta(description="What is to be paid")]
    credit_applied: Annotated[MoneyBody, Meta(description="Account credit that pays the rest")]
    created_at: datetime
    valid_until: datetime
    policy_version: str


class MakeQuoteBody(Struct, forbid_unknown_fields=True):
    """Who would buy what."""

    person_id: UUID
    item: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=100,
            description="A key of the catalogue",
            examples=["plus_monthly"],
        ),
    ]
    currency: CurrencyCode


def item_body(item: Item) -> ItemBody:
    """Give an item as the API shows it."""
    return ItemBody(**_fields(item))


def quote_body(quote: Quote) -> QuoteBody:
    """Give a quote as the API shows it."""
    return QuoteBody(
        id=quote.id,
        person_id=quote.person_id,
        item=item_body(quote.item),
        lines=[
            QuoteLineBody(line.kind, line.label, money(line.amount_minor, quote.currency))
            for line in quote.lines
        ],
        total=money(quote.total_minor, quote.currency),
        credit_applied=money(quote.credit_applied_minor, quote.currency),
        created_at=quote.created_at,
        valid_until=quote.valid_until,
        policy_version=quote.policy_version,
    )


def catalogue_body(view: CatalogueView) -> CatalogueBody:
    """Give the catalogue as the API shows it."""
    best = view.discount
    return CatalogueBody(
        discount=None if best is None else DiscountBody(best.label, best.percent),
        tiers=[tier_body(tier, limits) for tier, limits in view.tiers],
        items=[_priced(item, view.currency) for item in view.items],
        policy_version=view.policy_version,
    )


def _priced(priced: PricedItem, currency: str) -> PricedItemBody:
    return PricedItemBody(
        **_fields(priced.item),
        price=money(priced.price_minor, currency),
        to_pay=money(priced.to_pay_minor, currency),
    )


def _fields(item: Item) -> dict[str, Any]:
    return {
        "key": item.key,
        "kind": item.kind,
        "tier": item.tier if isinstance(item, SubscriptionItem | PassItem) else None,
        "cycle": item.cycle if isinstance(item, SubscriptionItem) else None,
        "days": item.days if isinstance(item, PassItem) else None,
        "credits": item.credits if isinstance(item, VideoCreditsItem) else None,
        "seconds": item.seconds if isinstance(item, SecondsItem) else None,
    }


class CatalogueRoutes(Controller):
    """What is sold, and what it would cost a person now."""

    path = "/v1"
    tags = ("Billing",)

    @get("/catalogue", opt=FOR_PERSONS, responses=problems(403, 404))
    async def get_catalogue(
        self,
        request: ApiRequest,
        currency: Currency,
        person_id: Annotated[
            UUID | None, QueryParameter(description="Whose discount to show")
        ] = None,
    ) -> CatalogueBody:
        """List what is sold in a currency, with the discount that a person has."""
        show = kithkin(request).shop.show_catalogue()
        return catalogue_body(await show(currency, viewing(request, person_id)))

    @post(
        "/quotes",
        opt=FOR_PERSONS,
        dto=JsonBody[MakeQuoteBody],
        return_dto=None,
        responses=problems(403, 404, 409, body=True),
    )
    async def make_quote(
        self, request: ApiRequest, data: JSONBody[MakeQuoteBody]
    ) -> Response[QuoteBody]:
        """Quote what something costs a person. It holds for 15 minutes and takes nothing."""
        person_id = acting(request, data.person_id)

        async def work() -> tuple[int, QuoteBody]:
            quote = kithkin(request).shop.make_quote()
            return 201, quote_body(await quote(person_id, data.item, data.currency))

        return await answer_once(request, work, about=lambda body: body.person_id)

    @get("/quotes/{quote_id:uuid}", opt=FOR_PERSONS, responses=problems(404))
    async def get_quote(self, request: ApiRequest, quote_id: FromPath[UUID]) -> QuoteBody:
        """Read a quote."""
        read = kithkin(request).shop.read_quote()
        return quote_body(await read(QuoteId(quote_id), viewing(request, None)))
