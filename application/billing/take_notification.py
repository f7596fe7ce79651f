"""Take in what a provider tells us by a webhook."""

from collections.abc import Mapping
from enum import StrEnum

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
from application.billing.start_checkout import resolving
from application.billing.take_renewal import RenewalTaker
from application.billing.take_snapshot import SnapshotTaker, TiedError
from domain.billing.payments import Payment, Provider, Report, ReportKind
from domain.shared.ids import PaymentId

_TAKEN_BACK = (ReportKind.REFUND, ReportKind.REFUND_FAILED, ReportKind.CHARGEBACK)


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
    renewals: RenewalTaker
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
        begun_by = None
        if isinstance(news, PaymentNotification):
            begun_by = await self.renewals.begun_by(provider, news)

        async def work() -> Taken:
            now = await self.record.keep.clock.now()
            if not await self.notifications.take(provider, taken_in.event_key, now):
                return Taken.REPEATED
            asked = again or taken_in != news
            return await self._apply(provider, taken_in, begun_by, asked=asked)

        try:
            return await self.record.keep.transactions.run(work)
        except TiedError:
            return await self._take(provider, news, again=True)
        except _UnknownError:
            # Its key is not kept, so that it is taken in once we know what it is about.
            asks = await self._asks(provider, news)
            return Taken.QUARANTINED if asks else Taken.UNKNOWN

    async def _settled(self, news: Notification) -> Notification:
        """Give news as they are to be believed, asking the provider where two came at once."""
        if not isinstance(news, SubscriptionNotification):
            return news
        known = await self.snapshots.found(news.snapshot)
        if known is None:
            return news
        return attrs.evolve(news, snapshot=await self.snapshots.settled(known, news.snapshot))

    async def _apply(
        self, provider: Provider, news: Notification, begun_by: PaymentId | None, *, asked: bool
    ) -> Taken:
        match news:
            case PaymentNotification():
                payment_id = await self._payment_of(provider, news, begun_by)
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

    async def _payment_of(
        self, provider: Provider, news: PaymentNotification, begun_by: PaymentId | None
    ) -> PaymentId | None:
        """Give our payment that news are of; a renewal that we had not heard of is made one."""
        payments = self.record.payments
        if news.payment_id is not None:
            payment = await payments.get(news.payment_id)
            return None if payment is None or payment.provider is not provider else payment.id
        found = None
        if news.provider_order_id is not None:
            found = await payments.find(provider, news.provider_order_id)
        return found or await self.renewals(provider, news, begun_by)

    async def _quarantine(self, provider: Provider, news: Notification) -> Taken:
        """Believe nothing of it; have the provider asked about the payment that it names."""
        await self._asks(provider, news)
        return Taken.QUARANTINED

    async def _asks(self, provider: Provider, news: Notification) -> bool:
        """Have the provider asked about the payment that news name; tell whether they name one."""
        if not isinstance(news, PaymentNotification):
            return False
        payment_id = await self._named(provider, news)
        if payment_id is None or await self.record.payments.get(payment_id) is None:
            return False
        now = await self.record.keep.clock.now()
        await self.record.keep.jobs.enqueue(resolving(payment_id, now))
        return True

    async def _named(self, provider: Provider, news: PaymentNotification) -> PaymentId | None:
        order_id, find = news.provider_order_id, self.record.payments.find
        if news.payment_id is not None or order_id is None:
            return news.payment_id
        found = await find(provider, order_id)
        if found is None and news.report.kind in _TAKEN_BACK:
            # What is given back of a renewal may be told of what paid its bill.
            bill_id = await self.providers.of(provider).renewals.bill_of(order_id)
            found = None if bill_id is None else await find(provider, bill_id)
        return found


class _UnknownError(Exception):
    """It is about something that we do not know of, or not yet."""


def _told(payment: Payment, report: Report) -> Payment:
    """Give a payment with a report; one that the provider began, began with the first."""
    if payment.quote_id is None and report.occurred_at < payment.created_at:
        lasts = payment.checkout_ends_at - payment.created_at
        at = report.occurred_at
        closed_at = at if payment.not_asked_for else payment.closed_at
        payment = attrs.evolve(
            payment, created_at=at, checkout_ends_at=at + lasts, closed_at=closed_at
        )
    return payment.told((report,))
