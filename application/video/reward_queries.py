"""Reading rewards."""

from attrs import frozen

from application.shared.clock import Clock
from application.shared.standing import Participants, not_erased
from application.video.judge_reward import RewardJudge
from application.video.ports import Rewards
from application.video.settle_calls import SettleCalls
from domain.shared.ids import PersonId
from domain.video.reward import Reward


@frozen
class RewardQueries:
    """Answers what is asked about rewards; what time has ended is ended first."""

    rewards: Rewards
    participants: Participants
    settle_calls: SettleCalls
    judge: RewardJudge
    clock: Clock

    async def reward(self, person_id: PersonId) -> Reward:
        """Give the decision on a person's prices at this moment.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: The person was erased.
        """
        await self.settle_calls.of_person(person_id)
        person = not_erased(await self.participants.get(person_id), person_id)
        notes = await self.rewards.notes(person_id)
        return await self.judge(person, notes, await self.clock.now())
