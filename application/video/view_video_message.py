"""Note that a video message was watched."""

from attrs import frozen

from application.shared.clock import Clock
from application.shared.ids import NewId
from application.shared.outbox import outgoing
from application.shared.rulebook import Rulebook
from application.shared.standing import Participants
from application.shared.transaction import Transactions
from application.video.video_message_ports import VideoMessages
from domain.shared.ids import ConversationId, PersonId, VideoMessageId
from domain.shared.standing import require_not_deleted
from domain.video.video_message_commands import View, decide
from domain.video.video_messages import VideoMessage, no_such_video_message


@frozen
class ViewVideoMessage:
    """Notes the first time that the recipient watches."""

    transactions: Transactions
    messages: VideoMessages
    participants: Participants
    clock: Clock
    new_id: NewId
    rulebook: Rulebook

    async def __call__(
        self, conversation_id: ConversationId, message_id: VideoMessageId, viewer_id: PersonId
    ) -> VideoMessage:
        """Note it and give the message; watching again changes nothing.

        Raises:
            NotFoundError: There is no such message, or it was not sent to the viewer.
            PersonDeletedError: The viewer was erased.
            UploadAwaitedError: It is not uploaded yet.
            UploadFailedError: Its upload failed.
        """

        async def work() -> VideoMessage:
            viewer = await self.participants.get(viewer_id, lock=True)
            message = await self.messages.get(message_id, lock=True)
            if viewer is None or message is None or message.conversation_id != conversation_id:
                raise no_such_video_message()
            require_not_deleted(deleted=viewer.deleted and message.has(viewer_id))
            events = decide(
                message,
                View(person_id=viewer_id),
                self.rulebook.version,
                await self.clock.now(),
            )
            [viewed] = await self.messages.record((message,), outgoing(self.new_id, events))
            return viewed

        return await self.transactions.run(work)
