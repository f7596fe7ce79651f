"""Payments for plans, and the plans that they make."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import attrs

from domain.billing.paid_subscriptions import subscriptions_of
from domain.billing.payments import Payment
from domain.billing.plans import Plans
from domain.billing.subscriptions import Subscription
from domain.billing.terms import terms_of
from domain.shared.ids import QuoteId, SubscriptionId
from domain.shared.tiers import Tier
from tests.domain.billing.reports import START, a_payment, success

DAY = timedelta(days=1)
GRACE = 3 * DAY
SUB = SubscriptionId(UUID(int=1))


def paid(item: str, at: datetime = START, number: int = 1, **changes: Any) -> Payment:
    if item.endswith(("monthly", "annual")):
        changes = {"subscription_id": SUB, "quote_id": QuoteId(UUID(int=number)), **changes}
    report = attrs.evolve(success(), occurred_at=at)
    return a_payment(item, number, **changes).told((report,))


def plans(*payments: Payment, known: tuple[Subscription, ...] = ()) -> Plans:
    own = [it for it in payments if it.subscription_id is not None]
    return Plans(
        complimentary=Tier.FREE,
        subscriptions=subscriptions_of(own, known),
        terms=terms_of(payments),
        grace=GRACE,
    )
