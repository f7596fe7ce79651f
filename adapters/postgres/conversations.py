"""Conversations and messages on PostgreSQL."""

from collections.abc import Iterable

from attrs import frozen
from sqlalchemy import bindparam, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.postgres import tables
from adapters.postgres.codec import columns_for, field_names, from_row, to_row
from adapters.postgres.executor import Executor, Statement
from adapters.postgres.outbox import write_events
from adapters.postgres.paging import page, paged, window
from application.shared.outbox import OutboxEvent
from application.shared.pages import Page, Position
from application.shared.transaction import ConcurrentUpdateError
from domain.conversations.conversations import Conversation
from domain.conversations.messages import Message
from domain.shared.ids import ConversationId, MessageId, PersonId

_conversations = tables.conversations
_messages = tables.messages
_markers = tables.read_markers

_conversation = select(*columns_for(_conversations, Conversation))
_by_id = _conversation.where(_conversations.c.id == bindparam("id"))
_GET = Statement(_by_id)
_LOCK = Statement(_by_id.with_for_update(key_share=True))
_OF_PAIR = Statement(
    _conversation.where(
        _conversations.c.participant_a == bindparam("lower"),
        _conversations.c.participant_b == bindparam("higher"),
    )
)
_ADD = Statement(
    upsert(_conversations)
    .values({name: bindparam(name) for name in field_names(Conversation)})
    .on_conflict_do_nothing(index_elements=["participant_a", "participant_b"])
    .returning(_conversations.c.id)
)


@frozen
class PostgresConversations:
    """The pair conversations."""

    executor: Executor

    async def get(
        self, conversation_id: ConversationId, *, lock: bool = False
    ) -> Conversation | None:
        """Give a conversation; with `lock` nobody else changes it meanwhile."""
        row = await self.executor.row(_LOCK if lock else _GET, id=conversation_id)
        return None if row is None else from_row(Conversation, row)

    async def of_pair(self, lower: PersonId, higher: PersonId) -> Conversation | None:
        """Give the open conversation of two persons, the lower id first."""
        row = await self.executor.row(_OF_PAIR, lower=lower, higher=higher)
        return None if row is None else from_row(Conversation, row)

    async def add(self, conversation: Conversation, events: Iterable[OutboxEvent]) -> None:
        """Add a conversation."""
        if await self.executor.row(_ADD, **to_row(conversation)) is None:
            raise ConcurrentUpdateError
        await write_events(self.executor, events)


_message = select(*columns_for(_messages, Message))
_one_message = _message.where(
    _messages.c.conversation_id == bindparam("conversation_id"),
    _messages.c.id == bindparam("id"),
)
_LOCK_MESSAGE = Statement(_one_message.with_for_update(key_share=True))
_CHANGEABLE = ("text", "edited_at", "deleted_at", "first_text_digest")
_SAVE_MESSAGE = Statement(
    update(_messages)
    .where(
        _messages.c.id == bindparam("id"),
        _messages.c.text == bindparam("text_before"),
        _messages.c.deleted_at.is_(None),
    )
    .values({name: bindparam(name) for name in _CHANGEABLE})
    .returning(_messages.c.id)
)
_in_conversation = _message.where(_messages.c.conversation_id == bindparam("conversation_id"))
_PAGES = {
    newest_first: Statement(
        paged(_in_conversation, _messages.c.created_at, _messages.c.id, descending=newest_first)
    )
    for newest_first in (False, True)
}
_MESSAGE_PLACE = Statement(
    select(_messages.c.created_at).where(
        _messages.c.conversation_id == bindparam("conversation_id"),
        _messages.c.id == bindparam("id"),
    )
)
_marker = upsert(_markers).values({column.name: bindparam(column.name) for column in _markers.c})
_MARK_READ = Statement(
    _marker.on_conflict_do_update(
        index_elements=["conversation_id", "person_id"],
        set_={
            "message_id": _marker.excluded.message_id,
            "message_created_at": _marker.excluded.message_created_at,
        },
        where=tuple_(_markers.c.message_created_at, _markers.c.message_id)
        < tuple_(_marker.excluded.message_created_at, _marker.excluded.message_id),
    )
)


@frozen
class PostgresMessages:
    """The messages, and how far each participant has read."""

    executor: Executor

    async def lock(self, conversation_id: ConversationId, message_id: MessageId) -> Message | None:
        """Give a message of a conversation; nobody else changes it meanwhile."""
        row = await self.executor.row(_LOCK_MESSAGE, conversation_id=conversation_id, id=message_id)
        return None if row is None else from_row(Message, row)

    async def save(self, before: Message, after: Message, events: Iterable[OutboxEvent]) -> None:
        """Replace a message by a changed one."""
        row = to_row(after)
        changed = {name: row[name] for name in _CHANGEABLE}
        saved = await self.executor.row(
            _SAVE_MESSAGE, id=before.id, text_before=before.text, **changed
        )
        if saved is None:
            raise ConcurrentUpdateError
        await write_events(self.executor, events)

    async def mark_read(
        self, conversation_id: ConversationId, person_id: PersonId, message_id: MessageId
    ) -> bool:
        """Move a person's read marker forward to a message, never back."""
        place = await self.executor.row(
            _MESSAGE_PLACE, conversation_id=conversation_id, id=message_id
        )
        if place is None:
            return False
        await self.executor.rows(
            _MARK_READ,
            conversation_id=conversation_id,
            person_id=person_id,
            message_id=message_id,
            message_created_at=place["created_at"],
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
        rows = await self.executor.rows(
            _PAGES[newest_first], conversation_id=conversation_id, **window(after, limit)
        )
        items = [from_row(Message, row) for row in rows]
        return page(items, [Position(item.created_at, item.id) for item in items], limit)
