"""Reading conversations, their messages, and what a person may still send."""

from typing import Protocol

from attrs import frozen

from application.conversations.decide_message import decision
from application.conversations.ports import Conversations, Messages, SendGate, SettleCalls
from application.shared.clock import Clock
from application.shared.pages import Page, Position
from application.shared.rulebook import Rulebook
from domain.conversations.conversations import Conversation, no_such_conversation
from domain.conversations.messages import Message
from domain.identity.privacy import may_see_profile
from domain.identity.profile import PrivacyLevel
from domain.shared.ids import ConversationId, PersonId
from domain.video.unlock import MessageAllowance


@frozen(kw_only=True)
class ConversationRow:
    """A conversation as one participant's list holds it, before privacy.

    Attributes:
        conversation: The conversation.
        unread_count: Messages of the other's after the participant's read marker.
        message_count: Messages with role user or assistant that are not deleted.
        other_display_name: The other's display name.
        other_privacy_level: Who may see it.
        friends: Both have written here.
        blocked: One of the two has blocked the other.
    """

    conversation: Conversation
    unread_count: int
    message_count: int
    other_display_name: str | None
    other_privacy_level: PrivacyLevel
    friends: bool
    blocked: bool


@frozen(kw_only=True)
class ConversationSummary:
    """A conversation as one participant may see it.

    Attributes:
        conversation: The conversation.
        person_id: Whose view this is.
        other_id: The other participant.
        other_display_name: Their display name, unless privacy or a block hides it.
        unread_count: Messages of the other's that the person has not read.
        message_count: Messages with role user or assistant that are not deleted.
    """

    conversation: Conversation
    person_id: PersonId
    other_id: PersonId
    other_display_name: str | None
    unread_count: int
    message_count: int


class ConversationList(Protocol):
    """Conversations as their participants see them."""

    async def row(
        self, conversation_id: ConversationId, person_id: PersonId
    ) -> ConversationRow | None:
        """Give one conversation in a participant's view; None unless they take part."""
        ...

    async def page(
        self, person_id: PersonId, after: Position | None, limit: int
    ) -> Page[ConversationRow]:
        """Give a person's conversations, the one opened last first."""
        ...


@frozen
class ConversationQueries:
    """Answers what is asked about conversations."""

    conversations: Conversations
    summaries: ConversationList
    messages: Messages
    gate: SendGate
    settle_calls: SettleCalls
    clock: Clock
    rulebook: Rulebook

    async def conversation(self, conversation_id: ConversationId) -> Conversation:
        """Give a conversation.

        Raises:
            NotFoundError: There is no such conversation.
        """
        conversation = await self.conversations.get(conversation_id)
        if conversation is None:
            raise no_such_conversation()
        return conversation

    async def summary(
        self, conversation_id: ConversationId, person_id: PersonId
    ) -> ConversationSummary:
        """Give a conversation as a participant may see it.

        Raises:
            NotFoundError: The person takes no part in such a conversation.
        """
        row = await self.summaries.row(conversation_id, person_id)
        if row is None:
            raise no_such_conversation()
        return _summary(row, person_id)

    async def of_person(
        self, person_id: PersonId, after: Position | None, limit: int
    ) -> Page[ConversationSummary]:
        """Give a person's conversations, the one opened last first."""
        page = await self.summaries.page(person_id, after, limit)
        return Page(tuple(_summary(row, person_id) for row in page.items), page.last)

    async def messages_of(
        self,
        conversation_id: ConversationId,
        reader_id: PersonId | None,
        after: Position | None,
        limit: int,
        *,
        newest_first: bool,
    ) -> Page[Message]:
        """Give the messages of a conversation, to a participant or to the app itself.

        Raises:
            NotFoundError: There is no such conversation, or the reader takes no part.
        """
        conversation = await self.conversation(conversation_id)
        if reader_id is not None:
            conversation.other(reader_id)
        return await self.messages.page(conversation_id, after, limit, newest_first=newest_first)

    async def allowance(
        self, conversation_id: ConversationId, person_id: PersonId
    ) -> MessageAllowance:
        """Give the decision that a message sent now would meet.

        Raises:
            NotFoundError: The person takes no part in such a conversation.
        """
        now = await self.clock.now()
        view = await self.gate.look(conversation_id, person_id, now)
        if view is None:
            raise no_such_conversation()
        if view.has_open_call and await self.settle_calls(conversation_id):
            return await self.allowance(conversation_id, person_id)
        return decision(view, now, self.rulebook)


def _summary(row: ConversationRow, person_id: PersonId) -> ConversationSummary:
    seen = may_see_profile(row.other_privacy_level, friends=row.friends, blocked=row.blocked)
    return ConversationSummary(
        conversation=row.conversation,
        person_id=person_id,
        other_id=row.conversation.other(person_id),
        other_display_name=row.other_display_name if seen else None,
        unread_count=row.unread_count,
        message_count=row.message_count,
    )
