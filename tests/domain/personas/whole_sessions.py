"""Companion sessions in full, for examples that hold the whole value."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.personas.events import Growth, SessionEnding, TalkKind
from domain.personas.personas import (
    Persona,
)
from domain.personas.policy import PersonaPolicy
from domain.personas.sessions import (
    EndedCompanionSession,
)
from domain.shared.ids import CompanionSessionId, ConversationId, PersonId

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

MINUTE = timedelta(minutes=1)

MOMENT = timedelta(microseconds=1)

POLICY = PersonaPolicy()

ANA = PersonId(UUID(int=7))

TALK = ConversationId(UUID(int=1))

SESSION = CompanionSessionId(UUID(int=2))


def an_ended_one(**changes: Any) -> EndedCompanionSession:
    known: dict[str, Any] = {
        "id": SESSION,
        "conversation_id": TALK,
        "person_id": ANA,
        "kind": TalkKind.CHAT,
        "started_at": NOON,
        "persona_snapshot": Persona(),
        "policy_version": "v1",
        "last_message_at": NOON,
        "user_messages": 0,
        "user_characters": 0,
        "messages_counted": 0,
        "ended_at": NOON + MINUTE,
        "ended_on": NOON.date(),
        "ended_by": SessionEnding.TOLD,
        "duration_seconds": 60,
        "growth": Growth.TOO_SHORT,
    }
    return EndedCompanionSession(**(known | changes))
