"""Sending, while what the decision was made of changes."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import attrs
import pytest
from attrs import frozen

from application.conversations.ports import AcceptedMessage, SendGate, SendView
from application.conversations.send_message import SendMessageRequest, SentMessage
from application.shared.idempotency import Answer, Attempt, IdempotencyKeyReusedError
from domain.conversations.messages import ClientMessageIdReusedError
from domain.identity.persons import PersonStatus
from domain.shared.ids import ConversationId, PersonId
from domain.shared.standing import PairBlockedError, PersonSuspendedError
from tests.contracts import given
from tests.contracts.stores import Stores
from tests.contracts.use_cases import block_person, end_call, send_message
from tests.contracts.values import MINUTE, a_block, an_answer, an_attempt

Interruption = Callable[[], Awaitable[object]]


@frozen
class InterruptedGate:
    """Lets something happen after each of the first looks."""

    gate: SendGate
    interruptions: list[Interruption]

    async def look(
        self,
        conversation_id: ConversationId,
        sender_id: PersonId,
        now: datetime,
        *,
        client_message_id: str | None = None,
        attempt: Attempt | None = None,
    ) -> SendView | None:
        seen = await self.gate.look(
            conversation_id,
            sender_id,
            now,
            client_message_id=client_message_id,
            attempt=attempt,
        )
        if self.interruptions:
            await self.interruptions.pop()()
        return seen

    async def store(self, accepted: AcceptedMessage) -> bool:
        return await self.gate.store(accepted)

    async def hold(self, sender_id: PersonId) -> None:
        await self.gate.hold(sender_id)


async def send(
    stores: Stores, pair: given.Pair, *interruptions: Interruption, **more: Any
) -> SentMessage | Answer:
    request = SendMessageRequest(
        conversation_id=pair.conversation.id, sender_id=pair.a.id, text="Hello"
    )
    gate = InterruptedGate(stores.send_gate, list(interruptions))
    return await send_message(stores, gate)(attrs.evolve(request, **more))


def rendered(sent: SentMessage) -> Answer:
    return Answer(status=201, body=sent.message.id.bytes)


async def test_a_block_committed_while_a_send_waits_refuses_it(stores: Stores) -> None:
    pair, held, finish = await given.a_pair(stores), asyncio.Event(), asyncio.Event()

    async def block() -> None:
        await stores.send_gate.hold(pair.a.id)
        held.set()
        await finish.wait()
        await stores.blocks.add(a_block(pair.b, pair.a), ())

    blocking = asyncio.create_task(stores.transactions.run(block))
    await held.wait()
    sending = asyncio.create_task(send(stores, pair))
    await stores.somebody_waits()
    assert not sending.done()
    finish.set()
    await blocking
    with pytest.raises(PairBlockedError):
        await sending
    await nothing_is_sent(stores, pair)


async def test_a_block_between_look_and_write_refuses_the_send(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    with pytest.raises(PairBlockedError):
        await send(stores, pair, lambda: block_person(stores)(pair.b.id, pair.a.id))
    await nothing_is_sent(stores, pair)


async def test_a_suspension_between_look_and_write_refuses_the_send(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    suspended = attrs.evolve(pair.a, status=PersonStatus.SUSPENDED)
    with pytest.raises(PersonSuspendedError):
        await send(stores, pair, lambda: stores.persons.save(pair.a, suspended, ()))
    await nothing_is_sent(stores, pair)


async def test_a_call_completed_between_look_and_write_counts(stores: Stores) -> None:
    pair, now = await given.a_pair(stores), await stores.clock.now()
    call = await given.an_answered_call(stores, pair.conversation, now - 2 * MINUTE)
    sent = await send(stores, pair, lambda: end_call(stores)(call.id, None))
    assert isinstance(sent, SentMessage)
    assert sent.message.daily_limit == 30


async def test_a_send_that_always_comes_too_late_gets_its_turn(stores: Stores) -> None:
    pair, now = await given.a_pair(stores), await stores.clock.now()

    async def faster() -> None:
        await given.a_message(stores, pair.conversation, pair.a.id, now)

    sent = await send(stores, pair, faster, faster, faster)

    assert isinstance(sent, SentMessage)
    assert sent.message.daily_number == 4
    view = await given.a_view(stores, pair.conversation, pair.a.id)
    assert view.latest_count == 4


async def test_a_message_sent_again_is_the_same_message(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    first = await send(stores, pair, client_message_id="m")
    again = await send(stores, pair, client_message_id="m")
    assert isinstance(first, SentMessage)
    assert isinstance(again, SentMessage)
    assert (first.created, again.created) == (True, False)
    assert first.message == again.message
    with pytest.raises(ClientMessageIdReusedError):
        await send(stores, pair, client_message_id="m", text="Another")


async def test_a_request_sent_again_gets_the_same_answer(stores: Stores) -> None:
    pair, attempt = await given.a_pair(stores), an_attempt()
    first = await send(stores, pair, attempt=attempt, render=rendered)
    again = await send(stores, pair, attempt=attempt, render=rendered)
    assert isinstance(first, SentMessage)
    assert again == attrs.evolve(rendered(first), replayed=True)


async def test_an_expired_answer_gives_way_to_a_new_one(stores: Stores) -> None:
    pair, attempt, now = await given.a_pair(stores), an_attempt(), await stores.clock.now()
    await stores.answers.keep(attempt, an_answer(attempt, expires_at=now))
    first = await send(stores, pair, attempt=attempt, render=rendered)
    again = await send(stores, pair, attempt=attempt, render=rendered)
    assert isinstance(first, SentMessage)
    assert again == attrs.evolve(rendered(first), replayed=True)


async def nothing_is_sent(stores: Stores, pair: given.Pair) -> None:
    page = await stores.messages.page(pair.conversation.id, None, 1, newest_first=True)
    assert page.items == ()


async def test_a_key_on_a_message_sent_again_stands_for_that_request(stores: Stores) -> None:
    pair, attempt = await given.a_pair(stores), an_attempt()
    sent = await send(stores, pair, client_message_id="m")
    assert isinstance(sent, SentMessage)

    async def again(attempt: Attempt) -> SentMessage | Answer:
        return await send(stores, pair, client_message_id="m", attempt=attempt, render=rendered)

    assert await again(attempt) == rendered(sent)
    assert await again(attempt) == attrs.evolve(rendered(sent), replayed=True)
    with pytest.raises(IdempotencyKeyReusedError):
        await again(attrs.evolve(attempt, fingerprint=b"other"))
