"""Cashfree's Payment Gateway over HTTP: orders, API version 2025-01-01.

Its official package blocks, holds amounts as floats and compares signatures with `==`, so what is
needed of the API is spoken here.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, uuid5

import attrs
import httpx
import msgspec
import structlog
from attrs import field, frozen

from adapters.payments.amounts import digits_of, in_major_units
from adapters.payments.cashfree_news import (
    Dispute,
    Order,
    PaymentEntity,
    Refund,
    dispute_report,
    notification,
    payment_report,
    refund_report,
)
from adapters.payments.signatures import read_cashfree
from adapters.tls import trusted
from application.billing.provider_ports import (
    CheckoutIntent,
    Delivery,
    FetchedOrder,
    OrderRef,
    PaymentNotification,
    ProviderAwayError,
    ProviderRefusedError,
    RefundIntent,
    StartedCheckout,
)
from domain.billing.payments import Provider, Report, ReportKind
from domain.billing.subscriptions import SubscriptionSnapshot

API_VERSION = "2025-01-01"

_LEAST_LIFE = timedelta(minutes=16)
_MOST_LIFE = timedelta(days=29)
_SECONDS = 10.0
_PENDING = frozenset({"PENDING", "ONHOLD"})
_OUR_FAULT = frozenset(
    {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS}
)
_encoder = msgspec.json.Encoder(decimal_format="number")
_log = structlog.get_logger("kithkin.payments")
T = TypeVar("T")


@frozen
class Cashfree:
    """Cashfree, as one merchant knows it.

    Attributes:
        url: Where its API is, such as `https://api.cashfree.com/pg`.
        client_id: Who we are.
        client_secret: Proves it.
        webhook_secrets: What its notifications are signed with.
        skew: How old a notification may be to be believed by itself.
        phone: The phone number it is told; it wants one for each order.
    """

    url: str
    client_id: str
    client_secret: str = field(repr=False)
    webhook_secrets: Sequence[str] = field(repr=False)
    skew: timedelta
    phone: str

    @property
    def name(self) -> Provider:
        """Which provider it is."""
        return Provider.CASHFREE

    def least_minor(self, currency: str) -> int:
        """Give the least that it charges: one rupee, and as much of other currencies."""
        return int(10 ** digits_of(currency))

    async def start_checkout(self, intent: CheckoutIntent) -> StartedCheckout:
        """Make an order under our own id, or give the one that was made.

        Raises:
            ProviderAwayError: It is unknown whether the order was made.
            ProviderRefusedError: It was not, and will not be.
        """
        order_id = str(intent.payment_id)
        life = min(max(intent.ends_at - intent.created_at, _LEAST_LIFE), _MOST_LIFE)
        payer = {"customer_id": intent.payer.person_id.hex, "customer_phone": self.phone}
        if intent.payer.email is not None:
            payer["customer_email"] = intent.payer.email
        wanted = {
            "order_id": order_id,
            "order_amount": in_major_units(intent.amount_minor, intent.currency),
            "order_currency": intent.currency,
            "order_expiry_time": (intent.created_at + life).isoformat(timespec="seconds"),
            "customer_details": payer,
            "order_tags": {"item": intent.item.key},
        }
        answer = await self._asked("POST", "/orders", wanted, key=order_id)
        if answer.status_code == HTTPStatus.CONFLICT:
            answer = await self._asked("GET", f"/orders/{order_id}")
        order = _read(answer, Order)
        amount = in_major_units(intent.amount_minor, intent.currency)
        if (order.order_amount, order.order_currency) != (amount, intent.currency):
            raise ProviderRefusedError("Cashfree has an order of this id for another amount.")
        return _started(order)

    async def fetch_payment(self, order: OrderRef) -> FetchedOrder | None:
        """Give an order with its payments, refunds and disputes; None if there is none.

        Raises:
            ProviderAwayError: Cashfree does not say.
        """
        path = f"/orders/{order.payment_id}"
        answer = await self._asked("GET", path)
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return None
        known = _told(answer, Order)
        payments = _told(await self._asked("GET", f"{path}/payments"), list[PaymentEntity])
        reports = [_said(payment_report, payment) for payment in payments]
        if any(payment.payment_status == "SUCCESS" for payment in payments):
            refunds = _told(await self._asked("GET", f"{path}/refunds"), list[Refund])
            asked = await self._asked("GET", f"{path}/disputes")
            none = asked.status_code == HTTPStatus.NOT_FOUND
            disputes = [] if none else _told(asked, list[Dispute])
            reports += [_said(refund_report, refund) for refund in refunds]
            reports += [_said(dispute_report, dispute) for dispute in disputes]
        return FetchedOrder(
            checkout=_started(known),
            reports=tuple(self._keyed(report) for report in reports if report is not None),
        )

    async def refund(self, intent: RefundIntent) -> Report | None:
        """Ask for a refund under our own key, which makes it one however often it is asked for.

        Raises:
            ProviderAwayError: It is unknown whether it was taken in.
            ProviderRefusedError: It was not, and will not be.
        """
        path = f"/orders/{intent.order.payment_id}/refunds"
        wanted = {
            "refund_id": intent.key,
            "refund_amount": in_major_units(intent.amount_minor, intent.currency),
        }
        answer = await self._asked("POST", path, wanted, key=intent.key)
        if answer.is_client_error and answer.status_code not in _OUR_FAULT:
            earlier = await self._asked("GET", f"{path}/{intent.key}")
            answer = earlier if earlier.is_success else answer
        refund = _read(answer, Refund)
        if refund.refund_status in _PENDING:
            return None
        report = _said(refund_report, refund)
        if report is None or report.kind is ReportKind.REFUND_FAILED:
            raise ProviderRefusedError(f"Cashfree's refund came to: {refund.refund_status}.")
        return report

    def read(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Delivery:
        """Verify a webhook and give what it says; one that came late is only a hint.

        Raises:
            InvalidSignatureError: It is not Cashfree's own, or of no known form.
        """
        signed_at = read_cashfree(body, headers, self.webhook_secrets, now=now, skew=self.skew)
        news = notification(body)
        if isinstance(news, PaymentNotification):
            news = attrs.evolve(news, report=self._keyed(news.report))
        return Delivery(notifications=(news,), stale=now - signed_at > self.skew)

    async def cancel_renewal(self, provider_subscription_id: str, key: str) -> None:
        """Do nothing: its orders are paid once, and renewed by a new one."""

    async def resume_renewal(self, provider_subscription_id: str, key: str) -> None:
        """Do nothing: its orders are paid once, and renewed by a new one."""

    async def end_renewal(self, provider_subscription_id: str, key: str) -> None:
        """Do nothing: its orders are paid once, and renewed by a new one."""

    async def bill_of(
        self,
        provider_order_id: str,  # noqa: ARG002 - there are none
    ) -> str | None:
        """Give none: its orders are paid once, and renewed by a new one."""
        return None

    async def fetch_subscription(
        self,
        provider_subscription_id: str,  # noqa: ARG002 - there is none
    ) -> SubscriptionSnapshot | None:
        """Give none: its orders are paid once, and renewed by a new one."""
        return None

    async def _asked(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, key: str | None = None
    ) -> httpx.Response:
        headers = {
            "x-api-version": API_VERSION,
            "x-client-id": self.client_id,
            "x-client-secret": self.client_secret,
        }
        if body is not None:
            headers["content-type"] = "application/json"
        if key is not None:
            headers["x-idempotency-key"] = str(uuid5(NAMESPACE_URL, f"kithkin:{key}"))
        try:
            async with httpx.AsyncClient(timeout=_SECONDS, verify=trusted()) as client:
                answer = await client.request(
                    method,
                    self.url + path,
                    headers=headers,
                    content=None if body is None else _encoder.encode(body),
                )
        except httpx.HTTPError as error:
            raise _away(type(error).__name__) from error
        if answer.is_server_error or answer.status_code in _OUR_FAULT:
            raise _away(f"status {answer.status_code}")
        return answer

    def _keyed(self, report: Report) -> Report:
        """Put a keyed hash in the place of what the means of payment is called."""
        if report.fingerprint is None:
            return report
        key = self.client_secret.encode()
        digest = hmac.digest(key, report.fingerprint.encode(), hashlib.sha256)
        return attrs.evolve(report, fingerprint=digest.hex())


def _started(order: Order) -> StartedCheckout:
    payable = order.order_status == "ACTIVE"
    return StartedCheckout(
        provider_order_id=order.order_id,
        client_token=order.payment_session_id if payable else None,
    )


def _told(answer: httpx.Response, kind: type[T]) -> T:
    """Read an answer to a question, which cannot be refused for what was asked."""
    if not answer.is_success:
        raise _away(f"status {answer.status_code}")
    return _decoded(answer, kind)


def _read(answer: httpx.Response, kind: type[T]) -> T:
    """Read an answer to something that was to be done."""
    if not answer.is_success:
        code = _code(answer)
        _log.warning("payment_provider_refused", provider=Provider.CASHFREE, code=code)
        raise ProviderRefusedError(f"Cashfree did not take this: {code}.")
    return _decoded(answer, kind)


def _decoded(answer: httpx.Response, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(answer.content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _away("an answer of another form") from error


def _said(report_of: Callable[[T], Report | None], given: T) -> Report | None:
    try:
        return report_of(given)
    except ValueError as error:
        raise _away("an answer of another form") from error


def _code(answer: httpx.Response) -> str:
    try:
        code = answer.json().get("code")
    except (ValueError, AttributeError):
        code = None
    return code if isinstance(code, str) else f"status {answer.status_code}"


def _away(reason: str) -> ProviderAwayError:
    _log.warning("payment_provider_away", provider=Provider.CASHFREE, reason=reason)
    return ProviderAwayError("Cashfree does not answer. Try again in a moment.")
