"""What an export holds of what a person was offered, paid and has with the app."""

from datetime import datetime
from typing import Any
from uuid import UUID

from attrs import frozen


@frozen(kw_only=True)
class OwnQuote:
    """What something would have cost the person."""

    id: UUID
    item_key: str
    currency: str
    lines: Any
    total_minor: int
    credit_applied_minor: int
    created_at: datetime
    valid_until: datetime
    policy_version: str


@frozen(kw_only=True)
class OwnAccountCredit:
    """What the person has or owes in a currency."""

    currency: str
    balance: int


@frozen(kw_only=True)
class OwnAccountCreditLine:
    """A line of the ledger of the person's account credit."""

    currency: str
    number: int
    at: datetime
    move: str
    source: str
    key: str
    amount: int
    balance: int
    reason: str | None
    policy_version: str


@frozen(kw_only=True)
class OwnPayment:
    """A payment of the person's; where to pay is left out, as it lets whoever knows it pay."""

    id: UUID
    provider: str
    item_key: str
    amount_minor: int
    currency: str
    credit_applied_minor: int
    lines: Any
    quote_id: UUID | None
    subscription_id: UUID | None
    created_at: datetime
    status: str
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


@frozen(kw_only=True)
class OwnPaymentReport:
    """What a provider said of a payment of the person's."""

    payment_id: UUID
    kind: str
    charge_id: str
    refund_id: str
    occurred_at: datetime
    amount_minor: int
    currency: str
    fingerprint: str | None
    invoice_id: str | None
    failure_code: str | None


@frozen(kw_only=True)
class OwnRefund:
    """Money of a payment of the person's that was asked to be given back."""

    id: UUID
    payment_id: UUID
    amount_minor: int
    currency: str
    reason: str
    requested_at: datetime
    state: str


@frozen(kw_only=True)
class OwnSubscription:
    """A subscription of the person's, with the provider's ids of it."""

    id: UUID
    provider: str
    item_key: str
    amount_minor: int
    currency: str
    customer_id: str | None
    provider_subscription_id: str | None
    product_id: str | None
    price_id: str | None
    invoice_id: str | None
    started_at: datetime
    status: str
    canceled_at: datetime | None
    next_item_key: str | None
    policy_version: str


@frozen(kw_only=True)
class OwnPlanStanding:
    """What the person's plans come to."""

    complimentary: str
    tier: str
    until: datetime | None
