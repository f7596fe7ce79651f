"""The paywall's decision, as the API shows it."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from domain.usage.paywall import Paywall, PaywallAction, PaywallOutcome
from entrypoints.http.decisions import ReasonBody


class PaywallBody(Struct):
    """The decision on what a person is about to do."""

    action: PaywallAction
    outcome: PaywallOutcome
    reason: Annotated[ReasonBody, Meta(description="The rule that decided")]
    reasons: list[ReasonBody]
    remaining: Annotated[
        int | None, Meta(description="Messages or seconds left; null where no limit holds")
    ]
    resets_at: Annotated[
        datetime | None, Meta(description="When time alone gives more, if it does")
    ]
    remedy: Annotated[str | None, Meta(description="The cheapest way on", examples=["buy_seconds"])]
    remedies: list[str]
    policy_version: str


def paywall_body(decision: Paywall) -> PaywallBody:
    """Give a decision of the paywall as the API shows it."""
    return msgspec.convert(decision, PaywallBody, from_attributes=True)
