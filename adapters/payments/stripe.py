"""Stripe by its official library: payments and subscriptions that the app's client confirms.

The app's client pays with Stripe's own form and the client token, so nothing of a card ever comes
by here. An order is a PaymentIntent, of a subscription that of its first bill.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from attrs import field, frozen
from stripe import StripeClient

from adapters.payments.signatures import read_stripe
from adapters.payments.stripe_amounts import least_of
from adapters.payments.stripe_calls import (
    Connections,
    MissingError,
    answered_at,
    asked,
    away,
    done,
    once,
    read,
)
from adapters.payments.stripe_forms import (
    Charge,
    Dispute,
    Invoice,
    PaidBill,
    PaymentIntent,
    Refund,
    Subscription,
)
from adapters.payments.stripe_news import (
    PAYMENT_KEY,
    REFUND_KEY,
    SUBSCRIPTION_KEY,
    canceled_report,
    charge_report,
    dispute_report,
    notification,
    refund_report,
    renewal_report,
    snapshot_of,
)
from adapters.payments.stripe_subscriptions import StripeSubscriptions
from application.billing.provider_ports import (
    CheckoutIntent,
    Delivery,
    FetchedOrder,
    OrderRef,
    ProviderRefusedError,
    RefundIntent,
    StartedCheckout,
)
from domain.billing.catalogue import SubscriptionItem
from domain.billing.payments import Provider, Report
from domain.billing.subscriptions import SubscriptionSnapshot, SubscriptionStatus

_BILL = "in_"
_LOOKED_FOR = timedelta(hours=24)
_EARLIER = timedelta(minutes=10)
_MOST_LOOKED_AT = 10_000
_PAYABLE = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})


@frozen
class Stripe:
    """Stripe, as one account knows it.

    Attributes:
        url: Where its API is.
        api_key: Who we are.
        webhook_secrets: What its notifications are signed with.
        skew: How far the time of a signature may be from ours.
        client: Its library, which waits a bounded time and repeats nothing by itself.
    """

    url: str
    api_key: str = field(repr=False)
    webhook_secrets: Sequence[str] = field(repr=False)
    skew: timedelta
    client: StripeClient = field(init=False, repr=False)

    @client.default
    def _client(self) -> StripeClient:
        return StripeClient(
            self.api_key,
            base_addresses={"api": self.url},
            http_client=Connections(),
            max_network_retries=0,
        )

    @property
    def name(self) -> Provider:
        """Which provider it is."""
        return Provider.STRIPE

    def least_minor(self, currency: str) -> int:
        """Give the least that it charges, in minor units of a currency."""
        return least_of(currency)

    async def start_checkout(self, intent: CheckoutIntent) -> StartedCheckout:
        """Make an order, or give the one that was made with the same id within a day.

        Raises:
            ProviderAwayError: It is unknown whether the order was made.
            ProviderRefusedError: It was not, and will not be.
        """
        if isinstance(intent.item, SubscriptionItem):
            order = await StripeSubscriptions(self.client).subscribed(intent, intent.item)
        else:
            order = await self._ordered(intent)
        return _started(order)

    async def fetch_payment(self, order: OrderRef) -> FetchedOrder | None:
        """Give an order with its charge, refunds and disputes; None if there is none.

        Raises:
            ProviderAwayError: Stripe does not say.
        """
        try:
            if order.provider_order_id is None:
                intent = await self._found(order)
            elif order.provider_order_id.startswith(_BILL):
                return await self._fetched_bill(order.provider_order_id)
            else:
                intent = await self._intent(order.provider_order_id)
        except MissingError:
            return None
        except ProviderRefusedError as error:
            raise away("it refuses to say") from error
        charge = intent.latest_charge
        reports = [canceled_report(intent)]
        if isinstance(charge, Charge):
            reports += [charge_report(charge), *await self._taken_back(intent.id, charge)]
        subscription_id = intent.metadata.get(SUBSCRIPTION_KEY)
        return FetchedOrder(
            checkout=_started(intent),
            reports=tuple(report for report in reports if report is not None),
            subscription=None
            if subscription_id is None
            else await self.fetch_subscription(subscription_id),
        )

    async def refund(self, intent: RefundIntent) -> Report | None:
        """Ask for a refund; with the same key once.

        Raises:
            ProviderAwayError: It is unknown whether it was taken in.
            ProviderRefusedError: It was not, and will not be.
        """
        order_id = intent.order.provider_order_id
        try:
            if order_id is not None and order_id.startswith(_BILL):
                order_id = (await self._invoice(order_id)).paid_by
            if order_id is None:
                raise ProviderRefusedError("Stripe knows no such order.")
            made = await asked(
                self.client.v1.refunds.create_async(
                    {
                        "payment_intent": order_id,
                        "amount": intent.amount_minor,
                        "metadata": {
                            PAYMENT_KEY: str(intent.order.payment_id),
                            REFUND_KEY: intent.key,
                        },
                    },
                    {"idempotency_key": f"refund-{intent.key}"},
                )
            )
        except MissingError:
            raise ProviderRefusedError("Stripe knows no such order.") from None
        return refund_report(read(made, Refund), intent.charge_id)

    def read(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Delivery:
        """Verify an event and give what it says.

        Raises:
            InvalidSignatureError: It is not Stripe's own, or of no known form.
        """
        read_stripe(body, headers, self.webhook_secrets, now=now, skew=self.skew)
        return Delivery(notifications=(notification(body),))

    async def cancel_renewal(self, provider_subscription_id: str, key: str) -> None:
        """Renew a subscription no more; one that is over already is not renewed either.

        Raises:
            ProviderAwayError: It is unknown whether it was taken in.
            ProviderRefusedError: It was not, and will not be.
        """
        try:
            await self._set_renewal(provider_subscription_id, key, cancels=True)
        except ProviderRefusedError:
            now = await self.fetch_subscription(provider_subscription_id)
            if now is not None and now.status is not SubscriptionStatus.EXPIRED:
                raise

    async def resume_renewal(self, provider_subscription_id: str, key: str) -> None:
        """Renew a subscription again.

        Raises:
            ProviderAwayError: It is unknown whether it was taken in.
            ProviderRefusedError: It was not, and will not be.
        """
        await self._set_renewal(provider_subscription_id, key, cancels=False)

    async def end_renewal(self, provider_subscription_id: str, key: str) -> None:  # noqa: ARG002
        """End a subscription at once, and let go of its bills that are not paid.

        Else Stripe would go on trying to collect them for weeks.

        Raises:
            ProviderAwayError: It is unknown whether it was taken in.
            ProviderRefusedError: It was not, and will not be.
        """
        try:
            await asked(self.client.v1.subscriptions.cancel_async(provider_subscription_id))
        except MissingError:
            pass  # it was over before
        except ProviderRefusedError:
            now = await self.fetch_subscription(provider_subscription_id)
            if now is not None and now.status is not SubscriptionStatus.EXPIRED:
                raise
        await self._let_go(provider_subscription_id)

    async def bill_of(self, provider_order_id: str) -> str | None:
        """Give the bill that a PaymentIntent has paid; None if it paid none.

        Raises:
            ProviderAwayError: Stripe does not say.
        """
        paid = {"type": "payment_intent", "payment_intent": provider_order_id}
        wanted: Any = {"payment": paid, "limit": 1}
        try:
            found = await asked(self.client.v1.invoice_payments.list_async(wanted))
        except (MissingError, ProviderRefusedError):
            return None
        return next((read(it, PaidBill).invoice for it in found.data), None)

    async def fetch_subscription(
        self, provider_subscription_id: str
    ) -> SubscriptionSnapshot | None:
        """Give a subscription as it is now, by Stripe's clock; None if there is none.

        Raises:
            ProviderAwayError: Stripe does not say.
        """
        try:
            found = await asked(
                self.client.v1.subscriptions.retrieve_async(provider_subscription_id)
            )
        except (MissingError, ProviderRefusedError):
            return None
        return snapshot_of(read(found, Subscription), answered_at(found))

    async def _ordered(self, intent: CheckoutIntent) -> PaymentIntent:
        wanted: Any = {
            "amount": intent.amount_minor,
            "currency": intent.currency.lower(),
            "description": intent.item.key,
            "metadata": {PAYMENT_KEY: str(intent.payment_id), "item": intent.item.key},
        }
        if intent.payer.customer_id is not None:
            wanted["customer"] = intent.payer.customer_id
        if intent.payer.email is not None:
            wanted["receipt_email"] = intent.payer.email
        made = await done(
            self.client.v1.payment_intents.create_async(wanted, once(intent, "order"))
        )
        return read(made, PaymentIntent)

    async def _set_renewal(self, subscription_id: str, key: str, *, cancels: bool) -> None:
        await done(
            self.client.v1.subscriptions.update_async(
                subscription_id,
                {"cancel_at_period_end": cancels},
                {"idempotency_key": f"{'cancel' if cancels else 'resume'}-{key}"},
            )
        )

    async def _let_go(self, subscription_id: str) -> None:
        """Void the bills of a subscription that wait to be paid, and stop those to come."""
        invoices = self.client.v1.invoices
        try:
            listed = await asked(
                invoices.list_async({"subscription": subscription_id, "limit": 100})
            )
        except (MissingError, ProviderRefusedError):
            return
        for bill in (read(it, Invoice) for it in listed.data):
            try:
                if bill.status == "open":
                    await asked(invoices.void_invoice_async(bill.id))
                elif bill.status == "draft":
                    await asked(invoices.update_async(bill.id, {"auto_advance": False}))
            except (MissingError, ProviderRefusedError):
                continue  # paid meanwhile, which is told of, or gone

    async def _intent(self, order_id: str) -> PaymentIntent:
        intents = self.client.v1.payment_intents
        found = await asked(intents.retrieve_async(order_id, {"expand": ["latest_charge"]}))
        return read(found, PaymentIntent)

    async def _found(self, order: OrderRef) -> PaymentIntent:
        """Look among all orders of the time for the one with our id."""
        seconds = order.created_at.timestamp()
        listed = await asked(
            self.client.v1.payment_intents.list_async(
                {
                    "created": {
                        "gte": int(seconds - _EARLIER.total_seconds()),
                        "lte": int(seconds + _LOOKED_FOR.total_seconds()),
                    },
                    "limit": 100,
                }
            )
        )

        async def ours() -> str:
            looked_at = 0
            async for found in listed.auto_paging_iter():
                intent = read(found, PaymentIntent)
                if intent.metadata.get(PAYMENT_KEY) == str(order.payment_id):
                    return intent.id
                looked_at += 1
                if looked_at >= _MOST_LOOKED_AT:
                    raise away("too many orders to look through")
            raise MissingError

        return await self._intent(await asked(ours()))

    async def _invoice(self, invoice_id: str) -> Invoice:
        found = await asked(
            self.client.v1.invoices.retrieve_async(invoice_id, {"expand": ["payments"]})
        )
        return read(found, Invoice)

    async def _fetched_bill(self, invoice_id: str) -> FetchedOrder:
        bill = await self._invoice(invoice_id)
        reports = [renewal_report(bill)]
        if bill.paid_by is not None:
            intent = await self._intent(bill.paid_by)
            if isinstance(intent.latest_charge, Charge):
                charge = msgspec.structs.replace(intent.latest_charge, id=bill.id)
                reports += await self._taken_back(intent.id, charge)
        return FetchedOrder(
            checkout=StartedCheckout(provider_order_id=bill.id),
            reports=tuple(report for report in reports if report is not None),
            subscription=None
            if bill.subscription_id is None
            else await self.fetch_subscription(bill.subscription_id),
        )

    async def _taken_back(self, order_id: str, charge: Charge) -> list[Report | None]:
        refunds = await asked(
            self.client.v1.refunds.list_async({"payment_intent": order_id, "limit": 100})
        )
        reports = [refund_report(read(it, Refund), charge.id) for it in refunds.data]
        if charge.disputed:
            disputes = await asked(
                self.client.v1.disputes.list_async({"payment_intent": order_id, "limit": 100})
            )
            reports += [dispute_report(read(it, Dispute), charge.id) for it in disputes.data]
        return reports


def _started(order: PaymentIntent) -> StartedCheckout:
    payable = order.status in _PAYABLE
    return StartedCheckout(
        provider_order_id=order.id, client_token=order.client_secret if payable else None
    )
