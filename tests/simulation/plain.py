"""What a Kithkin answers, in the plain values and numbers of the simulation."""

from collections.abc import Callable
from enum import StrEnum
from uuid import UUID

import attrs
from attrs import define, field

from application.conversations.queries import ConversationSummary
from application.conversations.send_message import SentMessage
from application.shared.outbox import event_type
from domain.conversations.messages import Message
from domain.identity.erasure import Erasure
from domain.identity.learning import LearningPreferences
from domain.identity.persons import Person, PersonStatus
from domain.identity.reports import Report
from domain.shared.events import Event
from domain.video.calls import Call, Ended, Ringing
from domain.video.history import VideoHistory
from domain.video.reward import Reward
from domain.video.unlock import MessageAllowance
from tests.simulation.commands import Answer

_UNKNOWN = UUID(int=404)


_SAID_OF_ALLOWANCES = (
    "allowed",
    "sent",
    "limit",
    "remaining",
    "base",
    "bonus",
    "days_since_call",
    "percent",
    "tier",
    "counting_on",
    "resets_at",
)


@define
class Numbers:
    """The ids of one kind of thing, in the order in which they were met."""

    ids: list[UUID] = field(factory=list)
    _numbers: dict[UUID, int] = field(factory=dict)

    def of(self, new_or_known: UUID) -> int:
        if new_or_known not in self._numbers:
            self._numbers[new_or_known] = len(self.ids)
            self.ids.append(new_or_known)
        return self._numbers[new_or_known]

    def id(self, number: int) -> UUID:
        return self.ids[number] if 0 <= number < len(self.ids) else _UNKNOWN


@define
class Plain:
    """Turns answers into plain ones, and remembers which id has which number."""

    persons: Numbers = field(factory=Numbers)
    conversations: Numbers = field(factory=Numbers)
    messages: Numbers = field(factory=Numbers)
    calls: Numbers = field(factory=Numbers)
    reports: Numbers = field(factory=Numbers)
    videos: Numbers = field(factory=Numbers)
    sends: Numbers = field(factory=Numbers)
    lots: Numbers = field(factory=Numbers)
    usage_sessions: Numbers = field(factory=Numbers)
    quotes: Numbers = field(factory=Numbers)
    payments: Numbers = field(factory=Numbers)
    referrals: Numbers = field(factory=Numbers)
    rewards: Numbers = field(factory=Numbers)
    observations: Numbers = field(factory=Numbers)
    spending: Numbers = field(factory=Numbers)
    codes: list[str] = field(factory=list)
    tokens: list[str] = field(factory=list)
    companions: dict[int, UUID] = field(factory=dict)

    def person(self, person: Person) -> Answer:
        return {
            "person": self.persons.of(person.id),
            "name": person.name,
            "timezone": person.timezone,
            "email": person.email,
            "display_name": person.display_name,
            "privacy_level": person.privacy_level,
            "tier": person.tier,
            "active": person.status is PersonStatus.ACTIVE,
            "counting_on": person.counting_on,
        }

    def preferences(self, preferences: LearningPreferences) -> Answer:
        return {
            "person": self.persons.of(preferences.person_id),
            "target_language": preferences.target_language,
            "speaking_level": preferences.speaking_level,
        }

    def erasure(self, erasure: Erasure) -> Answer:
        return {
            "person": self.persons.of(erasure.person_id),
            "erased_at": erasure.erased_at,
            "was_suspended": erasure.was_suspended,
        }

    def report(self, report: Report) -> Answer:
        evidence = tuple(self.messages.of(message) for message in report.evidence_message_ids)
        return {"report": self.reports.of(report.id), "evidence": evidence}

    def allowance(self, decision: MessageAllowance) -> Answer:
        change = decision.next_change
        return {
            **{name: getattr(decision, name) for name in _SAID_OF_ALLOWANCES},
            "next_change": change and (change.on, change.at, change.limit, change.percent),
            "unlockers": {unlocker.action: unlocker.limit for unlocker in decision.unlockers},
            "refusing": [reason.rule for reason in decision.reasons if not reason.satisfied],
        }

    def reward(self, decision: Reward) -> Answer:
        return {
            "status": str(decision.status),
            "counting_on": decision.facts.day,
            "partners": (decision.facts.this_month, decision.facts.last_month),
            "needed": decision.needed,
            "discount_percent": decision.discount_percent,
            "valid_until": decision.valid_until,
        }

    def message(self, message: Message) -> Answer:
        return {
            "message": self.messages.of(message.id),
            "sender": self.persons.of(message.sender_id),
            "text": message.text,
            "at": message.created_at,
            "counted_on": message.counted_on,
            "number": message.daily_number,
            "limit": message.daily_limit,
            "edited_at": message.edited_at,
            "deleted_at": message.deleted_at,
        }

    def sent(self, sent: SentMessage) -> Answer:
        return {
            "message": self.message(sent.message),
            "created": sent.created,
            "allowance": self.allowance(sent.allowance),
        }

    def summary(self, summary: ConversationSummary) -> Answer:
        return {
            "other": self.persons.of(summary.other_id),
            "display_name": summary.other_display_name,
            "unread": summary.unread_count,
            "messages": summary.message_count,
        }

    def call(self, call: Call) -> Answer:
        plain: Answer = {
            "call": self.calls.of(call.id),
            "initiator": self.persons.of(call.initiator_id),
            "callee": self.persons.of(call.callee_id),
            "rings_at": call.rings_at,
            "answered_at": None if isinstance(call, Ringing) else call.answered_at,
            "reports": call.presence_reports,
        }
        if isinstance(call, Ended):
            return plain | {
                "state": "ended",
                "connected": set(),
                "ended_at": call.ended_at,
                "outcome": call.outcome,
                "overlap_seconds": call.overlap_seconds,
            }
        here = [
            self.persons.of(person)
            for person in (call.initiator_id, call.callee_id)
            if call.connected_since(person) is not None
        ]
        return plain | {
            "state": "ringing" if isinstance(call, Ringing) else "ongoing",
            "connected": set(here),
            "ended_at": None,
            "outcome": None,
            "overlap_seconds": None,
        }

    def history(self, history: VideoHistory, lower: UUID, higher: UUID) -> Answer:
        return {
            "started_at": history.started_at,
            "first": history.first_video_call_at,
            "last": history.last_video_call_at,
            "count": history.video_call_count,
            "last_on": {
                self.persons.of(lower): history.last_call_on_a,
                self.persons.of(higher): history.last_call_on_b,
            },
        }

    def event(self, event: Event) -> Answer:
        """Give an event with numbers for ids, without what no answer is about."""
        numbers: dict[str, Callable[[UUID], int]] = {
            "conversation_id": self.conversations.of,
            "message_id": self.messages.of,
            "call_id": self.calls.of,
            "report_id": self.reports.of,
            "video_message_id": self.videos.of,
            "send_id": self.sends.of,
            "lot_id": self.lots.of,
        }
        plain: Answer = {"type": event_type(event)}
        for name, value in attrs.asdict(event, recurse=False).items():
            if isinstance(value, UUID):
                plain[name] = numbers.get(name, self.persons.of)(value)
            elif name != "policy_version":
                plain[name] = str(value) if isinstance(value, StrEnum) else value
        if plain["type"] == "presence_reported":
            # Ahead of its time: the call's end tells on which dates it counts.
            plain.pop("counts_on")
        return plain
