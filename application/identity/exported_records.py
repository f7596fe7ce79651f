"""What an export holds besides the profile: the person's own part of each record."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from attrs import frozen


@frozen(kw_only=True)
class OwnConversation:
    """A conversation the person takes part in."""

    id: UUID
    kind: str
    other_id: UUID
    started_at: datetime


@frozen(kw_only=True)
class OwnMessage:
    """A message the person sent."""

    id: UUID
    conversation_id: UUID
    sender_id: UUID
    role: str
    tag: str
    text: str
    client_message_id: str | None
    counted_on: date
    daily_number: int
    daily_limit: int
    policy_version: str
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None


@frozen(kw_only=True)
class OwnDailyCount:
    """How many messages of the person's were counted on a date in a conversation."""

    conversation_id: UUID
    date: date
    messages_sent: int


@frozen(kw_only=True)
class OwnReadMarker:
    """The message up to which the person has read."""

    conversation_id: UUID
    message_id: UUID
    message_created_at: datetime


@frozen(kw_only=True)
class OwnCall:
    """A video call of the person's; the other's dates and connections are left out."""

    id: UUID
    conversation_id: UUID
    initiator_id: UUID
    callee_id: UUID
    created_at: datetime
    scheduled_for: datetime | None
    rings_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    outcome: str | None
    overlap_seconds: int | None
    counted_on: date | None
    voided_at: datetime | None
    policy_version: str


@frozen(kw_only=True)
class OwnReward:
    """What the person was told of their reward."""

    month: date
    status: str
    warned_days: int | None
    last_warning_shown_at: datetime | None
    last_lapse_shown_at: datetime | None


@frozen(kw_only=True)
class OwnPresence:
    """That the person connected to a call, or left it."""

    call_id: UUID
    presence: str
    at: datetime


@frozen(kw_only=True)
class OwnVideoMessage:
    """A video message the person sent; whether and when it was watched is the other's."""

    id: UUID
    send_id: UUID
    conversation_id: UUID
    recipient_id: UUID
    upload_ref: str
    source: str
    lot_id: UUID | None
    counted_on: date
    created_at: datetime
    uploaded_at: datetime | None
    failed_at: datetime | None
    given_back: bool | None
    policy_version: str


@frozen(kw_only=True)
class OwnCredits:
    """What the person's video credits come to."""

    purchased: int
    granted: int
    spent: int
    refunded: int
    debt: int
    free_on: date | None
    free_used: int


@frozen(kw_only=True)
class OwnCreditLot:
    """Video credits that the person bought, or was given, together."""

    id: UUID
    number: int
    kind: str
    credits: int
    remaining: int
    acquired_at: datetime
    charged_back_at: datetime | None


@frozen(kw_only=True)
class OwnCreditMove:
    """A row of the ledger of the person's video credits."""

    number: int
    at: datetime
    account: str
    move: str
    amount: int
    balance: int
    lot_id: UUID | None
    video_message_id: UUID | None
    reason: str | None
    policy_version: str


@frozen(kw_only=True)
class OwnPrompt:
    """A prompt the person was shown, and what they did about it."""

    id: UUID
    conversation_id: UUID | None
    prompt_type: str
    threshold: int | None
    lapses_on: date | None
    shown_at: datetime
    shown_on: date
    action_taken: str | None
    acted_at: datetime | None
    policy_version: str


@frozen(kw_only=True)
class OwnBlock:
    """A block the person made."""

    blocked_id: UUID
    created_at: datetime


@frozen(kw_only=True)
class OwnReport:
    """A report the person filed."""

    id: UUID
    reported_id: UUID
    reason: str
    evidence_message_ids: tuple[UUID, ...]
    created_at: datetime


@frozen(kw_only=True)
class OwnGoogleAccount:
    """A Google account that signs the person in."""

    issuer: str
    subject: str
    linked_at: datetime


@frozen(kw_only=True)
class OwnSession:
    """A login session of the person's, without anything of its token."""

    id: UUID
    origin: str
    created_at: datetime
    last_used_at: datetime
    idle_ends_at: datetime
    ends_at: datetime


@frozen(kw_only=True)
class OwnStreak:
    """A streak of the person's."""

    kind: str
    current: int
    longest: int
    credits: int
    first_on: date | None
    last_on: date | None
    last_at: datetime | None
    last_timezone: str | None
    freezes: tuple[date, ...]
    paused_on: tuple[date, ...]
    broken_length: int | None
    broken_at: datetime | None
    repaired_at: datetime | None


@frozen(kw_only=True)
class OwnStreakDay:
    """What a date was for a streak of the person's."""

    kind: str
    date: date
    state: str


@frozen(kw_only=True)
class OwnAward:
    """An achievement that the person earned; the inputs are those of the time."""

    key: str
    category: str
    points: int
    earned_at: datetime
    inputs: Any
    policy_version: str
    is_public: bool
    displayed_at: datetime | None
    celebrated_at: datetime | None
    social_context: Any
    shared_publicly: bool
    related_entity_type: str | None
    related_entity_id: UUID | None


@frozen(kw_only=True)
class OwnTotals:
    """What was counted of the person for achievements."""

    counted: Any
    points: int
    awards: int


@frozen(kw_only=True)
class OwnUsagePeriod:
    """What was counted of the person's use in a month."""

    period: str
    timezone: str
    starts_at: datetime
    ends_at: datetime
    tier: str
    monthly_seconds: int
    seconds_used: int
    banked_seconds: int
    banked_seconds_used: int
    purchased_seconds: int
    purchased_seconds_used: int
    conversations_used: int
    realtime_sessions_used: int


@frozen(kw_only=True)
class OwnUsageSession:
    """A usage session of the person's; what it came to once it was settled."""

    id: UUID
    mode: str
    language: str | None
    conversation_id: UUID | None
    period: str
    started_at: datetime
    ended_at: datetime | None
    duration_seconds: int | None
    seconds_consumed: int | None
    input_tokens: int | None
    extensions_used: int
    policy_version: str


@frozen(kw_only=True)
class OwnUsageLine:
    """A line of the person's ledger of seconds."""

    number: int
    period: str
    at: datetime
    kind: str
    banked: int
    monthly: int
    purchased: int
    session_id: UUID | None
    reason: str | None
    policy_version: str
    payment_id: UUID | None


@frozen(kw_only=True)
class OwnEvent:
    """An event about the person, without what it tells of others."""

    id: UUID
    type: str
    at: datetime
    policy_version: str
    data: Mapping[str, Any]
