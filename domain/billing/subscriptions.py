"""Subscriptions: what is kept of each, and the states that its terms and time put it in."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

import attrs
from attrs import frozen

from ..shared.ids import PaymentId, PersonId, SubscriptionId
from ..shared.tiers import Tier
from .catalogue import PlanItem, SubscriptionItem
from .payments import Provider


class SubscriptionStatus(StrEnum):
    """What a subscription's state is called."""

    TRIALING = "trialing"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    CANCELED = "canceled"
    EXPIRED = "expired"


@frozen(kw_only=True)
class ProviderRefs:
    """The provider's ids of what belongs to a subscription; empty where it has none.

    Attributes:
        customer_id: Who pays.
        subscription_id: The subscription.
        product_id: What is sold.
        price_id: For how much.
        invoice_id: The last bill.
    """

    customer_id: str | None = None
    subscription_id: str | None = None
    product_id: str | None = None
    price_id: str | None = None
    invoice_id: str | None = None


@frozen(kw_only=True)
class SubscriptionSnapshot:
    """What a provider says of a subscription of its own, at one instant.

    Attributes:
        provider: Whose it is.
        refs: Its ids; the subscription's is always there.
        created: When the provider took it; a later one takes the place of an earlier one.
        status: The provider's, in our words.
        period_starts_at: The current period's beginning.
        period_ends_at: Its end.
        cancels_at_period_end: It is not to be renewed.
        payment_id: Our order that began it, if the provider says.
    """

    provider: Provider
    refs: ProviderRefs
    created: datetime
    status: SubscriptionStatus
    period_starts_at: datetime
    period_ends_at: datetime
    cancels_at_period_end: bool = False
    payment_id: PaymentId | None = None

    @property
    def renews(self) -> bool:
        """Whether the provider is to charge for it again."""
        over = self.status in (SubscriptionStatus.CANCELED, SubscriptionStatus.EXPIRED)
        return not over and not self.cancels_at_period_end


@frozen(kw_only=True)
class Term:
    """The time for which one payment gives a tier.

    Attributes:
        payment_id: The payment.
        person_id: Whose it is.
        item: What was paid for.
        subscription_id: The subscription it belongs to; None for a pass.
        settled_at: When it was paid.
        starts_at: From when on it gives the tier.
        ends_at: Until when.
        reversed_at: When the payment was taken back, if it was; nothing is given after that.
        unpaid_minor: What of its worth an upgrade took off for a payment that was taken back
            later; its time is shorter by that part.
    """

    payment_id: PaymentId
    person_id: PersonId
    item: PlanItem
    subscription_id: SubscriptionId | None
    settled_at: datetime
    starts_at: datetime
    ends_at: datetime
    reversed_at: datetime | None = None
    unpaid_minor: int = 0

    def covers(self, at: datetime) -> bool:
        """Tell whether it gives its tier at an instant."""
        return self.starts_at <= at < self.ends_at


@frozen(kw_only=True)
class Subscription:
    """What is kept of a subscription; its terms and time say the rest.

    Attributes:
        id: Our own.
        person_id: Whose it is.
        provider: Who takes the money.
        item: What was last paid for.
        amount_minor: What a period costs, as it was quoted.
        currency: Of the amount.
        refs: The provider's ids.
        started_at: When it was first paid for.
        canceled_at: Since when it is not to be renewed, as the person wants it.
        decided_at: When the person last decided on that.
        next_item: What it is to be from the period's end on, if that is another item.
        snapshot: The last one that was applied.
        status: What its state was called when it was last brought up to the present.
        policy_version: The version it was last changed under.
    """

    id: SubscriptionId
    person_id: PersonId
    provider: Provider
    item: SubscriptionItem
    amount_minor: int
    currency: str
    refs: ProviderRefs
    started_at: datetime
    policy_version: str
    status: SubscriptionStatus = SubscriptionStatus.ACTIVE
    canceled_at: datetime | None = None
    decided_at: datetime | None = None
    next_item: SubscriptionItem | None = None
    snapshot: SubscriptionSnapshot | None = None

    @property
    def renewed_by(self) -> str | None:
        """The provider's id of what it is to charge for again by itself, if there is such."""
        return self.refs.subscription_id if self.snapshot is None or self.snapshot.renews else None

    @property
    def not_renewed_since(self) -> datetime | None:
        """Since when it is not to be renewed: the later of the person and the provider says."""
        said = self.snapshot
        if said is None or (self.decided_at is not None and self.decided_at >= said.created):
            return self.canceled_at
        return None if said.renews else said.created


def replaced(subscription: Subscription) -> Subscription:
    """Give a subscription without what the provider said of the one that it was there."""
    refs = ProviderRefs(customer_id=subscription.refs.customer_id)
    return attrs.evolve(subscription, refs=refs, snapshot=None)


def without_payer(subscription: Subscription) -> Subscription:
    """Give a subscription without what the provider calls who pays for it, for the books."""
    return attrs.evolve(subscription, refs=attrs.evolve(subscription.refs, customer_id=None))


def with_snapshot(subscription: Subscription, said: SubscriptionSnapshot) -> Subscription:
    """Give a subscription after a snapshot; one that is older than the last changes nothing.

    The ids that it names are kept beside it.
    """
    last = subscription.snapshot
    if last is not None and said.created < last.created:
        return subscription
    return attrs.evolve(
        subscription,
        snapshot=attrs.evolve(said, refs=ProviderRefs(), payment_id=None),
        refs=attrs.evolve(
            subscription.refs,
            **{name: value for name, value in attrs.asdict(said.refs).items() if value is not None},
        ),
    )


@frozen(kw_only=True)
class _InPeriod:
    """A state in which a subscription gives its tier.

    Attributes:
        period_starts_at: The current period's beginning.
        period_ends_at: Its end.
    """

    period_starts_at: datetime
    period_ends_at: datetime


@frozen(kw_only=True)
class Trialing(_InPeriod):
    """It is tried out, and paid for from the period's end on."""

    status: ClassVar = SubscriptionStatus.TRIALING


@frozen(kw_only=True)
class Active(_InPeriod):
    """It is paid for."""

    status: ClassVar = SubscriptionStatus.ACTIVE


@frozen(kw_only=True)
class PastDue(_InPeriod):
    """Its period is over and not renewed yet.

    Attributes:
        grace_ends_at: Until when it gives its tier all the same.
    """

    status: ClassVar = SubscriptionStatus.PAST_DUE
    grace_ends_at: datetime


@frozen(kw_only=True)
class Canceled(_InPeriod):
    """It is paid for to the period's end and not renewed.

    Attributes:
        canceled_at: Since when that is so.
    """

    status: ClassVar = SubscriptionStatus.CANCELED
    canceled_at: datetime


@frozen(kw_only=True)
class Expired:
    """It is over.

    Attributes:
        ended_at: Since when.
    """

    status: ClassVar = SubscriptionStatus.EXPIRED
    ended_at: datetime


SubscriptionState = Trialing | Active | PastDue | Canceled | Expired


class GrantSource(StrEnum):
    """Where a tier comes from."""

    COMPLIMENTARY = "complimentary"
    SUBSCRIPTION = "subscription"
    PASS = "pass"  # noqa: S105 - no password


@frozen(kw_only=True)
class TierGrant:
    """A tier that a person may use, and why.

    Attributes:
        tier: The tier.
        source: Where it comes from.
        until: When it ends as far as is known; None if nothing ends it.
        subscription_id: The subscription that gives it, if one does.
        payment_id: The payment that gives it, if one does.
    """

    tier: Tier
    source: GrantSource
    until: datetime | None = None
    subscription_id: SubscriptionId | None = None
    payment_id: PaymentId | None = None
