"""Account credit: money that a person has with the app, for each currency.

Two balances, of which one is always 0 once a move is over: what can be spent, and what is
owed because credit was taken back that had been spent. Each move is one line of the ledger,
so that the lines add up to both; rules page billing.
"""

from datetime import datetime

import attrs
from attrs import frozen

from ..shared.ids import PersonId
from .account_credit_events import AccountCreditMoved, CreditMove, CreditSource


@frozen(kw_only=True)
class CreditAccount:
    """What a person's account credit in a currency comes to, in minor units.

    Attributes:
        person_id: Whose.
        currency: Its ISO 4217 code.
        credit: What can be spent.
        owed: What was taken back and had been spent; the next credit repays it.
        moves: How many lines the ledger has.
        version: Rises by one at every change; 0 before the first.
    """

    person_id: PersonId
    currency: str
    credit: int = 0
    owed: int = 0
    moves: int = 0
    version: int = 0


@frozen(kw_only=True)
class CreditBooking:
    """A grant of credit, or a payment that credit went to.

    Attributes:
        source: Which of the two, and what kind of grant.
        key: Which one; no other of its source has it.
        person_id: Whose.
        currency: Its ISO 4217 code.
        amount: Minor units.
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
        credit_added: Minor units added to what can be spent; below 0 taken from it.
        owed_added: Minor units added to what is owed; below 0 repaid of it.
        credit_after: What could be spent then.
        owed_after: What was owed then.
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
    credit_added: int
    owed_added: int
    credit_after: int
    owed_after: int
    reason: str | None
    policy_version: str

    @property
    def amount(self) -> int:
        """What the move is about, in minor units: above 0 if the person got it."""
        return self.credit_added - self.owed_added


def evolve(state: AccountCredit, event: AccountCreditMoved) -> AccountCredit:
    """Give the credit after an event; its version is the repository's to raise."""
    account = attrs.evolve(
        state.account,
        credit=state.account.credit + event.credit_added_minor,
        owed=state.account.owed + event.owed_added_minor,
        moves=state.account.moves + 1,
    )
    undone = event.move in {CreditMove.TAKE_BACK, CreditMove.GIVE_BACK}
    known = state.booking or CreditBooking(
        source=event.source,
        key=event.key,
        person_id=event.person_id,
        currency=event.currency,
        amount=abs(event.credit_added_minor - event.owed_added_minor),
        at=event.at,
    )
    return AccountCredit(account, attrs.evolve(known, undone_at=event.at if undone else None))


def line(after: AccountCredit, event: AccountCreditMoved, reason: str | None = None) -> CreditLine:
    """Give the line that an event adds to the ledger, once it has made the credit what it is."""
    return CreditLine(
        person_id=event.person_id,
        currency=event.currency,
        number=after.account.moves,
        at=event.at,
        move=event.move,
        source=event.source,
        key=event.key,
        credit_added=event.credit_added_minor,
        owed_added=event.owed_added_minor,
        credit_after=after.account.credit,
        owed_after=after.account.owed,
        reason=reason,
        policy_version=event.policy_version,
    )
