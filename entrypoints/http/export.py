"""The form of an export, and how it is written without holding it whole."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
import structlog
from msgspec import Meta, Struct

from application.identity.export_person import PersonExport
from application.shared.transaction import ConcurrentUpdateError, StoreUnavailableError
from domain.conversations.conversations import ConversationKind
from domain.shared.tiers import Tier
from domain.usage.sessions import SessionMode
from domain.video.events import CallOutcome, Presence
from entrypoints.http import learning, persons
from entrypoints.http.learning import PreferencesBody
from entrypoints.http.messages import MessageBody
from entrypoints.http.persons import PersonBody
from entrypoints.http.sessions import SessionBody
from entrypoints.http.usage_bodies import LineBody

_log = structlog.get_logger("kithkin.http")

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
    policy_version: str


class ExportedPresence(Struct):
    """That the person connected to a call, or left it."""

    call_id: UUID
    presence: Presence
    at: datetime


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
    blocks: list[ExportedBlock]
    reports: list[ExportedReport]
    google_accounts: list[ExportedGoogleAccount]
    sessions: list[SessionBody]
    usage_periods: list[ExportedUsagePeriod]
    usage_sessions: list[ExportedUsageSession]
    usage_ledger: list[LineBody]
    events: list[ExportedEvent]


async def until_broken(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Give the pieces of a document; where the store goes away amid it, it breaks off.

    Its status is sent by then, so that it is no JSON is all that can tell of it.
    """
    try:
        async for piece in pieces:
            yield piece
    except (StoreUnavailableError, ConcurrentUpdateError) as error:
        _log.warning("export_broken_off", reason=str(error))


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
