"""The form of what an export holds of billing."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from domain.billing.events import CreditMove, CreditSource
from domain.billing.payments import PaymentStatus, Provider, ReportKind
from domain.billing.quotes import LineKind
from domain.billing.refunds import RefundState
from domain.billing.subscriptions import SubscriptionStatus
from domain.shared.tiers import Tier


class ExportedQuoteLine(Struct):
    """One line of a quote, in minor units of its currency."""

    kind: LineKind
    label: str
    amount_minor: int
    source_id: UUID | None = None


class ExportedQuote(Struct):
    """What something would have cost the person."""

    id: UUID
    item_key: str
    currency: str
    lines: list[ExportedQuoteLine]
    total_minor: int
    credit_applied_minor: int
    created_at: datetime
    valid_until: datetime
    policy_version: str


class ExportedAccountCredit(Struct):
    """What the person has with the app in a currency."""

    currency: str
    balance: Annotated[int, Meta(description="In minor units; less than 0 where they owe")]


class ExportedAccountCreditLine(Struct):
    """A move of the person's account credit, in minor units."""

    currency: str
    number: int
    at: datetime
    move: CreditMove
    source: CreditSource
    key: str
    amount: int
    balance: int
    reason: str | None
    policy_version: str


class ExportedPayment(Struct):
    """A payment of the person's; where to pay is left out, as it lets whoever knows it pay."""

    id: UUID
    provider: Provider
    item_key: str
    amount_minor: int
    currency: str
    credit_applied_minor: int
    lines: list[ExportedQuoteLine]
    quote_id: UUID | None
    subscription_id: UUID | None
    created_at: datetime
    status: PaymentStatus
    failed_at: datetime | None
    settled_at: datetime | None
    reversed_at: datetime | None
    closed_at: datetime | None
    refunded_minor: int
    provider_order_id: str | None
    provider_payment_id: str | None
    invoice_id: str | None
    fingerprint: str | None
    policy_version: str


class ExportedPaymentReport(Struct):
    """What a provider said of a payment of the person's."""

    payment_id: UUID
    kind: ReportKind
    charge_id: str
    refund_id: str
    occurred_at: datetime
    amount_minor: int
    currency: str
    fingerprint: str | None
    invoice_id: str | None
    failure_code: str | None


class ExportedRefund(Struct):
    """Money of a payment of the person's that was asked to be given back."""

    id: UUID
    payment_id: UUID
    amount_minor: int
    currency: str
    reason: str
    requested_at: datetime
    state: RefundState


class ExportedSubscription(Struct):
    """A subscription of the person's, with the provider's ids of it."""

    id: UUID
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
    next_item_key: str | None
    policy_version: str


class ExportedPlanStanding(Struct):
    """What the person's plans come to."""

    complimentary: Tier
    tier: Tier
    until: datetime | None
