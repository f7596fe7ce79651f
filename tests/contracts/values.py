"""Values to store: each is sound by itself, and no two tests share any."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
from uuid_utils.compat import uuid7

from application.shared.idempotency import Attempt, KeptAnswer
from application.shared.outbox import OutboxEvent
from application.shared.rulebook import Policies, Rulebook
from domain.conversations.conversations import Conversation, pair
from domain.conversations.messages import Message
from domain.identity.blocks import Block
from domain.identity.digests import secret_digest
from domain.identity.events import PersonReinstated
from domain.identity.google import GoogleLink
from domain.identity.pepper import Pepper
from domain.identity.persons import Person
from domain.identity.reports import Report
from domain.identity.service_keys import Scope, ServiceKey
from domain.identity.sessions import LoginSession, NewSession, SessionOrigin, login_session
from domain.shared.events import Event
from domain.shared.ids import (
    ConversationId,
    EventId,
    LoginSessionId,
    MessageId,
    PersonId,
    ReportId,
    ServiceKeyId,
    VideoCallId,
)
from domain.video.calls import Call, Ringing
from domain.video.events import CallOutcome, Presence, PresenceReported, VideoCallEnded

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
TODAY = date(2026, 3, 2)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
PEPPER = Pepper(b"p" * 32)
RULEBOOK = Rulebook(Policies(), "test")


def an_email() -> str:
    return f"Ana.{uuid7().hex}@Example.org"


def a_person(**changes: Any) -> Person:
    person = Person(id=PersonId(uuid7()), name="Ana", registered_at=START)
    return attrs.evolve(person, **changes)


def a_block(blocker: Person, blocked: Person) -> Block:
    return Block(blocker_id=blocker.id, blocked_id=blocked.id, created_at=START)


def a_google_link(person: Person, subject: str = "") -> GoogleLink:
    return GoogleLink(
        issuer="https://accounts.google.com",
        subject=subject or uuid7().hex,
        person_id=person.id,
        linked_at=START,
    )


def a_session(person: Person) -> LoginSession:
    new = NewSession(
        id=LoginSessionId(uuid7()),
        person_id=person.id,
        token=uuid7().hex,
        origin=SessionOrigin.EMAIL_CODE,
    )
    return login_session(new, RULEBOOK.policies.identity.sign_in, START)


def a_report(reporter: Person, reported: Person, **changes: Any) -> Report:
    report = Report(
        id=ReportId(uuid7()),
        reporter_id=reporter.id,
        reported_id=reported.id,
        reason="Spam.",
        evidence_message_ids=(),
        created_at=START,
    )
    return attrs.evolve(report, **changes)


def a_service_key(**changes: Any) -> ServiceKey:
    key_id = ServiceKeyId(uuid7())
    key = ServiceKey(
        id=key_id, digest=secret_digest(key_id.hex), scope=Scope.WRITE, created_at=START
    )
    return attrs.evolve(key, **changes)


def a_conversation(one: Person, two: Person, **changes: Any) -> Conversation:
    lower, higher = pair(one.id, two.id)
    conversation = Conversation(
        id=ConversationId(uuid7()), participant_a=lower, participant_b=higher, started_at=START
    )
    return attrs.evolve(conversation, **changes)


def a_message(conversation: Conversation, sender_id: PersonId, **changes: Any) -> Message:
    message = Message(
        id=MessageId(uuid7()),
        conversation_id=conversation.id,
        sender_id=sender_id,
        text="Hello",
        counted_on=TODAY,
        daily_number=1,
        daily_limit=10,
        policy_version=RULEBOOK.version,
        created_at=START,
    )
    return attrs.evolve(message, **changes)


def a_call(conversation: Conversation, **changes: Any) -> Ringing:
    call = Ringing(
        id=VideoCallId(uuid7()),
        conversation_id=conversation.id,
        initiator_id=conversation.participant_a,
        callee_id=conversation.participant_b,
        created_at=START,
        rings_at=START,
        scheduled_for=None,
        policy_version=RULEBOOK.version,
    )
    return attrs.evolve(call, **changes)


def presence(call: Call, person_id: PersonId, reported: Presence, at: datetime) -> PresenceReported:
    return PresenceReported(
        at=at,
        person_id=person_id,
        policy_version=RULEBOOK.version,
        call_id=call.id,
        conversation_id=call.conversation_id,
        presence=reported,
        counts_on=(TODAY, TODAY - DAY),
    )


def ended(call: Call, at: datetime, outcome: CallOutcome) -> VideoCallEnded:
    return VideoCallEnded(
        at=at,
        person_id=call.initiator_id,
        policy_version=RULEBOOK.version,
        call_id=call.id,
        conversation_id=call.conversation_id,
        callee_id=call.callee_id,
        outcome=outcome,
        overlap_seconds=60,
        counts_on=(TODAY, TODAY + DAY) if outcome is CallOutcome.COMPLETED else None,
    )


def outgoing(*events: Event) -> tuple[OutboxEvent, ...]:
    return tuple(OutboxEvent(EventId(uuid7()), event) for event in events)


def an_event(person_id: PersonId) -> OutboxEvent:
    [event] = outgoing(
        PersonReinstated(at=START, person_id=person_id, policy_version=RULEBOOK.version)
    )
    return event


def an_attempt(**changes: Any) -> Attempt:
    attempt = Attempt(owner="service", key=uuid7().hex, fingerprint=b"one")
    return attrs.evolve(attempt, **changes)


def an_answer(attempt: Attempt, **changes: Any) -> KeptAnswer:
    answer = KeptAnswer(
        fingerprint=attempt.fingerprint, status=201, body=b"{}", expires_at=START + DAY
    )
    return attrs.evolve(answer, **changes)
