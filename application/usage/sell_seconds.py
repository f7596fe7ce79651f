"""Sell purchased seconds and passes, and take back what was not paid for after all."""

from datetime import timedelta

from attrs import frozen

from application.usage.keep_account import AccountKeeper
from application.usage.ports import PaidLines
from domain.shared.ids import PaymentId, PersonId
from domain.shared.tiers import Tier
from domain.usage.plan_changes import AddPass, GivePassAgain, PassCommand, TakeBackPass
from domain.usage.purchased import Purchase, PurchaseCommand, TakeBack


@frozen
class SellSeconds:
    """Keeps accounts in step with what was paid for, in the running transaction.

    The person is locked. Nothing is added to the account of one who was erased.
    """

    keep: AccountKeeper
    lines: PaidLines

    async def sell(self, person_id: PersonId, seconds: int) -> None:
        """Add seconds that never expire; those that are owed are repaid first."""
        await self._put(person_id, Purchase(seconds=seconds))

    async def take_back(self, person_id: PersonId, seconds: int) -> None:
        """Take back what is free of them; the rest is owed."""
        await self._put(person_id, TakeBack(seconds=seconds))

    async def add_pass(
        self, person_id: PersonId, payment_id: PaymentId, tier: Tier, length: timedelta
    ) -> None:
        """Add the seconds of a pass."""
        await self._put(person_id, AddPass(tier=tier, length=length, payment_id=payment_id))

    async def give_pass_again(self, person_id: PersonId, payment_id: PaymentId, tier: Tier) -> None:
        """Add again what was taken back of the seconds of a pass."""
        lines = await self.lines.lines_of_payment(person_id, payment_id)
        await self._put(person_id, GivePassAgain(tier=tier, payment_id=payment_id, lines=lines))

    async def take_back_pass(self, person_id: PersonId, payment_id: PaymentId) -> None:
        """Take back what is free of the seconds of a pass."""
        lines = await self.lines.lines_of_payment(person_id, payment_id)
        await self._put(person_id, TakeBackPass(payment_id=payment_id, lines=lines))

    async def _put(self, person_id: PersonId, command: PurchaseCommand | PassCommand) -> None:
        subscriber = await self.keep.subscribers.get(person_id)
        if subscriber is not None and not subscriber.deleted:
            await self.keep.decided(await self.keep.opened(subscriber), command)
