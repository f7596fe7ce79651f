"""Reading video calls and what they come to."""

from attrs import frozen

from application.shared.clock import Clock
from application.shared.rulebook import Rulebook
from application.video.close_call import CallCloser
from application.video.ports import Calls, Histories
from application.video.settle_calls import SettleCalls
from domain.conversations.conversations import no_such_conversation
from domain.shared.ids import ConversationId, VideoCallId
from domain.video.call_commands import Settle, no_such_call
from domain.video.calls import Call, Ended, deadline
from domain.video.history import VideoHistory


@frozen
class VideoQueries:
    """Answers what is asked about video calls; what time has ended is ended first."""

    calls: Calls
    histories: Histories
    close: CallCloser
    settle_calls: SettleCalls
    clock: Clock
    rulebook: Rulebook

    async def call(self, call_id: VideoCallId) -> Call:
        """Give a call.

        Raises:
            NotFoundError: There is no such call.
        """
        call = await self.calls.get(call_id)
        if call is None:
            raise no_such_call()
        if isinstance(call, Ended):
            return call
        due = deadline(call, self.rulebook.policies.video.calls)
        return call if await self.clock.now() < due else await self.close(call_id, Settle())

    async def history(self, conversation_id: ConversationId) -> VideoHistory:
        """Give what the completed calls of a conversation come to.

        Raises:
            NotFoundError: There is no such conversation.
        """
        await self.settle_calls(conversation_id)
        history = await self.histories.get(conversation_id)
        if history is None:
            raise no_such_conversation()
        return history
