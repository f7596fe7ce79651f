"""What may be done with a subscription, and what a quote for a plan means for it."""

from datetime import datetime, timedelta
from enum import StrEnum

import attrs
from attrs import frozen

from ..shared.calendar import utc_text
from ..shared.errors import ConflictError
from ..shared.ids import SubscriptionId
from .catalogue import BillingCycle, Item, Offer, SubscriptionItem
from .payments import Payment
from .plans import Plans
from .quotes import Upgrade
from .subscriptions import Expired, PastDue, Subscription, SubscriptionStatus
from .worth import worth_minor


class NoSubscriptionError(ConflictError):
    """No subscription of the person's runs."""

    code = "no_subscription"


class PlanUnchangedError(ConflictError):
    """The subscription is for that item already."""

    code = "plan_unchanged"


class PlanChangeRefusedError(ConflictError):
    """The subscription cannot be changed to that item now."""

    code = "plan_change_refused"


class PlanChange(StrEnum):
    """When a change of the item begins.

    Attributes:
        UPGRADE: At once, for the difference in price.
        LATER: At the period's end.
        NONE: It is no change.
    """

    UPGRADE = "upgrade"
    LATER = "later"
    NONE = "none"


def plan_change(before: SubscriptionItem, after: SubscriptionItem) -> PlanChange:
    """Tell when a subscription can be for another item.

    More for no shorter a time begins at once. All else waits for what was paid to be over.
    """
    if before == after:
        return PlanChange.NONE
    longer = after.cycle is before.cycle or after.cycle is BillingCycle.ANNUAL
    if after.tier.rank >= before.tier.rank and longer:
        return PlanChange.UPGRADE
    return PlanChange.LATER


def running(plans: Plans, now: datetime) -> Subscription:
    """Give the subscription that runs.

    Raises:
        NoSubscriptionError: None does.
    """
    current = plans.current(now)
    if current is None or isinstance(plans.state(current, now), Expired):
        raise NoSubscriptionError("No subscription of this person runs; make a quote for one.")
    return current


def require_resumable(plans: Plans, subscription: Subscription) -> None:
    """Refuse to have something renewed that is over at its provider.

    Raises:
        PlanChangeRefusedError: What was last paid was taken back, or the provider has ended it.
    """
    said = subscription.snapshot
    over = said is not None and said.status is SubscriptionStatus.EXPIRED
    if over or plans.was_given_back(subscription.id):
        raise PlanChangeRefusedError(
            "What was to be renewed is over at the payment provider; make a quote for "
            f"{subscription.item.key} to go on."
        )


def canceled(subscription: Subscription, now: datetime) -> Subscription:
    """Give a subscription that is not to be renewed; canceling again changes nothing."""
    if subscription.not_renewed_since is not None:
        return subscription
    return attrs.evolve(subscription, canceled_at=now, decided_at=now, next_item=None)


def resumed(subscription: Subscription, now: datetime) -> Subscription:
    """Give a subscription that is to be renewed again, for what it is for now."""
    if subscription.not_renewed_since is None and subscription.next_item is None:
        return subscription
    return attrs.evolve(subscription, canceled_at=None, decided_at=now, next_item=None)


def changed_later(
    subscription: Subscription, item: SubscriptionItem, now: datetime
) -> Subscription:
    """Give a subscription that is for another item from the period's end on.

    Raises:
        PlanUnchangedError: It is for that item already, and is to stay so.
    """
    if item == subscription.next_item:
        return subscription
    if item == subscription.item:
        if subscription.next_item is None:
            raise PlanUnchangedError(
                f"The subscription is for {item.key} already; name another item."
            )
        return attrs.evolve(subscription, next_item=None, decided_at=now)
    return attrs.evolve(subscription, next_item=item, decided_at=now)


@frozen
class QuotedPlan:
    """What buying a plan means for the subscription that runs.

    Attributes:
        upgrade: It takes the place of a period that is not over.
        renews: It goes on with that subscription.
    """

    upgrade: Upgrade | None = None
    renews: SubscriptionId | None = None


def quoted_plan(
    item: Item, plans: Plans, paid: tuple[Payment, ...], currency: str, now: datetime
) -> QuotedPlan:
    """Tell what buying an item now means for the subscription that runs.

    Args:
        item: What is to be bought.
        plans: What the person has.
        paid: The payments for it.
        currency: In which it would be paid.
        now: The present instant.

    Raises:
        PlanChangeRefusedError: It would overlap with what is paid for.
    """
    if not isinstance(item, SubscriptionItem):
        return QuotedPlan()
    current = plans.current(now)
    state = None if current is None else plans.state(current, now)
    if current is None or state is None or isinstance(state, Expired):
        return QuotedPlan()
    if isinstance(state, PastDue):
        return QuotedPlan(renews=current.id)
    renews = item in (current.item, current.next_item)
    if not renews and plan_change(current.item, item) is not PlanChange.UPGRADE:
        raise PlanChangeRefusedError(
            f"The subscription is for {current.item.key} until "
            f"{utc_text(state.period_ends_at)}; change it, and pay for {item.key} then."
        )
    if currency != current.currency:
        raise PlanChangeRefusedError(
            f"The subscription was paid in {current.currency}; go on in that currency, "
            f"or wait until it is over."
        )
    if renews:
        return QuotedPlan(renews=current.id)
    unused = _unused_minor(current, plans, paid, now)
    return QuotedPlan(upgrade=Upgrade(subscription_id=current.id, unused_minor=unused))


def require_no_loss(plan: QuotedPlan, offer: Offer, currency: str) -> None:
    """Refuse an upgrade that costs less than what is unused, as the rest would be lost.

    Raises:
        PlanChangeRefusedError: It does.
    """
    price = offer.prices.get(currency)
    if plan.upgrade is None or price is None or plan.upgrade.unused_minor <= price:
        return
    raise PlanChangeRefusedError(
        f"{plan.upgrade.unused_minor} {currency} in minor units of what was paid are unused, and "
        f"{offer.item.key} costs {price}; take what costs more, or wait until less is unused."
    )


def _unused_minor(
    subscription: Subscription, plans: Plans, paid: tuple[Payment, ...], now: datetime
) -> int:
    """Give what is unused of what was paid, period by period, each floored.

    Args:
        subscription: The subscription that runs.
        plans: What the person has.
        paid: The payments for it.
        now: The present instant.
    """
    worth = {
        payment.id: worth_minor(payment)
        for payment in paid
        if payment.currency == subscription.currency
    }
    unused = 0
    for term in plans.terms:
        if term.subscription_id != subscription.id or term.reversed_at:
            continue
        # One that was paid ahead, and given up for an upgrade before it began, has no length.
        left = term.ends_at - max(now, term.starts_at)
        if left > timedelta():
            paid_for = max(0, worth.get(term.payment_id, 0) - term.unpaid_minor)
            unused += paid_for * left // (term.ends_at - term.starts_at)
    return unused
