"""Blank a message."""

from attrs import frozen

from application.conversations.ports import Messages
from application.shared.clock import Clock
from application.shared.ids import NewId
from application.shared.outbox import outgoing
from application.shared.rulebook import Rulebook
from application.shared.standing import PairStandings
from application.shared.transaction import Transactions
from domain.conversations.messages import delete, no_such_message
from domain.shared.ids import ConversationId, MessageId, PersonId
from domain.shared.standing import require_not_deleted


@frozen
class DeleteMessage:
    """Blanks a message of the deleter's; what it counted stays counted."""

    transactions: Transactions
    messages: Messages
    standings: PairStandings
    clock: Clock
    new_id: NewId
    rulebook: Rulebook

    async def __call__(
        self, conversation_id: ConversationId, message_id: MessageId, deleter_id: PersonId
    ) -> None:
        """Blank the message; blanking it again changes nothing.

        Raises:
            PersonDeletedError: The deleter was erased, and with them their messages.
            NotFoundError: There is no such message of the deleter's.
        """

        async def work() -> None:
            require_not_deleted(deleted=await self.standings.deleted(deleter_id))
            message = await self.messages.lock(conversation_id, message_id)
            if message is None:
                raise no_such_message()
            deleted, event = delete(
                message,
                deleter_id,
                policy_version=self.rulebook.version,
                now=await self.clock.now(),
            )
            if event is not None:
                await self.messages.save(message, deleted, outgoing(self.new_id, (event,)))

        await self.transactions.run(work)
