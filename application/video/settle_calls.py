"""End the calls that time has ended."""

from attrs import frozen

from application.shared.clock import Clock
from application.shared.rulebook import Rulebook
from application.video.close_call import CallCloser
from application.video.ports import Calls
from domain.shared.ids import ConversationId
from domain.video.call_commands import Settle
from domain.video.calls import deadline


@frozen
class SettleCalls:
    """Ends the overdue calls of a conversation, as of when each was over."""

    calls: Calls
    close: CallCloser
    clock: Clock
    rulebook: Rulebook

    async def __call__(self, conversation_id: ConversationId) -> bool:
        """Settle them; tell whether any was overdue."""
        now = await self.clock.now()
        policy = self.rulebook.policies.video.calls
        overdue = [
            call
            for call in await self.calls.open_in(conversation_id)
            if now >= deadline(call, policy)
        ]
        for call in overdue:
            await self.close(call.id, Settle())
        return bool(overdue)
