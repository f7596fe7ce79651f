"""All that Kithkin keeps, in memory."""

import copy
from collections.abc import Callable, Hashable, Iterable
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

import attrs
from attrs import field, frozen

from adapters.memory.isolation import Isolation
from adapters.memory.table import Key, Table
from application.shared.idempotency import Attempt, KeptAnswer
from application.shared.jobs import JobState, StoredJob
from application.shared.outbox import OutboxEvent
from application.shared.transaction import ConcurrentUpdateError
from domain.conversations.conversations import Conversation
from domain.conversations.messages import Message
from domain.events.deliveries import Delivery
from domain.events.endpoints import WebhookEndpoint
from domain.identity.blocks import Block
from domain.identity.code_limits import Tally
from domain.identity.erasure import Erasure
from domain.identity.google import GoogleAttempt, GoogleLink
from domain.identity.learning import LearningPreferences
from domain.identity.persons import Person
from domain.identity.profile import email_key
from domain.identity.reports import Report
from domain.identity.service_keys import ServiceKey
from domain.identity.sessions import LoginSession
from domain.identity.sign_in_codes import SignInCode
from domain.shared.events import Event
from domain.shared.ids import (
    ConversationId,
    EventId,
    LoginSessionId,
    MessageId,
    PersonId,
    ReportId,
    ServiceKeyId,
    UsageSessionId,
    VideoCallId,
    WebhookEndpointId,
)
from domain.usage.accounts import UsageAccount
from domain.usage.ledger import LedgerLine
from domain.usage.periods import ClosedPeriod, OpenPeriod
from domain.usage.sessions import OpenSession, SettledSession
from domain.video.calls import Ended, Ongoing, Ringing
from domain.video.events import Presence
from domain.video.history import VideoHistory

Versioned = TypeVar("Versioned", bound=Person | Conversation | Ringing | Ongoing | Ended)


@frozen
class DailyCount:
    """How many messages of a sender's were counted on a date in a conversation."""

    conversation_id: ConversationId
    sender_id: PersonId
    counted_on: date
    sent: int


@frozen
class ReadMarker:
    """The message up to which a participant has read."""

    conversation_id: ConversationId
    person_id: PersonId
    message_created_at: datetime
    message_id: MessageId


@frozen
class PresenceRow:
    """A connect or disconnect that a call took in."""

    call_id: VideoCallId
    person_id: PersonId
    presence: Presence
    at: datetime


@frozen
class EndpointRow:
    """A webhook endpoint, up to where it was given the events, and who delivers to it."""

    endpoint: WebhookEndpoint
    position: int
    claim: UUID | None = None
    claimed_until: datetime | None = None


@frozen
class SinkRow:
    """Up to where a bus was given the events, how it fared, and who publishes to it."""

    name: str
    position: int = 0
    failures: int = 0
    paused_until: datetime | None = None
    claim: UUID | None = None
    claimed_until: datetime | None = None


def _copied_answer(answer: KeptAnswer) -> KeptAnswer:
    return copy.copy(answer)


def _copied_event(event: OutboxEvent) -> OutboxEvent:
    return OutboxEvent(event.id, copy.copy(event.event))


@frozen
class Answered:
    """An answer and the key it is kept under."""

    owner: str
    key: str
    kept: KeptAnswer = field(converter=_copied_answer)


class VersionedTable(Table[Key, Versioned]):
    """Rows that are only changed by those who know their version."""

    def revise(self, version: int, after: Versioned) -> Versioned:
        """Replace the row of this version by a changed one; give it with the next version.

        Raises:
            ConcurrentUpdateError: The row is not of this version.
            ConstraintError: The new row breaks a constraint.
        """
        stored = self.get(self._key(after))
        if stored is None or stored.version != version:
            raise ConcurrentUpdateError
        raised = attrs.evolve(after, version=version + 1)
        self.put(raised)
        return raised


class MemoryStore(Isolation):
    """The tables, the outbox and the test clock, all empty at first.

    Attributes:
        presence: What calls took in, in the order of the transactions.
        time: Where the test clock stands; None before it was first read or moved.
    """

    def __init__(self) -> None:
        super().__init__()
        self._outbox: list[OutboxEvent] = []
        self._forgotten = 0
        self.presence: list[PresenceRow] = []
        self.time: datetime | None = None
        self.persons: VersionedTable[PersonId, Person] = VersionedTable(
            self.note,
            lambda person: person.id,
            unique={"email": _email_key},
        )
        self.blocks: Table[tuple[PersonId, PersonId], Block] = Table(
            self.note,
            lambda block: (block.blocker_id, block.blocked_id),
            references={"persons": (self.persons, lambda row: (row.blocker_id, row.blocked_id))},
            checks={"two_persons": lambda block: block.blocker_id != block.blocked_id},
        )
        self.reports: Table[ReportId, Report] = Table(
            self.note,
            lambda report: report.id,
            groups={"reported": lambda report: (report.reported_id,)},
            references={"persons": (self.persons, lambda row: (row.reporter_id, row.reported_id))},
        )
        self.preferences: Table[PersonId, LearningPreferences] = Table(
            self.note,
            lambda preferences: preferences.person_id,
            references={"person": (self.persons, lambda row: (row.person_id,))},
        )
        self.erasures: Table[PersonId, Erasure] = Table(
            self.note,
            lambda erasure: erasure.person_id,
            groups={"email": lambda erasure: (erasure.email_hash,)},
            references={"person": (self.persons, lambda row: (row.person_id,))},
        )
        self.service_keys: Table[ServiceKeyId, ServiceKey] = Table(
            self.note, lambda key: key.id, unique={"digest": lambda key: key.digest}
        )
        self.tallies: Table[bytes, Tally] = Table(self.note, lambda tally: tally.subject)
        self.sign_in_codes: Table[bytes, SignInCode] = Table(
            self.note,
            lambda code: code.address,
            unique={"nonce_digest": lambda code: code.nonce_digest},
        )
        self.google_attempts: Table[bytes, GoogleAttempt] = Table(
            self.note,
            lambda attempt: attempt.state_digest,
            references={
                "person": (
                    self.persons,
                    lambda attempt: () if attempt.person_id is None else (attempt.person_id,),
                )
            },
        )
        self.google_links: Table[tuple[str, str], GoogleLink] = Table(
            self.note,
            lambda link: (link.issuer, link.subject),
            groups={"person": lambda link: (link.person_id,)},
            references={"person": (self.persons, lambda link: (link.person_id,))},
        )
        self.sessions: Table[LoginSessionId, LoginSession] = Table(
            self.note,
            lambda session: session.id,
            unique={"digest": lambda session: session.digest},
            groups={"person": lambda session: (session.person_id,)},
            references={"person": (self.persons, lambda session: (session.person_id,))},
        )
        self.conversations: VersionedTable[ConversationId, Conversation] = VersionedTable(
            self.note,
            lambda conversation: conversation.id,
            unique={"pair": lambda conversation: conversation.participants},
            groups={"participant": lambda conversation: conversation.participants},
            references={"persons": (self.persons, lambda row: row.participants)},
            checks={"ordered_pair": lambda row: row.participant_a < row.participant_b},
        )
        self.messages: Table[MessageId, Message] = Table(
            self.note,
            lambda message: message.id,
            unique={"client_message_id": _client_message_key},
            groups={"conversation": lambda message: (message.conversation_id,)},
            checks={"within_limit": lambda row: 1 <= row.daily_number <= row.daily_limit},
        )
        self.counts: Table[tuple[ConversationId, PersonId, date], DailyCount] = Table(
            self.note,
            lambda count: (count.conversation_id, count.sender_id, count.counted_on),
            groups={"sender": lambda count: ((count.conversation_id, count.sender_id),)},
        )
        self.read_markers: Table[tuple[ConversationId, PersonId], ReadMarker] = Table(
            self.note,
            lambda marker: (marker.conversation_id, marker.person_id),
            references={
                "conversation": (self.conversations, lambda row: (row.conversation_id,)),
                "person": (self.persons, lambda row: (row.person_id,)),
            },
        )
        self.calls: VersionedTable[VideoCallId, Ringing | Ongoing | Ended] = VersionedTable(
            self.note,
            lambda call: call.id,
            groups={"conversation": lambda call: (call.conversation_id,)},
            references={
                "conversation": (self.conversations, lambda row: (row.conversation_id,)),
                "persons": (self.persons, lambda row: (row.initiator_id, row.callee_id)),
            },
        )
        self.histories: Table[ConversationId, VideoHistory] = Table(
            self.note,
            lambda history: history.conversation_id,
            references={
                "conversation": (self.conversations, lambda row: (row.conversation_id,)),
            },
        )
        self.answers: Table[tuple[str, str], Answered] = Table(
            self.note,
            lambda answered: (answered.owner, answered.key),
            groups={"person": lambda answered: (answered.kept.person_id,)},
        )
        self.jobs: Table[UUID, StoredJob] = Table(
            self.note, lambda job: job.id, unique={"waiting": _waiting_key}
        )
        self.webhook_endpoints: Table[WebhookEndpointId, EndpointRow] = Table(
            self.note, lambda row: row.endpoint.id
        )
        self.webhook_deliveries: Table[tuple[WebhookEndpointId, EventId], Delivery] = Table(
            self.note,
            lambda delivery: (delivery.endpoint_id, delivery.event_id),
            groups={"endpoint": lambda delivery: (delivery.endpoint_id,)},
            references={"endpoint": (self.webhook_endpoints, lambda row: (row.endpoint_id,))},
        )
        self.event_sinks: Table[str, SinkRow] = Table(self.note, lambda row: row.name)
        self.usage_accounts: Table[PersonId, UsageAccount] = Table(
            self.note,
            lambda account: account.person_id,
            references={"person": (self.persons, lambda row: (row.person_id,))},
            checks={
                "purchased": lambda row: 0 <= row.purchased_seconds_used <= row.purchased_seconds
            },
        )
        self.usage_periods: Table[tuple[PersonId, str], OpenPeriod | ClosedPeriod] = Table(
            self.note,
            lambda period: (period.person_id, period.period),
            groups={"person": lambda period: (period.person_id,)},
            references={"account": (self.usage_accounts, lambda row: (row.person_id,))},
            checks={
                "monthly": lambda row: 0 <= row.seconds_used <= row.monthly_seconds,
                "banked": lambda row: 0 <= row.banked_seconds_used <= row.banked_seconds,
            },
        )
        self.usage_sessions: Table[UsageSessionId, OpenSession | SettledSession] = Table(
            self.note,
            lambda session: session.id,
            groups={
                "person": lambda session: (session.person_id,),
                "open": lambda session: (
                    (session.person_id,) if isinstance(session, OpenSession) else ()
                ),
            },
            references={"account": (self.usage_accounts, lambda row: (row.person_id,))},
        )
        self.usage_ledger: Table[tuple[PersonId, int], LedgerLine] = Table(
            self.note,
            lambda line: (line.person_id, line.number),
            groups={"person": lambda line: (line.person_id,)},
            references={"account": (self.usage_accounts, lambda row: (row.person_id,))},
        )

    @property
    def outbox(self) -> list[OutboxEvent]:
        """The events in the order of their transactions, the running one's at the end."""
        return [_copied_event(event) for event in self._outbox]

    def blocked(self, one: PersonId, two: PersonId) -> bool:
        """Tell whether one of the two has blocked the other."""
        return (one, two) in self.blocks or (two, one) in self.blocks

    def kept_answer(self, attempt: Attempt, now: datetime) -> KeptAnswer | None:
        """Give the answer kept for a request's key, unless it has expired."""
        found = self.answers.get((attempt.owner, attempt.key))
        if found is None or found.kept.expires_at <= now:
            return None
        return _copied_answer(found.kept)

    def publish(self, events: Iterable[OutboxEvent]) -> None:
        """Append events to the outbox."""
        for event in events:
            self._outbox.append(_copied_event(event))
            self.note(self._outbox.pop)

    @property
    def newest_event(self) -> int:
        """The position of the newest event, counted from 1."""
        return self._forgotten + len(self._outbox)

    def events_between(self, after: int, upto: int) -> list[tuple[int, OutboxEvent]]:
        """Give the events after a position, and up to another, with their positions."""
        first = max(after - self._forgotten, 0)
        found = self._outbox[first : max(upto - self._forgotten, 0)]
        return [
            (self._forgotten + first + number, _copied_event(event))
            for number, event in enumerate(found, start=1)
        ]

    def forget_events(self, number: int) -> None:
        """Delete the oldest events; the others keep their positions."""
        gone = self._outbox[:number]
        del self._outbox[:number]
        self._forgotten += len(gone)
        self.note(lambda: self._remember(gone))

    def _remember(self, gone: list[OutboxEvent]) -> None:
        self._outbox[:0] = gone
        self._forgotten -= len(gone)

    def rewrite(self, person_id: PersonId, change: Callable[[Event], Event]) -> None:
        """Replace each event about a person by what a change makes of it."""
        before = self._outbox  # the list itself: what undoes earlier events takes them from it
        self._outbox = [
            OutboxEvent(out.id, change(out.event)) if out.event.person_id == person_id else out
            for out in before
        ]
        self.note(lambda: setattr(self, "_outbox", before))

    def keep_presence(self, row: PresenceRow) -> None:
        """Append to what calls took in."""
        self.presence.append(row)
        self.note(self.presence.pop)


def _waiting_key(job: StoredJob) -> Hashable | None:
    return (job.kind, job.key) if job.state is JobState.WAITING else None


def _email_key(person: Person) -> str | None:
    return None if person.email is None else email_key(person.email)


def _client_message_key(message: Message) -> Hashable | None:
    if message.client_message_id is None:
        return None
    return (message.conversation_id, message.sender_id, message.client_message_id)
