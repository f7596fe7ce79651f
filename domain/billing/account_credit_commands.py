"""What may be done with account credit, and what comes of it."""

from datetime import datetime
from typing import assert_never

from attrs import frozen

from ..shared.errors import ConflictError, InvalidValueError, NotFoundError
from ..shared.prices import MOST_MINOR_UNITS
from .account_credit import AccountCredit
from .events import AccountCreditMoved, CreditMove, CreditSource

MOST_CREDIT = MOST_MINOR_UNITS
"""Minor units that an account holds at most, whatever the rulebook says."""


@frozen(kw_only=True)
class GrantCredit:
    """Credit is given to a person; what they owe is repaid first.

    Attributes:
        source: Why they get it.
        key: What tells this grant from all others of its source.
        amount: Minor units.
    """

    source: CreditSource
    key: str
    amount: int


@frozen(kw_only=True)
class TakeBackCredit:
    """A grant is taken back: what of it was spent is owed from then on."""

    source: CreditSource
    key: str


@frozen(kw_only=True)
class SpendCredit:
    """Credit goes to a payment that is started.

    Attributes:
        key: The payment.
        amount: Minor units.
    """

    key: str
    amount: int
    source: CreditSource = CreditSource.PAYMENT


@frozen(kw_only=True)
class GiveBackCredit:
    """The payment failed or was refunded, so its credit comes back."""

    key: str
    source: CreditSource = CreditSource.PAYMENT


@frozen(kw_only=True)
class SpendCreditAgain:
    """The payment succeeded after all: what was given back goes to it, even if then owed."""

    key: str
    source: CreditSource = CreditSource.PAYMENT


CreditCommand = GrantCredit | TakeBackCredit | SpendCredit | GiveBackCredit | SpendCreditAgain


class CreditKeyTakenError(ConflictError):
    """Other credit is known by this key."""

    code = "account_credit_key_taken"


class CreditShortError(ConflictError):
    """There is less credit than is to be spent."""

    code = "account_credit_short"


class TooMuchCreditError(ConflictError):
    """The person would have more credit than an account holds."""

    code = "too_much_account_credit"


def decide(
    state: AccountCredit, command: CreditCommand, policy_version: str, now: datetime
) -> AccountCreditMoved | None:
    """Decide what a command does to credit. Told twice, it does nothing the second time.

    Args:
        state: With the booking that the command names, if there is one.
        command: The command.
        policy_version: The version of the policy in force.
        now: The present instant.

    Returns:
        What happened; None if that was so before.

    Raises:
        InvalidValueError: The amount is out of its range.
        CreditKeyTakenError: Other credit, or another person's, is known by the key.
        CreditShortError: There is less credit than is to be spent.
        TooMuchCreditError: The account would hold too much.
        NotFoundError: What is to be undone or done again was never booked.
    """
    moved = _moved(state, command)
    if moved is None:
        return None
    move, amount = moved
    account = state.account
    return AccountCreditMoved(
        at=now,
        person_id=account.person_id,
        policy_version=policy_version,
        move=move,
        source=command.source,
        key=command.key,
        amount_minor=amount,
        currency=account.currency,
        balance_minor=account.balance + amount,
    )


def _moved(state: AccountCredit, command: CreditCommand) -> tuple[CreditMove, int] | None:
    """Give why credit moves and by how much, if it does."""
    match command:
        case GrantCredit():
            return None if _known(state, command) else _granted(state, command)
        case SpendCredit():
            return None if _known(state, command) else _spent(state, command)
        case TakeBackCredit():
            amount = _in_force(state, command)
            return None if amount is None else (CreditMove.TAKE_BACK, -amount)
        case GiveBackCredit():
            amount = _in_force(state, command)
            return None if amount is None else (CreditMove.GIVE_BACK, amount)
        case SpendCreditAgain():
            known = state.booking
            if _in_force(state, command) is not None or known is None:
                return None
            return CreditMove.SPEND, -known.amount
        case _:
            assert_never(command)


def _granted(state: AccountCredit, command: GrantCredit) -> tuple[CreditMove, int]:
    _in_range(command.amount)
    if state.account.balance + command.amount > MOST_CREDIT:
        raise TooMuchCreditError(
            f"The person would have more than {MOST_CREDIT} minor units of credit; grant less."
        )
    return CreditMove.GRANT, command.amount


def _spent(state: AccountCredit, command: SpendCredit) -> tuple[CreditMove, int]:
    _in_range(command.amount)
    if state.account.credit < command.amount:
        raise CreditShortError(
            f"There are {state.account.credit} minor units of credit and "
            f"{command.amount} are to be spent; ask for a new quote."
        )
    return CreditMove.SPEND, -command.amount


def _known(state: AccountCredit, command: GrantCredit | SpendCredit) -> bool:
    booking, account = state.booking, state.account
    if booking is None:
        return False
    known = (booking.person_id, booking.currency, booking.amount)
    if known != (account.person_id, account.currency, command.amount):
        raise CreditKeyTakenError(f"The key {command.key} stands for other credit; take a new one.")
    return True


def _in_force(
    state: AccountCredit, command: TakeBackCredit | GiveBackCredit | SpendCreditAgain
) -> int | None:
    """Give the amount of the booking that a command names, if it is not undone."""
    booking, account = state.booking, state.account
    if booking is None or (booking.person_id, booking.currency) != (
        account.person_id,
        account.currency,
    ):
        raise NotFoundError(f"The person has no account credit under the key {command.key}.")
    return booking.amount if booking.undone_at is None else None


def _in_range(amount: int) -> None:
    if not 1 <= amount <= MOST_CREDIT:
        raise InvalidValueError(
            "amount_minor", f"Give from 1 to {MOST_CREDIT} minor units; {amount} were given."
        )
