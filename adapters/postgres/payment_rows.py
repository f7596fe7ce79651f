"""The rows of payments and subscriptions, and the values that they are."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from attrs import frozen

from adapters.postgres.codec import field_names, from_row, to_row
from adapters.postgres.executor import Row
from domain.billing.catalogue import ItemKind, SubscriptionItem, item_of
from domain.billing.payments import Payment, PaymentStatus, Provider, Report
from domain.billing.quotes import LineKind, QuoteLine
from domain.billing.subscriptions import (
    ProviderRefs,
    Subscription,
    SubscriptionSnapshot,
    SubscriptionStatus,
)
from domain.shared.ids import PaymentId, PersonId, QuoteId, SubscriptionId


@frozen(kw_only=True)
class PaymentRow:
    """A payment's own row: the order, and what its reports come to."""

    id: UUID
    person_id: UUID
    provider: Provider
    item_key: str
    item_kind: ItemKind
    amount_minor: int
    currency: str
    credit_applied_minor: int
    lines: str
    quote_id: UUID | None
    subscription_id: UUID | None
    created_at: datetime
    checkout_ends_at: datetime
    policy_version: str
    provider_order_id: str | None
    page_url: str | None
    client_token: str | None
    closed_at: datetime | None
    status: PaymentStatus
    settled_at: datetime | None
    failed_at: datetime | None
    reversed_at: datetime | None
    refunded_minor: int
    provider_payment_id: str | None
    fingerprint: str | None
    invoice_id: str | None


def payment_to_row(payment: Payment) -> dict[str, Any]:
    """Make a payment's own row."""
    row: dict[str, Any] = {name: getattr(payment, name, None) for name in field_names(PaymentRow)}
    lines = [[line.kind, line.label, line.amount_minor] for line in payment.lines]
    row["item_key"], row["item_kind"] = payment.item.key, payment.item.kind
    row["lines"] = msgspec.json.encode(lines).decode()
    return to_row(PaymentRow(**row))


def payment_from_row(row: Row, reports: tuple[Report, ...]) -> Payment:
    """Make a payment of its own row and its reports, in their order."""
    own = from_row(PaymentRow, row)
    lines = msgspec.json.decode(own.lines, type=list[tuple[LineKind, str, int]])
    return Payment(
        id=PaymentId(own.id),
        person_id=PersonId(own.person_id),
        provider=own.provider,
        item=item_of(own.item_key),
        amount_minor=own.amount_minor,
        currency=own.currency,
        credit_applied_minor=own.credit_applied_minor,
        lines=tuple(QuoteLine(*line) for line in lines),
        quote_id=None if own.quote_id is None else QuoteId(own.quote_id),
        subscription_id=None
        if own.subscription_id is None
        else SubscriptionId(own.subscription_id),
        created_at=own.created_at,
        checkout_ends_at=own.checkout_ends_at,
        policy_version=own.policy_version,
        provider_order_id=own.provider_order_id,
        page_url=own.page_url,
        client_token=own.client_token,
        closed_at=own.closed_at,
        reports=reports,
    )


@frozen(kw_only=True)
class ReportRow(Report):
    """A report, and the payment that it is of."""

    payment_id: UUID


def report_to_row(payment_id: PaymentId, report: Report) -> dict[str, Any]:
    """Make a report's row."""
    return {**to_row(report), "payment_id": payment_id}


def report_from_row(row: Row) -> Report:
    """Make a report of its row."""
    return from_row(Report, {name: row[name] for name in field_names(Report)})


@frozen(kw_only=True)
class SubscriptionRow:
    """A subscription's row."""

    id: UUID
    person_id: UUID
    provider: Provider
    item_key: str
    amount_minor: int
    currency: str
    customer_id: str | None
    provider_subscription_id: str | None
    product_id: str | None
    price_id: str | None
    invoice_id: str | None
    started_at: datetime
    status: SubscriptionStatus
    canceled_at: datetime | None
    decided_at: datetime | None
    next_item_key: str | None
    policy_version: str
    snapshot_created: datetime | None
    snapshot_status: SubscriptionStatus | None
    snapshot_starts_at: datetime | None
    snapshot_ends_at: datetime | None
    snapshot_cancels: bool | None


def subscription_to_row(subscription: Subscription) -> dict[str, Any]:
    """Make a subscription's row."""
    refs, said = subscription.refs, subscription.snapshot
    return to_row(
        SubscriptionRow(
            id=subscription.id,
            person_id=subscription.person_id,
            provider=subscription.provider,
            item_key=subscription.item.key,
            amount_minor=subscription.amount_minor,
            currency=subscription.currency,
            customer_id=refs.customer_id,
            provider_subscription_id=refs.subscription_id,
            product_id=refs.product_id,
            price_id=refs.price_id,
            invoice_id=refs.invoice_id,
            started_at=subscription.started_at,
            status=subscription.status,
            canceled_at=subscription.canceled_at,
            decided_at=subscription.decided_at,
            next_item_key=None if subscription.next_item is None else subscription.next_item.key,
            policy_version=subscription.policy_version,
            snapshot_created=None if said is None else said.created,
            snapshot_status=None if said is None else said.status,
            snapshot_starts_at=None if said is None else said.period_starts_at,
            snapshot_ends_at=None if said is None else said.period_ends_at,
            snapshot_cancels=None if said is None else said.cancels_at_period_end,
        )
    )


def subscription_from_row(row: Row) -> Subscription:
    """Make a subscription of its row."""
    own = from_row(SubscriptionRow, row)
    next_item = None if own.next_item_key is None else _subscribed(own.next_item_key)
    return Subscription(
        id=SubscriptionId(own.id),
        person_id=PersonId(own.person_id),
        provider=own.provider,
        item=_subscribed(own.item_key),
        amount_minor=own.amount_minor,
        currency=own.currency,
        refs=ProviderRefs(
            customer_id=own.customer_id,
            subscription_id=own.provider_subscription_id,
            product_id=own.product_id,
            price_id=own.price_id,
            invoice_id=own.invoice_id,
        ),
        started_at=own.started_at,
        status=own.status,
        canceled_at=own.canceled_at,
        decided_at=own.decided_at,
        next_item=next_item,
        policy_version=own.policy_version,
        snapshot=_snapshot(own),
    )


def _snapshot(own: SubscriptionRow) -> SubscriptionSnapshot | None:
    created, status = own.snapshot_created, own.snapshot_status
    starts_at, ends_at = own.snapshot_starts_at, own.snapshot_ends_at
    if created is None or status is None or starts_at is None or ends_at is None:
        return None
    return SubscriptionSnapshot(
        provider=own.provider,
        refs=ProviderRefs(),
        created=created,
        status=status,
        period_starts_at=starts_at,
        period_ends_at=ends_at,
        cancels_at_period_end=bool(own.snapshot_cancels),
    )


def _subscribed(key: str) -> SubscriptionItem:
    item = item_of(key)
    if not isinstance(item, SubscriptionItem):
        raise TypeError(f"{key} is no subscription")
    return item
