"""What happens with companions. No event carries what was said, or what was learned of it."""

from enum import StrEnum

from attrs import frozen

from ..shared.events import Event
from ..shared.ids import CompanionSessionId, ConversationId, ObservationId


class TalkKind(StrEnum):
    """How a session with a companion is held."""

    CHAT = "chat"
    CALL = "call"


class SessionEnding(StrEnum):
    """What ended a session."""

    TOLD = "told"
    IDLE = "idle"
    CALL_OVER = "call_over"
    ERASURE = "erasure"


class Growth(StrEnum):
    """What became of a session's summary.

    Attributes:
        PENDING: It is yet to be made.
        SUMMARISED: It is made.
        TOO_SHORT: The session was too short for one; its reasons say by how much.
        INSUFFICIENT_DATA: The model found nothing in it that rests on the person's words.
        FAILED: The model was away for too long; the session counts as no growth.
        RESET: The person reset what was learned before it was made.
    """

    PENDING = "pending"
    SUMMARISED = "summarised"
    TOO_SHORT = "too_short"
    INSUFFICIENT_DATA = "insufficient_data"
    FAILED = "failed"
    RESET = "reset"


class PersonaCause(StrEnum):
    """Why a persona became what it is."""

    CHOSEN = "chosen"
    SESSION = "session"
    OBSERVATION_DELETED = "observation_deleted"
    RESET = "reset"


@frozen(kw_only=True)
class CompanionOpened(Event):
    """The person can talk with a companion from now on."""

    conversation_id: ConversationId


@frozen(kw_only=True)
class PersonaChanged(Event):
    """The persona of the person's companion is another.

    Attributes:
        version: The number of the new one.
        cause: Why it changed.
    """

    version: int
    cause: PersonaCause


@frozen(kw_only=True)
class CompanionSessionStarted(Event):
    """The person began to talk with their companion.

    Attributes:
        conversation_id: Where.
        session_id: The session.
        persona_version: Which persona it keeps to its end.
    """

    conversation_id: ConversationId
    session_id: CompanionSessionId
    persona_version: int


@frozen(kw_only=True)
class CompanionSessionEnded(Event):
    """A session with the companion is over.

    Attributes:
        conversation_id: Where it was held.
        session_id: The session.
        kind: A chat or a call.
        ended_by: What ended it.
        duration_seconds: How long it was.
        user_messages: How many messages the person wrote in it.
    """

    conversation_id: ConversationId
    session_id: CompanionSessionId
    kind: TalkKind
    ended_by: SessionEnding
    duration_seconds: int
    user_messages: int


@frozen(kw_only=True)
class SummaryGrown(Event):
    """It is settled what a session adds to the person's summary, which may be nothing.

    Attributes:
        session_id: The session.
        growth: What became of its summary.
        gain_hundredths: What it added to the confidence, in hundredths of a percent.
        confidence_hundredths: The confidence after it.
    """

    session_id: CompanionSessionId
    growth: Growth
    gain_hundredths: int
    confidence_hundredths: int


@frozen(kw_only=True)
class ObservationDeleted(Event):
    """The person deleted an observation; the summary is made anew from what is left."""

    observation_id: ObservationId


@frozen(kw_only=True)
class SummaryReset(Event):
    """The person reset all that was learned of them."""


PersonaEvent = (
    CompanionOpened
    | PersonaChanged
    | CompanionSessionStarted
    | CompanionSessionEnded
    | SummaryGrown
    | ObservationDeleted
    | SummaryReset
)
