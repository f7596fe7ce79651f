"""What happens to account credit."""

from enum import StrEnum

from attrs import frozen

from ..shared.events import Event


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
    """The person's account credit in a currency is another.

    `credit_added_minor - owed_added_minor` is what the move is about: what comes repays what is
    owed first, and what is taken and not there any more is owed from then on.

    Attributes:
        currency: Its ISO 4217 code.
        move: Why it moved.
        source: What it came from, or went to.
        key: Which grant or payment that is.
        credit_added_minor: Minor units added to what can be spent; below 0 taken from it.
        owed_added_minor: Minor units added to what is owed; below 0 repaid of it.
    """

    currency: str
    move: CreditMove
    source: CreditSource
    key: str
    credit_added_minor: int
    owed_added_minor: int
