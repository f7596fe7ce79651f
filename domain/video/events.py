"""What happens with video calls."""

from datetime import date, datetime
from enum import StrEnum

from attrs import frozen

from ..shared.events import Event
from ..shared.ids import ConversationId, PersonId, VideoCallId
from .prompt_events import PromptEvent


class CallOutcome(StrEnum):
    """How a call ended; only a completed one unlocks anything."""

    COMPLETED = "completed"
    TOO_SHORT = "too_short"
    MISSED = "missed"
    DECLINED = "declined"


class Presence(StrEnum):
    """What a participant's connection to a call did."""

    CONNECTED = "connected"
    DISCONNECTED = "disconnected"


@frozen(kw_only=True)
class CallEvent(Event):
    """Something that happened to a call."""

    call_id: VideoCallId
    conversation_id: ConversationId


@frozen(kw_only=True)
class VideoCallStarted(CallEvent):
    """The person calls another, from `rings_at` on."""

    callee_id: PersonId
    rings_at: datetime
    scheduled_for: datetime | None


@frozen(kw_only=True)
class PresenceReported(CallEvent):
    """The person connected to a call or left it.

    Attributes:
        presence: Which of the two.
        counts_on: The dates, the initiator's first, on which the call counts if nothing
            more happens and time alone ends it. Fixed here, so that it does not matter
            when somebody looks.
    """

    presence: Presence
    counts_on: tuple[date, date]


@frozen(kw_only=True)
class VideoCallEnded(CallEvent):
    """A call of the person, its initiator, is over.

    Attributes:
        callee_id: The other participant.
        outcome: How it ended.
        overlap_seconds: Whole seconds for which both were connected.
        counts_on: The dates on which it counts, the initiator's first, if it does.
    """

    callee_id: PersonId
    outcome: CallOutcome
    overlap_seconds: int
    counts_on: tuple[date, date] | None


@frozen(kw_only=True)
class VideoCallCounted(CallEvent):
    """A completed call counts for the person, on their own date; one event for each of the two."""

    partner_id: PersonId
    counted_on: date
    overlap_seconds: int


VideoEvent = VideoCallStarted | PresenceReported | VideoCallEnded | VideoCallCounted | PromptEvent
