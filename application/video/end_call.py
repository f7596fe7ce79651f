"""End or decline a video call."""

from attrs import frozen

from application.video.close_call import CallCloser
from application.video.ports import Calls, PairConversations
from domain.conversations.conversations import pair
from domain.shared.ids import PersonId, VideoCallId
from domain.video.call_commands import Decline, End
from domain.video.calls import Call


@frozen
class EndCall:
    """Ends a call; one that is over stays as it ended."""

    close: CallCloser

    async def __call__(self, call_id: VideoCallId, person_id: PersonId | None) -> Call:
        """End the call for a participant or for the app itself, and give it.

        Raises:
            NotFoundError: There is no such call, or the person takes no part in it.
        """
        return await self.close(call_id, End(person_id=person_id))


@frozen
class DeclineCall:
    """Declines a call that was not answered yet."""

    close: CallCloser

    async def __call__(self, call_id: VideoCallId, person_id: PersonId) -> Call:
        """Decline the call for the one who is called, and give it.

        Raises:
            NotFoundError: There is no such call, or the person takes no part in it.
            NotTheCalleeError: The person is the one who calls.
            CallAnsweredError: The call was answered.
            CallEndedError: The call ended otherwise.
        """
        return await self.close(call_id, Decline(person_id=person_id))


@frozen
class EndPairCalls:
    """Ends all open calls of two persons, as a block does."""

    calls: Calls
    conversations: PairConversations
    close: CallCloser

    async def __call__(self, one: PersonId, two: PersonId) -> None:
        """End the open calls of the two."""
        conversation = await self.conversations.of_pair(*pair(one, two))
        if conversation is None:
            return
        for call in await self.calls.open_in(conversation.id):
            await self.close(call.id, End())


@frozen
class EndPersonCalls:
    """Ends all open calls of one person, as their erasure does."""

    calls: Calls
    close: CallCloser

    async def partners(self, person_id: PersonId) -> frozenset[PersonId]:
        """Give those with whom the person has an open call."""
        return frozenset(
            call.callee_id if call.initiator_id == person_id else call.initiator_id
            for call in await self.calls.open_of(person_id)
        )

    async def end(self, person_id: PersonId) -> None:
        """End the person's open calls."""
        for call in await self.calls.open_of(person_id):
            await self.close(call.id, End())
