"""Account credit: money that a person has with the app, for each currency.

A balance below 0 is what they owe, because credit was taken back that had been spent; what
comes next repays it. Each move is one line of the ledger, so that the lines add up to the
balance; rules page billing.
"""

from datetime import datetime

import attrs
from attrs import frozen

from ..shared.ids import PersonId
from .events import AccountCreditMoved, CreditMove, CreditSource


@frozen(kw_only=True)
class CreditAccount:
    """What a person's account credit in a currency comes to.

    Attributes:
        person_id: Whose.
        currency: Its ISO 4217 code.
        balance: In minor units; less than 0 where the person owes.
        lines: How many lines the ledger has.
        version: Rises by one at every change; 0 before the first.
    """

    person_id: PersonId
    currency: str
    balance: int = 0
    lines: int = 0
    version: int = 0

    @property
    def credit(self) -> int:
        """What can be spent, in minor units."""
        return max(0, self.balance)

    @property
    def owed(self) -> int:
        """What is owed, in minor units."""
        return max(0, -self.balance)


@frozen(kw_only=True)
class CreditBooking:
    """A grant of credit, or a payment that credit went to.

    Attributes:
        source: Which of the two, and what kind of grant.
        key: Which one; no other of its source has it.
        person_id: Whose.
        currency: Its ISO 4217 code.
        amount: In minor units, above 0.
        at: When it was booked.
        undone_at: When the grant was taken back, or the payment's credit given back.
    """

    source: CreditSource
    key: str
    person_id: PersonId
    currency: str
    amount: int
    at: datetime
    undone_at: datetime | None = None


@frozen
class AccountCredit:
    """A person's account credit, as a command sees it.

    Attributes:
        account: What it comes to.
        booking: The booking that the command names, if there is one.
    """

    account: CreditAccount
    booking: CreditBooking | None = None


@frozen(kw_only=True)
class CreditLine:
    """A line of the ledger: one move.

    Attributes:
        person_id: Whose.
        currency: Its ISO 4217 code.
        number: Its place in the ledger of the currency, counted from 1 without a gap.
        at: When it happened.
        move: Why it moved.
        source: What it came from, or went to.
        key: Which grant or payment that is.
        amount: Minor units added; less than 0 if it fell.
        balance: What it came to.
        reason: Why it was granted, in the words of who did it.
        policy_version: The policy it was decided under.
    """

    person_id: PersonId
    currency: str
    number: int
    at: datetime
    move: CreditMove
    source: CreditSource
    key: str
    amount: int
    balance: int
    reason: str | None
    policy_version: str


def evolve(state: AccountCredit, event: AccountCreditMoved) -> AccountCredit:
    """Give the credit after an event; its version is the repository's to raise."""
    account = attrs.evolve(
        state.account,
        balance=state.account.balance + event.amount_minor,
        lines=state.account.lines + 1,
    )
    known = state.booking or CreditBooking(
        source=event.source,
        key=event.key,
        person_id=event.person_id,
        currency=event.currency,
        amount=abs(event.amount_minor),
        at=event.at,
    )
    undone = event.move in {CreditMove.TAKE_BACK, CreditMove.GIVE_BACK}
    return AccountCredit(account, attrs.evolve(known, undone_at=event.at if undone else None))


def line(after: AccountCredit, event: AccountCreditMoved, reason: str | None = None) -> CreditLine:
    """Give the line that an event adds to the ledger, once it has made the credit what it is."""
    return CreditLine(
        person_id=event.person_id,
        currency=event.currency,
        number=after.account.lines,
        at=event.at,
        move=event.move,
        source=event.source,
        key=event.key,
        amount=event.amount_minor,
        balance=after.account.balance,
        reason=reason,
        policy_version=event.policy_version,
    )
