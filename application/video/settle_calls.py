"""End the calls that time has ended."""

from attrs import frozen

from application.shared.clock import Clock
from application.shared.rulebook import Rulebook
from application.video.close_call import CallCloser
from application.video.ports import Calls
from domain.shared.ids import ConversationId, PersonId
from domain.video.call_commands import Settle
from domain.video.calls import OpenCall, deadline


@frozen
class SettleCalls:
    """Ends the overdue calls of a conversation or a person, as of when each was over."""

    calls: Calls
    close: CallCloser
    clock: Clock
    rulebook: Rulebook

    async def __call__(self, conversation_id: ConversationId) -> bool:
        """Settle those of a conversation; tell whether any was overdue."""
        return await self._settle(await self.calls.open_in(conversation_id))

    async def of_person(self, person_id: PersonId) -> bool:
        """Settle those of a person; tell whether any was overdue."""
        return await self._settle(await self.calls.open_of(person_id))

    async def _settle(self, calls: tuple[OpenCall, ...]) -> bool:
        now = await self.clock.now()
        policy = self.rulebook.policies.video.calls
        overdue = [call for call in calls if now >= deadline(call, policy)]
        for call in overdue:
            await self.close(call.id, Settle())
        return bool(overdue)
