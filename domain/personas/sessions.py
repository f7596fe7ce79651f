"""Sessions with a companion: a chat or a call, from its start until it has been summarised."""

from datetime import date, datetime, timedelta

import attrs
from attrs import field, frozen

from ..shared.decisions import Reason, refusals
from ..shared.errors import ConflictError, NotFoundError
from ..shared.ids import CompanionSessionId, ConversationId, PersonId
from .eligibility import summary_reasons
from .events import Growth, SessionEnding, TalkKind
from .merge import Summary
from .personas import Persona
from .policy import PersonaPolicy

FIRST_DELAY = timedelta(seconds=10)
"""How long after a model was first away it is asked again; each time twice as long."""

LONGEST_DELAY = timedelta(hours=1)
"""The most that this grows to."""


@frozen(kw_only=True)
class OpenCompanionSession:
    """A chat that goes on.

    Attributes:
        id: The session's own.
        conversation_id: Where it is held.
        person_id: Who talks with their companion.
        kind: A chat: a call is told of once it is over.
        started_at: When its first message was stored.
        persona_snapshot: The persona at its start, which it keeps to its end.
        policy_version: The version of the policy it started under.
        last_message_at: When its latest message was stored.
        user_messages: How many messages the person wrote.
        user_characters: How much they wrote.
        messages_counted: How many of those count for the paywall.
        input_tokens: What models read for it.
        output_tokens: What they wrote.
        price_micros: What that cost, in millionths of the settings' currency.
    """

    id: CompanionSessionId
    conversation_id: ConversationId
    person_id: PersonId
    kind: TalkKind = TalkKind.CHAT
    started_at: datetime
    persona_snapshot: Persona
    policy_version: str
    last_message_at: datetime
    user_messages: int = 0
    user_characters: int = 0
    messages_counted: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    price_micros: int = 0

    def idle_at(self, policy: PersonaPolicy) -> datetime:
        """Give when it is over, if nothing more is said."""
        return self.last_message_at + timedelta(seconds=policy.idle_seconds)


@frozen(kw_only=True)
class EndedCompanionSession:
    """A session that is over; its fields up to `price_micros` are those of an open one.

    Attributes:
        id: The session's own.
        conversation_id: Where it was held.
        person_id: Who talked with their companion.
        kind: A chat or a call.
        started_at: When it began.
        persona_snapshot: The persona at its start.
        policy_version: The version of the policy it started under.
        last_message_at: When its latest message was stored.
        user_messages: How many messages the person wrote.
        user_characters: How much they wrote.
        messages_counted: How many of those count for the paywall.
        input_tokens: What models read for it.
        output_tokens: What they wrote.
        price_micros: What that cost, in millionths of the settings' currency.
        ended_at: When it ended.
        ended_on: The person's local date it counts for.
        ended_by: What ended it.
        duration_seconds: From its start to its end; to the last message of one that fell idle.
        seconds_counted: How many seconds of a call count for the paywall.
        growth: What became of its summary.
        tries: How often a model was asked for it.
        try_at: When it is asked next, while the summary is pending.
        summary: What was known of the person after it.
        gain: What it added to the confidence, in hundredths of a percent.
        confidence: The confidence after it, in hundredths of a percent.
        claims_dropped: How many observations of the model's were not kept.
        evidence_dropped: How much evidence of the model's was none.
    """

    id: CompanionSessionId
    conversation_id: ConversationId
    person_id: PersonId
    kind: TalkKind
    started_at: datetime
    persona_snapshot: Persona
    policy_version: str
    last_message_at: datetime
    user_messages: int
    user_characters: int
    messages_counted: int
    input_tokens: int = 0
    output_tokens: int = 0
    price_micros: int = 0
    ended_at: datetime
    ended_on: date
    ended_by: SessionEnding
    duration_seconds: int
    seconds_counted: int = 0
    growth: Growth
    tries: int = 0
    try_at: datetime | None = None
    summary: Summary = field(factory=Summary)
    gain: int = 0
    confidence: int = 0
    claims_dropped: int = 0
    evidence_dropped: int = 0


CompanionSession = OpenCompanionSession | EndedCompanionSession


class CompanionSessionEndedError(ConflictError):
    """Nothing more is said in a session that is over."""

    code = "companion_session_ended"


def no_such_session() -> NotFoundError:
    """Give the error for a session that is absent, or not the asker's to know."""
    return NotFoundError("There is no such session, or it is another person's; check the id.")


def session_is_over() -> CompanionSessionEndedError:
    """Give the error for something said in a session that is over."""
    return CompanionSessionEndedError(
        "The session is over; send the message anew, which begins the next one."
    )


def is_over(session: OpenCompanionSession, now: datetime, policy: PersonaPolicy) -> bool:
    """Tell whether a chat has fallen idle by an instant."""
    return session.idle_at(policy) <= now


def with_message(session: OpenCompanionSession, text: str, now: datetime) -> OpenCompanionSession:
    """Give a session after one more message of the person's, which counts."""
    return attrs.evolve(
        session,
        last_message_at=max(session.last_message_at, now),
        user_messages=session.user_messages + 1,
        user_characters=session.user_characters + len(text),
        messages_counted=session.messages_counted + 1,
    )


def without_message(session: OpenCompanionSession) -> OpenCompanionSession:
    """Give a session after a message that does not count after all, as its reply broke off."""
    return attrs.evolve(session, messages_counted=session.messages_counted - 1)


def with_message_again(session: OpenCompanionSession, now: datetime) -> OpenCompanionSession:
    """Give a session after such a message is answered once more; it counts again."""
    return attrs.evolve(
        session,
        last_message_at=max(session.last_message_at, now),
        messages_counted=session.messages_counted + 1,
    )


def ended(
    session: OpenCompanionSession,
    *,
    ended_at: datetime,
    ended_on: date,
    ended_by: SessionEnding,
    policy: PersonaPolicy,
) -> EndedCompanionSession:
    """Give a chat as it is over."""
    until = session.last_message_at if ended_by is SessionEnding.IDLE else ended_at
    fields = {name: getattr(session, name) for name in attrs.fields_dict(OpenCompanionSession)}
    duration = max(0, int((until - session.started_at).total_seconds()))
    over = EndedCompanionSession(
        **fields,
        ended_at=ended_at,
        ended_on=ended_on,
        ended_by=ended_by,
        duration_seconds=duration,
        growth=Growth.TOO_SHORT,
    )
    if refusals(reasons_of(over, policy)):
        return over
    return attrs.evolve(over, growth=Growth.PENDING, try_at=ended_at)


def called(
    session: OpenCompanionSession,
    *,
    ended_at: datetime,
    ended_on: date,
    seconds_counted: int,
    policy: PersonaPolicy,
) -> EndedCompanionSession:
    """Give a call as it is over; it was never open here."""
    call = attrs.evolve(session, kind=TalkKind.CALL, messages_counted=0)
    over = ended(
        call,
        ended_at=ended_at,
        ended_on=ended_on,
        ended_by=SessionEnding.CALL_OVER,
        policy=policy,
    )
    return attrs.evolve(over, seconds_counted=seconds_counted)


def reasons_of(session: EndedCompanionSession, policy: PersonaPolicy) -> tuple[Reason, ...]:
    """Give why a session was or was not long enough for a summary."""
    return summary_reasons(
        session.kind,
        user_messages=session.user_messages,
        user_characters=session.user_characters,
        duration_seconds=session.duration_seconds,
        policy=policy,
    )


def put_off(
    session: EndedCompanionSession, now: datetime, policy: PersonaPolicy
) -> EndedCompanionSession:
    """Give a session after a model was away: to be tried again later, or failed for good."""
    if session.tries >= policy.summary_tries:
        return attrs.evolve(session, growth=Growth.FAILED, try_at=None)
    delay = min(FIRST_DELAY * (1 << (session.tries - 1)), LONGEST_DELAY)
    return attrs.evolve(session, try_at=now + delay)
