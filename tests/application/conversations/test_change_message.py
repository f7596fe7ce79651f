"""Editing and deleting messages."""

from domain.conversations.events import MessageDeleted, MessageEdited
from tests.application.world import NO_CONVERSATION, NO_MESSAGE, START, Pair, World


async def test_an_edit_is_stored_and_told_of(world: World, pair: Pair) -> None:
    message = (await world.sent(pair.talk, pair.ana)).message
    edited = await world.edit(pair.talk, message.id, pair.ana, "Bye")
    assert (edited.text, edited.edited_at) == ("Bye", START)
    event = world.events[-1]
    assert isinstance(event, MessageEdited)
    assert event.message_id == message.id
    page = await world.kithkin.conversations.queries().messages_of(
        pair.talk, None, None, 10, newest_first=True
    )
    assert page.items == (edited,)


async def test_an_edit_to_the_same_text_is_none(world: World, pair: Pair) -> None:
    message = (await world.sent(pair.talk, pair.ana)).message
    before = world.events
    assert await world.edit(pair.talk, message.id, pair.ana, "Hello") == message
    assert world.events == before


async def test_an_edit_is_refused_by_code(world: World, pair: Pair) -> None:
    eve = (await world.person()).id
    message_id = (await world.sent(pair.talk, pair.ana)).message.id
    with world.refused("not_found"):
        await world.edit(NO_CONVERSATION, message_id, pair.ana, "Bye")
    with world.refused("not_found"):
        await world.edit(pair.talk, message_id, eve, "Bye")
    with world.refused("not_found"):
        await world.edit(pair.talk, message_id, pair.ben, "Bye")
    with world.refused("not_found"):
        await world.edit(pair.talk, NO_MESSAGE, pair.ana, "Bye")
    with world.refused("invalid_value"):
        await world.edit(pair.talk, message_id, pair.ana, "")
    await world.later(minutes=15, seconds=1)
    with world.refused("edit_window_closed"):
        await world.edit(pair.talk, message_id, pair.ana, "Bye")
    await world.kithkin.conversations.delete_message()(pair.talk, message_id, pair.ana)
    with world.refused("message_deleted"):
        await world.edit(pair.talk, message_id, pair.ana, "Bye")


async def test_nothing_is_changed_over_a_block_or_while_suspended(world: World, pair: Pair) -> None:
    message_id = (await world.sent(pair.talk, pair.ana)).message.id
    await world.kithkin.identity.block_person()(pair.ben, pair.ana)
    with world.refused("pair_blocked"):
        await world.edit(pair.talk, message_id, pair.ana, "Bye")
    await world.kithkin.identity.unblock_person()(pair.ben, pair.ana)
    await world.kithkin.identity.suspend_person()(pair.ana, "Spam.")
    with world.refused("person_suspended"):
        await world.edit(pair.talk, message_id, pair.ana, "Bye")


async def test_a_message_is_deleted_once(world: World, pair: Pair) -> None:
    message_id = (await world.sent(pair.talk, pair.ana)).message.id
    delete = world.kithkin.conversations.delete_message()
    await delete(pair.talk, message_id, pair.ana)
    await delete(pair.talk, message_id, pair.ana)
    (event,) = [event for event in world.events if isinstance(event, MessageDeleted)]
    assert event.message_id == message_id
    (message,) = (
        await world.kithkin.conversations.queries().messages_of(
            pair.talk, None, None, 10, newest_first=True
        )
    ).items
    assert (message.text, message.deleted_at) == ("", START)


async def test_what_was_said_can_be_taken_back_over_a_block_and_while_suspended(
    world: World, pair: Pair
) -> None:
    message_id = (await world.sent(pair.talk, pair.ana)).message.id
    await world.kithkin.identity.block_person()(pair.ben, pair.ana)
    await world.kithkin.identity.suspend_person()(pair.ana, "Spam.")
    await world.kithkin.conversations.delete_message()(pair.talk, message_id, pair.ana)
    assert isinstance(world.events[-1], MessageDeleted)


async def test_only_the_sender_deletes(world: World, pair: Pair) -> None:
    message_id = (await world.sent(pair.talk, pair.ana)).message.id
    delete = world.kithkin.conversations.delete_message()
    with world.refused("not_found"):
        await delete(pair.talk, message_id, pair.ben)
    with world.refused("not_found"):
        await delete(pair.talk, NO_MESSAGE, pair.ana)
    with world.refused("not_found"):
        await delete(NO_CONVERSATION, message_id, pair.ana)
