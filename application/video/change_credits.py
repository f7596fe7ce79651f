"""Give a person video credits, sell them some, or take back what was not paid for after all."""

from attrs import frozen

from application.shared.clock import Clock
from application.shared.ids import NewId
from application.shared.outbox import outgoing
from application.shared.rulebook import Rulebook
from application.shared.standing import Participants, required
from application.shared.transaction import Transactions
from application.video.video_message_ports import Wallets
from domain.shared.ids import CreditLotId, PersonId
from domain.shared.standing import require_not_deleted
from domain.shared.text import clean_text
from domain.video.credit_commands import ChargeBack, CreditCommand, Grant, Purchase, decide
from domain.video.credits import Wallet


@frozen
class CreditChanger:
    """The one way in which credits come and go other than by sending."""

    transactions: Transactions
    participants: Participants
    wallets: Wallets
    clock: Clock
    new_id: NewId
    rulebook: Rulebook

    async def __call__(
        self,
        person_id: PersonId,
        command: CreditCommand,
        reason: str | None = None,
        *,
        to_erased: bool = True,
    ) -> Wallet:
        """Put a command to a person's wallet and give it, with the lot that it names.

        Raises:
            NotFoundError: There is no such person, or no such purchase of theirs.
            PersonDeletedError: The person was erased, and nothing is to be given to them.
            InvalidValueError: There are no credits in it, or too many.
            LotTakenError: Other credits are known by the lot's id.
        """

        async def work() -> Wallet:
            person = required(await self.participants.get(person_id, lock=True), person_id)
            require_not_deleted(deleted=person.deleted and not to_erased)
            wallet = await self.wallets.get(person_id, lots=(command.lot_id,))
            events = decide(
                wallet,
                command,
                self.rulebook.policies.video.video_messages,
                self.rulebook.version,
                await self.clock.now(),
            )
            if not events:
                return wallet
            return await self.wallets.record(wallet, outgoing(self.new_id, events), reason)

        return await self.transactions.run(work)


@frozen
class GrantVideoCredits:
    """Gives a person credits."""

    change: CreditChanger
    new_id: NewId
    rulebook: Rulebook

    async def __call__(self, person_id: PersonId, credit: int, reason: str) -> Wallet:
        """Give so many credits for a reason, and give the wallet with their lot.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: The person was erased.
            InvalidValueError: There are too few credits or too many, or the reason is malformed.
        """
        longest = self.rulebook.policies.video.video_messages.grant_reason_max_characters
        reason = clean_text("reason", reason, max_characters=longest)
        grant = Grant(lot_id=CreditLotId(self.new_id()), credits=credit)
        return await self.change(person_id, grant, reason, to_erased=False)


@frozen
class SellVideoCredits:
    """Adds a bundle that was paid for. What is told twice is added once."""

    change: CreditChanger

    async def __call__(self, person_id: PersonId, purchase_id: CreditLotId, credit: int) -> Wallet:
        """Add so many credits under the purchase's id, and give the wallet with their lot.

        They come to an erased person's wallet too, because they were paid for.

        Raises:
            NotFoundError: There is no such person.
            InvalidValueError: There are no credits in it, or too many.
            LotTakenError: Other credits are known by this id.
        """
        return await self.change(person_id, Purchase(lot_id=purchase_id, credits=credit))


@frozen
class ChargeBackVideoCredits:
    """Takes a bundle back whose payment was: the unspent part at once, the rest as a debt."""

    change: CreditChanger

    async def __call__(self, person_id: PersonId, purchase_id: CreditLotId) -> Wallet:
        """Take it back, and give the wallet with its lot; taking it back again changes nothing.

        Raises:
            NotFoundError: There is no such person, or no such purchase of theirs.
        """
        return await self.change(person_id, ChargeBack(lot_id=purchase_id))
