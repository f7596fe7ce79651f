"""End login sessions."""

from collections.abc import Iterable

from attrs import frozen

from application.identity.ports import LoginSessions
from application.shared.clock import Clock
from application.shared.ids import NewId
from application.shared.outbox import outgoing
from application.shared.rulebook import Rulebook
from application.shared.transaction import Transactions
from domain.identity.sessions import LoginSession, ended, no_such_session
from domain.shared.ids import LoginSessionId, PersonId


@frozen
class EndSession:
    """Ends one session of a person's."""

    transactions: Transactions
    sessions: LoginSessions
    clock: Clock
    new_id: NewId
    rulebook: Rulebook

    async def __call__(self, person_id: PersonId, session_id: LoginSessionId) -> None:
        """End a session: its token is taken no longer.

        Raises:
            NotFoundError: The person has no such session.
        """

        async def work() -> None:
            known = await self.sessions.lock(person_id)
            found = [session for session in known if session.id == session_id]
            if not found:
                raise no_such_session()
            await _end(self, found)

        await self.transactions.run(work)


@frozen
class EndAllSessions:
    """Ends all sessions of a person's; in a running transaction, as part of it."""

    transactions: Transactions
    sessions: LoginSessions
    clock: Clock
    new_id: NewId
    rulebook: Rulebook

    async def __call__(self, person_id: PersonId) -> None:
        """End the sessions; without any nothing changes."""

        async def work() -> None:
            await _end(self, await self.sessions.lock(person_id))

        await self.transactions.run(work)


async def _end(case: EndSession | EndAllSessions, sessions: Iterable[LoginSession]) -> None:
    sessions = tuple(sessions)
    if not sessions:
        return
    now, version = await case.clock.now(), case.rulebook.version
    events = (ended(session, version, now) for session in sessions)
    await case.sessions.remove((session.id for session in sessions), outgoing(case.new_id, events))
