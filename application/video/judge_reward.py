"""Decide on a person's monthly reward, and read off it how much cheaper bundles are."""

from datetime import datetime

from attrs import frozen

from application.shared.rulebook import Rulebook
from application.shared.standing import Participant
from application.video.ports import Rewards
from domain.shared.calendar import counting_date, month_before
from domain.video.reward import Reward, facts_of, reward
from domain.video.reward_warnings import RewardNotes, reward_day


@frozen
class RewardJudge:
    """Decides on a person's reward by the calls that count for it."""

    rewards: Rewards
    rulebook: Rulebook

    async def __call__(
        self, person: Participant, notes: RewardNotes | None, now: datetime
    ) -> Reward:
        """Decide, given what the person was told."""
        day = reward_day(counting_date(now, person.timezone, person.counting_day), notes)
        partners = await self.rewards.partners(person.id, month_before(day))
        facts = facts_of(day, person.timezone, partners)
        return reward(facts, self.rulebook.policies.video.reward, self.rulebook.version)


@frozen
class BundleDiscount:
    """Reads off a person's reward by how much bundles of credits are cheaper for them."""

    rewards: Rewards
    judge: RewardJudge

    async def __call__(self, person: Participant, now: datetime) -> int:
        """Give it in percent; 0 while the reward is inactive."""
        notes = await self.rewards.notes(person.id)
        return (await self.judge(person, notes, now)).discount_percent
