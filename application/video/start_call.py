"""Start a video call, or schedule one."""

from datetime import datetime

from attrs import frozen

from application.shared.clock import Clock
from application.shared.ids import NewId
from application.shared.outbox import outgoing
from application.shared.rulebook import Rulebook
from application.shared.standing import PairStandings, locked_pair
from application.shared.tally import Tally, uncounted
from application.shared.transaction import Transactions
from application.video.ports import Calls, PairConversations
from application.video.settle_calls import SettleCalls
from domain.conversations.conversations import no_such_conversation
from domain.shared.decisions import verdicts
from domain.shared.ids import ConversationId, PersonId, VideoCallId
from domain.shared.standing import require_standing
from domain.video.call_commands import start
from domain.video.calls import Ringing
from domain.video.events import VideoCallStarted


@frozen(kw_only=True)
class StartCallRequest:
    """Who calls, in which conversation, and when; None means at once."""

    conversation_id: ConversationId
    initiator_id: PersonId
    scheduled_for: datetime | None = None


@frozen
class StartCall:
    """Calls the other participant."""

    transactions: Transactions
    calls: Calls
    conversations: PairConversations
    standings: PairStandings
    settle_calls: SettleCalls
    clock: Clock
    new_id: NewId
    rulebook: Rulebook
    tally: Tally = uncounted

    async def __call__(self, request: StartCallRequest) -> Ringing:
        """Start the call and give it.

        Raises:
            NotFoundError: The initiator takes no part in such a conversation.
            PersonDeletedError: The initiator was erased.
            PersonSuspendedError: The initiator is suspended.
            PartnerDeletedError: The other was erased.
            PairBlockedError: One of the two has blocked the other.
            InvalidValueError: It is scheduled for the past or too far ahead.
            CallInProgressError: Another call of the conversation rings or goes on.
            TooManyCallsError: Too many calls of the conversation are open.
        """

        async def work() -> Ringing:
            known = await self.conversations.get(request.conversation_id)
            if known is None:
                raise no_such_conversation()
            callee_id = known.other(request.initiator_id)
            standing = await locked_pair(self.standings, request.initiator_id, callee_id)
            reasons = standing.reasons(request.initiator_id)
            self.tally(verdicts(reasons))
            require_standing(reasons)
            await self.conversations.get(known.id, lock=True)
            await self.settle_calls(known.id)
            now = await self.clock.now()
            event = VideoCallStarted(
                at=now,
                person_id=request.initiator_id,
                policy_version=self.rulebook.version,
                call_id=VideoCallId(self.new_id()),
                conversation_id=known.id,
                callee_id=callee_id,
                rings_at=request.scheduled_for or now,
                scheduled_for=request.scheduled_for,
            )
            call = start(
                event, await self.calls.open_in(known.id), self.rulebook.policies.video.calls
            )
            await self.calls.add(call, outgoing(self.new_id, (event,)))
            return call

        return await self.transactions.run(work)
