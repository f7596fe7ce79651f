"""Move a participant's read marker."""

from attrs import frozen

from application.conversations.ports import Conversations, Messages
from application.shared.standing import PairStandings
from application.shared.transaction import Transactions
from domain.conversations.conversations import no_such_conversation
from domain.conversations.messages import no_such_message
from domain.shared.ids import ConversationId, MessageId, PersonId
from domain.shared.standing import require_not_deleted


@frozen
class MarkRead:
    """Remembers how far a participant has read."""

    transactions: Transactions
    conversations: Conversations
    messages: Messages
    standings: PairStandings

    async def __call__(
        self, conversation_id: ConversationId, person_id: PersonId, message_id: MessageId
    ) -> None:
        """Move the marker forward to a message; it never moves back.

        Raises:
            PersonDeletedError: The person was erased.
            NotFoundError: There is no such conversation of the person's, or no such
                message in it.
        """

        async def work() -> None:
            require_not_deleted(deleted=await self.standings.deleted(person_id))
            conversation = await self.conversations.get(conversation_id)
            if conversation is None:
                raise no_such_conversation()
            conversation.other(person_id)
            if not await self.messages.mark_read(conversation_id, person_id, message_id):
                raise no_such_message()

        await self.transactions.run(work)
