"""Find the lower prices that a person has earned."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from attrs import frozen

from application.billing.ports import Discounts
from domain.billing.quotes import Discount
from domain.shared.ids import PersonId

MONTHLY_REWARD = "monthly_reward"


class Reward(Protocol):
    """What calls with several partners in a month earned."""

    @property
    def discount_percent(self) -> int:
        """By how much prices are lower now; 0 while it is not earned."""
        ...


class MonthlyRewards(Protocol):
    """The rewards of persons."""

    async def reward(self, person_id: PersonId) -> Reward:
        """Give a person's.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: They were erased.
        """
        ...


@frozen
class RewardDiscounts:
    """The discount of the monthly reward."""

    rewards: MonthlyRewards

    async def of(
        self,
        person_id: PersonId,
        now: datetime,  # noqa: ARG002 - the reward is that of the same clock
    ) -> tuple[Discount, ...]:
        """Give it, if it is earned."""
        percent = (await self.rewards.reward(person_id)).discount_percent
        return (Discount(MONTHLY_REWARD, percent),) if percent else ()


@frozen
class AllDiscounts:
    """The discounts of every context that knows some.

    Attributes:
        sources: Each of them.
    """

    sources: Sequence[Discounts]

    async def of(self, person_id: PersonId, now: datetime) -> tuple[Discount, ...]:
        """Give those that apply to a quote made now."""
        return tuple(
            [found for source in self.sources for found in await source.of(person_id, now)]
        )
