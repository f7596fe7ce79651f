"""Reading account credit."""

from attrs import frozen

from application.billing.account_credit_ports import CreditAccounts
from application.shared.pages import Page, Position
from application.shared.standing import Participants, required
from domain.billing.account_credit import CreditAccount, CreditLine
from domain.shared.ids import PersonId


@frozen
class AccountCreditQueries:
    """Answers what is asked about account credit; an erased person's stays for the books."""

    participants: Participants
    accounts: CreditAccounts

    async def accounts_of(self, person_id: PersonId) -> tuple[CreditAccount, ...]:
        """Give what a person has or owes, by currency.

        Raises:
            NotFoundError: There is no such person.
        """
        required(await self.participants.get(person_id), person_id)
        return await self.accounts.of_person(person_id)

    async def ledger(
        self, person_id: PersonId, currency: str, after: Position | None, limit: int
    ) -> Page[CreditLine]:
        """Give the moves of a person's credit in a currency, the newest first.

        Raises:
            NotFoundError: There is no such person.
        """
        required(await self.participants.get(person_id), person_id)
        return await self.accounts.ledger(person_id, currency, after, limit)
