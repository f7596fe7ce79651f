"""Start a usage session."""

from attrs import frozen

from application.shared.ids import NewId
from application.shared.tally import Tally, uncounted
from application.usage.keep_account import AccountKeeper
from application.usage.ports import UsageSessions
from domain.shared.decisions import verdicts
from domain.shared.errors import InvalidValueError, RefusedError
from domain.shared.ids import ConversationId, PersonId, UsageSessionId
from domain.shared.standing import person_reasons
from domain.shared.text import clean_line
from domain.usage.commands import CatchUp, StartSession
from domain.usage.sessions import OpenSession, SessionMode

_LANGUAGE_MAX_CHARACTERS = 35


@frozen(kw_only=True)
class StartUsageRequest:
    """Whose session it is, and what it is about."""

    person_id: PersonId
    mode: SessionMode = SessionMode.TRADITIONAL
    language: str | None = None
    conversation_id: ConversationId | None = None


@frozen
class StartUsageSession:
    """Holds seconds for a session, so that no two sessions use the same ones."""

    keep: AccountKeeper
    sessions: UsageSessions
    new_id: NewId
    tally: Tally = uncounted

    async def __call__(self, request: StartUsageRequest) -> OpenSession:
        """Start the session and give it.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: They were erased.
            PersonSuspendedError: They are suspended.
            UsageRefusedError: A limit of the month or on open sessions is reached.
            OutOfSecondsError: Too few seconds are available.
        """
        session_id = UsageSessionId(self.new_id())

        async def work() -> OpenSession:
            subscriber = await self.keep.subscriber(request.person_id, lock=True)
            account = await self.keep.opened(subscriber)
            account = await self.keep.decided(account, CatchUp())
            known = request.conversation_id is not None and await self.sessions.conversation_known(
                request.person_id, account.period.period, request.conversation_id
            )
            command = StartSession(
                session_id=session_id,
                mode=request.mode,
                language=_language(request.language),
                conversation_id=request.conversation_id,
                conversation_known=known,
                standing=person_reasons(active=subscriber.active, deleted=subscriber.deleted),
            )
            started = (await self.keep.decided(account, command)).session(session_id)
            if started is None:
                raise LookupError(f"session {session_id} did not start")
            return started

        try:
            return await self.keep.transactions.run(work)
        except RefusedError as error:
            self.tally(verdicts(error.reasons))
            raise


def _language(language: str | None) -> str | None:
    """Give a language as it is kept.

    Raises:
        InvalidValueError: It holds what no text may hold.
    """
    if language is None:
        return None
    cleaned = clean_line("language", language, max_characters=_LANGUAGE_MAX_CHARACTERS)
    if not cleaned.isascii():
        raise InvalidValueError("language", "Give a BCP 47 tag, such as 'ja'.")
    return cleaned
