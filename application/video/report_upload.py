"""Report what became of a video message's upload."""

from attrs import frozen

from application.shared.clock import Clock
from application.shared.ids import NewId
from application.shared.outbox import outgoing
from application.shared.rulebook import Rulebook
from application.shared.standing import Participants
from application.shared.transaction import Transactions
from application.video.video_message_ports import VideoMessages, Wallets
from domain.shared.calendar import counting_date
from domain.shared.ids import ConversationId, VideoMessageId
from domain.video.credits import evolve
from domain.video.video_message_commands import ReportFailed, ReportUploaded, decide
from domain.video.video_message_events import VideoMessageFailed
from domain.video.video_messages import VideoMessage, no_such_video_message


@frozen
class ReportUploadComplete:
    """The videos of a send can be watched from now on."""

    transactions: Transactions
    messages: VideoMessages
    clock: Clock
    new_id: NewId
    rulebook: Rulebook

    async def __call__(
        self, conversation_id: ConversationId, message_id: VideoMessageId
    ) -> VideoMessage:
        """Note it for all messages of the send, and give this one. Again changes nothing.

        Raises:
            NotFoundError: There is no such message in the conversation.
            UploadFailedError: The upload was reported as failed.
        """

        async def work() -> VideoMessage:
            known = await _known(self.messages, conversation_id, message_id)
            together = await self.messages.lock_send(known.send_id)
            now = await self.clock.now()
            command = ReportUploaded()
            events = [
                event
                for message in together
                for event in decide(message, command, self.rulebook.version, now)
            ]
            return _the_one(
                message_id, await self.messages.record(together, outgoing(self.new_id, events))
            )

        return await self.transactions.run(work)


@frozen
class ReportUploadFailed:
    """The videos of a send will never be watched; what was paid for them is given back."""

    transactions: Transactions
    messages: VideoMessages
    participants: Participants
    wallets: Wallets
    clock: Clock
    new_id: NewId
    rulebook: Rulebook

    async def __call__(
        self, conversation_id: ConversationId, message_id: VideoMessageId
    ) -> VideoMessage:
        """Note it for all messages of the send, and give this one. Again changes nothing.

        Raises:
            NotFoundError: There is no such message in the conversation.
            UploadCompleteError: The upload was reported as complete.
        """

        async def work() -> VideoMessage:
            known = await _known(self.messages, conversation_id, message_id)
            sender = await self.participants.get(known.sender_id, lock=True)
            if sender is None:
                raise no_such_video_message()
            together = await self.messages.lock_send(known.send_id)
            lots = {message.lot_id for message in together if message.lot_id is not None}
            before = wallet = await self.wallets.get(known.sender_id, lots=lots)
            now = await self.clock.now()
            date = counting_date(now, sender.timezone, sender.counting_day)
            today = wallet.accounts.counting_on(date)
            events: list[VideoMessageFailed] = []
            for message in together:
                command = ReportFailed(wallet=wallet, today=today)
                for event in decide(message, command, self.rulebook.version, now):
                    assert isinstance(event, VideoMessageFailed)  # noqa: S101 - of that command
                    events.append(event)
                    wallet = evolve(wallet, event)
            recorded = await self.messages.record(
                together, outgoing(self.new_id, events), before if events else None
            )
            return _the_one(message_id, recorded)

        return await self.transactions.run(work)


async def _known(
    messages: VideoMessages, conversation_id: ConversationId, message_id: VideoMessageId
) -> VideoMessage:
    known = await messages.get(message_id)
    if known is None or known.conversation_id != conversation_id:
        raise no_such_video_message()
    return known


def _the_one(message_id: VideoMessageId, messages: tuple[VideoMessage, ...]) -> VideoMessage:
    return next(message for message in messages if message.id == message_id)
