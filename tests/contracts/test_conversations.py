"""Pair conversations, and the list of them that each participant sees."""

import attrs
import pytest
from uuid_utils.compat import uuid7

from application.conversations.queries import ConversationRow
from application.shared.transaction import ConcurrentUpdateError
from domain.conversations.messages import MessageRole
from domain.identity.profile import PrivacyLevel
from domain.shared.ids import ConversationId, PersonId
from tests.contracts import given
from tests.contracts.stores import Stores
from tests.contracts.values import (
    DAY,
    MINUTE,
    START,
    a_block,
    a_conversation,
    a_person,
    an_event,
)


async def test_a_conversation_comes_back_as_given(stores: Stores) -> None:
    a, b = await given.a_person(stores), await given.a_person(stores)
    conversation = a_conversation(b, a)
    event = an_event(a.id)

    await stores.conversations.add(conversation, (event,))

    assert await stores.conversations.get(conversation.id) == conversation
    assert await stores.pair_conversations.get(conversation.id, lock=True) == conversation
    assert await stores.conversations.of_pair(a.id, b.id) == conversation
    assert event in await stores.outbox()


async def test_there_is_none_where_none_was_opened(stores: Stores) -> None:
    a, b = await given.a_person(stores), await given.a_person(stores)
    assert await stores.conversations.get(ConversationId(uuid7())) is None
    assert await stores.pair_conversations.get(ConversationId(uuid7()), lock=True) is None
    assert await stores.conversations.of_pair(a.id, b.id) is None


async def test_two_persons_have_one_open_conversation(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    second, event = a_conversation(pair.b, pair.a), an_event(pair.a.id)

    with pytest.raises(ConcurrentUpdateError):
        await stores.conversations.add(second, (event,))

    assert await stores.conversations.get(second.id) is None
    assert await stores.conversations.of_pair(pair.a.id, pair.b.id) == pair.conversation
    assert event not in await stores.outbox()


async def test_only_those_who_exist_converse(stores: Stores) -> None:
    conversation = a_conversation(await given.a_person(stores), a_person())
    with pytest.raises(stores.constraint_error):
        await stores.conversations.add(conversation, ())
    assert await stores.conversations.get(conversation.id) is None


async def test_a_new_conversation_is_empty_to_both(stores: Stores) -> None:
    a = await given.a_person(stores, display_name="Ana", privacy_level=PrivacyLevel.PUBLIC)
    b = await given.a_person(stores, privacy_level=PrivacyLevel.PRIVATE)
    conversation = a_conversation(a, b)
    await stores.conversations.add(conversation, ())
    empty = ConversationRow(
        conversation=conversation,
        unread_count=0,
        message_count=0,
        other_display_name=None,
        other_privacy_level=PrivacyLevel.PRIVATE,
        friends=False,
        blocked=False,
    )

    assert await stores.summaries.row(conversation.id, a.id) == empty
    assert await stores.summaries.row(conversation.id, b.id) == attrs.evolve(
        empty, other_display_name="Ana", other_privacy_level=PrivacyLevel.PUBLIC
    )


async def test_others_see_nothing_of_it(stores: Stores) -> None:
    pair, stranger = await given.a_pair(stores), await given.a_person(stores)
    assert await stores.summaries.row(pair.conversation.id, stranger.id) is None
    assert await stores.summaries.row(ConversationId(uuid7()), pair.a.id) is None
    assert (await stores.summaries.page(stranger.id, None, 5)).items == ()


async def test_what_the_other_wrote_is_unread_until_the_marker_is_there(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    sent = [
        await given.a_message(stores, pair.conversation, pair.b.id, START + n * MINUTE)
        for n in range(3)
    ]
    await given.a_message(stores, pair.conversation, pair.a.id)
    unread = []
    for message in (None, *sent):
        if message is not None:
            await stores.messages.mark_read(pair.conversation.id, pair.a.id, message.id)
        unread.append((await row(stores, pair, pair.a.id)).unread_count)

    assert unread == [3, 2, 1, 0]
    assert (await row(stores, pair, pair.b.id)).unread_count == 1


async def test_messages_of_one_instant_are_read_in_the_order_of_ids(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    sent = [await given.a_message(stores, pair.conversation, pair.b.id) for _ in range(3)]
    await stores.messages.mark_read(pair.conversation.id, pair.a.id, sent[1].id)
    assert (await row(stores, pair, pair.a.id)).unread_count == 1


async def test_what_was_read_in_one_conversation_is_not_read_in_another(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    other = await given.a_person(stores)
    elsewhere = a_conversation(pair.a, other)
    await stores.conversations.add(elsewhere, ())
    await given.a_message(stores, elsewhere, other.id)
    later = await given.a_message(stores, pair.conversation, pair.b.id, START + MINUTE)

    await stores.messages.mark_read(pair.conversation.id, pair.a.id, later.id)

    page = await stores.summaries.page(pair.a.id, None, 5)
    unread = {row.conversation.id: row.unread_count for row in page.items}
    assert unread == {pair.conversation.id: 0, elsewhere.id: 1}


async def test_system_and_deleted_messages_are_not_counted(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    roles = (MessageRole.USER, MessageRole.ASSISTANT, MessageRole.SYSTEM)
    for role in roles:
        await given.a_message(stores, pair.conversation, pair.b.id, role=role)
    gone = await given.a_message(stores, pair.conversation, pair.b.id)
    await stores.messages.save(gone, attrs.evolve(gone, text="", deleted_at=START), ())

    for person, unread in ((pair.a, 2), (pair.b, 0)):
        seen = await row(stores, pair, person.id)
        assert (seen.unread_count, seen.message_count) == (unread, 2)


async def test_friends_have_both_written_even_if_it_was_deleted(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    friends = []
    await given.a_message(stores, pair.conversation, pair.a.id)
    friends.append((await row(stores, pair, pair.a.id)).friends)
    await given.a_message(stores, pair.conversation, pair.b.id, role=MessageRole.SYSTEM)
    friends.append((await row(stores, pair, pair.a.id)).friends)
    gone = await given.a_message(stores, pair.conversation, pair.b.id)
    await stores.messages.save(gone, attrs.evolve(gone, text="", deleted_at=START), ())
    friends.append((await row(stores, pair, pair.a.id)).friends)
    assert friends == [False, False, True]


async def test_a_block_shows_to_both(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    await stores.blocks.add(a_block(pair.a, pair.b), ())
    assert (await row(stores, pair, pair.a.id)).blocked
    assert (await row(stores, pair, pair.b.id)).blocked


async def test_the_conversation_opened_last_comes_first(stores: Stores) -> None:
    person = await given.a_person(stores)
    opened = []
    for minutes in (0, 1, 1, 1, 2):
        other = await given.a_person(stores)
        conversation = a_conversation(person, other, started_at=START + minutes * MINUTE)
        await stores.conversations.add(conversation, ())
        opened.append(conversation)
    await given.a_pair(stores)

    first = await stores.summaries.page(person.id, None, 2)
    newcomer = await given.a_person(stores)
    await stores.conversations.add(a_conversation(person, newcomer, started_at=START + DAY), ())
    second = await stores.summaries.page(person.id, first.last, 2)
    third = await stores.summaries.page(person.id, second.last, 2)

    rows = (*first.items, *second.items, *third.items)
    assert [seen.conversation for seen in rows] == opened[::-1]
    assert third.last is None


async def test_the_list_holds_the_rows(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    await given.a_message(stores, pair.conversation, pair.b.id)
    page = await stores.summaries.page(pair.a.id, None, 5)
    assert page.items == (await row(stores, pair, pair.a.id),)


async def row(stores: Stores, pair: given.Pair, person_id: PersonId) -> ConversationRow:
    seen = await stores.summaries.row(pair.conversation.id, person_id)
    assert seen is not None
    return seen
