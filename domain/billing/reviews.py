"""Money that came in and pays for nothing: it is to be given back."""

from datetime import datetime
from enum import StrEnum

from attrs import frozen


class ReviewReason(StrEnum):
    """Why money that came in pays for nothing."""

    AMOUNT_MISMATCH = "amount_mismatch"
    CURRENCY_MISMATCH = "currency_mismatch"
    SECOND_SUCCESS = "second_success"
    NOT_ASKED_FOR = "not_asked_for"


@frozen(kw_only=True)
class Review:
    """Money that came in for an order and pays for nothing: it is to be given back.

    Attributes:
        charge_id: The provider's id of the payment.
        reason: Why it pays for nothing.
        amount_minor: How much it is.
        currency: Its currency.
        occurred_at: When it was charged.
        refunded_minor: How much of it was given back.
    """

    charge_id: str
    reason: ReviewReason
    amount_minor: int
    currency: str
    occurred_at: datetime
    refunded_minor: int

    @property
    def open(self) -> bool:
        """Whether some of it is still to be given back."""
        return self.refunded_minor < self.amount_minor
