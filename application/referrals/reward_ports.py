"""What the use cases of milestone rewards need of a store and of other contexts."""

from collections.abc import Iterable
from typing import Protocol

from application.shared.outbox import OutboxEvent
from domain.referrals.milestones import Claim, MilestoneReward
from domain.shared.ids import PaymentId, PersonId, ReferralRewardId


class MilestoneRewards(Protocol):
    """What is given for so many referrals."""

    async def all(self) -> tuple[MilestoneReward, ...]:
        """Give all of them, by how many referrals they take."""
        ...

    async def get(
        self, reward_id: ReferralRewardId, *, lock: bool = False
    ) -> MilestoneReward | None:
        """Give one, if there is one; with `lock` nobody changes it until the transaction ends."""
        ...

    async def count(self) -> int:
        """Give how many there are; nobody else adds one until the transaction ends."""
        ...

    async def put(self, reward: MilestoneReward) -> None:
        """Add one, or put it in the place of the one of its id."""
        ...


class Claims(Protocol):
    """The milestone rewards that persons claimed."""

    async def of(self, person_id: PersonId) -> tuple[Claim, ...]:
        """Give those of a person, the first one first."""
        ...

    async def add(self, claim: Claim, events: Iterable[OutboxEvent]) -> bool:
        """Add one; give False, and write nothing, where the person has it already."""
        ...

    async def applied(self, claim: Claim, events: Iterable[OutboxEvent]) -> None:
        """Keep that one has reached whoever gives it, and until when it can be used.

        Raises:
            ConcurrentUpdateError: It had before.
        """
        ...

    async def waiting(self, after: Claim | None, limit: int) -> tuple[Claim, ...]:
        """Give those that have reached nobody yet, the one that waits longest first."""
        ...


class Discounts(Protocol):
    """Which payments have the discounts that persons claimed, each of one at a time."""

    async def take(
        self, person_id: PersonId, reward_id: ReferralRewardId, payment_id: PaymentId
    ) -> bool:
        """Let a payment have a locked person's discount; give False where another one has it."""
        ...

    async def give_back(self, person_id: PersonId, payment_id: PaymentId) -> None:
        """Take from a payment the discount that it has, if it has one."""
        ...


class RewardGiver(Protocol):
    """The contexts that milestone rewards belong to."""

    async def give(self, claim: Claim) -> None:
        """Give what a locked person claimed, in the running transaction."""
        ...
