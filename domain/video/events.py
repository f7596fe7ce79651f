"""What happens with video calls."""

from datetime import date, datetime
from enum import StrEnum

from attrs import frozen

from ..shared.events import Event
from ..shared.ids import ConversationId, PersonId, VideoCallId
from .prompt_events import PromptEvent
from .video_message_events import CreditEvent, VideoMessageEvent


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


@frozen(kw_only=True)
class VideoCallVoided(CallEvent):
    """A completed call no longer counts for the person's reward; one event for each of the two.

    Attributes:
        partner_id: The other participant.
        counted_on: The date it had counted on.
    """

    partner_id: PersonId
    counted_on: date


class RewardStatus(StrEnum):
    """Whether a person's prices are lower, and by which month's calls."""

    EARNED = "earned"
    CARRIED = "carried"
    INACTIVE = "inactive"


@frozen(kw_only=True)
class RewardEarned(Event):
    """The person has called as many partners as lower prices take.

    Attributes:
        status: Earned by this month's calls, or carried, by last month's.
        distinct_partners: The partners of that month.
        discount_percent: By how much prices are lower.
        valid_until: When that ends, without more calls.
    """

    status: RewardStatus
    distinct_partners: int
    discount_percent: int
    valid_until: datetime


@frozen(kw_only=True)
class RewardWarned(Event):
    """The person's lower prices end with this month, unless they call more partners.

    Attributes:
        days_before: Which warning it is: the one of so many days before the end.
        days_left: Dates left, this one included; fewer where the warning came late.
        distinct_partners: The partners of this month so far.
        needed: Further partners that keep the prices low.
        valid_until: When they end.
    """

    days_before: int
    days_left: int
    distinct_partners: int
    needed: int
    valid_until: datetime


@frozen(kw_only=True)
class RewardLapsed(Event):
    """The month over which the person's lower prices were carried is over.

    Attributes:
        lapsed_on: The first date without them.
        needed: Partners to call this month to earn them again.
    """

    lapsed_on: date
    needed: int


@frozen(kw_only=True)
class RewardWithdrawn(Event):
    """What the person's lower prices rested on no longer counts, such as a voided call.

    Attributes:
        status: What is left: carried, by last month's calls, or nothing.
        valid_until: Until when, if anything is left.
    """

    status: RewardStatus
    valid_until: datetime | None


RewardEvent = RewardEarned | RewardWarned | RewardLapsed | RewardWithdrawn
VideoEvent = (
    VideoCallStarted
    | PresenceReported
    | VideoCallEnded
    | VideoCallCounted
    | VideoMessageEvent
    | CreditEvent
    | VideoCallVoided
    | RewardEvent
    | PromptEvent
)
