"""Give a person account credit, spend it on a payment, and undo either."""

from attrs import frozen

from application.billing.account_credit_ports import CreditAccounts
from application.billing.show_catalogue import catalogue_of, require_currency
from application.shared.clock import Clock
from application.shared.ids import NewId
from application.shared.outbox import outgoing
from application.shared.rulebook import Rulebook
from application.shared.standing import Participants, required
from application.shared.transaction import Transactions
from domain.billing.account_credit import AccountCredit, CreditAccount
from domain.billing.account_credit_commands import (
    CreditCommand,
    GiveBackCredit,
    GrantCredit,
    SpendCredit,
    SpendCreditAgain,
    TakeBackCredit,
    decide,
)
from domain.billing.events import CreditSource
from domain.billing.payments import Payment
from domain.shared.errors import InvalidValueError, NotFoundError
from domain.shared.ids import PersonId
from domain.shared.standing import require_not_deleted
from domain.shared.text import clean_line

REASON_MAX_CHARACTERS = 200


@frozen
class CreditChanger:
    """The one way in which account credit moves."""

    transactions: Transactions
    participants: Participants
    accounts: CreditAccounts
    clock: Clock
    new_id: NewId
    rulebook: Rulebook

    async def __call__(
        self,
        person_id: PersonId,
        currency: str,
        command: CreditCommand,
        reason: str | None = None,
        *,
        to_erased: bool = True,
    ) -> AccountCredit:
        """Put a command to a person's credit in a currency, and give it.

        The person stays locked until the transaction ends.

        Raises:
            NotFoundError: There is no such person, or no such booking of theirs.
            PersonDeletedError: The person was erased, and nothing is to be given to them.
            DomainError: As the domain's `decide` says.
        """

        async def work() -> AccountCredit:
            person = required(await self.participants.get(person_id, lock=True), person_id)
            require_not_deleted(deleted=person.deleted and not to_erased)
            known = await self.accounts.get(person_id, currency, command.source, command.key)
            event = decide(known, command, self.rulebook.version, await self.clock.now())
            if event is None:
                return known
            [out] = outgoing(self.new_id, (event,))
            return await self.accounts.record(known, out, reason)

        return await self.transactions.run(work)


@frozen
class GrantAccountCredit:
    """Gives a person credit, as a service's goodwill."""

    change: CreditChanger
    new_id: NewId
    rulebook: Rulebook

    async def __call__(
        self, person_id: PersonId, amount: int, currency: str, reason: str
    ) -> CreditAccount:
        """Give so many minor units for a reason, and give the account.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: The person was erased.
            InvalidValueError: The amount is out of its range, nothing is sold in the currency,
                or the reason is malformed.
            TooMuchCreditError: The person would have too much.
        """
        require_currency(catalogue_of(self.rulebook), currency)
        reason = clean_line("reason", reason, max_characters=REASON_MAX_CHARACTERS)
        most = self.rulebook.policies.billing.largest_credit_grant_minor
        if not 1 <= amount <= most:
            raise InvalidValueError("amount_minor", f"Give from 1 to {most} minor units.")
        grant = GrantCredit(source=CreditSource.GOODWILL, key=str(self.new_id()), amount=amount)
        changed = await self.change(person_id, currency, grant, reason, to_erased=False)
        return changed.account


@frozen
class TakeBackAccountCredit:
    """Takes back credit that a service gave as goodwill."""

    change: CreditChanger

    async def __call__(self, person_id: PersonId, key: str, reason: str) -> CreditAccount:
        """Take back what was given under a key, and give the account; doing so twice is as once.

        What of it was spent is owed from then on.

        Raises:
            NotFoundError: There is no such person, or no such grant of theirs.
            PersonDeletedError: The person was erased.
            InvalidValueError: The reason is malformed.
        """
        reason = clean_line("reason", reason, max_characters=REASON_MAX_CHARACTERS)
        take_back = TakeBackCredit(source=CreditSource.GOODWILL, key=key)
        known = await self.change.accounts.booking(take_back.source, key)
        if known is None or known.person_id != person_id:
            required(await self.change.participants.get(person_id), person_id)
            raise NotFoundError(f"The person was given no account credit under the key {key}.")
        changed = await self.change(person_id, known.currency, take_back, reason, to_erased=False)
        return changed.account


@frozen
class PaymentCredit:
    """Moves credit as payments go, each call in the running transaction."""

    change: CreditChanger

    async def spend(self, payment: Payment) -> None:
        """Take the credit that a new payment applies.

        Raises:
            CreditShortError: Less is there than the quote said; make a new quote.
        """
        amount = payment.credit_applied_minor
        await self._put(payment, SpendCredit(key=str(payment.id), amount=amount))

    async def give_back(self, payment: Payment) -> None:
        """Give back what a payment took, as it was given up or taken back in full."""
        await self._put(payment, GiveBackCredit(key=str(payment.id)))

    async def spend_late(self, payment: Payment) -> None:
        """Take again what was given back, as the payment was made after all; it may be owed."""
        await self._put(payment, SpendCreditAgain(key=str(payment.id)))

    async def _put(self, payment: Payment, command: CreditCommand) -> None:
        if payment.credit_applied_minor:
            await self.change(payment.person_id, payment.currency, command)
