"""A Kithkin in memory, with short words for what tests do in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from attrs import frozen

from adapters.memory.store import MemoryStore
from application.conversations.edit_message import EditMessageRequest
from application.conversations.send_message import SendMessageRequest, SentMessage
from application.shared.clock import MovableClock
from application.shared.idempotency import Answer
from application.video.start_call import StartCallRequest
from domain.conversations.messages import Message
from domain.identity.persons import Person
from domain.identity.profile import Profile
from domain.shared.errors import DomainError
from domain.shared.events import Event
from domain.shared.ids import ConversationId, MessageId, PersonId, VideoCallId
from domain.video.call_commands import ReportPresence
from domain.video.calls import Call
from domain.video.events import Presence
from domain.video.unlock import MessageAllowance
from entrypoints.wiring.kithkin import Kithkin

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOBODY = PersonId(UUID(int=404))
NO_CONVERSATION = ConversationId(UUID(int=404))
NO_MESSAGE = MessageId(UUID(int=404))
NO_CALL = VideoCallId(UUID(int=404))


@frozen
class World:
    """Everything happens through use cases; only tests of the store look into it."""

    kithkin: Kithkin

    @property
    def store(self) -> MemoryStore:
        store = self.kithkin.ports.store()
        assert isinstance(store, MemoryStore)
        return store

    @property
    def events(self) -> list[Event]:
        return [outgoing.event for outgoing in self.store.outbox]

    @contextmanager
    def refused(self, code: str) -> Iterator[None]:
        """Expect an error of this code, and that nothing was told of."""
        before = self.events
        with pytest.raises(DomainError) as refusal:
            yield
        assert refusal.value.code == code
        assert self.events == before

    async def later(self, **time: float) -> datetime:
        """Let time go by with no worker that makes use of it."""
        clock: MovableClock = self.kithkin.ports.test_clock()
        return await clock.move_to(await clock.now() + timedelta(**time))

    async def person(self, **profile: Any) -> Person:
        return await self.kithkin.identity.register_person()(Profile(**{"name": "Ana", **profile}))

    async def conversation(self, one: Person, two: Person) -> ConversationId:
        opened = await self.kithkin.conversations.open_conversation()(one.id, two.id)
        return opened.conversation.id

    async def send(
        self,
        conversation_id: ConversationId,
        sender_id: PersonId,
        text: str = "Hello",
        **more: Any,
    ) -> SentMessage | Answer:
        return await self.kithkin.conversations.send_message()(
            SendMessageRequest(
                conversation_id=conversation_id, sender_id=sender_id, text=text, **more
            )
        )

    async def sent(
        self,
        conversation_id: ConversationId,
        sender_id: PersonId,
        text: str = "Hello",
        **more: Any,
    ) -> SentMessage:
        sent = await self.send(conversation_id, sender_id, text, **more)
        assert isinstance(sent, SentMessage)
        return sent

    async def edit(
        self, conversation_id: ConversationId, message_id: MessageId, editor: PersonId, text: str
    ) -> Message:
        return await self.kithkin.conversations.edit_message()(
            EditMessageRequest(
                conversation_id=conversation_id, message_id=message_id, editor_id=editor, text=text
            )
        )

    async def allowance(
        self, conversation_id: ConversationId, person_id: PersonId
    ) -> MessageAllowance:
        return await self.kithkin.conversations.queries().allowance(conversation_id, person_id)

    async def call(
        self,
        conversation_id: ConversationId,
        initiator_id: PersonId,
        scheduled_for: datetime | None = None,
    ) -> VideoCallId:
        started = await self.kithkin.video.start_call()(
            StartCallRequest(
                conversation_id=conversation_id,
                initiator_id=initiator_id,
                scheduled_for=scheduled_for,
            )
        )
        return started.id

    async def report(self, call_id: VideoCallId, person_id: PersonId, presence: Presence) -> Call:
        return await self.kithkin.video.report_presence()(
            call_id, ReportPresence(person_id=person_id, presence=presence)
        )

    async def connect(self, call_id: VideoCallId, *person_ids: PersonId) -> None:
        for person_id in person_ids:
            await self.report(call_id, person_id, Presence.CONNECTED)

    async def leave(self, call_id: VideoCallId, *person_ids: PersonId) -> None:
        for person_id in person_ids:
            await self.report(call_id, person_id, Presence.DISCONNECTED)


@frozen
class Pair:
    """Two persons and their conversation."""

    ana: PersonId
    ben: PersonId
    talk: ConversationId
