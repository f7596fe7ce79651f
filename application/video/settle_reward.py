"""The one way in which what a person is told of their reward is decided and kept."""

from datetime import datetime

from attrs import frozen

from application.shared.ids import NewId
from application.shared.outbox import outgoing
from application.shared.rulebook import Rulebook
from application.shared.standing import Participant
from application.shared.tally import Tally, uncounted
from application.video.ports import Rewards
from domain.shared.calendar import counting_date, month_before, month_of
from domain.video.reward import Reward, facts_of, reward
from domain.video.reward_warnings import RewardNotes, news, noted, reward_day


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
class RewardTeller:
    """Tells a person what is new of their reward, once."""

    rewards: Rewards
    judge: RewardJudge
    new_id: NewId
    rulebook: Rulebook
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
