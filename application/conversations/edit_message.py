"""Change the text of a message."""

from attrs import frozen

from application.conversations.ports import Conversations, Messages
from application.shared.clock import Clock
from application.shared.ids import NewId
from application.shared.outbox import outgoing
from application.shared.rulebook import Rulebook
from application.shared.standing import PairStandings, locked_pair
from application.shared.tally import Tally, uncounted
from application.shared.transaction import Transactions
from domain.conversations.conversations import no_such_conversation
from domain.conversations.messages import Message, edit, no_such_message
from domain.shared.decisions import verdicts
from domain.shared.ids import ConversationId, MessageId, PersonId
from domain.shared.standing import require_standing


@frozen(kw_only=True)
class EditMessageRequest:
    """Whose message, which, and what it shall say."""

    conversation_id: ConversationId
    message_id: MessageId
    editor_id: PersonId
    text: str


@frozen
class EditMessage:
    """Lets a sender change their own text for a while; nothing is counted."""

    transactions: Transactions
    conversations: Conversations
    messages: Messages
    standings: PairStandings
    clock: Clock
    new_id: NewId
    rulebook: Rulebook
    tally: Tally = uncounted

    async def __call__(self, request: EditMessageRequest) -> Message:
        """Change the text and give the message.

        Raises:
            NotFoundError: There is no such message of the editor's.
            PersonDeletedError: The editor was erased.
            PersonSuspendedError: The editor is suspended.
            PartnerDeletedError: The other was erased.
            PairBlockedError: One of the two has blocked the other.
            MessageDeletedError: The message was deleted.
            EditRefusedError: The time to edit it is over.
            InvalidValueError: The text is malformed.
        """
        conversation = await self.conversations.get(request.conversation_id)
        if conversation is None:
            raise no_such_conversation()
        other_id = conversation.other(request.editor_id)

        async def work() -> Message:
            standing = await locked_pair(self.standings, request.editor_id, other_id)
            standing.require_not_deleted(request.editor_id)
            message = await self.messages.lock(request.conversation_id, request.message_id)
            if message is None:
                raise no_such_message()
            edited, event = edit(
                message,
                request.editor_id,
                request.text,
                policy=self.rulebook.policies.conversations,
                policy_version=self.rulebook.version,
                now=await self.clock.now(),
            )
            reasons = standing.reasons(request.editor_id)
            self.tally(verdicts(reasons))
            require_standing(reasons)
            if event is not None:
                await self.messages.save(message, edited, outgoing(self.new_id, (event,)))
            return edited

        return await self.transactions.run(work)
