"""What can be done to an order at the sandbox, and what comes of it."""

from datetime import datetime
from enum import StrEnum

from attrs import frozen
from msgspec.structs import replace

from adapters.payments.sandbox_books import (
    Account,
    EventType,
    SandboxEvent,
    SandboxSubscription,
)
from domain.billing.catalogue import SubscriptionItem, item_of
from domain.shared.calendar import months_later

_DECLINED = "card_declined"


class Action(StrEnum):
    """What its page offers."""

    PAY = "pay"
    PAY_SILENTLY = "pay_silently"
    PAY_AGAIN = "pay_again"
    DECLINE = "decline"
    REFUND = "refund"
    FAIL_REFUND = "fail_refund"
    DISPUTE = "dispute"
    RENEW = "renew"
    FAIL_RENEWAL = "fail_renewal"
    TELL_AGAIN = "tell_again"


class Card(StrEnum):
    """Whose card pays."""

    OWN = "own"
    SHARED = "shared"


class NotPossibleError(Exception):
    """The order is not in a state for it."""


@frozen
class Charge:
    """A payment that was made for an order.

    Attributes:
        event: How it was told.
        taken_back_minor: How much of it was refunded or lost in a dispute.
    """

    event: SandboxEvent
    taken_back_minor: int

    @property
    def left_minor(self) -> int:
        """How much of it is still there."""
        return self.event.amount_minor - self.taken_back_minor


def charges(account: Account) -> tuple[Charge, ...]:
    """Give the payments that were made for an order and its renewals, in order."""
    back: dict[str, int] = {}
    failed = {it.refund_id for it in account.events if it.type is EventType.REFUND_FAILED}
    for event in account.events:
        taken = event.type in (EventType.REFUNDED, EventType.DISPUTE_LOST)
        if taken and event.refund_id not in failed:
            back[event.charge_id] = back.get(event.charge_id, 0) + event.amount_minor
    return tuple(
        Charge(event, back.get(event.charge_id, 0))
        for event in account.events
        if event.type is EventType.SUCCEEDED
    )


def subscription(account: Account) -> SandboxSubscription | None:
    """Give an order's subscription as it is now, if it has one."""
    told = [event.subscription for event in account.events if event.subscription is not None]
    return told[-1] if told else None


def possible(account: Account, now: datetime) -> frozenset[Action]:
    """Give what can be done to an order now."""
    made = charges(account)
    open_ = not made and now < account.order.ends_at
    found = {Action.PAY, Action.PAY_SILENTLY, Action.DECLINE} if open_ else set()
    if made:
        found.add(Action.PAY_AGAIN)
    if any(charge.left_minor > 0 for charge in made):
        found |= {Action.REFUND, Action.DISPUTE}
    if _last_refund(account) is not None:
        found.add(Action.FAIL_REFUND)
    if account.events:
        found.add(Action.TELL_AGAIN)
    plan = subscription(account)
    if plan is not None and not plan.cancels_at_period_end and not plan.ended:
        found |= {Action.RENEW, Action.FAIL_RENEWAL}
    return frozenset(found)


def act(account: Account, action: Action, card: Card, now: datetime) -> tuple[SandboxEvent, ...]:
    """Give what an action does to an order.

    Raises:
        NotPossibleError: The order is not in a state for it.
    """
    if action not in possible(account, now):
        raise NotPossibleError(action)
    match action:
        case Action.PAY | Action.PAY_SILENTLY | Action.PAY_AGAIN:
            return _paid(account, card, now)
        case Action.DECLINE:
            return (replace(_event(account, EventType.FAILED, now), failure_code=_DECLINED),)
        case Action.REFUND | Action.DISPUTE:
            charge = next(it for it in reversed(charges(account)) if it.left_minor > 0)
            return (taken_back(account, charge, charge.left_minor, now, by=action),)
        case Action.FAIL_REFUND:
            return _refund_failed(account, now)
        case Action.TELL_AGAIN:
            return ()
        case Action.RENEW | Action.FAIL_RENEWAL:
            return _renewed(account, now, failed=action is Action.FAIL_RENEWAL)


def taken_back(
    account: Account,
    charge: Charge,
    amount_minor: int,
    now: datetime,
    *,
    by: Action,
    refund_id: str | None = None,
) -> SandboxEvent:
    """Give how some of a charge was given back, or lost in a dispute."""
    refunded = by is Action.REFUND
    number = len(account.events) + 1
    return replace(
        _event(account, EventType.REFUNDED if refunded else EventType.DISPUTE_LOST, now),
        bill_id=charge.event.bill_id,
        charge_id=charge.event.charge_id,
        refund_id=refund_id or f"sbx_{'re' if refunded else 'dp'}_{number}_{tail(account)}",
        amount_minor=amount_minor,
    )


def _last_refund(account: Account) -> SandboxEvent | None:
    """Give the last refund that did not fail, if there is one."""
    failed = {it.refund_id for it in account.events if it.type is EventType.REFUND_FAILED}
    made = [it for it in account.events if it.type is EventType.REFUNDED]
    return next((it for it in reversed(made) if it.refund_id not in failed), None)


def _refund_failed(account: Account, now: datetime) -> tuple[SandboxEvent, ...]:
    """Give how a bank did not take what was given back."""
    refund = _last_refund(account)
    if refund is None:
        raise NotPossibleError(Action.FAIL_REFUND)
    failed = _event(account, EventType.REFUND_FAILED, now)
    return (replace(refund, id=failed.id, type=failed.type, created=now),)


def changed(account: Account, plan: SandboxSubscription, now: datetime) -> SandboxEvent:
    """Give how a subscription became another."""
    return replace(_event(account, EventType.SUBSCRIPTION, now), subscription=plan)


def tail(account: Account) -> str:
    """Give what the ids of all that belongs to an order end with."""
    return account.order.payment_id.hex


def _paid(account: Account, card: Card, now: datetime) -> tuple[SandboxEvent, ...]:
    order = account.order
    number = len(charges(account)) + 1
    paid = replace(
        _event(account, EventType.SUCCEEDED, now),
        charge_id=f"sbx_ch_{number}_{tail(account)}",
        amount_minor=order.amount_minor,
        card=_card(account, card),
    )
    item = item_of(order.item_key)
    if not isinstance(item, SubscriptionItem) or subscription(account) is not None:
        return (paid,)
    plan = SandboxSubscription(
        id=f"sbx_sub_{tail(account)}",
        customer_id=f"sbx_cus_{order.person_id.hex}",
        price_id=f"sbx_price_{order.item_key}_{order.currency.lower()}_{order.renewal_minor}",
        past_due=False,
        period_starts_at=now,
        period_ends_at=months_later(now, item.cycle.months),
        cancels_at_period_end=False,
    )
    after = Account(order, (*account.events, paid))
    return (paid, changed(after, plan, now))


def _renewed(account: Account, now: datetime, *, failed: bool) -> tuple[SandboxEvent, ...]:
    order, plan, item = account.order, subscription(account), item_of(account.order.item_key)
    if plan is None or not isinstance(item, SubscriptionItem):
        raise NotPossibleError(Action.RENEW)
    bills = {event.bill_id for event in account.events if event.bill_id is not None}
    unpaid = bills - {charge.event.bill_id for charge in charges(account)}
    bill_id = next(iter(unpaid), f"sbx_bill_{len(bills) + 1}_{tail(account)}")
    if failed:
        told = replace(
            _event(account, EventType.FAILED, now), bill_id=bill_id, failure_code=_DECLINED
        )
        after = replace(plan, past_due=True)
    else:
        told = replace(
            _event(account, EventType.SUCCEEDED, now),
            bill_id=bill_id,
            charge_id=f"sbx_ch_{bill_id}",
            amount_minor=order.renewal_minor,
            card=_card(account, Card.OWN),
        )
        starts_at = max(now, plan.period_ends_at)
        after = replace(
            plan,
            past_due=False,
            period_starts_at=starts_at,
            period_ends_at=months_later(starts_at, item.cycle.months),
        )
    return (told, changed(Account(order, (*account.events, told)), after, now))


def _event(account: Account, kind: EventType, now: datetime) -> SandboxEvent:
    order = account.order
    return SandboxEvent(
        id=f"sbx_evt_{len(account.events) + 1}_{tail(account)}",
        type=kind,
        created=now,
        order_id=order.id,
        payment_id=order.payment_id,
        currency=order.currency,
    )


def _card(account: Account, card: Card) -> str:
    return f"sbx_card_{account.order.person_id.hex if card is Card.OWN else card}"
