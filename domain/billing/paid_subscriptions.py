"""The subscriptions that payments make: which there are, what began each, what is renewed."""

from collections.abc import Iterable
from datetime import datetime

import attrs

from ..shared.ids import PaymentId, SubscriptionId
from .catalogue import SubscriptionItem
from .payments import Payment
from .subscriptions import ProviderRefs, Subscription


def subscriptions_of(
    payments: Iterable[Payment], known: Iterable[Subscription]
) -> tuple[Subscription, ...]:
    """Give the subscriptions that payments make, with what else is kept of them.

    Args:
        payments: Those of a person for plans.
        known: Their subscriptions as they were.
    """
    kept = {subscription.id: subscription for subscription in known}
    paid: dict[SubscriptionId, list[Payment]] = {}
    for payment in payments:
        if payment.settled_at is not None and payment.subscription_id is not None:
            paid.setdefault(payment.subscription_id, []).append(payment)
    made = (_made(own, kept.get(subscription_id)) for subscription_id, own in paid.items())
    return tuple(sorted(made, key=lambda it: (it.started_at, it.id), reverse=True))


def begun_by(subscription: Subscription, payments: Iterable[Payment]) -> Payment | None:
    """Give the payment that the subscription at the provider was begun by.

    That is the last that the person made: each of them begins one there, and takes the place
    of those before it. One that was taken back has done so all the same.
    """
    made = [
        payment
        for payment in payments
        if payment.subscription_id == subscription.id
        and payment.quote_id is not None
        and payment.settled_at is not None
    ]
    return max(made, key=lambda it: (it.settled_at, it.id), default=None)


def renewal_is_wanted(
    subscription_id: SubscriptionId,
    payments: Iterable[Payment],
    asked_at: datetime,
    charged_at: datetime,
    begun_by_id: PaymentId | None = None,
) -> bool:
    """Tell whether a provider was to renew a subscription.

    Only what the person bought last is renewed, and not where that was taken back.

    Args:
        subscription_id: Ours.
        payments: Those of the person for plans that are paid.
        asked_at: Since when the provider asked for it: what was bought later took its place.
        charged_at: When it was paid.
        begun_by_id: The payment that began it at the provider, where that is not the last that is
            known of the subscription.
    """
    paid = [
        payment
        for payment in payments
        if payment.settled_at is not None and isinstance(payment.item, SubscriptionItem)
    ]
    bought = [payment for payment in paid if payment.quote_id is not None]
    last = max(bought, key=lambda it: (it.settled_at, it.id), default=None)
    if last is None or last.settled_at is None:
        return True
    own_last = last.subscription_id == subscription_id and begun_by_id in (None, last.id)
    if not own_last or last.settled_at > asked_at:
        return False
    own = (payment for payment in paid if payment.subscription_id == subscription_id)
    reversed_at = max(own, key=lambda it: (it.settled_at, it.id)).reversed_at
    return reversed_at is None or reversed_at > charged_at


def _made(paid: list[Payment], known: Subscription | None) -> Subscription:
    settled = sorted(paid, key=lambda it: (it.settled_at or it.created_at, it.id))
    last = next((it for it in reversed(settled) if it.reversed_at is None), settled[-1])
    item = last.item
    assert isinstance(item, SubscriptionItem)  # noqa: S101 - what has a subscription's id
    first = settled[0]
    made = Subscription(
        id=first.subscription_id or SubscriptionId(first.id),
        person_id=last.person_id,
        provider=last.provider,
        item=item,
        amount_minor=last.price_minor,
        currency=last.currency,
        refs=ProviderRefs(invoice_id=last.invoice_id),
        started_at=first.settled_at or first.created_at,
        policy_version=last.policy_version,
    )
    if known is None:
        return made
    # What was decided is over once the person pays again; a renewal is no decision of theirs.
    bought = (it.settled_at for it in settled if it.quote_id is not None)
    bought_at = max((at for at in bought if at is not None), default=first.created_at)
    decided = known.decided_at is not None and known.decided_at >= bought_at
    return attrs.evolve(
        made,
        refs=attrs.evolve(known.refs, invoice_id=last.invoice_id or known.refs.invoice_id),
        status=known.status,
        snapshot=known.snapshot,
        canceled_at=known.canceled_at if decided else None,
        decided_at=known.decided_at,
        next_item=known.next_item if decided else None,
    )
