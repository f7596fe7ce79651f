"""A person with account credit that is given commands, and everything that came of them."""

from datetime import UTC, datetime
from uuid import UUID

from domain.billing.account_credit import (
    AccountCredit,
    CreditAccount,
    CreditBooking,
    CreditLine,
    evolve,
    line,
)
from domain.billing.account_credit_commands import CreditCommand, decide
from domain.billing.events import CreditSource
from domain.shared.ids import PersonId

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOLDER = PersonId(UUID(int=1))


class Holder:
    """Their credit in dollars; every booking is kept, as a store would."""

    def __init__(self) -> None:
        self.account = CreditAccount(person_id=HOLDER, currency="USD")
        self.bookings: dict[tuple[CreditSource, str], CreditBooking] = {}
        self.ledger: list[CreditLine] = []

    def put(self, command: CreditCommand) -> bool:
        """Put a command; tell whether anything came of it."""
        known = self.bookings.get((command.source, command.key))
        state = AccountCredit(self.account, known)
        event = decide(state, command, "v", START)
        if event is None:
            return False
        after = evolve(state, event)
        assert after.booking is not None
        self.account = after.account
        self.bookings[command.source, command.key] = after.booking
        self.ledger.append(line(after, event))
        return True

    @property
    def balance(self) -> int:
        return self.account.balance
