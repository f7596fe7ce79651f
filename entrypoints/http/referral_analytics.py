"""What referrals come to, over HTTP."""

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, cast
from uuid import UUID

from litestar import Controller, Response, get
from litestar.params import QueryParameter
from litestar.response import Stream
from msgspec import Meta, Struct

from application.referrals.ports import FunnelStep, ReferrerFigures
from application.referrals.queries import ReferralAnalytics
from application.shared.pages import Page, Position
from domain.shared.ids import PersonId
from entrypoints.http.authentication import ADMIN
from entrypoints.http.broken_off import until_broken
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.csv_lines import CSV, csv_line
from entrypoints.http.lists import DEFAULT_LIMIT, MAX_LIMIT, Cursor, Limit, list_body, position
from entrypoints.http.money import MoneyBody
from entrypoints.http.problems import problems

_ONE_DAY_SECONDS = 86_400
_HUNDREDTHS = 100
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


class ReferrerFiguresBody(Struct):
    """What a referrer's invites of the last ninety days came to."""

    referrer_id: UUID
    total_referrals: int
    successful_signups: int
    converted_purchases: int
    total_rewards_earned: list[MoneyBody]
    avg_conversion_days: Annotated[
        str | None,
        Meta(description="From signing up to the purchase, floored", examples=["3.25"]),
    ]


class FunnelStepBody(Struct):
    """What the invites of one method and source came to."""

    method: str
    source: str | None
    invited: int
    signed_up: int
    purchased: int
    rewarded: int


class ReferralAnalyticsBody(Struct):
    """The figures by referrer, a page at a time, and the funnel."""

    since: datetime
    items: Annotated[list[ReferrerFiguresBody], Meta(description="By the referrers' ids")]
    next_cursor: Annotated[
        str | None, Meta(description="Where the next page begins; null on the last one")
    ]
    funnel: list[FunnelStepBody]


class View(StrEnum):
    """What to give as CSV."""

    REFERRERS = "referrers"
    FUNNEL = "funnel"


class ReferralAnalyticsRoutes(Controller):
    """What referrals come to, for the app."""

    path = "/v1"
    tags = ("Referrals",)

    @get("/analytics/referrals", opt=ADMIN, responses=problems())
    async def get_referral_analytics(
        self,
        request: ApiRequest,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> ReferralAnalyticsBody:
        """Read what the invites of the last ninety days came to, by referrer and as a funnel."""
        analytics = kithkin(request).referrals.analytics()
        since = await analytics.since()
        after = position(cursor)
        found = await analytics.by_referrer(
            since, None if after is None else PersonId(after.id), limit + 1
        )
        shown = tuple(found[:limit])
        more = len(found) > limit
        page = Page(shown, Position(_NO_TIME, shown[-1].referrer_id) if more else None)
        listed = list_body(page, _figures_body)
        return ReferralAnalyticsBody(
            since=since,
            items=listed.items,
            next_cursor=listed.next_cursor,
            funnel=[_step_body(step) for step in await analytics.funnel(since)],
        )

    @get(
        "/analytics/referrals.csv",
        opt=ADMIN,
        media_type=CSV,
        responses=problems(),
    )
    async def get_referral_analytics_csv(
        self,
        request: ApiRequest,
        view: Annotated[
            View, QueryParameter(description="The figures by referrer, or the funnel")
        ] = View.REFERRERS,
    ) -> Response[str]:
        """Read the figures of all referrers, or the funnel, as CSV. It is streamed."""
        analytics = kithkin(request).referrals.analytics()
        rows = _referrer_rows if view is View.REFERRERS else _funnel_rows
        headers = {"Content-Disposition": f'attachment; filename="referrals-{view.value}.csv"'}
        pieces = until_broken(rows(analytics, await analytics.since()))
        return cast("Response[str]", Stream(pieces, media_type=CSV, headers=headers))


def _days(seconds: int | None) -> str | None:
    """Give seconds as days with two places, floored."""
    if seconds is None:
        return None
    hundredths = max(seconds, 0) * _HUNDREDTHS // _ONE_DAY_SECONDS
    return f"{hundredths // _HUNDREDTHS}.{hundredths % _HUNDREDTHS:02}"


def _figures_body(figures: ReferrerFigures) -> ReferrerFiguresBody:
    return ReferrerFiguresBody(
        referrer_id=figures.referrer_id,
        total_referrals=figures.referrals,
        successful_signups=figures.sign_ups,
        converted_purchases=figures.purchases,
        total_rewards_earned=[
            MoneyBody(money.amount_minor, money.currency) for money in figures.rewards
        ],
        avg_conversion_days=_days(figures.mean_seconds_to_convert),
    )


def _step_body(step: FunnelStep) -> FunnelStepBody:
    return FunnelStepBody(
        method=step.method,
        source=step.source,
        invited=step.invited,
        signed_up=step.signed_up,
        purchased=step.purchased,
        rewarded=step.rewarded,
    )


async def _referrer_rows(analytics: ReferralAnalytics, since: datetime) -> AsyncIterator[bytes]:
    yield _line(
        (
            "referrer_id",
            "total_referrals",
            "successful_signups",
            "converted_purchases",
            "total_rewards_earned_minor_inr",
            "total_rewards_earned_minor_usd",
            "avg_conversion_days",
        )
    )
    after: PersonId | None = None
    while found := await analytics.by_referrer(since, after, MAX_LIMIT):
        for one in found:
            earned = {money.currency: money.amount_minor for money in one.rewards}
            yield _line(
                (
                    one.referrer_id,
                    one.referrals,
                    one.sign_ups,
                    one.purchases,
                    earned.get("INR", 0),
                    earned.get("USD", 0),
                    _days(one.mean_seconds_to_convert),
                )
            )
        after = found[-1].referrer_id


async def _funnel_rows(analytics: ReferralAnalytics, since: datetime) -> AsyncIterator[bytes]:
    yield _line(FunnelStepBody.__struct_fields__)
    for step in await analytics.funnel(since):
        body = _step_body(step)
        yield _line(getattr(body, name) for name in FunnelStepBody.__struct_fields__)


def _line(cells: Iterable[object]) -> bytes:
    return csv_line(cells).encode()
