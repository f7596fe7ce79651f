"""Twenty workers at once come to what one after the other would."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import attrs
import pytest

from application.conversations.send_message import SendMessageRequest, SentMessage
from application.identity.ports import EmailTakenError
from application.shared.idempotency import Answer
from domain.conversations.events import ConversationOpened, MessageSent
from domain.identity.events import PersonBlocked
from domain.identity.persons import Person, PersonChange
from domain.shared.events import Event
from domain.shared.ids import PersonId
from domain.shared.standing import PairBlockedError
from domain.video.calls import Ended
from domain.video.events import CallOutcome, VideoCallCounted, VideoCallEnded
from domain.video.unlock import DailyMessageLimitReachedError
from tests.contracts import given, values
from tests.contracts.stores import Stores
from tests.contracts.use_cases import (
    block_person,
    change_person,
    end_call,
    open_conversation,
    send_message,
)
from tests.contracts.values import MINUTE, START, an_attempt, an_email, an_event

WORKERS = 20
LIMIT = 10


async def all_at_once(work: Callable[[int], Awaitable[Any]]) -> list[Any]:
    """What each worker gave or raised."""
    return await asyncio.gather(
        *(work(number) for number in range(WORKERS)), return_exceptions=True
    )


def kinds(outcomes: list[Any]) -> Counter[type]:
    return Counter(type(outcome) for outcome in outcomes)


async def events_about(stores: Stores, *person_ids: PersonId) -> list[Event]:
    return [out.event for out in await stores.outbox() if out.event.person_id in person_ids]


def to_send(pair: given.Pair, sender: Person, **more: Any) -> SendMessageRequest:
    request = SendMessageRequest(
        conversation_id=pair.conversation.id, sender_id=sender.id, text="Hello"
    )
    return attrs.evolve(request, **more)


async def test_no_limit_is_exceeded(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    send = send_message(stores)

    outcomes = await all_at_once(lambda _: send(to_send(pair, pair.a)))

    assert kinds(outcomes) == {SentMessage: LIMIT, DailyMessageLimitReachedError: LIMIT}
    page = await stores.messages.page(pair.conversation.id, None, 50, newest_first=False)
    numbers = sorted(message.daily_number for message in page.items)
    assert numbers == list(range(1, LIMIT + 1))
    seen = await given.a_view(stores, pair.conversation, pair.a.id)
    assert seen.latest_count == LIMIT
    assert kinds(await events_about(stores, pair.a.id)) == {MessageSent: LIMIT}


async def test_two_senders_do_not_share_a_limit(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    send = send_message(stores)

    async def both(number: int) -> list[Any]:
        sends = (send(to_send(pair, sender)) for sender in (pair.a, pair.b))
        return await asyncio.gather(*sends, return_exceptions=True)

    outcomes = await all_at_once(both)

    for of_one in zip(*outcomes, strict=True):
        assert kinds(list(of_one)) == {SentMessage: LIMIT, DailyMessageLimitReachedError: LIMIT}


async def test_a_sender_in_many_conversations_is_counted_in_each(stores: Stores) -> None:
    pairs = [await given.a_pair(stores) for _ in range(4)]
    hub = pairs[0].a
    conversations = [pairs[0].conversation]
    for pair in pairs[1:]:
        conversation = values.a_conversation(hub, pair.a)
        await stores.conversations.add(conversation, ())
        conversations.append(conversation)
    send = send_message(stores)

    outcomes = await all_at_once(
        lambda number: send(
            SendMessageRequest(
                conversation_id=conversations[number % 4].id, sender_id=hub.id, text="Hello"
            )
        )
    )

    assert kinds(outcomes) == {SentMessage: WORKERS}
    for conversation in conversations:
        assert (await given.a_view(stores, conversation, hub.id)).latest_count == WORKERS // 4


async def test_one_name_is_one_message(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    send = send_message(stores)

    sent = await all_at_once(lambda _: send(to_send(pair, pair.a, client_message_id="m")))

    assert kinds(sent) == {SentMessage: WORKERS}
    assert [outcome.created for outcome in sent].count(True) == 1
    assert len({outcome.message.id for outcome in sent}) == 1
    assert (await given.a_view(stores, pair.conversation, pair.a.id)).latest_count == 1


async def test_one_key_is_one_message(stores: Stores) -> None:
    pair, attempt = await given.a_pair(stores), an_attempt()
    send = send_message(stores)

    def render(sent: SentMessage) -> Answer:
        return Answer(status=201, body=sent.message.id.bytes)

    outcomes = await all_at_once(
        lambda _: send(to_send(pair, pair.a, attempt=attempt, render=render))
    )

    assert kinds(outcomes) == {SentMessage: 1, Answer: WORKERS - 1}
    [sent] = [outcome for outcome in outcomes if isinstance(outcome, SentMessage)]
    assert outcomes.count(attrs.evolve(render(sent), replayed=True)) == WORKERS - 1
    assert (await given.a_view(stores, pair.conversation, pair.a.id)).latest_count == 1


async def test_nothing_is_sent_after_a_block(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    send, block = send_message(stores), block_person(stores)

    def act(number: int) -> Awaitable[object]:
        if number == WORKERS // 2:
            return block(pair.b.id, pair.a.id)
        return send(to_send(pair, (pair.a, pair.b)[number % 2]))

    outcomes = await all_at_once(act)

    assert kinds(outcomes).keys() <= {SentMessage, PairBlockedError, type(None)}
    happened = [type(event) for event in await events_about(stores, pair.a.id, pair.b.id)]
    assert happened == [MessageSent] * (len(happened) - 1) + [PersonBlocked]
    assert kinds(outcomes)[SentMessage] == len(happened) - 1


async def test_two_persons_open_one_conversation(stores: Stores) -> None:
    a, b = await given.a_person(stores), await given.a_person(stores)
    open_one = open_conversation(stores)

    opened = await all_at_once(
        lambda number: open_one(a.id, b.id) if number % 2 else open_one(b.id, a.id)
    )

    assert [outcome.created for outcome in opened].count(True) == 1
    assert len({outcome.conversation.id for outcome in opened}) == 1
    assert kinds(await events_about(stores, a.id, b.id)) == {ConversationOpened: 1}
    assert len((await stores.summaries.page(a.id, None, 5)).items) == 1


async def test_many_pairs_of_the_same_persons_do_not_hang(stores: Stores) -> None:
    persons = [await given.a_person(stores) for _ in range(5)]
    open_one = open_conversation(stores)

    def work(number: int) -> Awaitable[object]:
        one, two = persons[number % 5], persons[(number + 1 + number // 5 % 4) % 5]
        return open_one(one.id, two.id)

    opened = await all_at_once(work)

    assert len({outcome.conversation.id for outcome in opened}) == 10


async def test_an_email_is_one_persons(stores: Stores) -> None:
    email = an_email()
    persons = [
        values.a_person(email=email.upper() if number % 2 else email) for number in range(WORKERS)
    ]

    async def register(number: int) -> None:
        person = persons[number]

        async def work() -> None:
            await stores.persons.add(person, (an_event(person.id),))

        await stores.transactions.run(work)

    outcomes = await all_at_once(register)

    assert kinds(outcomes) == {type(None): 1, EmailTakenError: WORKERS - 1}
    assert len((await stores.directory.page(email, None, 5)).items) == 1
    assert len(await events_about(stores, *(person.id for person in persons))) == 1


async def test_no_change_of_a_person_is_lost(stores: Stores) -> None:
    person = await given.a_person(stores)
    change = change_person(stores)

    def longer(before: Person) -> PersonChange:
        return PersonChange(attrs.evolve(before, name=before.name + "x"), ())

    await all_at_once(lambda _: change(person.id, longer))

    assert await given.the_person(stores, person) == attrs.evolve(
        person, name="Ana" + "x" * WORKERS, version=1 + WORKERS
    )


async def test_a_block_is_made_once(stores: Stores) -> None:
    a, b = await given.a_person(stores), await given.a_person(stores)
    block = block_person(stores)

    outcomes = await all_at_once(lambda _: block(a.id, b.id))

    assert outcomes == [None] * WORKERS
    assert kinds(await events_about(stores, a.id)) == {PersonBlocked: 1}
    for person in (a, b):
        assert (await given.the_person(stores, person)).version == 2


async def test_a_completed_call_counts_once(stores: Stores) -> None:
    pair, now = await given.a_pair(stores), await stores.clock.now()
    call = await given.an_answered_call(stores, pair.conversation, now - 2 * MINUTE)
    end = end_call(stores)

    ended = await all_at_once(lambda _: end(call.id, None))

    assert kinds(ended) == {Ended: WORKERS}
    assert ended.count(ended[0]) == WORKERS
    assert (ended[0].outcome, ended[0].overlap_seconds) == (CallOutcome.COMPLETED, 120)
    assert await stores.calls.get(call.id) == attrs.evolve(ended[0], version=call.version + 1)
    history = await stores.histories.get(pair.conversation.id)
    assert history is not None
    assert history.video_call_count == 1
    happened = kinds(await events_about(stores, pair.a.id, pair.b.id))
    assert (happened[VideoCallEnded], happened[VideoCallCounted]) == (1, 2)
    assert await stores.conversations.get(pair.conversation.id) == attrs.evolve(
        pair.conversation, version=2
    )


async def test_calls_that_end_together_count_once_a_day(stores: Stores) -> None:
    pair, now = await given.a_pair(stores), await stores.clock.now()
    calls = [
        await given.an_answered_call(stores, pair.conversation, now - 2 * MINUTE)
        for _ in range(WORKERS)
    ]
    end = end_call(stores)

    ended = await all_at_once(lambda number: end(calls[number].id, None))

    assert kinds(ended) == {Ended: WORKERS}
    history = await stores.histories.get(pair.conversation.id)
    assert history is not None
    assert history.video_call_count == 1


async def test_a_read_marker_ends_at_the_latest_message(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    sent = [
        await given.a_message(stores, pair.conversation, pair.b.id, START + n * MINUTE)
        for n in range(WORKERS)
    ]

    def read(number: int) -> Awaitable[bool]:
        message = sent[number * 7 % WORKERS]
        return stores.messages.mark_read(pair.conversation.id, pair.a.id, message.id)

    assert await all_at_once(read) == [True] * WORKERS
    seen = await stores.summaries.row(pair.conversation.id, pair.a.id)
    assert seen is not None
    assert seen.unread_count == 0


@pytest.mark.parametrize("succeeding", [True, False])
async def test_work_joins_only_the_transaction_of_its_own_task(
    stores: Stores, succeeding: bool
) -> None:
    persons = [values.a_person() for _ in range(WORKERS)]

    async def work(number: int) -> None:
        await stores.persons.add(persons[number], ())
        if number % 2 and not succeeding:
            raise PairBlockedError("no")

    async def run(number: int) -> None:
        await stores.transactions.run(lambda: work(number))

    await all_at_once(run)

    found = [await stores.persons.get(person.id) for person in persons]
    kept = [person if succeeding or not n % 2 else None for n, person in enumerate(persons)]
    assert found == kept
