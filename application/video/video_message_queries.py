"""Reading video messages, credits, and how many may be sent."""

from attrs import frozen

from application.shared.clock import Clock
from application.shared.pages import Page, Position
from application.shared.rulebook import Rulebook
from application.shared.standing import Participant, Participants, required
from application.video.judge_reward import BundleDiscount
from application.video.ports import PairConversations
from application.video.send_video_message import Pricing, allowance
from application.video.settle_calls import SettleCalls
from application.video.video_message_ports import VideoMessages, Wallets
from domain.conversations.conversations import no_such_conversation
from domain.shared.errors import InvalidValueError
from domain.shared.ids import ConversationId, PersonId, VideoMessageId
from domain.shared.standing import person_reasons
from domain.video.credits import CreditAccounts, LedgerEntry
from domain.video.video_message_allowance import VideoMessageAllowance
from domain.video.video_messages import VideoMessage, no_such_video_message


@frozen
class VideoMessageQueries:
    """Answers what is asked about video messages and what pays for them."""

    messages: VideoMessages
    conversations: PairConversations
    participants: Participants
    wallets: Wallets
    discount: BundleDiscount
    settle_calls: SettleCalls
    clock: Clock
    rulebook: Rulebook

    async def message(
        self,
        conversation_id: ConversationId,
        message_id: VideoMessageId,
        viewer_id: PersonId | None = None,
    ) -> VideoMessage:
        """Give a message, to one of the two or to the app itself.

        Raises:
            NotFoundError: There is no such message here, or the viewer has no part in it.
        """
        message = await self.messages.get(message_id)
        if message is None or message.conversation_id != conversation_id:
            raise no_such_video_message()
        if viewer_id is not None and not message.has(viewer_id):
            raise no_such_video_message()
        return message

    async def messages_of(
        self,
        conversation_id: ConversationId,
        viewer_id: PersonId | None,
        after: Position | None,
        limit: int,
    ) -> Page[VideoMessage]:
        """Give the video messages of a conversation, the newest first, to whom `message` would.

        Raises:
            NotFoundError: There is no such conversation, or the viewer takes no part in it.
        """
        conversation = await self.conversations.get(conversation_id)
        if conversation is None:
            raise no_such_conversation()
        if viewer_id is not None:
            conversation.other(viewer_id)
        return await self.messages.page(conversation_id, after, limit)

    async def allowance(self, person_id: PersonId, needed: int) -> VideoMessageAllowance:
        """Decide on a send of a person's to so many, whoever they are.

        Raises:
            NotFoundError: There is no such person.
            InvalidValueError: No send goes to so many.
        """
        most = self.rulebook.policies.video.video_messages.most_recipients
        if not 1 <= needed <= most:
            raise InvalidValueError("needed", f"A video message goes to 1 to {most} persons.")
        await self.settle_calls.of_person(person_id)
        person = await self._person(person_id)
        wallet = await self.wallets.get(person_id)
        now = await self.clock.now()
        return allowance(
            person,
            wallet.accounts,
            now,
            Pricing(rulebook=self.rulebook, discount_percent=await self.discount(person, now)),
            needed=needed,
            standing=person_reasons(active=person.active, deleted=person.deleted),
        )

    async def credits(self, person_id: PersonId) -> CreditAccounts:
        """Give what a person's credits come to.

        Raises:
            NotFoundError: There is no such person.
        """
        await self._person(person_id)
        return (await self.wallets.get(person_id)).accounts

    async def ledger(
        self, person_id: PersonId, after: Position | None, limit: int
    ) -> Page[LedgerEntry]:
        """Give the moves of a person's credits, the newest first.

        Raises:
            NotFoundError: There is no such person.
        """
        await self._person(person_id)
        return await self.wallets.ledger(person_id, after, limit)

    async def _person(self, person_id: PersonId) -> Participant:
        return required(await self.participants.get(person_id), person_id)
