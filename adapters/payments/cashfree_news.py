"""What Cashfree says of orders, payments, refunds and disputes, in our words."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from adapters.payments.amounts import in_minor_units
from application.billing.provider_ports import (
    InvalidSignatureError,
    Notification,
    OtherNotification,
    PaymentNotification,
)
from domain.billing.payments import Report, ReportKind
from domain.shared.ids import PaymentId

_INDIA = timezone(timedelta(hours=5, minutes=30))
_FAILURES = frozenset({"FAILED", "USER_DROPPED", "CANCELLED", "VOID"})
_LOST = ("_MERCHANT_LOST", "_MERCHANT_ACCEPTED")
_ASKED_ONLY = "RETRIEVAL"
_MADE = "SUCCESS"
_CAME_TO_NOTHING = frozenset({"FAILED", "CANCELLED"})
_REFUND_TYPES = frozenset({"REFUND_STATUS_WEBHOOK", "AUTO_REFUND_STATUS_WEBHOOK"})

Id = int | str


class Order(msgspec.Struct, kw_only=True):
    """An order."""

    order_id: str
    order_amount: Decimal
    order_currency: str
    order_status: str = "ACTIVE"
    payment_session_id: str | None = None


class ErrorDetails(msgspec.Struct, kw_only=True):
    """Why a payment failed."""

    error_code: str | None = None


class PaymentEntity(msgspec.Struct, kw_only=True):
    """An attempt to pay an order."""

    cf_payment_id: Id
    payment_status: str
    payment_time: str
    payment_amount: Decimal
    payment_currency: str = "INR"
    payment_method: dict[str, Any] | None = None
    error_details: ErrorDetails | None = None


class Refund(msgspec.Struct, kw_only=True):
    """A refund."""

    cf_refund_id: Id
    cf_payment_id: Id
    refund_id: str | None = None
    refund_amount: Decimal
    refund_status: str
    order_id: str | None = None
    refund_currency: str = "INR"
    created_at: str | None = None
    processed_at: str | None = None


class OrderDetails(msgspec.Struct, kw_only=True):
    """The order that a dispute is about."""

    order_id: str | None = None
    cf_payment_id: Id = ""
    payment_currency: str = "INR"


class Dispute(msgspec.Struct, kw_only=True):
    """A dispute."""

    dispute_id: Id
    dispute_type: str
    dispute_status: str
    dispute_amount: Decimal
    created_at: str
    order_details: OrderDetails = msgspec.field(default_factory=OrderDetails)


class _OrderOfNews(msgspec.Struct, kw_only=True):
    order_id: str


class _Data(msgspec.Struct, kw_only=True):
    order: _OrderOfNews | None = None
    payment: PaymentEntity | None = None
    refund: Refund | None = None
    auto_refund: Refund | None = None
    dispute: Dispute | None = None
    order_details: OrderDetails | None = None
    error_details: ErrorDetails | None = None


class _News(msgspec.Struct, kw_only=True):
    type: str
    data: _Data


def payment_report(payment: PaymentEntity) -> Report | None:
    """Give what an attempt to pay says; None while it says nothing yet."""
    if payment.payment_status == "SUCCESS":
        return Report(
            kind=ReportKind.SUCCESS,
            occurred_at=_time(payment.payment_time),
            charge_id=str(payment.cf_payment_id),
            amount_minor=in_minor_units(payment.payment_amount, payment.payment_currency),
            currency=payment.payment_currency,
            fingerprint=_means(payment.payment_method),
        )
    if payment.payment_status in _FAILURES:
        code = payment.error_details and payment.error_details.error_code
        return Report(
            kind=ReportKind.FAILED,
            occurred_at=_time(payment.payment_time),
            charge_id=str(payment.cf_payment_id),
            currency=payment.payment_currency,
            failure_code=(code or payment.payment_status).lower(),
        )
    return None


def refund_report(refund: Refund) -> Report | None:
    """Give what a refund says; None unless it was made, or came to nothing."""
    at, made = refund.processed_at or refund.created_at, refund.refund_status == _MADE
    if at is None or not (made or refund.refund_status in _CAME_TO_NOTHING):
        return None
    return Report(
        kind=ReportKind.REFUND if made else ReportKind.REFUND_FAILED,
        occurred_at=_time(at),
        charge_id=str(refund.cf_payment_id),
        refund_id=refund.refund_id or str(refund.cf_refund_id),
        amount_minor=in_minor_units(refund.refund_amount, refund.refund_currency),
        currency=refund.refund_currency,
    )


def dispute_report(dispute: Dispute) -> Report | None:
    """Give what a dispute says; None unless it took the money back."""
    lost = dispute.dispute_status.endswith(_LOST) and dispute.dispute_type != _ASKED_ONLY
    if not lost:
        return None
    currency = dispute.order_details.payment_currency
    return Report(
        kind=ReportKind.CHARGEBACK,
        occurred_at=_time(dispute.created_at),
        charge_id=str(dispute.order_details.cf_payment_id),
        refund_id=str(dispute.dispute_id),
        amount_minor=in_minor_units(dispute.dispute_amount, currency),
        currency=currency,
    )


def notification(body: bytes) -> Notification:
    """Give what a verified webhook says.

    Raises:
        InvalidSignatureError: It is of no known form.
    """
    try:
        news = msgspec.json.decode(body, type=_News)
        return _notification(news)
    except (msgspec.DecodeError, UnicodeDecodeError, ArithmeticError, ValueError) as error:
        raise InvalidSignatureError("The body is no webhook of Cashfree.") from error


def _notification(news: _News) -> Notification:
    data = news.data
    if news.type in _REFUND_TYPES and (refund := data.refund or data.auto_refund):
        key = f"{refund.cf_refund_id}:{refund.refund_status}"
        return _about(news.type, key, refund.order_id, refund_report(refund))
    if (dispute := data.dispute) is not None:
        if data.order_details is not None:
            dispute.order_details = data.order_details
        key = f"{dispute.dispute_id}:{dispute.dispute_status}"
        return _about(news.type, key, dispute.order_details.order_id, dispute_report(dispute))
    if data.order is not None and (payment := data.payment) is not None:
        payment.error_details = payment.error_details or data.error_details
        key = f"{payment.cf_payment_id}:{payment.payment_status}"
        return _about(news.type, key, data.order.order_id, payment_report(payment))
    return OtherNotification(event_key=f"{news.type}:", type=news.type)


def _about(kind: str, key: str, order_id: str | None, report: Report | None) -> Notification:
    event_key = f"{kind}:{key}"
    if report is None or order_id is None:
        return OtherNotification(event_key=event_key, type=kind)
    return PaymentNotification(
        event_key=event_key,
        report=report,
        payment_id=_ours(order_id),
        provider_order_id=order_id,
    )


def _ours(order_id: str) -> PaymentId | None:
    try:
        return PaymentId(UUID(order_id))
    except ValueError:
        return None


def _time(given: str) -> datetime:
    at = datetime.fromisoformat(given)
    return at if at.tzinfo is not None else at.replace(tzinfo=_INDIA)


def _means(method: dict[str, Any] | None) -> str | None:
    """Give what tells a means of payment from others, where Cashfree says it: a UPI address."""
    upi = (method or {}).get("upi")
    address = upi.get("upi_id") if isinstance(upi, dict) else None
    return f"upi:{address.lower()}" if isinstance(address, str) and address else None
