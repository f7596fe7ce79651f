"""Video calls and what they come to, in memory."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import reduce

from attrs import frozen

from adapters.memory.rows import PresenceRow
from adapters.memory.store import MemoryStore
from application.shared.outbox import OutboxEvent
from application.video.ports import OverdueBefore
from domain.shared.ids import ConversationId, PersonId, VideoCallId
from domain.video.calls import (
    Call,
    CallLifecycleEvent,
    Ended,
    Ongoing,
    OpenCall,
    Ringing,
    evolve,
)
from domain.video.events import CallOutcome, PresenceReported
from domain.video.history import VideoHistory


@frozen
class MemoryCalls:
    """The video calls."""

    _store: MemoryStore

    async def get(
        self,
        call_id: VideoCallId,
        *,
        lock: bool = False,  # noqa: ARG002 - whoever touches the store has it to themself
    ) -> Call | None:
        """Give a call, if there is one of this id."""
        async with self._store.access():
            return self._store.calls.get(call_id)

    async def open_in(self, conversation_id: ConversationId) -> tuple[OpenCall, ...]:
        """Give the calls of a conversation that are not ended, the first to ring first."""
        async with self._store.access():
            calls = self._store.calls.group("conversation", conversation_id)
        open_calls = (call for call in calls if not isinstance(call, Ended))
        return tuple(sorted(open_calls, key=lambda call: (call.rings_at, call.id)))

    async def open_of(self, person_id: PersonId) -> tuple[OpenCall, ...]:
        """Give the calls of a person that are not ended, the first to ring first."""
        async with self._store.access():
            calls = [
                call
                for conversation in self._store.conversations.group("participant", person_id)
                for call in self._store.calls.group("conversation", conversation.id)
            ]
        open_calls = (call for call in calls if not isinstance(call, Ended))
        return tuple(sorted(open_calls, key=lambda call: (call.rings_at, call.id)))

    async def add(self, call: Ringing, events: Iterable[OutboxEvent]) -> None:
        """Add a call."""
        async with self._store.access():
            self._store.calls.insert(call)
            self._store.publish(events)

    async def record(self, before: Call, events: Iterable[OutboxEvent]) -> Call:
        """Write what events of a call's life make of it; give it."""
        events = tuple(events)
        happened = [
            outgoing.event for outgoing in events if isinstance(outgoing.event, CallLifecycleEvent)
        ]
        async with self._store.access():
            recorded = self._store.calls.revise(before.version, reduce(evolve, happened, before))
            for event in happened:
                if isinstance(event, PresenceReported):
                    self._store.keep_presence(
                        PresenceRow(event.call_id, event.person_id, event.presence, event.at)
                    )
            self._store.publish(events)
            return recorded

    async def save(self, before: Call, after: Ended, events: Iterable[OutboxEvent]) -> Ended:
        """Replace a call by what was made of it since it ended; give it with its new version."""
        async with self._store.access():
            saved = self._store.calls.revise(before.version, after)
            assert isinstance(saved, Ended)  # noqa: S101 - it is one with another version
            self._store.publish(events)
            return saved


@frozen
class MemoryHistories:
    """What the completed calls of conversations come to."""

    _store: MemoryStore

    async def get(self, conversation_id: ConversationId) -> VideoHistory | None:
        """Give a conversation's history; None if there is no such conversation."""
        async with self._store.access():
            conversation = self._store.conversations.get(conversation_id)
            if conversation is None:
                return None
            return self._store.histories.get(conversation_id) or VideoHistory(
                conversation_id=conversation_id, started_at=conversation.started_at
            )

    async def completed_on_day_of(
        self, conversation_id: ConversationId, at: datetime, other_than: VideoCallId
    ) -> bool:
        """Tell whether another call was completed on the UTC day of an instant."""
        async with self._store.access():
            return any(
                isinstance(call, Ended)
                and call.outcome is CallOutcome.COMPLETED
                and call.id != other_than
                and call.ended_at.astimezone(UTC).date() == at.astimezone(UTC).date()
                for call in self._store.calls.group("conversation", conversation_id)
            )

    async def save(self, history: VideoHistory, events: Iterable[OutboxEvent]) -> None:
        """Keep a locked conversation's history; the conversation's version rises."""
        async with self._store.access():
            self._store.histories.put(history)
            conversation = self._store.conversations[history.conversation_id]
            self._store.conversations.revise(conversation.version, conversation)
            self._store.publish(events)


@frozen
class MemoryOverdueCalls:
    """The calls that time has ended."""

    _store: MemoryStore

    async def conversations(
        self, before: OverdueBefore, after: ConversationId | None, limit: int
    ) -> tuple[ConversationId, ...]:
        """Give conversations with overdue calls, by their ids, from after one of them on."""
        async with self._store.access():
            found = {
                call.conversation_id
                for call in self._store.calls.group("over", value=False)
                if _is_overdue(call, before) and (after is None or call.conversation_id > after)
            }
        return tuple(sorted(found)[:limit])


def _is_overdue(call: Call, before: OverdueBefore) -> bool:
    match call:
        case Ringing():
            return call.rings_at <= before.rang
        case Ongoing():
            left = call.left_at is not None and call.left_at <= before.left
            return left or call.answered_at <= before.answered
        case Ended():
            return False
