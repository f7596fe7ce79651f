"""The one way in which a person is told of their reward, and what they were told is kept."""

from datetime import datetime

from attrs import frozen

from application.shared.ids import NewId
from application.shared.outbox import outgoing
from application.shared.standing import Participant
from application.shared.tally import Tally, uncounted
from application.video.judge_reward import RewardJudge
from application.video.ports import Rewards
from domain.shared.calendar import month_of
from domain.video.reward_warnings import RewardNotes, news, noted


@frozen
class RewardTeller:
    """Tells a person what is new of their reward, once."""

    rewards: Rewards
    judge: RewardJudge
    new_id: NewId
    tally: Tally = uncounted

    async def __call__(self, person: Participant, now: datetime) -> None:
        """Tell it to a person who is locked; nobody who was erased is told anything."""
        if person.deleted:
            return
        known = await self.rewards.notes(person.id)
        decision = await self.judge(person, known, now)
        before = known or RewardNotes(person_id=person.id, month=month_of(decision.facts.day))
        events = news(before, decision, now)
        after = noted(before, decision, events)
        if events:
            self.tally(decision.verdicts)
        if after != before:
            await self.rewards.note(after, outgoing(self.new_id, events))
