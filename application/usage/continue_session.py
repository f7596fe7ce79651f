"""What keeps a usage session going or ends it: heartbeats, extensions, settling."""

from datetime import timedelta

from attrs import frozen

from application.usage.keep_account import AccountKeeper
from application.usage.ports import UsageSessions
from domain.shared.ids import PersonId, UsageSessionId
from domain.shared.standing import person_reasons
from domain.usage.accounts import UsageAccount
from domain.usage.commands import (
    Beat,
    Extend,
    Settle,
    UsageCommand,
    checked_tokens,
    no_such_session,
    settled_already,
)
from domain.usage.sessions import OpenSession, Session, SettledSession


@frozen
class SessionKeeper:
    """Puts commands to the sessions of persons' accounts."""

    keep: AccountKeeper
    sessions: UsageSessions

    async def known(self, session_id: UsageSessionId, viewer_id: PersonId | None) -> Session:
        """Give a session as it is stored, to its person or to the app itself.

        Raises:
            NotFoundError: There is no such session, or it is another person's.
        """
        session = await self.sessions.get(session_id)
        if session is None or viewer_id not in {None, session.person_id}:
            raise no_such_session()
        return session

    async def put(self, session: Session, command: UsageCommand) -> Session:
        """Put a command to a session that is stored, and give it as it is then."""
        if isinstance(session, SettledSession):
            return session
        account = await self.keep(session.person_id, command)
        return session if account is None else _found(account, session)


def _found(account: UsageAccount, session: Session) -> Session:
    both: tuple[Session, ...] = (*account.sessions, *account.settled)
    return next((known for known in both if known.id == session.id), session)


@frozen
class BeatUsageSession:
    """Takes heartbeats; one that comes too late finds its session settled."""

    sessions: SessionKeeper

    async def __call__(self, session_id: UsageSessionId, viewer_id: PersonId | None) -> Session:
        """Take in that a session goes on and give it.

        A session that has used all that it holds is settled by this.

        Raises:
            NotFoundError: There is no such session, or it is another person's.
            UsageSessionSettledError: It is over.
        """
        session = await self.sessions.known(session_id, viewer_id)
        if isinstance(session, SettledSession):
            raise settled_already()
        keep = self.sessions.keep
        now = await keep.clock.now()
        silence = timedelta(seconds=keep.rules.policy.silence_seconds)
        beaten = await self.sessions.sessions.beat(session_id, now, now - silence)
        return beaten or await self.sessions.put(session, Beat(session_id=session_id))


@frozen
class ExtendUsageSession:
    """Holds more seconds for a session that goes on."""

    sessions: SessionKeeper

    async def __call__(self, session_id: UsageSessionId, viewer_id: PersonId | None) -> Session:
        """Extend a session and give it.

        It is heard of by this, also where it is not extended.

        Raises:
            NotFoundError: There is no such session, or it is another person's.
            UsageSessionSettledError: It is over.
            PersonSuspendedError: The person is suspended.
            UsageRefusedError: It was extended as often as it may be.
            OutOfSecondsError: Too few seconds are available.
        """
        keep = self.sessions.keep
        session = await self.sessions.known(session_id, viewer_id)
        if isinstance(session, OpenSession):
            # By itself, so that it stays settled if that used up all that it held.
            session = await self.sessions.put(session, Beat(session_id=session_id))
        if not isinstance(session, OpenSession):
            raise settled_already()

        async def work() -> Session:
            subscriber = await keep.subscriber(session.person_id, lock=True)
            standing = person_reasons(active=subscriber.active, deleted=subscriber.deleted)
            command = Extend(session_id=session_id, standing=standing)
            return await self.sessions.put(session, command)

        return await keep.transactions.run(work)


@frozen
class SettleUsageSession:
    """Ends sessions; one that is over stays as it ended."""

    sessions: SessionKeeper

    async def __call__(
        self,
        session_id: UsageSessionId,
        viewer_id: PersonId | None,
        input_tokens: int | None = None,
    ) -> Session:
        """Settle a session and give it. Tokens are kept also where it was settled already.

        Raises:
            NotFoundError: There is no such session, or it is another person's.
            InvalidValueError: The tokens are out of their range.
        """
        tokens = checked_tokens(input_tokens)

        async def work() -> Session:
            session = await self.sessions.known(session_id, viewer_id)
            session = await self.sessions.put(
                session, Settle(session_id=session_id, input_tokens=tokens)
            )
            if isinstance(session, OpenSession):
                session = await self.sessions.known(session_id, viewer_id)
            if tokens is None or not isinstance(session, SettledSession):
                return session
            if session.input_tokens is None:
                await self.sessions.sessions.note_tokens(session_id, tokens)
            return await self.sessions.known(session_id, viewer_id)

        return await self.sessions.keep.transactions.run(work)
