"""What happens with payments, subscriptions and account credit. Never data of a card."""

from datetime import datetime
from enum import StrEnum

from attrs import frozen

from ..shared.events import Event
from ..shared.ids import PaymentId, SubscriptionId
from ..shared.tiers import Tier


@frozen(kw_only=True)
class PaymentEvent(Event):
    """Something that happened to a payment.

    Attributes:
        payment_id: Which.
        item_key: What it pays for, such as `plus_monthly`.
        item_kind: `subscription`, `pass`, `video_credits` or `seconds`.
        amount_minor: What is charged, in minor units.
        currency: Of the amounts.
    """

    payment_id: PaymentId
    item_key: str
    item_kind: str
    amount_minor: int
    currency: str


@frozen(kw_only=True)
class PaymentStarted(PaymentEvent):
    """The person asked to pay for something."""

    provider: str


@frozen(kw_only=True)
class PaymentFailed(PaymentEvent):
    """An attempt to pay failed; a later one may still succeed."""

    failed_at: datetime


@frozen(kw_only=True)
class PaymentSettled(PaymentEvent):
    """The person has paid. It happens once for a payment.

    Attributes:
        credit_applied_minor: Account credit that paid the rest of the price.
        settled_at: When it was paid, by the provider's clock.
        fingerprint: What tells the means of payment from others, if known.
        plan_ends_at: Until when the plan that was bought lasts; None for what does not end.
    """

    credit_applied_minor: int
    settled_at: datetime
    fingerprint: str | None
    plan_ends_at: datetime | None


@frozen(kw_only=True)
class PaymentRefunded(PaymentEvent):
    """All or a part of a payment was given back.

    Attributes:
        refunded_minor: How much was given back in all.
        in_full: What it paid for is taken back.
        refunded_at: When the last of it was given back, by the provider's clock; None in what
            was told before this was known.
    """

    refunded_minor: int
    in_full: bool
    refunded_at: datetime | None = None


@frozen(kw_only=True)
class PaymentRefundFailed(PaymentEvent):
    """A refund came to nothing: the money is with us, and what it paid for is given again.

    Attributes:
        refund_id: Which, as it was asked for or made.
        refunded_minor: How much was given back in all without it.
    """

    refund_id: str
    refunded_minor: int


@frozen(kw_only=True)
class PaymentChargedBack(PaymentEvent):
    """The payer's bank took a payment back, and so what it paid for is taken back."""

    charged_back_at: datetime


@frozen(kw_only=True)
class PaymentNeedsReview(PaymentEvent):
    """Money came in for an order and pays for nothing; it is to be given back."""

    charge_id: str
    reason: str


@frozen(kw_only=True)
class SubscriptionChanged(Event):
    """A subscription of the person's is other than before.

    Attributes:
        subscription_id: Which.
        item_key: What it is for now.
        status: What its state is called now.
        period_ends_at: When its period ends; None once it is over.
    """

    subscription_id: SubscriptionId
    item_key: str
    status: str
    period_ends_at: datetime | None


class CreditMove(StrEnum):
    """Why account credit moved."""

    GRANT = "grant"
    TAKE_BACK = "take_back"
    SPEND = "spend"
    GIVE_BACK = "give_back"


class CreditSource(StrEnum):
    """What account credit came from, or went to."""

    GOODWILL = "goodwill"
    REFERRAL = "referral"
    PAYMENT = "payment"


@frozen(kw_only=True)
class AccountCreditMoved(Event):
    """The person's account credit rose or fell.

    Attributes:
        move: Why it moved.
        source: What it came from, or went to.
        key: Which grant or payment that is; a payment's is its id.
        amount_minor: By how much; less than 0 if it fell.
        currency: Of the amounts.
        balance_minor: What it is now; less than 0 where the person owes.
    """

    move: CreditMove
    source: CreditSource
    key: str
    amount_minor: int
    currency: str
    balance_minor: int


@frozen(kw_only=True)
class EntitlementsChanged(Event):
    """What the person may use, or until when, is other than before.

    Attributes:
        tier: The tier held now.
        until: When it ends as far as is known; None if nothing ends it.
    """

    tier: Tier
    until: datetime | None


BillingEvent = (
    PaymentStarted
    | PaymentFailed
    | PaymentSettled
    | PaymentRefunded
    | PaymentRefundFailed
    | PaymentChargedBack
    | PaymentNeedsReview
    | SubscriptionChanged
    | AccountCreditMoved
    | EntitlementsChanged
)
