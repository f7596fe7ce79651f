"""What the use cases of account credit need of a store."""

from typing import Protocol

from application.shared.outbox import OutboxEvent
from application.shared.pages import Page, Position
from domain.billing.account_credit import (
    AccountCredit,
    CreditAccount,
    CreditBooking,
    CreditLine,
)
from domain.billing.events import CreditSource
from domain.shared.ids import PersonId


class CreditAccounts(Protocol):
    """The account credit of persons, its bookings, and the ledger of its moves."""

    async def get(
        self, person_id: PersonId, currency: str, source: CreditSource, key: str
    ) -> AccountCredit:
        """Give a person's credit, 0 at first; who changes it has locked the person.

        Args:
            person_id: Whose.
            currency: Its ISO 4217 code.
            source: Of the booking that it has, if it exists, whoever's it is.
            key: The booking's.
        """
        ...

    async def booking(self, source: CreditSource, key: str) -> CreditBooking | None:
        """Give a booking, whoever's it is, if there is one."""
        ...

    async def of_person(self, person_id: PersonId) -> tuple[CreditAccount, ...]:
        """Give all accounts that a person has, by their currencies."""
        ...

    async def record(
        self, before: AccountCredit, event: OutboxEvent, reason: str | None = None
    ) -> AccountCredit:
        """Write what an event makes of an account, its booking and its ledger; give it.

        Raises:
            ConcurrentUpdateError: The account or the booking is no longer as `before`.
        """
        ...

    async def ledger(
        self, person_id: PersonId, currency: str, after: Position | None, limit: int
    ) -> Page[CreditLine]:
        """Give lines of a person's ledger of a currency, the newest first."""
        ...
