"""Companions in an export."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from domain.personas.events import Growth, PersonaCause, SessionEnding, TalkKind
from domain.personas.observations import ObservationKind
from domain.personas.personas import Baseline
from entrypoints.http.companion_bodies import Percent, PersonaBody, SlidersBody


class ExportedCompanion(Struct):
    """The conversation with the companion."""

    id: UUID
    started_at: datetime


class ExportedPersonaVersion(Struct):
    """What the companion was like from a moment on."""

    version: int
    baseline: Baseline
    sliders: SlidersBody
    cause: PersonaCause
    session_id: UUID | None
    at: datetime


class ExportedCompanionSession(Struct):
    """A session with the companion, and what was known after it."""

    id: UUID
    conversation_id: UUID
    kind: TalkKind
    started_at: datetime
    ended_at: datetime | None
    ended_on: date | None
    ended_by: SessionEnding | None
    duration_seconds: int | None
    persona_snapshot: PersonaBody
    user_messages: int
    growth: Growth | None
    partner_type_one_liner: str | None
    top_3_traits_you_value: list[str] | None
    what_you_might_work_on: list[str] | None
    next_time_focus: list[str] | None
    love_language_guess: str | None
    communication_fit: str | None
    confidence_score: Percent | None
    policy_version: str


class ExportedObservation(Struct):
    """What a session said of the person."""

    id: UUID
    session_id: UUID
    kind: ObservationKind
    value: str
    evidence_message_ids: Annotated[list[UUID], Meta(description="The person's own messages")]
    support: int


class ExportedSummary(Struct):
    """What is known of the person."""

    partner_type_one_liner: str | None
    top_3_traits_you_value: list[str]
    what_you_might_work_on: list[str]
    next_time_focus: list[str]
    love_language_guess: str | None
    communication_fit: str | None
    confidence_score: Percent
    updated_at: datetime
