"""The send path, in memory."""

from datetime import date, datetime

import attrs
from attrs import frozen

from adapters.memory.rows import DailyCount
from adapters.memory.store import Answered, MemoryStore
from application.conversations.ports import AcceptedMessage, SendView
from application.shared.idempotency import Attempt, KeptAnswer
from domain.conversations.conversations import Conversation
from domain.conversations.messages import Message
from domain.identity.persons import PersonStatus
from domain.shared.ids import ConversationId, PersonId
from domain.video.calls import Ongoing, Ringing


@frozen
class MemorySendGate:
    """One look, one guarded write."""

    _store: MemoryStore

    async def look(
        self,
        conversation_id: ConversationId,
        sender_id: PersonId,
        now: datetime,
        *,
        client_message_id: str | None = None,
        attempt: Attempt | None = None,
    ) -> SendView | None:
        """Give what a decision needs; None unless the sender takes part."""
        async with self._store.access():
            conversation = self._store.conversations.get(conversation_id)
            sender = self._store.persons.get(sender_id)
            if conversation is None or sender is None or sender_id not in conversation.participants:
                return None
            latest = self._latest_count(conversation_id, sender_id)
            return SendView(
                conversation=conversation,
                sender_active=sender.status is PersonStatus.ACTIVE,
                sender_deleted=sender.status is PersonStatus.DELETED,
                partner_deleted=self._is_deleted(conversation.other(sender_id)),
                sender_timezone=sender.timezone,
                sender_standing=sender.standing,
                sender_counting_day=sender.counting_day,
                sender_version=sender.version,
                blocked=self._store.blocked(*conversation.participants),
                latest_count_on=None if latest is None else latest.counted_on,
                latest_count=0 if latest is None else latest.sent,
                last_call_on=self._last_call_on(conversation, sender_id),
                has_open_call=self._has_open_call(conversation_id, now),
                earlier=self._earlier(conversation_id, sender_id, client_message_id),
                kept_answer=self._kept(attempt, now),
            )

    async def store(self, accepted: AcceptedMessage) -> bool:
        """Write a message and all that goes with it, if what was seen still holds."""
        async with self._store.access():
            if not self._still_holds(accepted):
                return False
            message = accepted.message
            self._store.messages.insert(message)
            self._store.counts.put(
                DailyCount(
                    message.conversation_id,
                    message.sender_id,
                    message.counted_on,
                    message.daily_number,
                )
            )
            self._keep_day(message.sender_id, accepted)
            if accepted.attempt is not None and accepted.answer is not None:
                self._store.answers.put(
                    Answered(accepted.attempt.owner, accepted.attempt.key, accepted.answer)
                )
            self._store.publish((accepted.event,))
            return True

    async def hold(self, sender_id: PersonId) -> None:  # noqa: ARG002 - it holds the whole store
        """Let nobody else store for this sender until the transaction ends."""
        async with self._store.access():
            pass

    def _is_deleted(self, person_id: PersonId) -> bool:
        return self._store.persons[person_id].status is PersonStatus.DELETED

    def _still_holds(self, accepted: AcceptedMessage) -> bool:
        message, seen = accepted.message, accepted.seen
        sender = self._store.persons.get(message.sender_id)
        conversation = self._store.conversations.get(message.conversation_id)
        count = self._store.counts.get(
            (message.conversation_id, message.sender_id, message.counted_on)
        )
        return (
            sender is not None
            and sender.version == seen.sender_version
            and conversation is not None
            and conversation.version == seen.conversation.version
            and (0 if count is None else count.sent) == message.daily_number - 1
            and self._earlier(message.conversation_id, message.sender_id, message.client_message_id)
            is None
            and self._kept(accepted.attempt, message.created_at) is None
        )

    def _keep_day(self, sender_id: PersonId, accepted: AcceptedMessage) -> None:
        day = accepted.day
        if day != accepted.seen.sender_counting_day:
            sender = self._store.persons[sender_id]
            counted = attrs.evolve(sender, counting_on=day.date, counting_since=day.since)
            self._store.persons.revise(sender.version, counted)

    def _latest_count(
        self, conversation_id: ConversationId, sender_id: PersonId
    ) -> DailyCount | None:
        counts = self._store.counts.group("sender", (conversation_id, sender_id))
        return max(counts, key=lambda count: count.counted_on, default=None)

    def _last_call_on(self, conversation: Conversation, sender_id: PersonId) -> date | None:
        history = self._store.histories.get(conversation.id)
        if history is None:
            return None
        by_lower = sender_id == conversation.participant_a
        return history.last_call_on_a if by_lower else history.last_call_on_b

    def _has_open_call(self, conversation_id: ConversationId, now: datetime) -> bool:
        return any(
            isinstance(call, Ongoing) or (isinstance(call, Ringing) and call.rings_at <= now)
            for call in self._store.calls.group("conversation", conversation_id)
        )

    def _earlier(
        self,
        conversation_id: ConversationId,
        sender_id: PersonId,
        client_message_id: str | None,
    ) -> Message | None:
        if client_message_id is None:
            return None
        name = (conversation_id, sender_id, client_message_id)
        return self._store.messages.by("client_message_id", name)

    def _kept(self, attempt: Attempt | None, now: datetime) -> KeptAnswer | None:
        if attempt is None:
            return None
        return self._store.kept_answer(attempt, now)
