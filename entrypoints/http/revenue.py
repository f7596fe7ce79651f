"""What was sold, by date and item, over HTTP."""

from collections import Counter
from datetime import date
from typing import Annotated

from litestar import Controller, Response, get
from litestar.params import QueryParameter
from msgspec import Meta, Struct
from msgspec import field as renamed

from application.billing.read_revenue import MOST_DATES, RevenueReport
from domain.billing.catalogue import ItemKind
from domain.billing.revenue import RevenueTotal
from entrypoints.http.authentication import ADMIN
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.csv_lines import CSV, csv_line
from entrypoints.http.money import MoneyBody, money
from entrypoints.http.problems import problems

First = Annotated[date, QueryParameter(name="from", description="The first date")]
Last = Annotated[
    date, QueryParameter(name="to", description=f"The last; at most {MOST_DATES} dates in all")
]
Zone = Annotated[str, QueryParameter(max_length=64, description="The IANA time zone of the dates")]
_COLUMNS = (
    "date",
    "item",
    "kind",
    "currency",
    "payments",
    "charged_minor",
    "refunded_minor",
    "net_minor",
)


class AmountsBody(Struct):
    """What came in, and what of it went back."""

    payments: Annotated[int, Meta(description="How many were settled")]
    charged: MoneyBody
    refunded: Annotated[MoneyBody, Meta(description="Refunded or charged back, of any payment")]
    net: Annotated[MoneyBody, Meta(description="Less than 0 where more went back than came in")]


class RevenueItemBody(AmountsBody):
    """What an item brought on a date."""

    date: date
    item: Annotated[str, Meta(description="Its key", examples=["plus_monthly"])]
    kind: ItemKind


class RevenueBody(Struct):
    """What was sold from one date to another."""

    from_: date = renamed(name="from")
    to: date
    timezone: str
    totals: Annotated[list[AmountsBody], Meta(description="All together, by currency")]
    items: Annotated[list[RevenueItemBody], Meta(description="By date, item and currency")]


def revenue_body(report: RevenueReport) -> RevenueBody:
    """Give a report as the API shows it."""
    return RevenueBody(
        from_=report.first,
        to=report.last,
        timezone=report.timezone,
        totals=_totals(report.items),
        items=[
            RevenueItemBody(
                date=report.date_of(it),
                item=it.item_key,
                kind=it.item_kind,
                payments=it.payments,
                charged=money(it.charged_minor, it.currency),
                refunded=money(it.returned_minor, it.currency),
                net=money(it.net_minor, it.currency),
            )
            for it in report.items
        ],
    )


def revenue_csv(report: RevenueReport) -> str:
    """Give a report as a table of comma-separated values, with a line of headings."""
    lines = [csv_line(_COLUMNS)]
    for it in report.items:
        amounts = (it.payments, it.charged_minor, it.returned_minor, it.net_minor)
        day = report.date_of(it).isoformat()
        lines.append(csv_line((day, it.item_key, it.item_kind.value, it.currency, *amounts)))
    return "".join(lines)


def _totals(items: tuple[RevenueTotal, ...]) -> list[AmountsBody]:
    payments, charged, returned = Counter[str](), Counter[str](), Counter[str]()
    for it in items:
        payments[it.currency] += it.payments
        charged[it.currency] += it.charged_minor
        returned[it.currency] += it.returned_minor
    return [
        AmountsBody(
            payments=payments[code],
            charged=money(charged[code], code),
            refunded=money(returned[code], code),
            net=money(charged[code] - returned[code], code),
        )
        for code in sorted(payments)
    ]


class RevenueRoutes(Controller):
    """What was sold, for the app's owner."""

    path = "/v1/analytics"
    tags = ("Billing",)

    @get("/revenue", opt=ADMIN, responses=problems())
    async def get_revenue(
        self, request: ApiRequest, first: First, last: Last, timezone: Zone = "UTC"
    ) -> RevenueBody:
        """Read what was sold, by date and item. What went back counts when it went."""
        return revenue_body(await kithkin(request).shop.read_revenue()(first, last, timezone))

    @get("/revenue.csv", opt=ADMIN, media_type=CSV, responses=problems())
    async def get_revenue_csv(
        self, request: ApiRequest, first: First, last: Last, timezone: Zone = "UTC"
    ) -> Response[str]:
        """Read what was sold as CSV, amounts in minor units."""
        report = await kithkin(request).shop.read_revenue()(first, last, timezone)
        return Response(revenue_csv(report), media_type=CSV)
