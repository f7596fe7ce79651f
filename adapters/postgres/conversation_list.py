"""Conversations as their participants see them, on PostgreSQL."""

from typing import Any

from attrs import frozen
from sqlalchemy import Select, Uuid, and_, bindparam, case, func, or_, select, tuple_
from sqlalchemy.sql import ColumnElement

from adapters.postgres import tables
from adapters.postgres.codec import columns_for, field_names, from_row
from adapters.postgres.executor import Executor, Row, Statement
from adapters.postgres.identity import blocked_between
from adapters.postgres.paging import page, paged, window
from application.conversations.queries import ConversationRow
from application.shared.pages import Page, Position
from domain.conversations.conversations import Conversation
from domain.conversations.messages import MessageRole
from domain.identity.profile import PrivacyLevel
from domain.shared.ids import ConversationId, PersonId

_conversations = tables.conversations
_viewer = bindparam("viewer", type_=Uuid)
_COUNTED = (MessageRole.USER, MessageRole.ASSISTANT)


def has_written(person: ColumnElement[Any]) -> ColumnElement[bool]:
    """Give the condition that a person has written in the conversation of the row."""
    written = tables.messages.alias()
    return (
        select(written.c.id)
        .where(
            written.c.conversation_id == _conversations.c.id,
            written.c.sender_id == person,
            written.c.role == MessageRole.USER,
        )
        .exists()
    )


def _counts() -> tuple[ColumnElement[int], ColumnElement[int]]:
    said = tables.messages.alias()
    marker = tables.read_markers.alias()
    counted = select(func.count()).where(
        said.c.conversation_id == _conversations.c.id,
        or_(*(said.c.role == role for role in _COUNTED)),
        said.c.deleted_at.is_(None),
    )
    place = tuple_(marker.c.message_created_at, marker.c.message_id)
    read = (
        select(marker.c.message_id)
        .where(
            marker.c.conversation_id == said.c.conversation_id,
            marker.c.person_id == _viewer,
            place >= tuple_(said.c.created_at, said.c.id),
        )
        .exists()
    )
    unread = counted.where(said.c.sender_id != _viewer, ~read)
    return counted.scalar_subquery(), unread.scalar_subquery()


def _rows() -> Select[Any]:
    other = tables.persons.alias()
    other_id = case(
        (_conversations.c.participant_a == _viewer, _conversations.c.participant_b),
        else_=_conversations.c.participant_a,
    )
    messages, unread = _counts()
    return (
        select(
            *columns_for(_conversations, Conversation),
            unread.label("unread_count"),
            messages.label("message_count"),
            other.c.display_name.label("other_display_name"),
            other.c.privacy_level.label("other_privacy_level"),
            and_(has_written(_viewer), has_written(other.c.id)).label("friends"),
            blocked_between(_viewer, other.c.id).label("blocked"),
        )
        .select_from(_conversations)
        .join(other, other.c.id == other_id)
        .where(
            or_(
                _conversations.c.participant_a == _viewer,
                _conversations.c.participant_b == _viewer,
            )
        )
    )


_ONE = Statement(_rows().where(_conversations.c.id == bindparam("id")))
_LIST = Statement(paged(_rows(), _conversations.c.started_at, _conversations.c.id, descending=True))


def _conversation_row(row: Row) -> ConversationRow:
    return ConversationRow(
        conversation=from_row(
            Conversation, {name: row[name] for name in field_names(Conversation)}
        ),
        unread_count=row["unread_count"],
        message_count=row["message_count"],
        other_display_name=row["other_display_name"],
        other_privacy_level=PrivacyLevel(row["other_privacy_level"]),
        friends=row["friends"],
        blocked=row["blocked"],
    )


@frozen
class PostgresConversationList:
    """Conversations with what one participant's list shows of them."""

    executor: Executor

    async def row(
        self, conversation_id: ConversationId, person_id: PersonId
    ) -> ConversationRow | None:
        """Give one conversation in a participant's view; None unless they take part."""
        row = await self.executor.row(_ONE, id=conversation_id, viewer=person_id)
        return None if row is None else _conversation_row(row)

    async def page(
        self, person_id: PersonId, after: Position | None, limit: int
    ) -> Page[ConversationRow]:
        """Give a person's conversations, the one opened last first."""
        rows = await self.executor.rows(_LIST, viewer=person_id, **window(after, limit))
        items = [_conversation_row(row) for row in rows]
        positions = [Position(item.conversation.started_at, item.conversation.id) for item in items]
        return page(items, positions, limit)
