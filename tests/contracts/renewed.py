"""Subscriptions that a provider renews, and what it tells of them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import attrs

from application.billing.provider_ports import PaymentNotification, SubscriptionNotification
from application.billing.take_notification import Taken
from domain.billing.payments import Payment, Provider, Report, ReportKind
from domain.billing.subscriptions import (
    ProviderRefs,
    SubscriptionSnapshot,
    SubscriptionStatus,
)
from domain.shared.ids import PersonId
from tests.contracts.payers import Shop

DAY = timedelta(days=1)


def own_id(payment: Payment) -> str:
    return f"sub_{payment.id.hex}"


def success(payment: Payment, **changes: Any) -> Report:
    report = Report(
        kind=ReportKind.SUCCESS,
        occurred_at=payment.created_at,
        charge_id=f"ch_{payment.id.hex}",
        amount_minor=payment.amount_minor,
        currency=payment.currency,
    )
    return attrs.evolve(report, **changes)


def snapshot_of(payment: Payment, at: datetime, **changes: Any) -> SubscriptionSnapshot:
    """What the provider says of the subscription that a payment began."""
    snapshot = SubscriptionSnapshot(
        provider=Provider.SANDBOX,
        refs=ProviderRefs(subscription_id=own_id(payment), customer_id="cus_1"),
        created=at,
        status=SubscriptionStatus.ACTIVE,
        period_starts_at=payment.created_at,
        period_ends_at=payment.created_at + 31 * DAY,
        payment_id=payment.id,
    )
    return attrs.evolve(snapshot, **changes)


async def tell_of(shop: Shop, payment: Payment, **changes: Any) -> Taken:
    """Let the provider tell of the subscription that a payment began."""
    said = snapshot_of(payment, await shop.now(), **changes)
    [taken] = await shop.hear(SubscriptionNotification(event_key=str(uuid4()), snapshot=said))
    return taken


async def bought(shop: Shop, person_id: PersonId, item: str) -> Payment:
    """Something that is paid for, and renewed by the provider."""
    payment = await shop.checkout(person_id, item)
    await shop.hear_of(payment, success(payment))
    if payment.provider is not Provider.NONE:
        assert await tell_of(shop, payment) is Taken.APPLIED
    return payment


def renewal_of(payment: Payment, **changes: Any) -> PaymentNotification:
    """News that a bill of the subscription that a payment began was paid."""
    bill = f"bill_{uuid4().hex}"
    report = success(payment, charge_id=bill, amount_minor=payment.price_minor, **changes)
    return PaymentNotification(
        event_key=str(uuid4()), report=report, provider_order_id=bill, renews=own_id(payment)
    )
