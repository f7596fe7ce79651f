"""Sessions with companions and what was said in them, on PostgreSQL."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from attrs import frozen
from sqlalchemy import Select, Uuid, any_, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres import tables
from adapters.postgres.codec import columns_for, field_names, from_row, to_row
from adapters.postgres.executor import Executor, Statement
from adapters.postgres.outbox import write_events
from adapters.postgres.paging import page, paged, window
from adapters.postgres.persona_rows import (
    CompanionSessionRow,
    ended_from_row,
    session_from_row,
    session_to_row,
)
from adapters.postgres.persona_tables import (
    IS_COUNTED_DAY,
    IS_OPEN_CHAT,
    IS_PENDING,
    IS_SUMMARISED,
    IS_WAITING,
    IS_WHOLE_REPLY,
)
from adapters.postgres.puts import put_statement
from application.shared.outbox import OutboxEvent
from application.shared.pages import Page, Position
from domain.personas.messages import CompanionMessage
from domain.personas.sessions import (
    CompanionSession,
    EndedCompanionSession,
    OpenCompanionSession,
)
from domain.shared.ids import CompanionSessionId, ConversationId, MessageId, PersonId

_sessions, _messages = tables.companion_sessions, tables.companion_messages
_person = bindparam("person_id", type_=Uuid)
_session = select(*columns_for(_sessions, CompanionSessionRow))


def _of_person(condition: str) -> Select[Any]:
    return _session.where(_sessions.c.person_id == _person, text(condition)).order_by(
        _sessions.c.ended_at, _sessions.c.id
    )


_GET = Statement(_session.where(_sessions.c.id == bindparam("id")))
_OPEN = Statement(_session.where(_sessions.c.person_id == _person, text(IS_OPEN_CHAT)))
_PUT = put_statement(_sessions, field_names(CompanionSessionRow), "id")
_PAGE = Statement(
    paged(
        _session.where(_sessions.c.conversation_id == bindparam("conversation_id")),
        _sessions.c.started_at,
        _sessions.c.id,
        descending=True,
    )
)
_IDLE = Statement(
    select(_sessions.c.person_id)
    .where(_sessions.c.last_message_at <= bindparam("silent_since"), text(IS_OPEN_CHAT))
    .order_by(_sessions.c.last_message_at, _sessions.c.person_id)
    .limit(bindparam("limit"))
)
_FIRST_AFTER = Statement(
    select(_sessions.c.last_message_at)
    .where(_sessions.c.last_message_at > bindparam("instant"), text(IS_OPEN_CHAT))
    .order_by(_sessions.c.last_message_at)
    .limit(1)
)
_FIRST_PENDING = Statement(_of_person(IS_PENDING).limit(1))
_PENDING = Statement(_of_person(IS_PENDING))
_SUMMARISED = Statement(_of_person(IS_SUMMARISED))
_COUNTED_ON = Statement(
    select(func.count().label("number")).where(
        _sessions.c.person_id == _person,
        _sessions.c.ended_on == bindparam("day"),
        text(IS_COUNTED_DAY),
    )
)


@frozen
class PostgresCompanionSessions:
    """The sessions with companions."""

    executor: Executor

    async def get(self, session_id: CompanionSessionId) -> CompanionSession | None:
        """Give a session, if there is one of this id."""
        row = await self.executor.row(_GET, id=session_id)
        return None if row is None else session_from_row(row)

    async def open_of(self, person_id: PersonId) -> OpenCompanionSession | None:
        """Give the chat of a person that goes on, if one does; time may have ended it."""
        row = await self.executor.row(_OPEN, person_id=person_id)
        session = None if row is None else session_from_row(row)
        return session if isinstance(session, OpenCompanionSession) else None

    async def put(self, session: CompanionSession, events: Iterable[OutboxEvent] = ()) -> None:
        """Keep a session of a locked person."""
        await self.executor.rows(_PUT, **session_to_row(session))
        await write_events(self.executor, events)

    async def page(
        self, conversation_id: ConversationId, after: Position | None, limit: int
    ) -> Page[CompanionSession]:
        """Give the sessions of a conversation, the one that started last first."""
        rows = await self.executor.rows(
            _PAGE, conversation_id=conversation_id, **window(after, limit)
        )
        items = [session_from_row(row) for row in rows]
        return page(items, [Position(item.started_at, item.id) for item in items], limit)

    async def persons(self, silent_since: datetime, limit: int) -> tuple[PersonId, ...]:
        """Give persons with an open chat whose latest message is no later than an instant."""
        rows = await self.executor.rows(_IDLE, silent_since=silent_since, limit=limit)
        return tuple(PersonId(row["person_id"]) for row in rows)

    async def first_after(self, instant: datetime) -> datetime | None:
        """Give the earliest latest message after an instant, of all open chats."""
        row = await self.executor.row(_FIRST_AFTER, instant=instant)
        return None if row is None else row["last_message_at"]

    async def first_pending(self, person_id: PersonId) -> EndedCompanionSession | None:
        """Give the session that ended first of those that wait for their summary."""
        row = await self.executor.row(_FIRST_PENDING, person_id=person_id)
        return None if row is None else ended_from_row(row)

    async def pending(self, person_id: PersonId) -> tuple[EndedCompanionSession, ...]:
        """Give all sessions that wait for their summary."""
        rows = await self.executor.rows(_PENDING, person_id=person_id)
        return tuple(ended_from_row(row) for row in rows)

    async def summarised(self, person_id: PersonId) -> tuple[EndedCompanionSession, ...]:
        """Give the sessions that make up the summary, in the order in which they ended."""
        rows = await self.executor.rows(_SUMMARISED, person_id=person_id)
        return tuple(ended_from_row(row) for row in rows)

    async def counted_on(self, person_id: PersonId, day: date) -> int:
        """Give how many sessions of a date have raised the confidence."""
        row = await self.executor.row(_COUNTED_ON, person_id=person_id, day=day)
        return 0 if row is None else int(row["number"])


_message = select(*columns_for(_messages, CompanionMessage))
_MESSAGE = Statement(_message.where(_messages.c.id == bindparam("id")))
_SOME = Statement(_message.where(_messages.c.id == any_(bindparam("ids", type_=ARRAY(Uuid)))))
_PUT_MESSAGE = put_statement(_messages, field_names(CompanionMessage), "id")
_WAITING = Statement(
    _message.where(_messages.c.conversation_id == bindparam("conversation_id"), text(IS_WAITING))
)
_REPLY = Statement(_message.where(_messages.c.reply_to_id == bindparam("id"), text(IS_WHOLE_REPLY)))
_LATEST = Statement(
    _message.where(_messages.c.session_id == bindparam("session_id"))
    .order_by(_messages.c.created_at.desc(), _messages.c.id.desc())
    .limit(bindparam("limit"))
)
_in_conversation = _message.where(_messages.c.conversation_id == bindparam("conversation_id"))
_PAGES = {
    newest_first: Statement(
        paged(_in_conversation, _messages.c.created_at, _messages.c.id, descending=newest_first)
    )
    for newest_first in (False, True)
}


@frozen
class PostgresCompanionMessages:
    """What is said in companion conversations."""

    executor: Executor

    async def get(self, message_id: MessageId) -> CompanionMessage | None:
        """Give a message, if there is one of this id."""
        return await self._one(_MESSAGE, id=message_id)

    async def put(self, message: CompanionMessage) -> None:
        """Keep a message of a locked person."""
        await self.executor.rows(_PUT_MESSAGE, **to_row(message))

    async def waiting_in(self, conversation_id: ConversationId) -> CompanionMessage | None:
        """Give the message whose reply is under way, or was when its process ended."""
        return await self._one(_WAITING, conversation_id=conversation_id)

    async def reply_to(self, message_id: MessageId) -> CompanionMessage | None:
        """Give the whole reply to a message, if there is one."""
        return await self._one(_REPLY, id=message_id)

    async def latest(
        self, session_id: CompanionSessionId, limit: int
    ) -> tuple[CompanionMessage, ...]:
        """Give the latest messages of a session, the earliest of them first."""
        rows = await self.executor.rows(_LATEST, session_id=session_id, limit=limit)
        return tuple(from_row(CompanionMessage, row) for row in reversed(rows))

    async def page(
        self,
        conversation_id: ConversationId,
        after: Position | None,
        limit: int,
        *,
        newest_first: bool,
    ) -> Page[CompanionMessage]:
        """Give messages in the conversation's order, or in the reverse of it."""
        rows = await self.executor.rows(
            _PAGES[newest_first], conversation_id=conversation_id, **window(after, limit)
        )
        items = [from_row(CompanionMessage, row) for row in rows]
        return page(items, [Position(item.created_at, item.id) for item in items], limit)

    async def some(self, message_ids: Iterable[MessageId]) -> tuple[CompanionMessage, ...]:
        """Give those of these messages that there are."""
        rows = await self.executor.rows(_SOME, ids=list(message_ids))
        return tuple(from_row(CompanionMessage, row) for row in rows)

    async def _one(self, statement: Statement, **values: Any) -> CompanionMessage | None:
        row = await self.executor.row(statement, **values)
        return None if row is None else from_row(CompanionMessage, row)
