"""Rows that the memory store keeps beside the domain's values."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from attrs import frozen

from domain.events.endpoints import WebhookEndpoint
from domain.shared.ids import ConversationId, MessageId, PersonId, VideoCallId
from domain.streaks.calendar import DayState
from domain.streaks.events import StreakKind
from domain.video.events import Presence


@frozen
class DailyCount:
    """How many messages of a sender's were counted on a date in a conversation."""

    conversation_id: ConversationId
    sender_id: PersonId
    counted_on: date
    sent: int


@frozen
class ReadMarker:
    """The message up to which a participant has read."""

    conversation_id: ConversationId
    person_id: PersonId
    message_created_at: datetime
    message_id: MessageId


@frozen
class PresenceRow:
    """A connect or disconnect that a call took in."""

    call_id: VideoCallId
    person_id: PersonId
    presence: Presence
    at: datetime


@frozen
class EndpointRow:
    """A webhook endpoint, up to where it was given the events, and who delivers to it."""

    endpoint: WebhookEndpoint
    position: int
    claim: UUID | None = None
    claimed_until: datetime | None = None


@frozen
class SinkRow:
    """Up to where a bus was given the events, how it fared, and who publishes to it."""

    name: str
    position: int = 0
    failures: int = 0
    paused_until: datetime | None = None
    claim: UUID | None = None
    claimed_until: datetime | None = None


@frozen
class TotalsRow:
    """What was counted of a person, and what their awards add up to."""

    person_id: PersonId
    counted: Mapping[str, int]
    points: int
    awards: int


@frozen
class PartnerRow:
    """A partner whom a person was counted to have met."""

    person_id: PersonId
    partner_id: PersonId


@frozen
class ProgressRow:
    """Up to where a context has reacted to everything."""

    name: str
    position: int


@frozen
class MarkRow:
    """Which events of a person a context has reacted to."""

    name: str
    person_id: PersonId
    position: int
    ahead: tuple[int, ...] = ()


@frozen
class StreakDayRow:
    """What a date was for a streak."""

    person_id: PersonId
    kind: StreakKind
    date: date
    state: DayState
