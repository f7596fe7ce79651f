"""Let payments have the discounts that persons claimed: each holds once."""

from datetime import datetime

from attrs import frozen

from application.referrals.reward_ports import Claims, Discounts
from domain.referrals.milestones import Claim, DiscountUsedError
from domain.shared.ids import PaymentId, PersonId, ReferralRewardId


@frozen
class UseDiscount:
    """Gives discounts to payments, and takes them back from those that come to nothing."""

    claims: Claims
    discounts: Discounts

    async def of(self, person_id: PersonId, now: datetime) -> tuple[Claim, ...]:
        """Give the claims that lower a person's prices now, those that end soonest first."""
        found = (claim for claim in await self.claims.of(person_id) if claim.is_discount(now))
        return tuple(sorted(found, key=lambda it: (it.expires_at is None, it.expires_at or now)))

    async def take(
        self, person_id: PersonId, reward_id: ReferralRewardId, payment_id: PaymentId
    ) -> None:
        """Let a payment have a discount that was quoted for it, in the running transaction.

        Raises:
            DiscountUsedError: Another payment has it.
        """
        if not await self.discounts.take(person_id, reward_id, payment_id):
            raise DiscountUsedError(
                "Another payment has the discount of this quote, which holds once; "
                "ask for a new quote."
            )

    async def take_if_left(
        self, person_id: PersonId, reward_id: ReferralRewardId, payment_id: PaymentId
    ) -> None:
        """Let a payment that was made after all have its discount, unless another one has it."""
        await self.discounts.take(person_id, reward_id, payment_id)

    async def give_back(self, person_id: PersonId, payment_id: PaymentId) -> None:
        """Let the discount of a payment that came to nothing be used by another one."""
        await self.discounts.give_back(person_id, payment_id)
