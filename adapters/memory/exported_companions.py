"""What an export holds of companions, in memory."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import attrs

from adapters.memory.store import MemoryStore
from application.identity.exported_companions import (
    OwnCompanion,
    OwnCompanionMessage,
    OwnCompanionSession,
    OwnObservation,
    OwnPersonaVersion,
    OwnSummary,
)
from domain.personas.merge import Summary
from domain.personas.sessions import CompanionSession, EndedCompanionSession
from domain.shared.ids import PersonId

_LATER = ("ended_at", "ended_on", "ended_by", "duration_seconds", "growth")
_SUMMARY = tuple(field.name for field in attrs.fields(Summary))


def companions(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    """Give the person's companion conversation."""
    conversation = store.companion_conversations.by("person", person_id)
    if conversation is not None:
        yield OwnCompanion(id=conversation.id, started_at=conversation.started_at)


def persona_versions(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    """Give what their companion was like, the earliest first."""
    found = store.persona_versions.group("person", person_id)
    for one in sorted(found, key=lambda row: row.version):
        yield OwnPersonaVersion(
            version=one.version,
            baseline=one.baseline.value,
            sliders=attrs.asdict(one.sliders),
            cause=one.cause.value,
            session_id=one.session_id,
            at=one.at,
        )


def sessions(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    """Give their sessions, the earliest first."""
    found = store.companion_sessions.group("person", person_id)
    for one in sorted(found, key=lambda row: (row.started_at, row.id)):
        snapshot = one.persona_snapshot
        yield OwnCompanionSession(
            id=one.id,
            conversation_id=one.conversation_id,
            kind=one.kind.value,
            started_at=one.started_at,
            persona_snapshot={
                "baseline": snapshot.baseline.value,
                "sliders": attrs.asdict(snapshot.sliders),
                "version": snapshot.version,
            },
            user_messages=one.user_messages,
            policy_version=one.policy_version,
            **_after(one),
        )


def messages(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    """Give what was said, in its order."""
    conversation = store.companion_conversations.by("person", person_id)
    if conversation is None:
        return
    found = store.companion_messages.group("conversation", conversation.id)
    for one in sorted(found, key=lambda row: (row.created_at, row.id)):
        names = (field.name for field in attrs.fields(OwnCompanionMessage))
        yield OwnCompanionMessage(**{name: getattr(one, name) for name in names})


def observations(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    """Give what sessions said of them."""
    rows = store.companion_observations.group("person", person_id)
    for row in sorted(rows, key=lambda row: row.observation.id):
        one = row.observation
        yield OwnObservation(
            id=one.id,
            session_id=row.session_id,
            kind=one.kind.value,
            value=one.value,
            evidence_message_ids=one.evidence_message_ids,
            support=one.support,
        )


def summaries(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    """Give what is known of them, if anything was."""
    latest = store.summaries.get(person_id)
    if latest is not None:
        yield OwnSummary(
            **attrs.asdict(latest.summary),
            confidence_score=_percent(latest.confidence),
            updated_at=latest.updated_at,
        )


def _after(session: CompanionSession) -> dict[str, Any]:
    if not isinstance(session, EndedCompanionSession):
        return dict.fromkeys((*_LATER, *_SUMMARY, "confidence_score"))
    return {
        **{name: getattr(session, name) for name in _LATER},
        **attrs.asdict(session.summary),
        "confidence_score": _percent(session.confidence),
    }


def _percent(hundredths: int) -> Decimal:
    return Decimal(hundredths).scaleb(-2)
