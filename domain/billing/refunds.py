"""Giving money back: what is asked of the provider. What it does is told by its reports."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

import attrs
from attrs import frozen

from ..shared.errors import ConflictError
from ..shared.ids import PaymentId, RefundId
from .payments import Payment


class RefundNotPossibleError(ConflictError):
    """There is less to give back than was asked for."""

    code = "refund_not_possible"


class RefundState(StrEnum):
    """How far a refund got."""

    REQUESTED = "requested"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


@frozen(kw_only=True)
class Refund:
    """Money that is to be given back, and that the provider is asked for.

    Attributes:
        id: Its own, and the key under which the provider is asked.
        payment_id: Of which payment.
        charge_id: The provider's id of what was charged.
        amount_minor: How much of it; 0 once nothing is left that this one could give back.
        currency: Its currency.
        reason: Why, in the words of who asked.
        requested_at: When it was asked for.
        state: How far it got.
    """

    id: RefundId
    payment_id: PaymentId
    charge_id: str
    amount_minor: int
    currency: str
    reason: str
    requested_at: datetime
    state: RefundState = RefundState.REQUESTED


def refund_done(refund: Refund, payment: Payment) -> Refund:
    """Give a refund that the provider took, unless it said that it came to nothing."""
    failed = str(refund.id) in payment.failed_refunds
    return attrs.evolve(refund, state=RefundState.FAILED if failed else RefundState.DONE)


def refund_of(payment: Payment, amount_minor: int | None, asked: Iterable[Refund]) -> int:
    """Give how much of a payment is to be given back; by default all that is left.

    Args:
        payment: The payment.
        amount_minor: How much was asked for; None for all.
        asked: What was asked for before.

    Raises:
        RefundNotPossibleError: Nothing was paid, or less is left.
    """
    if payment.charge is None:
        raise RefundNotPossibleError("Nothing was paid, so nothing can be given back.")
    charge_id = payment.charge.charge_id
    own = [it for it in asked if it.charge_id == charge_id]
    waiting = sum(it.amount_minor for it in own if it.state is RefundState.REQUESTED)
    taken = waiting + sum(it.amount_minor for it in own if it.state is RefundState.DONE)
    # What the provider has told may be what was asked for, or was given back besides.
    left = max(0, payment.amount_minor - max(taken, payment.refunded_minor + waiting))
    if payment.charged_back_at is not None:
        left = 0
    wanted = left if amount_minor is None else amount_minor
    if payment.reversed_at is not None or not 0 <= wanted <= left or (not wanted and taken):
        raise RefundNotPossibleError(
            f"{left} of {payment.amount_minor} {payment.currency} in minor units can be given "
            "back; ask for no more."
        )
    return wanted
