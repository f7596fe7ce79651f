"""End sessions: those that somebody says are over, and those in which nothing was said for long."""

from datetime import UTC, datetime, time, timedelta

from attrs import frozen

from application.personas.keep_talk import TalkKeeper
from application.personas.ports import IdleSessions
from application.shared.failures import Failures
from application.shared.jobs import StoredJob
from domain.personas.events import SessionEnding
from domain.personas.sessions import (
    CompanionSessionEndedError,
    EndedCompanionSession,
    is_over,
)
from domain.shared.calendar import FIRST_DATE
from domain.shared.ids import ConversationId, PersonId

_AT_ONCE = 100
_FIRST = datetime.combine(FIRST_DATE, time(), UTC)


@frozen
class EndCompanionSession:
    """Ends the chat of a conversation."""

    keep: TalkKeeper

    async def __call__(
        self, conversation_id: ConversationId, viewer_id: PersonId | None
    ) -> EndedCompanionSession:
        """End it and give it. A reply that is under way is not stored any more.

        Raises:
            NotFoundError: There is no such conversation, or it is another person's.
            PersonDeletedError: The person was erased.
            CompanionSessionEndedError: No chat goes on there.
        """

        async def work() -> EndedCompanionSession | None:
            conversation = await self.keep.conversation(conversation_id, viewer_id)
            person = await self.keep.held(conversation.person_id)
            now = await self.keep.clock.now()
            session = await self.keep.session(person, now)
            if session is None:
                return None
            return await self.keep.end(person, session, now, SessionEnding.TOLD, now)

        # What time has ended stays ended, though there is nothing left to end.
        over = await self.keep.transactions.run(work)
        if over is None:
            raise CompanionSessionEndedError(
                "No chat goes on in this conversation; its next message begins one."
            )
        return over


@frozen
class EndIdleSession:
    """Ends a person's chat if it has fallen idle, whoever comes to look."""

    keep: TalkKeeper

    async def __call__(self, person_id: PersonId) -> None:
        """End it, unless there is none, or it goes on."""
        seen = await self.keep.sessions.open_of(person_id)
        if seen is None or not is_over(seen, await self.keep.clock.now(), self.keep.policy):
            return

        async def work() -> None:
            person = await self.keep.participants.get(person_id, lock=True)
            if person is not None and not person.deleted:
                await self.keep.session(person, await self.keep.clock.now())

        await self.keep.transactions.run(work)


@frozen
class EndIdleSessions:
    """Ends all chats that have fallen idle, some at a time."""

    idle: IdleSessions
    end: EndIdleSession

    @property
    def _silence(self) -> timedelta:
        return timedelta(seconds=self.end.keep.policy.idle_seconds)

    async def __call__(self, _: StoredJob) -> None:
        """End them, each in a transaction of its own; where one fails, the others go first."""
        failures = Failures()
        before: tuple[PersonId, ...] = ()
        while found := await self._due():
            if found == before:
                failures.raise_first()
                raise LookupError("chats that were ended are still idle")
            for person_id in found:
                with failures.kept():
                    await self.end(person_id)
            before = found
        failures.raise_first()

    async def ahead(self, after: datetime) -> datetime | None:
        """Give when the first chat falls idle after an instant."""
        # Nothing was said before the calendar begins, where there is nothing to take away from.
        last = await self.idle.first_after(max(after, _FIRST) - self._silence)
        return None if last is None else last + self._silence

    async def _due(self) -> tuple[PersonId, ...]:
        now = await self.end.keep.clock.now()
        return await self.idle.persons(now - self._silence, _AT_ONCE)
