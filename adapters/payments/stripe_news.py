"""What Stripe says of payments, refunds, disputes and subscriptions, in our words.

Older versions of its API are read too: the version of webhooks is set at Stripe.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from adapters.payments.stripe_forms import (
    Charge,
    Dispute,
    Invoice,
    Metadata,
    PaymentIntent,
    Refund,
    Subscription,
)
from application.billing.provider_ports import (
    InvalidSignatureError,
    Notification,
    OtherNotification,
    PaymentNotification,
    SubscriptionNotification,
)
from domain.billing.payments import Provider, Report, ReportKind
from domain.billing.subscriptions import ProviderRefs, SubscriptionSnapshot, SubscriptionStatus
from domain.shared.ids import PaymentId

PAYMENT_KEY = "payment_id"
SUBSCRIPTION_KEY = "subscription_id"
REFUND_KEY = "refund_id"
"""What our ids are kept under in Stripe's metadata."""

_REFUNDS = {
    "succeeded": ReportKind.REFUND,
    "failed": ReportKind.REFUND_FAILED,
    "canceled": ReportKind.REFUND_FAILED,
}
_RENEWALS = frozenset({"subscription_cycle", "subscription_update"})
_STATUSES = {
    "trialing": SubscriptionStatus.TRIALING,
    "active": SubscriptionStatus.ACTIVE,
    "past_due": SubscriptionStatus.PAST_DUE,
    "unpaid": SubscriptionStatus.PAST_DUE,
    "paused": SubscriptionStatus.EXPIRED,
    "canceled": SubscriptionStatus.EXPIRED,
}
"""Those that are not begun are not there: Stripe ends them by itself if nobody pays."""


class _Data(msgspec.Struct):
    object: msgspec.Raw


class _Event(msgspec.Struct, kw_only=True):
    id: str
    type: str
    created: int
    data: _Data


def charge_report(charge: Charge) -> Report | None:
    """Give what a charge says; None while it says nothing yet."""
    if charge.status == "failed":
        return Report(
            kind=ReportKind.FAILED,
            occurred_at=_time(charge.created),
            charge_id=charge.id,
            currency=charge.currency.upper(),
            failure_code=charge.failure_code,
        )
    if charge.status != "succeeded" or not charge.captured:
        return None
    return Report(
        kind=ReportKind.SUCCESS,
        occurred_at=_time(charge.created),
        charge_id=charge.id,
        amount_minor=charge.amount,
        currency=charge.currency.upper(),
        fingerprint=_fingerprint(charge.payment_method_details),
    )


def canceled_report(intent: PaymentIntent) -> Report | None:
    """Give what a canceled order says; None unless it is one."""
    if intent.status != "canceled" or intent.canceled_at is None:
        return None
    return Report(
        kind=ReportKind.FAILED,
        occurred_at=_time(intent.canceled_at),
        currency=intent.currency.upper(),
        failure_code="canceled",
    )


def refund_report(refund: Refund, charge_id: str | None = None) -> Report | None:
    """Give what a refund says; None unless it was made, or came to nothing.

    Args:
        refund: The refund.
        charge_id: What the charge is known by, where that is not its own id.
    """
    charge_id, kind = charge_id or refund.charge, _REFUNDS.get(refund.status)
    if kind is None or charge_id is None:
        return None
    return Report(
        kind=kind,
        occurred_at=_time(refund.created),
        charge_id=charge_id,
        refund_id=(refund.metadata or {}).get(REFUND_KEY, refund.id),
        amount_minor=refund.amount,
        currency=refund.currency.upper(),
    )


def dispute_report(dispute: Dispute, charge_id: str | None = None) -> Report | None:
    """Give what a dispute says; None unless it took the money back for good."""
    if dispute.status != "lost":
        return None
    return Report(
        kind=ReportKind.CHARGEBACK,
        occurred_at=_time(dispute.created),
        charge_id=charge_id or dispute.charge,
        refund_id=dispute.id,
        amount_minor=dispute.amount,
        currency=dispute.currency.upper(),
    )


def renewal_report(invoice: Invoice) -> Report | None:
    """Give what a paid bill says, which stands for its charge; None unless it is paid."""
    paid_at = invoice.status_transitions.paid_at
    if invoice.status != "paid" or paid_at is None:
        return None
    return Report(
        kind=ReportKind.SUCCESS,
        occurred_at=_time(paid_at),
        charge_id=invoice.id,
        amount_minor=invoice.amount_paid,
        currency=invoice.currency.upper(),
        invoice_id=invoice.id,
    )


def snapshot_of(subscription: Subscription, taken_at: datetime) -> SubscriptionSnapshot | None:
    """Give a subscription as it was at an instant; None unless it has begun."""
    status, line = _STATUSES.get(subscription.status), subscription.items.data[0]
    starts = line.current_period_start or subscription.current_period_start
    ends = line.current_period_end or subscription.current_period_end
    if status is None or starts is None or ends is None:
        return None
    invoice = subscription.latest_invoice
    return SubscriptionSnapshot(
        provider=Provider.STRIPE,
        refs=ProviderRefs(
            customer_id=subscription.customer,
            subscription_id=subscription.id,
            product_id=line.bought.product,
            price_id=line.bought.id or None,
            invoice_id=invoice.id if isinstance(invoice, Invoice) else invoice,
        ),
        created=taken_at,
        status=status,
        period_starts_at=_time(starts),
        period_ends_at=_time(ends),
        cancels_at_period_end=subscription.cancel_at_period_end,
        payment_id=_ours(subscription.metadata),
    )


def notification(body: bytes) -> Notification:
    """Give what a verified event says.

    Raises:
        InvalidSignatureError: It is of no known form.
    """
    try:
        event = msgspec.json.decode(body, type=_Event)
        return _said(event) or OtherNotification(event_key=event.id, type=event.type)
    except (ArithmeticError, IndexError, msgspec.DecodeError, OSError, ValueError) as error:
        raise InvalidSignatureError("The body is no event of Stripe.") from error


def _said(event: _Event) -> Notification | None:
    raw = event.data.object
    match event.type:
        case "charge.succeeded" | "charge.failed" | "charge.captured":
            charge = msgspec.json.decode(raw, type=Charge)
            report, order, ours = charge_report(charge), charge.payment_intent, charge.metadata
            return None if not ours else _about(event, report, order, ours)
        case "refund.created" | "refund.updated" | "refund.failed" | "charge.refund.updated":
            refund = msgspec.json.decode(raw, type=Refund)
            return _about(event, refund_report(refund), refund.payment_intent)
        case "charge.dispute.closed":
            dispute = msgspec.json.decode(raw, type=Dispute)
            return _about(event, dispute_report(dispute), dispute.payment_intent)
        case "invoice.paid" | "invoice.payment_succeeded" | "invoice.payment_failed":
            return _of_bill(event, msgspec.json.decode(raw, type=Invoice))
        case _ if event.type.startswith("payment_intent."):
            intent = msgspec.json.decode(raw, type=PaymentIntent)
            return _about(event, _of_order(event, intent), intent.id, intent.metadata)
        case _ if event.type.startswith("customer.subscription."):
            subscription = msgspec.json.decode(raw, type=Subscription)
            snapshot = snapshot_of(subscription, _time(event.created))
            if snapshot is None:
                return None
            return SubscriptionNotification(event_key=event.id, snapshot=snapshot)
        case _:
            return None


def _of_order(event: _Event, intent: PaymentIntent) -> Report | None:
    """Give what an order says that no charge says: a charge has its own events, and its time."""
    if isinstance(intent.latest_charge, Charge):
        return charge_report(intent.latest_charge)
    error = intent.last_payment_error
    if event.type == "payment_intent.payment_failed" and error and error.charge is None:
        return Report(
            kind=ReportKind.FAILED,
            occurred_at=_time(event.created),
            currency=intent.currency.upper(),
            failure_code=error.code,
        )
    return canceled_report(intent)


def _of_bill(event: _Event, invoice: Invoice) -> Notification | None:
    subscription_id = invoice.subscription_id
    if invoice.billing_reason not in _RENEWALS or subscription_id is None:
        return None  # the first bill's charge is an order of ours
    report = renewal_report(invoice)
    if report is None and event.type == "invoice.payment_failed":
        report = Report(
            kind=ReportKind.FAILED,
            occurred_at=_time(event.created),
            currency=invoice.currency.upper(),
            invoice_id=invoice.id,
        )
    if report is None:
        return None
    return PaymentNotification(
        event_key=event.id, report=report, provider_order_id=invoice.id, renews=subscription_id
    )


def _about(
    event: _Event, report: Report | None, order_id: str | None, metadata: Metadata | None = None
) -> Notification | None:
    if report is None or order_id is None:
        return None
    return PaymentNotification(
        event_key=event.id,
        report=report,
        payment_id=_ours(metadata or {}),
        provider_order_id=order_id,
    )


def _ours(metadata: Metadata) -> PaymentId | None:
    try:
        return PaymentId(UUID(metadata[PAYMENT_KEY]))
    except (KeyError, ValueError):
        return None


def _fingerprint(details: dict[str, Any] | None) -> str | None:
    """Give what Stripe tells a means of payment from others by, whatever kind it is of."""
    kinds = (kind for kind in (details or {}).values() if isinstance(kind, dict))
    found = (kind.get("fingerprint") for kind in kinds)
    return next((it for it in found if isinstance(it, str)), None)


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
