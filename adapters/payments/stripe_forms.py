"""The forms of what Stripe's API gives, as far as we read them."""

from typing import Any

import msgspec

Metadata = dict[str, str]


class Charge(msgspec.Struct, kw_only=True):
    """A payment that was made, or that failed."""

    id: str
    amount: int
    currency: str
    created: int
    status: str
    captured: bool = True
    disputed: bool = False
    payment_intent: str | None = None
    failure_code: str | None = None
    payment_method_details: dict[str, Any] | None = None
    metadata: Metadata = {}


class PaymentError(msgspec.Struct, kw_only=True):
    """Why an attempt to pay failed."""

    code: str | None = None
    charge: str | None = None


class PaymentIntent(msgspec.Struct, kw_only=True):
    """An order."""

    id: str
    amount: int
    currency: str
    status: str
    created: int
    client_secret: str | None = None
    latest_charge: Charge | str | None = None
    last_payment_error: PaymentError | None = None
    canceled_at: int | None = None
    metadata: Metadata = {}


class Refund(msgspec.Struct, kw_only=True):
    """A refund."""

    id: str
    amount: int
    currency: str
    created: int
    status: str
    charge: str | None = None
    payment_intent: str | None = None
    metadata: Metadata | None = None


class Dispute(msgspec.Struct, kw_only=True):
    """A dispute."""

    id: str
    amount: int
    currency: str
    created: int
    status: str
    charge: str
    payment_intent: str | None = None


class Plan(msgspec.Struct, kw_only=True):
    """What a subscription costs."""

    id: str
    product: str | None = None


class SubscriptionLine(msgspec.Struct, kw_only=True):
    """What a subscription is for."""

    price: Plan | None = None
    plan: Plan | None = None
    current_period_start: int | None = None
    current_period_end: int | None = None

    @property
    def bought(self) -> Plan:
        """What it costs; plans are prices of an older kind, and may be shown as either."""
        return self.price or self.plan or Plan(id="")


class SubscriptionLines(msgspec.Struct, kw_only=True):
    """All that a subscription is for; ours have one line."""

    data: list[SubscriptionLine]


class Secret(msgspec.Struct, kw_only=True):
    """What a client confirms a payment with."""

    client_secret: str


class SubscriptionDetails(msgspec.Struct, kw_only=True):
    """The subscription that a bill is for."""

    subscription: str


class InvoiceParent(msgspec.Struct, kw_only=True):
    """What a bill is for."""

    subscription_details: SubscriptionDetails | None = None


class PaidAt(msgspec.Struct, kw_only=True):
    """When a bill was paid."""

    paid_at: int | None = None


class PaidBy(msgspec.Struct, kw_only=True):
    """What a bill was paid by."""

    payment_intent: str | None = None


class InvoicePayment(msgspec.Struct, kw_only=True):
    """A payment of a bill."""

    payment: PaidBy


class InvoicePayments(msgspec.Struct, kw_only=True):
    """The payments of a bill."""

    data: list[InvoicePayment]


class PaidBill(msgspec.Struct, kw_only=True):
    """That an order has paid a bill."""

    invoice: str


class Invoice(msgspec.Struct, kw_only=True):
    """A bill."""

    id: str
    currency: str
    amount_due: int = 0
    amount_paid: int = 0
    status: str | None = None
    billing_reason: str | None = None
    subscription: str | None = None
    payment_intent: str | None = None
    parent: InvoiceParent | None = None
    status_transitions: PaidAt = msgspec.field(default_factory=PaidAt)
    confirmation_secret: Secret | None = None
    payments: InvoicePayments | None = None

    @property
    def subscription_id(self) -> str | None:
        """The subscription that it is for."""
        details = self.parent and self.parent.subscription_details
        return details.subscription if details else self.subscription

    @property
    def paid_by(self) -> str | None:
        """The order that paid it."""
        paid = [it.payment.payment_intent for it in self.payments.data] if self.payments else []
        return next((it for it in paid if it is not None), self.payment_intent)


class Subscription(msgspec.Struct, kw_only=True):
    """A subscription."""

    id: str
    customer: str
    status: str
    items: SubscriptionLines
    cancel_at_period_end: bool = False
    current_period_start: int | None = None
    current_period_end: int | None = None
    latest_invoice: Invoice | str | None = None
    metadata: Metadata = {}
