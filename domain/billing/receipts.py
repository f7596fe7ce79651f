"""Receipts: what was paid for what, for the payer to keep."""

from datetime import datetime

from attrs import frozen

from ..shared.errors import ConflictError
from .payments import Payment


class NothingPaidError(ConflictError):
    """Nothing was paid, so there is nothing to give a receipt for."""

    code = "nothing_paid"


@frozen(kw_only=True)
class Receipt:
    """What was paid for what.

    Attributes:
        payment: The payment.
        paid_at: When it was paid.
    """

    payment: Payment
    paid_at: datetime


def receipt(payment: Payment) -> Receipt:
    """Give the receipt of a payment.

    Raises:
        NothingPaidError: It was not paid, or not yet.
    """
    if payment.settled_at is None:
        raise NothingPaidError("Nothing was paid; a receipt is there once the payment succeeds.")
    return Receipt(payment=payment, paid_at=payment.settled_at)
