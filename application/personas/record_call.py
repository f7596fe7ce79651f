"""Take in a call with a companion that is over, with what was said in it."""

from datetime import datetime, timedelta

from attrs import frozen

from application.personas.keep_talk import TalkKeeper
from application.personas.ports import CompanionUse
from application.shared.tally import Tally, uncounted
from domain.personas.messages import CompanionMessage, MessageState, Tag, Voice, checked_text
from domain.personas.sessions import EndedCompanionSession, OpenCompanionSession, called
from domain.shared.calendar import instant
from domain.shared.decisions import verdicts
from domain.shared.errors import InvalidValueError, RefusedError
from domain.shared.ids import CompanionSessionId, ConversationId, MessageId, PersonId

LONGEST_CALL = timedelta(hours=12)
BELIEVED_WITHIN = timedelta(minutes=15)
"""How far a client's own time may be from the server's; the rules' README."""

MOST_TURNS = 1000


@frozen(kw_only=True)
class Turn:
    """What one side said."""

    role: Voice
    text: str
    tag: Tag = Tag.GENERAL


@frozen(kw_only=True)
class RecordCallRequest:
    """A call, as the app held it."""

    conversation_id: ConversationId
    viewer_id: PersonId | None
    started_at: datetime
    ended_at: datetime
    turns: tuple[Turn, ...]


@frozen
class RecordCall:
    """Stores a call's turns as messages of a session, and counts its seconds."""

    keep: TalkKeeper
    use: CompanionUse
    tally: Tally = uncounted

    async def __call__(self, request: RecordCallRequest) -> EndedCompanionSession:
        """Store the call and give its session.

        Raises:
            NotFoundError: There is no such conversation, or it is another person's.
            PersonDeletedError: The person was erased.
            PersonSuspendedError: They are suspended.
            InvalidValueError: A time, a text, or the number of turns is out of its range.
            PaywallError: A purchase is needed.
        """
        started_at = instant("started_at", request.started_at)
        ended_at = instant("ended_at", request.ended_at)
        _check(started_at, ended_at, request)
        texts = [
            checked_text(turn.text, f"turns/{number}/text")
            for number, turn in enumerate(request.turns)
        ]

        async def work() -> EndedCompanionSession:
            keep = self.keep
            conversation = await keep.conversation(request.conversation_id, request.viewer_id)
            person = await keep.acting(conversation.person_id)
            now = await keep.clock.now()
            if not now - BELIEVED_WITHIN <= ended_at <= now + BELIEVED_WITHIN:
                raise InvalidValueError(
                    "ended_at", "Tell of a call within 15 minutes of its end, by a right clock."
                )
            # One that fell idle before goes before: sessions grow in the order of their ends.
            await keep.session(person, now)
            own = await keep.own(person.id, now)
            session_id = CompanionSessionId(keep.new_id())
            seconds = int((ended_at - started_at).total_seconds())
            counted = await self.use.call(person.id, session_id, seconds)
            words = [
                text
                for turn, text in zip(request.turns, texts, strict=True)
                if turn.role is Voice.USER and turn.tag is Tag.GENERAL
            ]
            call = OpenCompanionSession(
                id=session_id,
                conversation_id=conversation.id,
                person_id=person.id,
                started_at=started_at,
                persona_snapshot=own.persona,
                policy_version=keep.rulebook.version,
                last_message_at=ended_at,
                user_messages=len(words),
                user_characters=sum(map(len, words)),
            )
            over = called(
                call,
                ended_at=ended_at,
                ended_on=await keep.counted_on(person, ended_at),
                seconds_counted=counted,
                policy=keep.policy,
            )
            await keep.sessions.put(over, keep.told(keep.started_event(over)))
            await keep.keep_ended(over, now)
            for number, (turn, text) in enumerate(zip(request.turns, texts, strict=True)):
                await keep.messages.put(
                    CompanionMessage(
                        id=MessageId(keep.new_id()),
                        conversation_id=conversation.id,
                        session_id=session_id,
                        person_id=person.id,
                        role=turn.role,
                        tag=turn.tag,
                        text=text,
                        state=MessageState.SAID,
                        # A turn has no time of its own: this keeps their order.
                        created_at=started_at + timedelta(microseconds=number),
                    )
                )
            return over

        try:
            return await self.keep.transactions.run(work)
        except RefusedError as error:
            self.tally(verdicts(error.reasons))
            raise


def _check(started_at: datetime, ended_at: datetime, request: RecordCallRequest) -> None:
    if not started_at <= ended_at <= started_at + LONGEST_CALL:
        raise InvalidValueError(
            "ended_at", "A call ends after its start, and within 12 hours of it."
        )
    if len(request.turns) > MOST_TURNS:
        raise InvalidValueError("turns", f"At most {MOST_TURNS} turns are taken.")
