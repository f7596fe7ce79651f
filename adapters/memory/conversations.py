"""Conversations, their messages and their list, in memory."""

from collections.abc import Iterable

from attrs import frozen

from adapters.memory.paging import paged
from adapters.memory.rows import ReadMarker
from adapters.memory.store import MemoryStore
from adapters.memory.table import ConstraintError
from application.conversations.queries import ConversationRow
from application.shared.outbox import OutboxEvent
from application.shared.pages import Page, Position
from application.shared.transaction import ConcurrentUpdateError
from domain.conversations.conversations import Conversation
from domain.conversations.messages import Message, MessageRole
from domain.shared.ids import ConversationId, MessageId, PersonId

_COUNTED_ROLES = {MessageRole.USER, MessageRole.ASSISTANT}


@frozen
class MemoryConversations:
    """The pair conversations."""

    _store: MemoryStore

    async def get(
        self,
        conversation_id: ConversationId,
        *,
        lock: bool = False,  # noqa: ARG002 - whoever touches the store has it to themself
    ) -> Conversation | None:
        """Give a conversation, if there is one of this id."""
        async with self._store.access():
            return self._store.conversations.get(conversation_id)

    async def of_pair(self, lower: PersonId, higher: PersonId) -> Conversation | None:
        """Give the open conversation of two persons, the lower id first."""
        async with self._store.access():
            return self._store.conversations.by("pair", (lower, higher))

    async def add(self, conversation: Conversation, events: Iterable[OutboxEvent]) -> None:
        """Add a conversation."""
        async with self._store.access():
            try:
                self._store.conversations.insert(conversation)
            except ConstraintError as error:
                if error.constraint == "pair":
                    raise ConcurrentUpdateError from error
                raise
            self._store.publish(events)


@frozen
class MemoryMessages:
    """The messages, and how far each participant has read."""

    _store: MemoryStore

    async def lock(self, conversation_id: ConversationId, message_id: MessageId) -> Message | None:
        """Give a message of a conversation; nobody else changes it meanwhile."""
        async with self._store.access():
            return self._find(conversation_id, message_id)

    async def save(self, before: Message, after: Message, events: Iterable[OutboxEvent]) -> None:
        """Replace a message by a changed one."""
        async with self._store.access():
            if self._store.messages.get(before.id) != before:
                raise ConcurrentUpdateError
            self._store.messages.put(after)
            self._store.publish(events)

    async def mark_read(
        self, conversation_id: ConversationId, person_id: PersonId, message_id: MessageId
    ) -> bool:
        """Move a person's read marker forward to a message, never back."""
        async with self._store.access():
            message = self._find(conversation_id, message_id)
            if message is None:
                return False
            marker = self._store.read_markers.get((conversation_id, person_id))
            if marker is None or _is_after(message, marker):
                self._store.read_markers.put(
                    ReadMarker(conversation_id, person_id, message.created_at, message.id)
                )
            return True

    async def page(
        self,
        conversation_id: ConversationId,
        after: Position | None,
        limit: int,
        *,
        newest_first: bool,
    ) -> Page[Message]:
        """Give messages in the conversation's order, or in the reverse of it."""
        async with self._store.access():
            return paged(
                self._store.messages.group("conversation", conversation_id),
                lambda message: Position(message.created_at, message.id),
                after,
                limit,
                newest_first=newest_first,
            )

    def _find(self, conversation_id: ConversationId, message_id: MessageId) -> Message | None:
        message = self._store.messages.get(message_id)
        if message is None or message.conversation_id != conversation_id:
            return None
        return message


@frozen
class MemoryConversationList:
    """Conversations as their participants see them."""

    _store: MemoryStore

    async def row(
        self, conversation_id: ConversationId, person_id: PersonId
    ) -> ConversationRow | None:
        """Give one conversation in a participant's view; None unless they take part."""
        async with self._store.access():
            conversation = self._store.conversations.get(conversation_id)
            if conversation is None or person_id not in conversation.participants:
                return None
            return self._row(conversation, person_id)

    async def page(
        self, person_id: PersonId, after: Position | None, limit: int
    ) -> Page[ConversationRow]:
        """Give a person's conversations, the one opened last first."""
        async with self._store.access():
            found = paged(
                self._store.conversations.group("participant", person_id),
                lambda conversation: Position(conversation.started_at, conversation.id),
                after,
                limit,
                newest_first=True,
            )
            rows = tuple(self._row(conversation, person_id) for conversation in found.items)
            return Page(rows, found.last)

    def _row(self, conversation: Conversation, person_id: PersonId) -> ConversationRow:
        other = self._store.persons[conversation.other(person_id)]
        messages = self._store.messages.group("conversation", conversation.id)
        marker = self._store.read_markers.get((conversation.id, person_id))
        standing = [
            message
            for message in messages
            if message.role in _COUNTED_ROLES and message.deleted_at is None
        ]
        writers = {message.sender_id for message in messages if message.role is MessageRole.USER}
        return ConversationRow(
            conversation=conversation,
            unread_count=sum(
                message.sender_id != person_id and (marker is None or _is_after(message, marker))
                for message in standing
            ),
            message_count=len(standing),
            other_display_name=other.display_name,
            other_privacy_level=other.privacy_level,
            friends=writers.issuperset(conversation.participants),
            blocked=self._store.blocked(*conversation.participants),
        )


def _is_after(message: Message, marker: ReadMarker) -> bool:
    return (message.created_at, message.id) > (marker.message_created_at, marker.message_id)
