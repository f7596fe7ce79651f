"""Reading video calls and what they come to."""

from attrs import frozen

from application.shared.clock import Clock
from application.shared.rulebook import Rulebook
from application.video.close_call import CallCloser
from application.video.ports import Calls, Histories, PairConversations
from application.video.settle_calls import SettleCalls
from domain.conversations.conversations import no_such_conversation
from domain.shared.ids import ConversationId, PersonId, VideoCallId
from domain.video.call_commands import Settle, no_such_call
from domain.video.calls import Call, Ended, deadline
from domain.video.history import VideoHistory


@frozen
class VideoQueries:
    """Answers what is asked about video calls; what time has ended is ended first."""

    calls: Calls
    histories: Histories
    conversations: PairConversations
    close: CallCloser
    settle_calls: SettleCalls
    clock: Clock
    rulebook: Rulebook

    async def call(self, call_id: VideoCallId, viewer_id: PersonId | None = None) -> Call:
        """Give a call, to a participant or to the app itself.

        Raises:
            NotFoundError: There is no such call, or the viewer takes no part in it.
        """
        call = await self.calls.get(call_id)
        if call is None or viewer_id not in {None, call.initiator_id, call.callee_id}:
            raise no_such_call()
        if isinstance(call, Ended):
            return call
        due = deadline(call, self.rulebook.policies.video.calls)
        return call if await self.clock.now() < due else await self.close(call_id, Settle())

    async def history(
        self, conversation_id: ConversationId, viewer_id: PersonId | None = None
    ) -> VideoHistory:
        """Give what the completed calls of a conversation come to, to whom `call` would.

        Raises:
            NotFoundError: There is no such conversation, or the viewer takes no part in it.
        """
        if viewer_id is not None:
            conversation = await self.conversations.get(conversation_id)
            if conversation is None:
                raise no_such_conversation()
            conversation.other(viewer_id)
        await self.settle_calls(conversation_id)
        history = await self.histories.get(conversation_id)
        if history is None:
            raise no_such_conversation()
        return history
