"""The form of an export, and how it is written without holding it whole in memory."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from application.identity.export_person import PersonExport
from domain.achievements.events import Category
from domain.conversations.conversations import ConversationKind
from domain.shared.tiers import Tier
from domain.streaks.calendar import DayState
from domain.streaks.events import StreakKind
from domain.usage.sessions import SessionMode
from domain.video.credits import LotKind
from domain.video.events import CallOutcome, Presence, RewardStatus
from domain.video.prompt_events import PromptAction, PromptType
from domain.video.video_message_events import UnitSource
from entrypoints.http import learning, persons
from entrypoints.http.companion_bodies import CompanionMessageBody
from entrypoints.http.export_billing import (
    ExportedAccountCredit,
    ExportedAccountCreditLine,
    ExportedPayment,
    ExportedPaymentReport,
    ExportedPlanStanding,
    ExportedQuote,
    ExportedRefund,
    ExportedSubscription,
)
from entrypoints.http.export_companions import (
    ExportedCompanion,
    ExportedCompanionSession,
    ExportedObservation,
    ExportedPersonaVersion,
    ExportedSummary,
)
from entrypoints.http.export_referrals import (
    ExportedFirstPayment,
    ExportedReferral,
    ExportedReferralCode,
    ExportedReferralReward,
    ExportedWelcome,
)
from entrypoints.http.learning import PreferencesBody
from entrypoints.http.messages import MessageBody
from entrypoints.http.persons import PersonBody
from entrypoints.http.sessions import SessionBody
from entrypoints.http.usage_bodies import LineBody
from entrypoints.http.video_credits import MoveBody

FORMAT: Literal["kithkin-export-1"] = "kithkin-export-1"


class ExportedConversation(Struct):
    """A conversation the person takes part in."""

    id: UUID
    kind: ConversationKind
    other_id: UUID
    started_at: datetime


class ExportedDailyCount(Struct):
    """How many messages were counted on a date in a conversation."""

    conversation_id: UUID
    date: date
    messages_sent: int


class ExportedReadMarker(Struct):
    """The message up to which the person has read."""

    conversation_id: UUID
    message_id: UUID
    message_created_at: datetime


class ExportedCall(Struct):
    """A video call of the person's."""

    id: UUID
    conversation_id: UUID
    initiator_id: UUID
    callee_id: UUID
    created_at: datetime
    scheduled_for: datetime | None
    rings_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    outcome: CallOutcome | None
    overlap_seconds: int | None
    counted_on: Annotated[date | None, Meta(description="The person's own date it counts for")]
    voided_at: Annotated[
        datetime | None, Meta(description="Since when it does not count for rewards")
    ]
    policy_version: str


class ExportedPresence(Struct):
    """That the person connected to a call, or left it."""

    call_id: UUID
    presence: Presence
    at: datetime


class ExportedVideoMessage(Struct):
    """A video message the person sent; whether it was watched is the other's."""

    id: UUID
    send_id: UUID
    conversation_id: UUID
    recipient_id: UUID
    upload_ref: str
    source: UnitSource
    lot_id: UUID | None
    counted_on: date
    created_at: datetime
    uploaded_at: datetime | None
    failed_at: datetime | None
    given_back: bool | None
    policy_version: str


class ExportedCredits(Struct):
    """What the person's video credits come to."""

    purchased: int
    granted: int
    spent: int
    refunded: int
    debt: int
    free_on: Annotated[date | None, Meta(description="The latest date with free units taken")]
    free_used: int


class ExportedCreditLot(Struct):
    """Video credits that the person bought, or was given, together."""

    id: UUID
    number: int
    kind: LotKind
    credits: int
    remaining: int
    acquired_at: datetime
    charged_back_at: datetime | None


class ExportedPrompt(Struct):
    """A prompt the person was shown, and what they did about it."""

    id: UUID
    conversation_id: UUID | None
    prompt_type: PromptType
    threshold: int | None
    lapses_on: date | None
    shown_at: datetime
    shown_on: Annotated[date, Meta(description="The person's own date it counts for")]
    action_taken: PromptAction | None
    acted_at: datetime | None
    policy_version: str


class ExportedReward(Struct):
    """What the person was told of their reward."""

    month: date
    status: RewardStatus
    warned_days: int | None
    last_warning_shown_at: datetime | None
    last_lapse_shown_at: datetime | None


class ExportedBlock(Struct):
    """A block the person made."""

    blocked_id: UUID
    created_at: datetime


class ExportedReport(Struct):
    """A report the person filed."""

    id: UUID
    reported_id: UUID
    reason: str
    evidence_message_ids: list[UUID]
    created_at: datetime


class ExportedGoogleAccount(Struct):
    """A Google account that signs the person in."""

    issuer: str
    subject: str
    linked_at: datetime


class ExportedStreak(Struct):
    """A streak of the person's, as it was last credited."""

    kind: StreakKind
    current: int
    longest: int
    credits: int
    first_on: date | None
    last_on: date | None
    last_at: datetime | None
    last_timezone: Annotated[str | None, Meta(description="The zone of the last credit")]
    freezes: Annotated[list[date], Meta(description="When each that is held was earned")]
    paused_on: list[date]
    broken_length: int | None
    broken_at: datetime | None
    repaired_at: datetime | None


class ExportedStreakDay(Struct):
    """What a date was for a streak of the person's."""

    kind: StreakKind
    date: date
    state: DayState


class ExportedCondition(Struct):
    """A number that had to be reached."""

    metric: str
    current: int
    needed: int


class ExportedAward(Struct):
    """An achievement that the person earned."""

    key: str
    category: Category
    points: int
    earned_at: datetime
    inputs: Annotated[list[ExportedCondition], Meta(description="The conditions as they were then")]
    policy_version: str
    is_public: bool
    displayed_at: datetime | None
    celebrated_at: datetime | None
    social_context: dict[str, str] | None
    shared_publicly: bool
    related_entity_type: str | None
    related_entity_id: UUID | None


class ExportedTotals(Struct):
    """What was counted of the person for achievements."""

    counted: Annotated[dict[str, int], Meta(description="By metric")]
    points: Annotated[int, Meta(description="The sum of all awards")]
    awards: int


class ExportedUsagePeriod(Struct):
    """What was counted of the person's use in a month."""

    period: str
    timezone: str
    starts_at: datetime
    ends_at: datetime
    tier: Tier
    monthly_seconds: int
    seconds_used: int
    banked_seconds: int
    banked_seconds_used: int
    purchased_seconds: int
    purchased_seconds_used: int
    conversations_used: int
    realtime_sessions_used: int


class ExportedUsageSession(Struct):
    """A usage session of the person's."""

    id: UUID
    mode: SessionMode
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


class ExportedEvent(Struct):
    """An event about the person; `data` holds the fields of its type."""

    id: UUID
    type: str
    at: datetime
    policy_version: str
    data: dict[str, Any]


class ExportBody(Struct):
    """All that is stored of a person; nothing another person said is in it."""

    format: Literal["kithkin-export-1"]
    exported_at: datetime
    person: PersonBody
    learning_preferences: PreferencesBody | None
    conversations: list[ExportedConversation]
    messages: Annotated[list[MessageBody], Meta(description="Those the person sent")]
    daily_counts: list[ExportedDailyCount]
    read_markers: list[ExportedReadMarker]
    video_calls: list[ExportedCall]
    presence: list[ExportedPresence]
    video_messages: Annotated[list[ExportedVideoMessage], Meta(description="Those they sent")]
    video_credits: Annotated[list[ExportedCredits], Meta(description="None or one")]
    video_credit_lots: list[ExportedCreditLot]
    video_credit_ledger: list[MoveBody]
    prompts: list[ExportedPrompt]
    reward: Annotated[list[ExportedReward], Meta(description="None or one")]
    blocks: list[ExportedBlock]
    reports: list[ExportedReport]
    google_accounts: list[ExportedGoogleAccount]
    sessions: list[SessionBody]
    streaks: list[ExportedStreak]
    streak_days: list[ExportedStreakDay]
    achievements: list[ExportedAward]
    achievement_totals: Annotated[
        list[ExportedTotals], Meta(description="One, once anything was counted")
    ]
    usage_periods: list[ExportedUsagePeriod]
    usage_sessions: list[ExportedUsageSession]
    usage_ledger: list[LineBody]
    referral_codes: list[ExportedReferralCode]
    referrals: Annotated[list[ExportedReferral], Meta(description="Those the person made")]
    referred_by: Annotated[list[ExportedWelcome], Meta(description="None or one")]
    referral_rewards: list[ExportedReferralReward]
    first_payment: Annotated[list[ExportedFirstPayment], Meta(description="None or one")]
    quotes: list[ExportedQuote]
    account_credit: Annotated[
        list[ExportedAccountCredit], Meta(description="One for each currency")
    ]
    account_credit_ledger: list[ExportedAccountCreditLine]
    payments: list[ExportedPayment]
    payment_reports: list[ExportedPaymentReport]
    payment_refunds: list[ExportedRefund]
    subscriptions: list[ExportedSubscription]
    plan_standing: Annotated[list[ExportedPlanStanding], Meta(description="None or one")]
    companions: Annotated[list[ExportedCompanion], Meta(description="None or one")]
    persona_versions: list[ExportedPersonaVersion]
    companion_sessions: list[ExportedCompanionSession]
    companion_messages: Annotated[
        list[CompanionMessageBody], Meta(description="What the person and the companion said")
    ]
    companion_observations: list[ExportedObservation]
    companion_summary: Annotated[list[ExportedSummary], Meta(description="None or one")]
    events: list[ExportedEvent]


async def as_json(export: PersonExport) -> AsyncIterator[bytes]:
    """Write an export page by page: no more than a page of it is ever in memory."""
    known = export.learning_preferences
    head = {
        "format": FORMAT,
        "exported_at": export.exported_at,
        "person": persons.person_body(export.person),
        "learning_preferences": None if known is None else learning.shown(known),
    }
    yield msgspec.json.encode(head).removesuffix(b"}")
    for name, pages in export.records.items():
        yield b"," + msgspec.json.encode(name) + b":["
        separator = b""
        async for page in pages:
            yield separator + msgspec.json.encode(page)[1:-1]
            separator = b","
        yield b"]"
    yield b"}"
