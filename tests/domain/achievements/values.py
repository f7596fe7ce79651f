"""Achievements and events to earn them by."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.achievements.awards import Happened
from domain.achievements.definitions import Achievement, AchievementId, AchievementKey
from domain.achievements.events import Category
from domain.achievements.metrics import Totals
from domain.achievements.requirements import requirement_of
from domain.conversations.events import MessageSent
from domain.identity.events import PersonRegistered
from domain.shared.events import Event
from domain.shared.ids import ConversationId, EventId, MessageId, PersonId, VideoCallId
from domain.streaks.events import StreakCredited, StreakKind
from domain.video.events import VideoCallCounted

PERSON = PersonId(UUID(int=1))
VERSION = "v1"
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOBODY = Totals(person_id=PERSON, registered_at=START)


def partner(number: int) -> PersonId:
    return PersonId(UUID(int=100 + number))


def after(**time: int) -> datetime:
    return START + timedelta(**time)


def an_achievement(requirements: object, **changes: Any) -> Achievement:
    known: dict[str, Any] = {
        "id": AchievementId(UUID(int=500)),
        "key": AchievementKey("first_words"),
        "name": "First words",
        "description": "Send a message.",
        "category": Category.MILESTONE,
        "points": 10,
        "requirements": requirement_of(requirements),
        "published_at": START,
    }
    return Achievement(**(known | changes))


def at_least(metric: str, number: int) -> dict[str, object]:
    return {"metric": metric, "at_least": number}


def registered(at: datetime = START) -> PersonRegistered:
    return PersonRegistered(
        at=at, person_id=PERSON, policy_version=VERSION, timezone="UTC", locale="pt"
    )


def message(to: int = 0, at: datetime = START) -> MessageSent:
    return MessageSent(
        at=at,
        person_id=PERSON,
        policy_version=VERSION,
        conversation_id=ConversationId(UUID(int=200 + to)),
        message_id=MessageId(UUID(int=300)),
        recipient_id=partner(to),
        counted_on=at.date(),
    )


def call(to: int = 0, at: datetime = START) -> VideoCallCounted:
    return VideoCallCounted(
        at=at,
        person_id=PERSON,
        policy_version=VERSION,
        call_id=VideoCallId(UUID(int=400)),
        conversation_id=ConversationId(UUID(int=200 + to)),
        partner_id=partner(to),
        counted_on=at.date(),
        overlap_seconds=60,
    )


def credited(kind: StreakKind, longest: int, at: datetime = START) -> StreakCredited:
    return StreakCredited(
        at=at,
        person_id=PERSON,
        policy_version=VERSION,
        kind=kind,
        counted_on=date(2026, 3, 1),
        timezone="UTC",
        current=longest,
        longest=longest,
    )


def happened(*events: Event) -> tuple[Happened, ...]:
    return tuple(
        Happened(EventId(UUID(int=1000 + number)), event) for number, event in enumerate(events)
    )
