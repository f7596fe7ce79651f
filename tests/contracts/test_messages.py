"""Messages once they are sent, and how far they are read."""

import attrs
import pytest
from uuid_utils.compat import uuid7

from application.shared.pages import Position
from application.shared.transaction import ConcurrentUpdateError
from domain.conversations.messages import Message, MessageRole, MessageTag, text_digest
from domain.shared.ids import MessageId
from tests.contracts import given
from tests.contracts.stores import Stores
from tests.contracts.values import MINUTE, START, an_event


async def test_a_message_comes_back_as_given(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    message = await given.a_message(
        stores,
        pair.conversation,
        pair.a.id,
        role=MessageRole.ASSISTANT,
        tag=MessageTag.EVALUATION,
        text="नमस्ते\n👋🏽",
        client_message_id="mine",
    )
    assert await find(stores, message) == message


async def test_a_message_is_found_in_its_own_conversation_only(stores: Stores) -> None:
    pair, other = await given.a_pair(stores), await given.a_pair(stores)
    message = await given.a_message(stores, pair.conversation, pair.a.id)
    assert await stores.messages.lock(other.conversation.id, message.id) is None
    assert await stores.messages.lock(pair.conversation.id, MessageId(uuid7())) is None


async def test_a_changed_message_replaces_the_first(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    message = await given.a_message(stores, pair.conversation, pair.a.id)
    digest = text_digest(message.text)
    edited = attrs.evolve(message, text="Bye", edited_at=START + MINUTE, first_text_digest=digest)
    deleted = attrs.evolve(edited, text="", deleted_at=START + 2 * MINUTE)
    events = (an_event(pair.a.id), an_event(pair.a.id))

    await stores.messages.save(message, edited, events[:1])
    assert await find(stores, message) == edited
    await stores.messages.save(edited, deleted, events[1:])
    assert await find(stores, message) == deleted
    assert [event for event in await stores.outbox() if event in events] == list(events)


async def test_a_message_that_changed_meanwhile_is_not_replaced(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    stale = await given.a_message(stores, pair.conversation, pair.a.id)
    edited = attrs.evolve(stale, text="Bye", edited_at=START)
    await stores.messages.save(stale, edited, ())
    event = an_event(pair.a.id)

    with pytest.raises(ConcurrentUpdateError):
        await stores.messages.save(stale, attrs.evolve(stale, text="Hi"), (event,))

    assert await find(stores, stale) == edited
    assert event not in await stores.outbox()


async def test_messages_are_listed_in_one_order_and_its_reverse(stores: Stores) -> None:
    pair, other = await given.a_pair(stores), await given.a_pair(stores)
    sent = [
        await given.a_message(stores, pair.conversation, sender.id, START + minutes * MINUTE)
        for minutes, sender in ((2, pair.a), (0, pair.b), (1, pair.a), (1, pair.b), (1, pair.a))
    ]
    await given.a_message(stores, other.conversation, other.a.id)
    ordered = sorted(sent, key=lambda message: (message.created_at, message.id))

    assert await listed(stores, pair, newest_first=False) == ordered
    assert await listed(stores, pair, newest_first=True) == ordered[::-1]


async def test_a_page_stands_still_when_messages_are_added_before_it(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    sent = [
        await given.a_message(stores, pair.conversation, pair.a.id, START + n * MINUTE)
        for n in range(4)
    ]
    conversation_id = pair.conversation.id

    first = await stores.messages.page(conversation_id, None, 2, newest_first=True)
    await given.a_message(stores, pair.conversation, pair.b.id, START + 5 * MINUTE)
    second = await stores.messages.page(conversation_id, first.last, 2, newest_first=True)

    assert first.items + second.items == tuple(reversed(sent))
    assert second.last is None


async def test_a_page_begins_after_a_position_that_is_nobodys(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    sent = [
        await given.a_message(stores, pair.conversation, pair.a.id, START + n * MINUTE)
        for n in range(3)
    ]
    between = Position(START + MINUTE / 2, uuid7())
    page = await stores.messages.page(pair.conversation.id, between, 5, newest_first=False)
    assert page.items == tuple(sent[1:])


async def test_deleted_messages_stay_in_the_list(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    message = await given.a_message(stores, pair.conversation, pair.a.id)
    deleted = attrs.evolve(message, text="", deleted_at=START)
    await stores.messages.save(message, deleted, ())
    assert await listed(stores, pair, newest_first=False) == [deleted]


async def test_a_read_marker_never_moves_back(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    sent = [
        await given.a_message(stores, pair.conversation, pair.b.id, START + n * MINUTE)
        for n in range(3)
    ]
    for message in (sent[1], sent[0], sent[1]):
        assert await stores.messages.mark_read(pair.conversation.id, pair.a.id, message.id)
        seen = await stores.summaries.row(pair.conversation.id, pair.a.id)
        assert seen is not None
        assert seen.unread_count == 1


async def test_only_messages_of_the_conversation_can_be_read(stores: Stores) -> None:
    pair, other = await given.a_pair(stores), await given.a_pair(stores)
    elsewhere = await given.a_message(stores, other.conversation, other.a.id)
    for message_id in (elsewhere.id, MessageId(uuid7())):
        assert not await stores.messages.mark_read(pair.conversation.id, pair.a.id, message_id)


async def find(stores: Stores, message: Message) -> Message | None:
    return await stores.messages.lock(message.conversation_id, message.id)


async def listed(stores: Stores, pair: given.Pair, *, newest_first: bool) -> list[Message]:
    conversation_id = pair.conversation.id
    page = await stores.messages.page(conversation_id, None, 2, newest_first=newest_first)
    found = [*page.items]
    while page.last is not None:
        page = await stores.messages.page(conversation_id, page.last, 2, newest_first=newest_first)
        found += page.items
    return found
