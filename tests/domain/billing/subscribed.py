"""A subscription and its terms, made by hand so that a test may put them together as it likes."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import attrs

from domain.billing.catalogue import BillingCycle, PassItem, SubscriptionItem
from domain.billing.payments import Provider
from domain.billing.plans import Plans
from domain.billing.subscriptions import (
    ProviderRefs,
    Subscription,
    SubscriptionSnapshot,
    SubscriptionStatus,
    Term,
)
from domain.shared.ids import PaymentId, PersonId, SubscriptionId
from domain.shared.tiers import Tier

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
MOMENT, DAY = timedelta(microseconds=1), timedelta(days=1)
GRACE = 3 * DAY
ANA = PersonId(UUID(int=1))
SUB, OTHER = SubscriptionId(UUID(int=5)), SubscriptionId(UUID(int=6))
PLUS = SubscriptionItem(Tier.PLUS, BillingCycle.MONTHLY)
PREMIUM = SubscriptionItem(Tier.PREMIUM, BillingCycle.MONTHLY)
PLUS_PASS, PREMIUM_PASS = PassItem(Tier.PLUS, 7), PassItem(Tier.PREMIUM, 7)

SUBSCRIPTION = Subscription(
    id=SUB,
    person_id=ANA,
    provider=Provider.SANDBOX,
    item=PLUS,
    amount_minor=49_900,
    currency="INR",
    refs=ProviderRefs(),
    started_at=START,
    policy_version="0",
)
SNAPSHOT = SubscriptionSnapshot(
    provider=Provider.SANDBOX,
    refs=ProviderRefs(),
    created=START,
    status=SubscriptionStatus.ACTIVE,
    period_starts_at=START,
    period_ends_at=START + 10 * DAY,
)
TRIAL = attrs.evolve(SNAPSHOT, status=SubscriptionStatus.TRIALING)


def payment_id(number: int) -> PaymentId:
    return PaymentId(UUID(int=number))


def term(first: int, last: int, number: int = 1, **changes: Any) -> Term:
    """The subscription's from one day to another, counted from the start."""
    known = Term(
        payment_id=payment_id(number),
        person_id=ANA,
        item=PLUS,
        subscription_id=SUB,
        settled_at=START + first * DAY,
        starts_at=START + first * DAY,
        ends_at=START + last * DAY,
    )
    return attrs.evolve(known, **changes)


def a_pass(first: int, last: int, number: int = 1, item: PassItem = PREMIUM_PASS) -> Term:
    return term(first, last, number, item=item, subscription_id=None)


def plans(*terms: Term, **changes: Any) -> Plans:
    known = Plans(complimentary=Tier.FREE, subscriptions=(SUBSCRIPTION,), terms=terms, grace=GRACE)
    return attrs.evolve(known, **changes)
