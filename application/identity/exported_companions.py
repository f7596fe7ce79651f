"""What an export holds of companions: all of it, as no other person has a part in it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from attrs import frozen


@frozen(kw_only=True)
class OwnCompanion:
    """The conversation of the person with their companion."""

    id: UUID
    started_at: datetime


@frozen(kw_only=True)
class OwnPersonaVersion:
    """What the person's companion was like for a while."""

    version: int
    baseline: str
    sliders: Mapping[str, int]
    cause: str
    session_id: UUID | None
    at: datetime


@frozen(kw_only=True)
class OwnCompanionSession:
    """A session of the person with their companion, and what was known after it."""

    id: UUID
    conversation_id: UUID
    kind: str
    started_at: datetime
    ended_at: datetime | None
    ended_on: date | None
    ended_by: str | None
    duration_seconds: int | None
    persona_snapshot: Any
    user_messages: int
    growth: str | None
    partner_type_one_liner: str | None
    top_3_traits_you_value: Sequence[str] | None
    what_you_might_work_on: Sequence[str] | None
    next_time_focus: Sequence[str] | None
    love_language_guess: str | None
    communication_fit: str | None
    confidence_score: Decimal | None
    policy_version: str


@frozen(kw_only=True)
class OwnCompanionMessage:
    """What the person or their companion said."""

    id: UUID
    conversation_id: UUID
    session_id: UUID
    role: str
    tag: str
    text: str
    state: str
    reply_to_id: UUID | None
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None


@frozen(kw_only=True)
class OwnObservation:
    """What a session said of the person."""

    id: UUID
    session_id: UUID
    kind: str
    value: str
    evidence_message_ids: Sequence[UUID]
    support: int


@frozen(kw_only=True)
class OwnSummary:
    """What is known of the person."""

    partner_type_one_liner: str | None
    top_3_traits_you_value: Sequence[str]
    what_you_might_work_on: Sequence[str]
    next_time_focus: Sequence[str]
    love_language_guess: str | None
    communication_fit: str | None
    confidence_score: Decimal
    updated_at: datetime
