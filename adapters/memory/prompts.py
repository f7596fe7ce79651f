"""Prompts, in memory."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime

import attrs
from attrs import frozen

from adapters.memory.send_gate import MemorySendGate
from adapters.memory.store import MemoryStore
from application.shared.outbox import OutboxEvent
from application.video.prompt_ports import PromptTalk
from domain.shared.calendar import CountingDay
from domain.shared.ids import ConversationId, PersonId, PromptId
from domain.video.prompt_pace import Reach, that_matter
from domain.video.prompt_totals import PromptTotal
from domain.video.prompts import Prompt


@frozen
class MemoryPrompts:
    """The prompts that were shown."""

    _store: MemoryStore

    async def get(self, prompt_id: PromptId) -> Prompt | None:
        """Give a prompt, if there is one of this id."""
        async with self._store.access():
            return self._store.prompts.get(prompt_id)

    async def past(
        self, person_id: PersonId, conversation_id: ConversationId | None, within: Reach
    ) -> tuple[Prompt, ...]:
        """Give those of a person's prompts that can matter, the newest first."""
        async with self._store.access():
            every = self._store.prompts.group("person", person_id)
        return that_matter(every, conversation_id, within)

    async def show(self, prompt: Prompt, day: CountingDay, events: Iterable[OutboxEvent]) -> None:
        """Add a prompt of a locked person, whose counting day is this from now on."""
        async with self._store.access():
            self._store.prompts.insert(prompt)
            person = self._store.persons[prompt.person_id]
            if person.counting_on != day.date:
                counted = attrs.evolve(person, counting_on=day.date, counting_since=day.since)
                self._store.persons.revise(person.version, counted)
            self._store.publish(events)

    async def answer(self, prompt: Prompt, events: Iterable[OutboxEvent]) -> None:
        """Keep the action taken on a prompt of a locked person."""
        async with self._store.access():
            self._store.prompts.put(prompt)
            self._store.publish(events)


@frozen
class MemoryPromptTalks:
    """The conversations in which persons are prompted."""

    _store: MemoryStore

    async def look(
        self, conversation_id: ConversationId, person_id: PersonId, now: datetime, most: int
    ) -> PromptTalk | None:
        """Give a conversation, counting so many messages at most; None unless they take part."""
        seen = await MemorySendGate(self._store).look(conversation_id, person_id, now)
        if seen is None:
            return None
        async with self._store.access():
            history = self._store.histories.get(conversation_id)
            messages = self._store.messages.group("conversation", conversation_id)
        since = None if history is None else history.last_video_call_at
        number = sum(since is None or message.created_at > since for message in messages)
        return PromptTalk(
            started_at=seen.conversation.started_at,
            blocked=seen.blocked,
            partner_deleted=seen.partner_deleted,
            tier=seen.sender_standing,
            latest_count_on=seen.latest_count_on,
            latest_count=seen.latest_count,
            last_call_on=seen.last_call_on,
            messages_since=min(number, most),
        )


@frozen
class MemoryPromptTotals:
    """How prompts fared, all persons together."""

    _store: MemoryStore

    async def between(self, first: date, last: date) -> tuple[PromptTotal, ...]:
        """Give the totals of the prompts shown from one date to another, both included."""
        async with self._store.access():
            fates = Counter(
                (prompt.prompt_type, prompt.action_taken)
                for prompt in self._store.prompts.all()
                if first <= prompt.shown_on <= last
            )
        return tuple(
            PromptTotal(prompt_type=kind, action=action, number=number)
            for (kind, action), number in fates.items()
        )
