"""Find or make the payment that a renewal by a provider is."""

from datetime import datetime, timedelta
from uuid import UUID, uuid5

import attrs
from attrs import frozen

from application.billing.provider_ports import PaymentNotification, Providers
from application.billing.record_reports import PaymentRecorder
from domain.billing.catalogue import SubscriptionItem
from domain.billing.paid_subscriptions import renewal_is_wanted
from domain.billing.payments import Payment, Provider
from domain.billing.quotes import LineKind, QuoteLine
from domain.billing.subscriptions import Subscription
from domain.shared.ids import PaymentId, PersonId, SubscriptionId

_RENEWALS = UUID("5d5a5a0e-6c1f-4df1-a3c5-52f0f9b6c0de")

LASTS = timedelta(days=60)
"""For how long a bill may still be paid: no provider tries longer than that."""


@frozen
class RenewalTaker:
    """Makes payments of renewals that we had not heard of.

    One that nobody wants any more, as the subscription was replaced, taken back, or its
    person erased, is kept as a payment that was not asked for: what was charged goes back.
    """

    record: PaymentRecorder
    providers: Providers

    async def begun_by(self, provider: Provider, news: PaymentNotification) -> PaymentId | None:
        """Ask which order of ours began a subscription that we do not know by its id.

        Raises:
            ProviderAwayError: The provider does not say.
        """
        if news.payment_id is not None or news.renews is None or news.provider_order_id is None:
            return None
        if await self.record.payments.find(provider, news.provider_order_id) is not None:
            return None
        if await self.record.keep.subscriptions.find(provider, news.renews) is not None:
            return None
        said = await self.providers.of(provider).renewals.fetch_subscription(news.renews)
        return None if said is None else said.payment_id

    async def __call__(
        self, provider: Provider, news: PaymentNotification, begun_by: PaymentId | None
    ) -> PaymentId | None:
        """Give the payment, in the running transaction; None if it is of nothing we know."""
        if news.renews is None or news.provider_order_id is None:
            return None
        known = await self.record.keep.subscriptions.find(provider, news.renews)
        began = None if begun_by is None else await self.record.payments.get(begun_by)
        agreed = None
        if known is not None:
            agreed = _as_known(known)
        elif began is not None and began.provider is provider:
            agreed = _as_begun(began)
        if agreed is None:
            return None
        buyer = await self.record.keep.locked(agreed.person_id)
        payment_id = PaymentId(uuid5(_RENEWALS, f"{provider}:{news.provider_order_id}"))
        if await self.record.payments.get(payment_id) is not None:
            return payment_id
        at = news.report.occurred_at
        paid = await self.record.keep.payments.plans(agreed.person_id)
        own = None if known is not None or began is None else began.id
        if buyer.deleted or not renewal_is_wanted(agreed.subscription_id, paid, at, at, own):
            if not news.report.of_a_charge:
                return None
            agreed = _not_asked_for(agreed)
        made = _renewal(agreed, payment_id, provider, news.provider_order_id, at)
        await self.record.payments.record(None, made, ())
        return payment_id


@frozen(kw_only=True)
class _Agreed:
    """What a subscription was to be renewed for."""

    person_id: PersonId
    subscription_id: SubscriptionId
    item: SubscriptionItem
    amount_minor: int
    currency: str
    policy_version: str


def _as_known(subscription: Subscription) -> _Agreed:
    return _Agreed(
        person_id=subscription.person_id,
        subscription_id=subscription.id,
        item=subscription.item,
        amount_minor=subscription.amount_minor,
        currency=subscription.currency,
        policy_version=subscription.policy_version,
    )


def _as_begun(payment: Payment) -> _Agreed | None:
    item, subscription_id = payment.item, payment.subscription_id
    if not isinstance(item, SubscriptionItem) or subscription_id is None:
        return None
    return _Agreed(
        person_id=payment.person_id,
        subscription_id=subscription_id,
        item=item,
        amount_minor=payment.price_minor,
        currency=payment.currency,
        policy_version=payment.policy_version,
    )


def _not_asked_for(agreed: _Agreed) -> _Agreed:
    return attrs.evolve(agreed, amount_minor=0)


def _renewal(
    agreed: _Agreed, payment_id: PaymentId, provider: Provider, order_id: str, at: datetime
) -> Payment:
    """Make a payment of a renewal that a provider began by itself, at the price agreed on."""
    lines = (QuoteLine(LineKind.PRICE, agreed.item.key, agreed.amount_minor),)
    return Payment(
        id=payment_id,
        person_id=agreed.person_id,
        provider=provider,
        item=agreed.item,
        amount_minor=agreed.amount_minor,
        currency=agreed.currency,
        credit_applied_minor=0,
        lines=lines if agreed.amount_minor else (),
        quote_id=None,
        subscription_id=agreed.subscription_id,
        created_at=at,
        checkout_ends_at=at + LASTS,
        policy_version=agreed.policy_version,
        provider_order_id=order_id,
        # Nothing is to be paid for it, so nothing more is waited for.
        closed_at=None if agreed.amount_minor else at,
    )
