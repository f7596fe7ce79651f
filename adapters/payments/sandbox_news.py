"""What the sandbox says of orders and subscriptions, in our words."""

from datetime import datetime
from uuid import UUID

from adapters.payments.sandbox_actions import subscription
from adapters.payments.sandbox_books import (
    Account,
    EventType,
    SandboxEvent,
    SandboxSubscription,
)
from application.billing.provider_ports import (
    InvalidSignatureError,
    Notification,
    PaymentNotification,
    SubscriptionNotification,
)
from domain.billing.payments import Provider, Report, ReportKind
from domain.billing.subscriptions import ProviderRefs, SubscriptionSnapshot, SubscriptionStatus
from domain.shared.ids import PaymentId

KINDS = {
    EventType.SUCCEEDED: ReportKind.SUCCESS,
    EventType.FAILED: ReportKind.FAILED,
    EventType.REFUNDED: ReportKind.REFUND,
    EventType.REFUND_FAILED: ReportKind.REFUND_FAILED,
    EventType.DISPUTE_LOST: ReportKind.CHARGEBACK,
}


def report_of(event: SandboxEvent) -> Report:
    """Give what an event says of a payment."""
    return Report(
        kind=KINDS[event.type],
        occurred_at=event.created,
        charge_id=event.charge_id,
        refund_id=event.refund_id,
        amount_minor=event.amount_minor,
        currency=event.currency,
        fingerprint=event.card,
        invoice_id=event.bill_id,
        failure_code=event.failure_code,
    )


def snapshot_of(account: Account, now: datetime) -> SubscriptionSnapshot | None:
    """Give the subscription that came of an order, as it is now."""
    plan = subscription(account)
    return None if plan is None else _taken(plan, account.order.payment_id, now)


def _taken(plan: SandboxSubscription, payment_id: UUID, at: datetime) -> SubscriptionSnapshot:
    status = SubscriptionStatus.PAST_DUE if plan.past_due else SubscriptionStatus.ACTIVE
    return SubscriptionSnapshot(
        provider=Provider.SANDBOX,
        refs=ProviderRefs(
            customer_id=plan.customer_id, subscription_id=plan.id, price_id=plan.price_id
        ),
        created=at,
        status=SubscriptionStatus.EXPIRED if plan.ended else status,
        period_starts_at=plan.period_starts_at,
        period_ends_at=plan.period_ends_at,
        cancels_at_period_end=plan.cancels_at_period_end,
        payment_id=PaymentId(payment_id),
    )


def notification_of(event: SandboxEvent) -> Notification:
    """Give what an event says.

    Raises:
        InvalidSignatureError: It is of no known form.
    """
    if event.subscription is not None:
        return SubscriptionNotification(
            event_key=event.id, snapshot=_taken(event.subscription, event.payment_id, event.created)
        )
    if event.type is EventType.SUBSCRIPTION:
        raise InvalidSignatureError("The body is no notification of the sandbox.")
    renewal = event.bill_id is not None
    return PaymentNotification(
        event_key=event.id,
        report=report_of(event),
        payment_id=None if renewal else PaymentId(event.payment_id),
        provider_order_id=event.bill_id or event.order_id,
        renews=f"sbx_sub_{event.payment_id.hex}" if renewal else None,
    )
