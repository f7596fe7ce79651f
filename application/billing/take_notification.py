"""Take in what a provider tells us by a webhook."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from uuid import UUID, uuid5

import attrs
from attrs import frozen

from application.billing.check_notification import require_keepable
from application.billing.ports import Notifications
from application.billing.provider_ports import (
    Notification,
    PaymentNotification,
    Providers,
    SubscriptionNotification,
)
from application.billing.record_reports import PaymentRecorder
from application.billing.start_checkout import RESOLVE
from application.billing.take_snapshot import SnapshotTaker, TiedError
from application.shared.jobs import Job
from domain.billing.payments import Payment, Provider, Report
from domain.billing.quotes import LineKind, QuoteLine
from domain.billing.subscriptions import Subscription
from domain.shared.ids import PaymentId

_RENEWALS = UUID("5d5a5a0e-6c1f-4df1-a3c5-52f0f9b6c0de")


class Taken(StrEnum):
    """What became of a notification."""

    APPLIED = "applied"
    REPEATED = "repeated"
    QUARANTINED = "quarantined"
    UNKNOWN = "unknown"
    IGNORED = "ignored"


@frozen
class TakeNotification:
    """Takes in each notification once: its key and its effects are stored together."""

    record: PaymentRecorder
    notifications: Notifications
    snapshots: SnapshotTaker
    providers: Providers

    async def __call__(
        self, provider: Provider, body: bytes, headers: Mapping[str, str]
    ) -> tuple[Taken, ...]:
        """Verify a delivery, take in what it says, and tell what became of it.

        Args:
            provider: By whom it claims to be.
            body: The raw bytes.
            headers: By their names in lower case.

        Raises:
            UnavailableError: The provider is not set up here.
            InvalidSignatureError: It is not the provider's own, or holds what cannot be kept.
            ProviderAwayError: The provider must be asked and does not say.
        """
        now = await self.record.keep.clock.now()
        delivery = self.providers.of(provider).notifications.read(body, headers, now)
        for news in delivery.notifications:
            require_keepable(news)
        if delivery.stale:
            return tuple([await self._quarantine(provider, it) for it in delivery.notifications])
        return tuple([await self._take(provider, it) for it in delivery.notifications])

    async def _take(self, provider: Provider, news: Notification, *, again: bool = False) -> Taken:
        taken_in = await self._settled(news)

        async def work() -> Taken:
            now = await self.record.keep.clock.now()
            if not await self.notifications.take(provider, taken_in.event_key, now):
                return Taken.REPEATED
            return await self._apply(provider, taken_in, asked=again or taken_in != news)

        try:
            return await self.record.keep.transactions.run(work)
        except TiedError:
            return await self._take(provider, news, again=True)
        except _UnknownError:
            # Its key is not kept, so that it is taken in once we know what it is about.
            await self._quarantine(provider, news)
            return Taken.UNKNOWN

    async def _settled(self, news: Notification) -> Notification:
        """Give news as they are to be believed, asking the provider where two came at once."""
        if not isinstance(news, SubscriptionNotification):
            return news
        known = await self.snapshots.found(news.snapshot)
        if known is None:
            return news
        return attrs.evolve(news, snapshot=await self.snapshots.settled(known, news.snapshot))

    async def _apply(self, provider: Provider, news: Notification, *, asked: bool) -> Taken:
        match news:
            case PaymentNotification():
                payment_id = await self._payment_of(provider, news)
                if payment_id is None:
                    raise _UnknownError
                await self.record.changed(payment_id, lambda it: _told(it, news.report))
                return Taken.APPLIED
            case SubscriptionNotification():
                if not await self.snapshots.apply(news.snapshot, asked=asked):
                    raise _UnknownError
                return Taken.APPLIED
            case _:
                return Taken.IGNORED

    async def _payment_of(self, provider: Provider, news: PaymentNotification) -> PaymentId | None:
        """Give our payment that news are of; a renewal that we had not heard of is made one."""
        payments = self.record.payments
        if news.payment_id is not None:
            payment = await payments.get(news.payment_id)
            return None if payment is None or payment.provider is not provider else payment.id
        found = None
        if news.provider_order_id is not None:
            found = await payments.find(provider, news.provider_order_id)
        if found is None and news.renews is not None and news.provider_order_id is not None:
            return await self._renewal(provider, news.renews, news.provider_order_id, news)
        return found

    async def _renewal(
        self, provider: Provider, renews: str, order_id: str, news: PaymentNotification
    ) -> PaymentId | None:
        keep = self.record.keep
        seen = await keep.subscriptions.find(provider, renews)
        if seen is None:
            return None
        await keep.locked(seen.person_id)
        payment_id = PaymentId(uuid5(_RENEWALS, f"{provider}:{order_id}"))
        if await self.record.payments.get(payment_id) is None:
            lasts = timedelta(seconds=keep.rulebook.policies.billing.checkout_seconds)
            payment = renewal_of(seen, payment_id, order_id, news, lasts)
            await self.record.payments.record(None, payment, ())
        return payment_id

    async def _quarantine(self, provider: Provider, news: Notification) -> Taken:
        """Believe nothing of it; have the provider asked about the payment that it names."""
        if not isinstance(news, PaymentNotification):
            return Taken.QUARANTINED
        payment_id = news.payment_id
        if payment_id is None and news.provider_order_id is not None:
            payment_id = await self.record.payments.find(provider, news.provider_order_id)
        if payment_id is not None and await self.record.payments.get(payment_id) is not None:
            job = Job(
                kind=RESOLVE,
                key=str(payment_id),
                at=await self.record.keep.clock.now(),
                data={"payment_id": str(payment_id)},
            )
            await self.record.keep.jobs.enqueue(job)
        return Taken.QUARANTINED


class _UnknownError(Exception):
    """It is about something that we do not know of, or not yet."""


def _told(payment: Payment, report: Report) -> Payment:
    """Give a payment with a report; one that the provider began, began with the first."""
    if payment.quote_id is None and report.occurred_at < payment.created_at:
        lasts = payment.checkout_ends_at - payment.created_at
        at = report.occurred_at
        payment = attrs.evolve(payment, created_at=at, checkout_ends_at=at + lasts)
    return payment.told((report,))


def renewal_of(
    subscription: Subscription,
    payment_id: PaymentId,
    order_id: str,
    news: PaymentNotification,
    lasts: timedelta,
) -> Payment:
    """Make a payment of a renewal that the provider began by itself, at the price agreed on."""
    item = subscription.item
    at = news.report.occurred_at
    return Payment(
        id=payment_id,
        person_id=subscription.person_id,
        provider=subscription.provider,
        item=item,
        amount_minor=subscription.amount_minor,
        currency=subscription.currency,
        credit_applied_minor=0,
        lines=(QuoteLine(LineKind.PRICE, item.key, subscription.amount_minor),),
        quote_id=None,
        subscription_id=subscription.id,
        created_at=at,
        checkout_ends_at=at + lasts,
        policy_version=subscription.policy_version,
        provider_order_id=order_id,
    )
