"""Take in a message to a companion, which is to be answered next."""

from uuid import UUID

from attrs import frozen

from application.personas.keep_talk import TalkKeeper
from application.personas.ports import CompanionTranscripts, CompanionUse
from application.shared.idempotency import (
    ANSWER_KEPT_FOR,
    Attempt,
    KeptAnswer,
    KeptAnswers,
    RequestInProgressError,
    replay,
)
from application.shared.tally import Tally, uncounted
from domain.personas.conversations import CompanionConversation
from domain.personas.messages import (
    CompanionMessage,
    MessageState,
    Voice,
    checked_text,
    reply_in_progress,
    require_text,
    waiting,
)
from domain.personas.sessions import (
    CompanionSession,
    OpenCompanionSession,
    session_is_over,
    with_message,
    with_message_again,
)
from domain.shared.decisions import verdicts
from domain.shared.errors import RefusedError
from domain.shared.ids import ConversationId, MessageId, PersonId

_ANSWERED = 200


@frozen(kw_only=True)
class AskRequest:
    """What a person says to their companion."""

    conversation_id: ConversationId
    viewer_id: PersonId | None
    text: str
    attempt: Attempt | None = None


@frozen(kw_only=True)
class Asked:
    """A stored message.

    Attributes:
        message: The message.
        session: In which session.
        said: The latest messages of the session, this one last.
        reply: Its whole reply, where this is a repeat of a request that was answered.
    """

    message: CompanionMessage
    session: CompanionSession
    said: tuple[CompanionMessage, ...] = ()
    reply: CompanionMessage | None = None


@frozen
class AskCompanion:
    """Stores a person's message in a transaction of its own, if they may send one more."""

    keep: TalkKeeper
    transcripts: CompanionTranscripts
    answers: KeptAnswers
    use: CompanionUse
    tally: Tally = uncounted

    async def __call__(self, request: AskRequest) -> Asked:
        """Store the message and count it; a repeat gives the finished reply, or tries it again.

        Raises:
            NotFoundError: There is no such conversation, or it is another person's.
            PersonDeletedError: The person was erased.
            PersonSuspendedError: They are suspended.
            InvalidValueError: The text is malformed, or the key was used with another request.
            ReplyInProgressError: The reply to another message is under way.
            RequestInProgressError: The reply to this very message is.
            CompanionSessionEndedError: A repeat came after the session had ended.
            CompanionMessageDeletedError: A repeat came after the message had been deleted.
            PaywallError: A purchase is needed.
        """
        text = checked_text(request.text)

        async def work() -> Asked:
            keep = self.keep
            conversation = await keep.conversation(request.conversation_id, request.viewer_id)
            person = await keep.held(conversation.person_id)
            now = await keep.clock.now()
            attempt = request.attempt
            if attempt is not None:
                kept = await self.answers.claim(attempt, now)
                if kept is not None:
                    return await self._again(attempt, kept)
            keep.require_active(person)
            await keep.counted_on(person, now)
            session = await keep.session(person, now)
            session = await self._free(conversation, session)
            await self.use.message(person.id)
            session = session or await keep.started(person, conversation, now)
            message = waiting(
                CompanionMessage(
                    id=MessageId(keep.new_id()),
                    conversation_id=conversation.id,
                    session_id=session.id,
                    person_id=person.id,
                    role=Voice.USER,
                    text=text,
                    state=MessageState.WAITING,
                    created_at=now,
                ),
                now,
                keep.policy,
            )
            await keep.messages.put(message)
            session = with_message(session, text, now)
            await keep.sessions.put(session)
            if attempt is not None:
                answer = KeptAnswer(
                    fingerprint=attempt.fingerprint,
                    status=_ANSWERED,
                    body=str(message.id).encode(),
                    expires_at=now + ANSWER_KEPT_FOR,
                    person_id=person.id,
                )
                await self.answers.keep(attempt, answer)
            return await self._asked(message, session)

        try:
            return await self.keep.transactions.run(work)
        except RefusedError as error:
            self.tally(verdicts(error.reasons))
            raise

    async def _again(self, attempt: Attempt, kept: KeptAnswer) -> Asked:
        """Answer a repeat: by the reply there is, or by trying again for one."""
        keep = self.keep
        message_id = MessageId(UUID(replay(attempt, kept).body.decode()))
        message = await keep.messages.get(message_id)
        if message is None:
            raise LookupError(f"message {message_id} was answered and is not there")
        session = await keep.sessions.get(message.session_id)
        if session is None:
            raise LookupError(f"session {message.session_id} of a message is not there")
        reply = await keep.messages.reply_to(message.id)
        if reply is not None:
            return Asked(message=message, session=session, reply=reply)
        require_text(message)
        now = await keep.clock.now()
        if message.is_waiting(now):
            raise RequestInProgressError("The reply to this message is under way; wait for it.")
        person = await keep.acting(message.person_id)
        await keep.counted_on(person, now)
        going_on = await keep.session(person, now)
        if going_on is None or going_on.id != session.id:
            raise session_is_over()
        conversation = await keep.conversation(message.conversation_id, None)
        session = await self._free(conversation, going_on) or going_on
        await self.use.message(person.id)
        message = waiting(message, now, keep.policy)
        await keep.messages.put(message)
        session = with_message_again(session, now)
        await keep.sessions.put(session)
        return await self._asked(message, session)

    async def _free(
        self, conversation: CompanionConversation, session: OpenCompanionSession | None
    ) -> OpenCompanionSession | None:
        """Make sure that no reply is under way, and give up one that was left behind."""
        under_way = await self.keep.messages.waiting_in(conversation.id)
        if under_way is None:
            return session
        if under_way.is_waiting(await self.keep.clock.now()):
            raise reply_in_progress()
        if session is None:
            raise LookupError(f"message {under_way.id} waits in a session that is over")
        return await self.keep.give_up(under_way, session)

    async def _asked(self, message: CompanionMessage, session: OpenCompanionSession) -> Asked:
        limit = self.keep.policy.transcript_messages
        said = await self.transcripts.latest(session.id, limit)
        return Asked(message=message, session=session, said=_without_later(said, message))


def _without_later(
    said: tuple[CompanionMessage, ...], message: CompanionMessage
) -> tuple[CompanionMessage, ...]:
    """Give what was said up to a message that is answered, with nothing that broke off."""
    whole = (one for one in said if one.state is not MessageState.PARTIAL)
    return (*(one for one in whole if one.id != message.id), message)
