"""Show the next prompt, if one is to come."""

from datetime import datetime

from attrs import frozen

from application.shared.clock import Clock
from application.shared.ids import NewId
from application.shared.outbox import outgoing
from application.shared.rulebook import Rulebook
from application.shared.standing import Participant, Participants, not_erased
from application.shared.tally import PromptTally, Tally, uncounted, uncounted_prompts
from application.shared.transaction import Transactions
from application.video.judge_reward import RewardJudge
from application.video.ports import Calls, Rewards
from application.video.prompt_ports import (
    Prompts,
    PromptTalk,
    PromptTalks,
)
from application.video.settle_calls import SettleCalls
from application.video.tell_reward import RewardTeller
from domain.conversations.conversations import no_such_conversation
from domain.shared.calendar import counted, local_date
from domain.shared.ids import ConversationId, PersonId, PromptId
from domain.shared.standing import activity_reason, pair_reason
from domain.video.calls import OpenCall, Ringing, deadline, goes_on
from domain.video.prompt_choice import PromptDecision, next_prompt
from domain.video.prompt_pace import reach
from domain.video.prompt_rewards import RewardNotice, notice_due
from domain.video.prompt_rules import PromptState, TalkState
from domain.video.prompts import Prompt, shown
from domain.video.unlock import UnlockFacts, allowance


@frozen(kw_only=True)
class ShowPromptRequest:
    """Who might be prompted, and where they are.

    Attributes:
        person_id: Who.
        conversation_id: The conversation they are in, if they are in one.
        draft_length: The characters of the text they are writing there.
    """

    person_id: PersonId
    conversation_id: ConversationId | None = None
    draft_length: int = 0


@frozen(kw_only=True)
class ShownPrompt:
    """What came of it.

    Attributes:
        prompt: The prompt that is to be shown, if one is.
        decision: Why, or why not.
    """

    prompt: Prompt | None
    decision: PromptDecision


@frozen
class ShowPrompt:
    """Decides on the next prompt and counts it as shown, in one step for each person."""

    transactions: Transactions
    prompts: Prompts
    participants: Participants
    talks: PromptTalks
    rewards: Rewards
    tell_reward: RewardTeller
    judge: RewardJudge
    calls: Calls
    settle_calls: SettleCalls
    clock: Clock
    new_id: NewId
    rulebook: Rulebook
    tally: Tally = uncounted
    prompt_tally: PromptTally = uncounted_prompts

    async def __call__(self, request: ShowPromptRequest) -> ShownPrompt:
        """Give the next prompt, or why none comes.

        Raises:
            NotFoundError: There is no such person, or they take no part in the conversation.
            PersonDeletedError: The person was erased.
        """
        # Before the lock: whoever settles a call locks both persons, in the order of ids.
        await self.settle_calls.of_person(request.person_id)

        async def work() -> ShownPrompt:
            known = await self.participants.get(request.person_id, lock=True)
            person = not_erased(known, request.person_id)
            return await self._next(request, person, await self.clock.now())

        result = await self.transactions.run(work)
        self.tally(result.decision.verdicts)
        if result.prompt is not None:
            self.prompt_tally.prompt(result.prompt.prompt_type.value, "shown")
        return result

    async def _next(
        self, request: ShowPromptRequest, person: Participant, now: datetime
    ) -> ShownPrompt:
        policy = self.rulebook.policies.video
        past = await self.prompts.past(person.id, request.conversation_id, reach(policy.prompts))
        state = await self._state(request, person, now)
        decision = next_prompt(past, state, policy, self.rulebook.version, now)
        event = decision.showing(person.id, PromptId(self.new_id()), now)
        if event is None:
            return ShownPrompt(prompt=None, decision=decision)
        prompt = shown(event)
        day = counted(now, person.timezone, person.counting_day)
        await self.prompts.show(prompt, day, outgoing(self.new_id, (event,)))
        return ShownPrompt(prompt=prompt, decision=decision)

    async def _state(
        self, request: ShowPromptRequest, person: Participant, now: datetime
    ) -> PromptState:
        policy = self.rulebook.policies.video.calls
        calls = [
            call for call in await self.calls.open_of(person.id) if now < deadline(call, policy)
        ]
        return PromptState(
            day=counted(now, person.timezone, person.counting_day).date,
            timezone=person.timezone,
            activity=activity_reason(active=person.active),
            in_call=any(goes_on(call, now) for call in calls),
            talk=await self._talk(request.conversation_id, person, calls, now),
            reward=await self._reward(person, now),
            draft_length=request.draft_length,
        )

    async def _reward(self, person: Participant, now: datetime) -> RewardNotice | None:
        # What is due is told by an event first, be it that no job has come to it yet.
        await self.tell_reward(person, now)
        notes = await self.rewards.notes(person.id)
        return notice_due(notes, await self.judge(person, notes, now))

    async def _talk(
        self,
        conversation_id: ConversationId | None,
        person: Participant,
        calls: list[OpenCall],
        now: datetime,
    ) -> TalkState | None:
        if conversation_id is None:
            return None
        policy = self.rulebook.policies.video
        most = policy.prompts.scheduling_messages
        talk = await self.talks.look(conversation_id, person.id, now, most)
        if talk is None:
            raise no_such_conversation()
        started_on = local_date(talk.started_at, person.timezone)
        return TalkState(
            id=conversation_id,
            pair=pair_reason(blocked=talk.blocked, partner_deleted=talk.partner_deleted),
            allowance=allowance(_facts(talk, person, now), policy.unlock, self.rulebook.version),
            without_call_since=talk.last_call_on or started_on,
            messages_since=talk.messages_since,
            call_is_planned=any(
                isinstance(call, Ringing)
                and call.conversation_id == conversation_id
                and call.rings_at > now
                for call in calls
            ),
        )


def _facts(talk: PromptTalk, person: Participant, now: datetime) -> UnlockFacts:
    day = counted(now, person.timezone, person.counting_day).date
    return UnlockFacts(
        day=day,
        timezone=person.timezone,
        sent=talk.latest_count if talk.latest_count_on == day else 0,
        standing=talk.tier,
        last_call_on=talk.last_call_on,
    )
