"""The decision on video messages, as the API shows it."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct

from entrypoints.http.decisions import ReasonBody
from entrypoints.http.money import MoneyBody


class BundleBody(Struct):
    """A bundle of credits, as the person could buy it now."""

    action: Annotated[str, Meta(examples=["buy_5_video_credits"])]
    credits: int
    prices: Annotated[list[MoneyBody], Meta(description="What it costs now, in each currency")]
    full_prices: Annotated[list[MoneyBody], Meta(description="The same without the discount")]
    discount_percent: Annotated[
        int, Meta(description="By how much the person's monthly reward lowers the price")
    ]
    available: Annotated[
        int, Meta(description="Units that there would be after it, with what is owed repaid")
    ]


class UnitUnlockerBody(Struct):
    """Something the person could do now, and the units there would be after it."""

    action: Annotated[str, Meta(examples=["buy_5_video_credits"])]
    available: int


class VideoAllowanceBody(Struct):
    """The decision on one more video message, with all that it was made of."""

    allowed: bool
    needed: Annotated[int, Meta(description="Units that the send needs: one for each recipient")]
    available: Annotated[int, Meta(description="Units there are: free ones and credits")]
    free_limit: Annotated[int, Meta(description="Free units of a day, over all conversations")]
    free_used: int
    free_remaining: int
    credits: Annotated[int, Meta(description="Credits that can be spent")]
    debt: Annotated[int, Meta(description="Credits that a purchase would repay first")]
    counting_on: Annotated[date, Meta(description="The day, in the person's zone")]
    resets_at: Annotated[
        datetime, Meta(description="When the day is over, and there are free units anew")
    ]
    bundles: Annotated[list[BundleBody], Meta(description="What is sold, the smallest first")]
    unlockers: Annotated[
        list[UnitUnlockerBody], Meta(description="What would raise the units there are now")
    ]
    reasons: list[ReasonBody]
    policy_version: Annotated[str, Meta(description="The version of the policy in force")]
