"""The rows of companions, and the values they are made of and into."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from attrs import frozen

from adapters.postgres.codec import field_names, from_row, to_row
from adapters.postgres.executor import Row
from domain.personas.growth import LatestSummary
from domain.personas.merge import Summary
from domain.personas.observations import Observation
from domain.personas.personas import OwnPersona, PersonaVersion
from domain.personas.sessions import (
    CompanionSession,
    EndedCompanionSession,
    OpenCompanionSession,
)
from domain.shared.ids import CompanionSessionId, PersonId

SUMMARY_FIELDS = field_names(Summary)
_HUNDREDTHS = 2


@frozen(kw_only=True)
class OwnPersonaRow:
    """An OwnPersona; the persona itself stands in `persona_prompt`."""

    person_id: UUID
    persona_prompt: str
    chosen: str
    chosen_at: datetime
    forgotten_at: datetime | None
    updated_at: datetime


@frozen(kw_only=True)
class LatestSummaryRow:
    """A LatestSummary, its confidence in percent."""

    person_id: UUID
    partner_type_one_liner: str | None
    top_3_traits_you_value: tuple[str, ...]
    what_you_might_work_on: tuple[str, ...]
    next_time_focus: tuple[str, ...]
    love_language_guess: str | None
    communication_fit: str | None
    confidence_score: Decimal
    updated_at: datetime


@frozen(kw_only=True)
class CompanionSessionRow:
    """A session; what comes after `price_micros` is NULL while it goes on."""

    id: UUID
    conversation_id: UUID
    person_id: UUID
    kind: str
    started_at: datetime
    persona_snapshot: str
    policy_version: str
    last_message_at: datetime
    user_messages: int
    user_characters: int
    messages_counted: int
    input_tokens: int
    output_tokens: int
    price_micros: int
    ended_at: datetime | None
    ended_on: date | None
    ended_by: str | None
    duration_seconds: int | None
    seconds_counted: int | None
    growth: str | None
    tries: int | None
    try_at: datetime | None
    partner_type_one_liner: str | None
    top_3_traits_you_value: tuple[str, ...] | None
    what_you_might_work_on: tuple[str, ...] | None
    next_time_focus: tuple[str, ...] | None
    love_language_guess: str | None
    communication_fit: str | None
    confidence_score: Decimal | None
    gain: int | None
    claims_dropped: int | None
    evidence_dropped: int | None


@frozen(kw_only=True)
class ObservationRow:
    """An Observation, and whose and of which session it is."""

    id: UUID
    person_id: UUID
    session_id: UUID
    kind: str
    value: str
    evidence_message_ids: tuple[UUID, ...]
    support: int


def own_to_row(own: OwnPersona) -> dict[str, Any]:
    """Make a persona's row."""
    row = to_row(own)
    row["persona_prompt"] = _json(row.pop("persona"))
    return {**row, "chosen": _json(row["chosen"])}


def own_from_row(row: Row) -> OwnPersona:
    """Make a persona of its row."""
    values = dict(row)
    values["persona"] = msgspec.json.decode(values.pop("persona_prompt"))
    values["chosen"] = msgspec.json.decode(values["chosen"])
    return from_row(OwnPersona, values)


def version_to_row(version: PersonaVersion) -> dict[str, Any]:
    """Make the row of a version."""
    row = to_row(version)
    return {**row, "sliders": _json(row["sliders"])}


def version_from_row(row: Row) -> PersonaVersion:
    """Make a version of its row."""
    return from_row(PersonaVersion, {**row, "sliders": msgspec.json.decode(row["sliders"])})


def session_to_row(session: CompanionSession) -> dict[str, Any]:
    """Make a session's row; what its state does not have is NULL."""
    row = {**dict.fromkeys(field_names(CompanionSessionRow)), **to_row(session)}
    row["persona_snapshot"] = _json(row["persona_snapshot"])
    if isinstance(session, EndedCompanionSession):
        row |= row.pop("summary")
        row["confidence_score"] = _percent(row.pop("confidence"))
    return row


def session_from_row(row: Row) -> CompanionSession:
    """Make the state of a session: it is over once it has a time for that."""
    snapshot = msgspec.json.decode(row["persona_snapshot"])
    if row["ended_at"] is None:
        names = field_names(OpenCompanionSession)
        open_row = {name: row[name] for name in names}
        return from_row(OpenCompanionSession, {**open_row, "persona_snapshot": snapshot})
    return ended_from_row(row)


def ended_from_row(row: Row) -> EndedCompanionSession:
    """Make a session that is over of its row."""
    names = (name for name in field_names(EndedCompanionSession) if name in row)
    return from_row(
        EndedCompanionSession,
        {
            **{name: row[name] for name in names},
            "persona_snapshot": msgspec.json.decode(row["persona_snapshot"]),
            "summary": {name: row[name] for name in SUMMARY_FIELDS},
            "confidence": _hundredths(row["confidence_score"]),
        },
    )


def latest_to_row(latest: LatestSummary) -> dict[str, Any]:
    """Make the row of what is known."""
    row = to_row(latest)
    row |= row.pop("summary")
    row["confidence_score"] = _percent(row.pop("confidence"))
    return row


def latest_from_row(row: Row) -> LatestSummary:
    """Make what is known of its row."""
    return from_row(
        LatestSummary,
        {
            "person_id": row["person_id"],
            "summary": {name: row[name] for name in SUMMARY_FIELDS},
            "confidence": _hundredths(row["confidence_score"]),
            "updated_at": row["updated_at"],
        },
    )


def observation_to_row(
    person_id: PersonId, session_id: CompanionSessionId, observation: Observation
) -> dict[str, Any]:
    """Make an observation's row."""
    return {**to_row(observation), "person_id": person_id, "session_id": session_id}


def observation_from_row(row: Row) -> Observation:
    """Make an observation of its row."""
    return from_row(Observation, {name: row[name] for name in field_names(Observation)})


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _percent(hundredths: int) -> Decimal:
    return Decimal(hundredths).scaleb(-_HUNDREDTHS)


def _hundredths(percent: Decimal) -> int:
    return int(percent.scaleb(_HUNDREDTHS))
