"""By how much bundles are cheaper for a person now."""

from datetime import datetime

from attrs import frozen

from application.shared.standing import Participant
from application.video.ports import Rewards
from application.video.settle_reward import RewardJudge


@frozen
class BundleDiscount:
    """Reads the discount off the person's monthly reward."""

    rewards: Rewards
    judge: RewardJudge

    async def __call__(self, person: Participant, now: datetime) -> int:
        """Give it in percent; 0 while the reward is inactive."""
        notes = await self.rewards.notes(person.id)
        return (await self.judge(person, notes, now)).discount_percent
