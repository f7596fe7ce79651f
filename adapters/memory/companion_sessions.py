"""Sessions with companions and what was said in them, in memory."""

from collections.abc import Iterable
from datetime import date, datetime

from attrs import frozen

from adapters.memory.paging import paged
from adapters.memory.store import MemoryStore
from application.shared.outbox import OutboxEvent
from application.shared.pages import Page, Position
from domain.personas.events import Growth
from domain.personas.messages import CompanionMessage
from domain.personas.sessions import (
    CompanionSession,
    EndedCompanionSession,
    OpenCompanionSession,
)
from domain.shared.ids import CompanionSessionId, ConversationId, MessageId, PersonId


@frozen
class MemoryCompanionSessions:
    """The sessions with companions."""

    _store: MemoryStore

    async def get(self, session_id: CompanionSessionId) -> CompanionSession | None:
        """Give a session, if there is one of this id."""
        async with self._store.access():
            return self._store.companion_sessions.get(session_id)

    async def open_of(self, person_id: PersonId) -> OpenCompanionSession | None:
        """Give the chat of a person that goes on, if one does; time may have ended it."""
        async with self._store.access():
            session = self._store.companion_sessions.by("open", person_id)
        return session if isinstance(session, OpenCompanionSession) else None

    async def put(self, session: CompanionSession, events: Iterable[OutboxEvent] = ()) -> None:
        """Keep a session of a locked person."""
        async with self._store.access():
            self._store.companion_sessions.put(session)
            self._store.publish(events)

    async def page(
        self, conversation_id: ConversationId, after: Position | None, limit: int
    ) -> Page[CompanionSession]:
        """Give the sessions of a conversation, the one that started last first."""
        async with self._store.access():
            rows = self._store.companion_sessions.group("conversation", conversation_id)
        return paged(
            rows, lambda row: Position(row.started_at, row.id), after, limit, newest_first=True
        )

    async def persons(self, silent_since: datetime, limit: int) -> tuple[PersonId, ...]:
        """Give persons with an open chat whose latest message is no later than an instant."""
        found = [one for one in await self._open() if one.last_message_at <= silent_since]
        found.sort(key=lambda one: (one.last_message_at, one.person_id))
        return tuple(one.person_id for one in found[:limit])

    async def first_after(self, instant: datetime) -> datetime | None:
        """Give the earliest latest message after an instant, of all open chats."""
        times = (one.last_message_at for one in await self._open())
        return min((at for at in times if at > instant), default=None)

    async def first_pending(self, person_id: PersonId) -> EndedCompanionSession | None:
        """Give the session that ended first of those that wait for their summary."""
        return next(iter(await self.pending(person_id)), None)

    async def pending(self, person_id: PersonId) -> tuple[EndedCompanionSession, ...]:
        """Give all sessions that wait for their summary."""
        return tuple(one for one in await self._over(person_id) if one.growth is Growth.PENDING)

    async def summarised(self, person_id: PersonId) -> tuple[EndedCompanionSession, ...]:
        """Give the sessions that make up the summary, in the order in which they ended."""
        return tuple(one for one in await self._over(person_id) if one.growth is Growth.SUMMARISED)

    async def counted_on(self, person_id: PersonId, day: date) -> int:
        """Give how many sessions of a date have raised the confidence."""
        return sum(one.gain > 0 and one.ended_on == day for one in await self._over(person_id))

    async def _open(self) -> list[OpenCompanionSession]:
        async with self._store.access():
            every = self._store.companion_sessions.group("going on", value=True)
        return [one for one in every if isinstance(one, OpenCompanionSession)]

    async def _over(self, person_id: PersonId) -> list[EndedCompanionSession]:
        async with self._store.access():
            every = self._store.companion_sessions.group("person", person_id)
        over = [one for one in every if isinstance(one, EndedCompanionSession)]
        return sorted(over, key=lambda one: (one.ended_at, one.id))


@frozen
class MemoryCompanionMessages:
    """What is said in companion conversations."""

    _store: MemoryStore

    async def get(self, message_id: MessageId) -> CompanionMessage | None:
        """Give a message, if there is one of this id."""
        async with self._store.access():
            return self._store.companion_messages.get(message_id)

    async def put(self, message: CompanionMessage) -> None:
        """Keep a message of a locked person."""
        async with self._store.access():
            self._store.companion_messages.put(message)

    async def waiting_in(self, conversation_id: ConversationId) -> CompanionMessage | None:
        """Give the message whose reply is under way, or was when its process ended."""
        async with self._store.access():
            return self._store.companion_messages.by("waiting", conversation_id)

    async def reply_to(self, message_id: MessageId) -> CompanionMessage | None:
        """Give the whole reply to a message, if there is one."""
        async with self._store.access():
            return self._store.companion_messages.by("reply", message_id)

    async def latest(
        self, session_id: CompanionSessionId, limit: int
    ) -> tuple[CompanionMessage, ...]:
        """Give the latest messages of a session, the earliest of them first."""
        async with self._store.access():
            rows = self._store.companion_messages.group("session", session_id)
        return tuple(sorted(rows, key=lambda row: (row.created_at, row.id))[-limit:])

    async def page(
        self,
        conversation_id: ConversationId,
        after: Position | None,
        limit: int,
        *,
        newest_first: bool,
    ) -> Page[CompanionMessage]:
        """Give messages in the conversation's order, or in the reverse of it."""
        async with self._store.access():
            rows = self._store.companion_messages.group("conversation", conversation_id)
        return paged(
            rows,
            lambda row: Position(row.created_at, row.id),
            after,
            limit,
            newest_first=newest_first,
        )

    async def some(self, message_ids: Iterable[MessageId]) -> tuple[CompanionMessage, ...]:
        """Give those of these messages that there are."""
        async with self._store.access():
            found = (self._store.companion_messages.get(one) for one in message_ids)
            return tuple(one for one in found if one is not None)
