"""The discounts that referrals come to, in billing's words."""

from datetime import datetime

from attrs import frozen

from application.referrals.use_discount import UseDiscount
from domain.billing.payments import Payment
from domain.billing.quotes import Discount, LineKind
from domain.shared.ids import PersonId, ReferralRewardId

REFERRAL_REWARD = "referral_reward"


@frozen
class ReferralDiscounts:
    """Lowers prices by the milestone rewards that persons claimed, each once."""

    use: UseDiscount

    async def of(self, person_id: PersonId, now: datetime) -> tuple[Discount, ...]:
        """Give those that apply to a quote made now."""
        return tuple(
            Discount(REFERRAL_REWARD, int(claim.value["percent_off"]), claim.reward_id)
            for claim in await self.use.of(person_id, now)
        )

    async def spend(self, payment: Payment) -> None:
        """Let a new payment have the discount that it was quoted with.

        Raises:
            DiscountUsedError: Another payment has it.
        """
        if (reward_id := _reward_of(payment)) is not None:
            await self.use.take(payment.person_id, reward_id, payment.id)

    async def give_back(self, payment: Payment) -> None:
        """Let it be used again, as the payment was given up or taken back in full."""
        if _reward_of(payment) is not None:
            await self.use.give_back(payment.person_id, payment.id)

    async def spend_late(self, payment: Payment) -> None:
        """Let the payment have it after all, unless another one has it by now."""
        if (reward_id := _reward_of(payment)) is not None:
            await self.use.take_if_left(payment.person_id, reward_id, payment.id)


def _reward_of(payment: Payment) -> ReferralRewardId | None:
    found = (
        line.source_id
        for line in payment.lines
        if line.kind is LineKind.DISCOUNT and line.label == REFERRAL_REWARD
    )
    reward_id = next(found, None)
    return None if reward_id is None else ReferralRewardId(reward_id)
