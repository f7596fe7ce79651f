"""The one way in which calls end, and what a completed one counts for."""

from datetime import date

from attrs import frozen

from application.shared.clock import Clock
from application.shared.ids import NewId
from application.shared.outbox import outgoing
from application.shared.rulebook import Rulebook
from application.shared.standing import PairStanding, PairStandings, locked_pair
from application.shared.transaction import Transactions
from application.video.ports import Calls, Histories, PairConversations
from application.video.tell_reward import RewardTeller
from domain.shared.ids import PersonId, VideoCallId
from domain.video.call_commands import (
    CallCommand,
    Settle,
    Sides,
    Whereabouts,
    decide,
    no_such_call,
)
from domain.video.calls import Call, Ended
from domain.video.events import CallOutcome, VideoCallCounted


def sides_of(call: Call, standing: PairStanding) -> Sides:
    """Give where the two participants of a call are."""
    lower, higher = (
        Whereabouts(person.timezone, person.counting_day)
        for person in (standing.lower, standing.higher)
    )
    return Sides(lower, higher) if call.initiator_id < call.callee_id else Sides(higher, lower)


@frozen
class CallCloser:
    """Puts a command that may end a call to it, with all that its end brings about.

    Locks are taken in the one order that all use cases keep: persons, conversation,
    call.
    """

    transactions: Transactions
    calls: Calls
    histories: Histories
    conversations: PairConversations
    standings: PairStandings
    tell_reward: RewardTeller
    clock: Clock
    new_id: NewId
    rulebook: Rulebook

    async def __call__(self, call_id: VideoCallId, command: CallCommand) -> Call:
        """Put the command to the call and give it.

        Raises:
            NotFoundError: There is no such call, or the person takes no part in it.
            PersonDeletedError: The person was erased.
            ConflictError: The call's state does not admit the command.
        """

        async def work() -> Call:
            known = await self.calls.get(call_id)
            if known is None:
                raise no_such_call()
            standing = await locked_pair(self.standings, known.initiator_id, known.callee_id)
            actor_id = None if isinstance(command, Settle) else command.person_id
            if actor_id is not None and known.has(actor_id):
                standing.require_not_deleted(actor_id)
            await self.conversations.get(known.conversation_id, lock=True)
            call = await self.calls.get(call_id, lock=True)
            if call is None:
                raise no_such_call()
            now = await self.clock.now()
            events = decide(
                call,
                command,
                sides_of(call, standing),
                self.rulebook.policies.video.calls,
                self.rulebook.version,
                now,
            )
            if not events:
                return call
            after = await self.calls.record(call, outgoing(self.new_id, events))
            if isinstance(after, Ended) and after.outcome is CallOutcome.COMPLETED:
                await self._count(after)
                for person in (standing.lower, standing.higher):
                    await self.tell_reward(person, now)
            return after

        return await self.transactions.run(work)

    async def _count(self, call: Ended) -> None:
        history = await self.histories.get(call.conversation_id)
        initiator_on, callee_on = call.counts_on_initiator, call.counts_on_callee
        if history is None or initiator_on is None or callee_on is None:
            raise LookupError(f"call {call.id} was completed without a date or conversation")
        known = await self.histories.completed_on_day_of(
            call.conversation_id, call.ended_at, call.id
        )
        events = (
            self._counted(call, call.initiator_id, call.callee_id, initiator_on),
            self._counted(call, call.callee_id, call.initiator_id, callee_on),
        )
        ordered = call.initiator_id < call.callee_id
        days = (initiator_on, callee_on) if ordered else (callee_on, initiator_on)
        await self.histories.save(
            history.with_call(call.ended_at, days, first_of_its_day=not known),
            outgoing(self.new_id, events),
        )

    def _counted(
        self, call: Ended, person_id: PersonId, partner_id: PersonId, day: date
    ) -> VideoCallCounted:
        return VideoCallCounted(
            at=call.ended_at,
            person_id=person_id,
            policy_version=self.rulebook.version,
            call_id=call.id,
            conversation_id=call.conversation_id,
            partner_id=partner_id,
            counted_on=day,
            overlap_seconds=call.overlap_seconds,
        )
