"""A payment provider that does what a test says, and loses answers when it is told to."""

import asyncio
from collections.abc import Mapping
from datetime import datetime

from attrs import Factory, define

from application.billing.provider_ports import (
    CheckoutIntent,
    Delivery,
    FetchedOrder,
    InvalidSignatureError,
    Notification,
    OrderRef,
    ProviderAwayError,
    ProviderRefusedError,
    RefundIntent,
    StartedCheckout,
)
from domain.billing.payments import Provider, Report, ReportKind
from domain.billing.subscriptions import SubscriptionSnapshot
from domain.shared.ids import PaymentId


@define
class ScriptedProvider:
    """One that keeps orders, and what has happened to them.

    Attributes:
        orders: By our order id, how much is to be charged.
        reports: What has happened to each.
        loses_answers: It does what it is asked for, and its answer is lost.
        refuses: It does nothing that it is asked for.
        asked_back: The keys under which refunds were asked for, and how much.
        deliveries: What its notifications say, by their bodies.
        subscriptions: What it says of its subscriptions when asked.
        stopped: Which of them it was told to renew no more, each time.
        ended: Which of those it was told to end at once.
        resumed: Which of them it was told to renew again, each time.
        bills: The bills that its own orders have paid.
        least: The least that it charges.
    """

    orders: dict[PaymentId, CheckoutIntent] = Factory(dict)
    reports: dict[PaymentId, list[Report]] = Factory(dict)
    loses_answers: bool = False
    refuses: bool = False
    asked_back: dict[str, int] = Factory(dict)
    deliveries: dict[bytes, Delivery] = Factory(dict)
    subscriptions: dict[str, SubscriptionSnapshot] = Factory(dict)
    stopped: list[str] = Factory(list)
    ended: list[str] = Factory(list)
    resumed: list[str] = Factory(list)
    bills: dict[str, str] = Factory(dict)
    least: int = 1

    @property
    def name(self) -> Provider:
        return Provider.SANDBOX

    def least_minor(self, currency: str) -> int:
        return self.least

    async def start_checkout(self, intent: CheckoutIntent) -> StartedCheckout:
        await asyncio.sleep(0)
        if self.refuses:
            raise ProviderRefusedError("The provider does not take this.")
        self.orders.setdefault(intent.payment_id, intent)
        self._may_lose()
        return _checkout(intent.payment_id)

    async def fetch_payment(self, order: OrderRef) -> FetchedOrder | None:
        self._may_lose()
        if order.payment_id not in self.orders and order.payment_id not in self.reports:
            return None
        return FetchedOrder(
            checkout=_checkout(order.payment_id),
            reports=tuple(self.reports.get(order.payment_id, ())),
        )

    async def refund(self, intent: RefundIntent) -> Report | None:
        if self.refuses:
            raise ProviderRefusedError("The provider gives nothing back.")
        self.asked_back.setdefault(intent.key, intent.amount_minor)
        self._may_lose()
        return None

    async def cancel_renewal(self, provider_subscription_id: str, key: str) -> None:
        self._may_lose()
        self.stopped.append(provider_subscription_id)

    async def resume_renewal(self, provider_subscription_id: str, key: str) -> None:
        self._may_lose()
        self.resumed.append(provider_subscription_id)

    async def end_renewal(self, provider_subscription_id: str, key: str) -> None:
        await self.cancel_renewal(provider_subscription_id, key)
        self.ended.append(provider_subscription_id)

    async def bill_of(self, provider_order_id: str) -> str | None:
        self._may_lose()
        return self.bills.get(provider_order_id)

    async def fetch_subscription(
        self, provider_subscription_id: str
    ) -> SubscriptionSnapshot | None:
        return self.subscriptions.get(provider_subscription_id)

    def read(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Delivery:
        found = self.deliveries.get(body)
        if found is None:
            raise InvalidSignatureError("This is not the provider's own.")
        return found

    def will_say(self, *notifications: Notification, stale: bool = False) -> bytes:
        """Give the body of a delivery that says this."""
        body = f"delivery {len(self.deliveries)}".encode()
        self.deliveries[body] = Delivery(notifications=notifications, stale=stale)
        return body

    def charge(self, payment_id: PaymentId, at: datetime, charge_id: str = "ch_1") -> Report:
        """Charge an order, and tell nobody."""
        intent = self.orders[payment_id]
        report = Report(
            kind=ReportKind.SUCCESS,
            occurred_at=at,
            charge_id=charge_id,
            amount_minor=intent.amount_minor,
            currency=intent.currency,
        )
        self.reports.setdefault(payment_id, []).append(report)
        return report

    def _may_lose(self) -> None:
        if self.loses_answers:
            raise ProviderAwayError("The provider did not answer in time.")


def _checkout(payment_id: PaymentId) -> StartedCheckout:
    return StartedCheckout(
        provider_order_id=f"order_{payment_id.hex}", page_url=f"https://pay.example/{payment_id}"
    )
