"""Opening conversations, and what each participant sees of them."""

from domain.conversations.events import ConversationOpened
from domain.identity.persons import Person
from domain.identity.profile import PrivacyLevel
from domain.shared.ids import ConversationId, PersonId
from tests.application.world import NO_CONVERSATION, NO_MESSAGE, NOBODY, Pair, World


async def display_name_of_other(
    world: World, conversation_id: ConversationId, person_id: PersonId
) -> str | None:
    queries = world.kithkin.conversations.queries()
    return (await queries.summary(conversation_id, person_id)).other_display_name


async def suspend(world: World, person_id: PersonId) -> None:
    await world.kithkin.identity.suspend_person()(person_id, "Spam.")


async def test_two_persons_have_one_open_conversation(world: World) -> None:
    ana, ben = await world.person(), await world.person()
    open_conversation = world.kithkin.conversations.open_conversation()
    first = await open_conversation(ana.id, ben.id)
    again = await open_conversation(ben.id, ana.id)
    assert (first.created, again.created) == (True, False)
    assert again.conversation == first.conversation
    opened = [event for event in world.events if isinstance(event, ConversationOpened)]
    assert [(event.person_id, event.partner_id) for event in opened] == [(ana.id, ben.id)]


async def test_a_conversation_takes_two_persons_who_exist(world: World) -> None:
    ana = await world.person()
    open_conversation = world.kithkin.conversations.open_conversation()
    with world.refused("invalid_value"):
        await open_conversation(ana.id, ana.id)
    for one, two in ((ana.id, NOBODY), (NOBODY, ana.id)):
        with world.refused("not_found"):
            await open_conversation(one, two)


async def test_nobody_opens_a_conversation_while_suspended(world: World) -> None:
    ana, ben = await world.person(), await world.person()
    await suspend(world, ana.id)
    with world.refused("person_suspended"):
        await world.conversation(ana, ben)
    opened = await world.kithkin.conversations.open_conversation()(ben.id, ana.id)
    assert opened.created


async def test_nobody_opens_a_conversation_over_a_block(world: World) -> None:
    ana, ben = await world.person(), await world.person()
    await world.kithkin.identity.block_person()(ana.id, ben.id)
    for opener, partner in ((ana, ben), (ben, ana)):
        with world.refused("pair_blocked"):
            await world.conversation(opener, partner)


async def test_an_open_conversation_is_given_whatever_came_between_the_two(
    world: World, pair: Pair
) -> None:
    await world.kithkin.identity.block_person()(pair.ana, pair.ben)
    await suspend(world, pair.ana)
    opened = await world.kithkin.conversations.open_conversation()(pair.ana, pair.ben)
    assert (opened.created, opened.conversation.id) == (False, pair.talk)


async def test_a_stranger_learns_nothing_of_a_conversation(world: World, pair: Pair) -> None:
    eve = (await world.person()).id
    queries = world.kithkin.conversations.queries()
    message = (await world.sent(pair.talk, pair.ana)).message.id
    with world.refused("not_found"):
        await queries.summary(pair.talk, eve)
    with world.refused("not_found"):
        await queries.allowance(pair.talk, eve)
    with world.refused("not_found"):
        await queries.messages_of(pair.talk, eve, None, 10, newest_first=True)
    with world.refused("not_found"):
        await world.kithkin.conversations.mark_read()(pair.talk, eve, message)
    assert (await queries.of_person(eve, None, 10)).items == ()


async def test_a_conversation_that_is_none_is_not_found(world: World, pair: Pair) -> None:
    queries = world.kithkin.conversations.queries()
    with world.refused("not_found"):
        await queries.conversation(NO_CONVERSATION)
    with world.refused("not_found"):
        await queries.summary(NO_CONVERSATION, pair.ana)
    with world.refused("not_found"):
        await queries.allowance(NO_CONVERSATION, pair.ana)
    with world.refused("not_found"):
        await queries.messages_of(NO_CONVERSATION, None, None, 10, newest_first=True)
    with world.refused("not_found"):
        await world.kithkin.conversations.mark_read()(NO_CONVERSATION, pair.ana, NO_MESSAGE)


async def test_the_app_itself_reads_every_conversation(world: World, pair: Pair) -> None:
    message = (await world.sent(pair.talk, pair.ana)).message
    queries = world.kithkin.conversations.queries()
    assert (await queries.conversation(pair.talk)).id == pair.talk
    page = await queries.messages_of(pair.talk, None, None, 10, newest_first=False)
    assert page.items == (message,)
    assert await queries.messages_of(pair.talk, pair.ben, None, 10, newest_first=False) == page


async def test_a_view_says_whose_it_is_and_who_the_other_is(world: World, pair: Pair) -> None:
    for person_id, other_id in ((pair.ana, pair.ben), (pair.ben, pair.ana)):
        view = await world.kithkin.conversations.queries().summary(pair.talk, person_id)
        assert (view.person_id, view.other_id) == (person_id, other_id)
        assert view.conversation.id == pair.talk


async def test_unread_are_the_others_messages_after_the_marker(world: World, pair: Pair) -> None:
    queries = world.kithkin.conversations.queries()
    mark_read = world.kithkin.conversations.mark_read()
    sent = [(await world.sent(pair.talk, pair.ana, text)).message.id for text in "abc"]
    await world.sent(pair.talk, pair.ben)

    async def unread(person_id: PersonId) -> int:
        return (await queries.summary(pair.talk, person_id)).unread_count

    assert (await unread(pair.ana), await unread(pair.ben)) == (1, 3)
    await mark_read(pair.talk, pair.ben, sent[1])
    assert (await unread(pair.ana), await unread(pair.ben)) == (1, 1)
    await mark_read(pair.talk, pair.ben, sent[0])
    assert await unread(pair.ben) == 1
    await world.kithkin.conversations.delete_message()(pair.talk, sent[2], pair.ana)
    summary = await queries.summary(pair.talk, pair.ben)
    assert (summary.unread_count, summary.message_count) == (0, 3)


async def test_a_marker_moves_to_messages_of_the_conversation_only(
    world: World, pair: Pair
) -> None:
    ana, eve = (await world.kithkin.identity.queries().person(pair.ana)), await world.person()
    elsewhere = await world.sent(await world.conversation(ana, eve), pair.ana)
    for message_id in (NO_MESSAGE, elsewhere.message.id):
        with world.refused("not_found"):
            await world.kithkin.conversations.mark_read()(pair.talk, pair.ben, message_id)


async def named(world: World, privacy: PrivacyLevel) -> tuple[Person, Person, ConversationId]:
    ana = await world.person(display_name="Ana!", privacy_level=privacy)
    ben = await world.person(display_name="Ben!")
    return ana, ben, await world.conversation(ana, ben)


async def test_a_name_is_seen_by_friends_who_have_both_written(world: World) -> None:
    ana, ben, talk = await named(world, PrivacyLevel.FRIENDS_ONLY)
    await world.sent(talk, ben.id)
    assert await display_name_of_other(world, talk, ben.id) is None
    await world.sent(talk, ana.id)
    assert await display_name_of_other(world, talk, ben.id) == "Ana!"
    assert await display_name_of_other(world, talk, ana.id) == "Ben!"


async def test_a_public_name_is_seen_at_once_and_a_private_one_never(world: World) -> None:
    for privacy, seen in ((PrivacyLevel.PUBLIC, "Ana!"), (PrivacyLevel.PRIVATE, None)):
        ana, ben, talk = await named(world, privacy)
        await world.sent(talk, ana.id)
        await world.sent(talk, ben.id)
        assert await display_name_of_other(world, talk, ben.id) == seen


async def test_a_block_hides_both_names(world: World) -> None:
    ana, ben, talk = await named(world, PrivacyLevel.PUBLIC)
    await world.kithkin.identity.block_person()(ana.id, ben.id)
    assert await display_name_of_other(world, talk, ben.id) is None
    assert await display_name_of_other(world, talk, ana.id) is None


async def test_a_persons_conversations_are_listed_a_page_at_a_time(world: World) -> None:
    ana = await world.person()
    opened = []
    for _ in range(3):
        await world.later(minutes=1)
        opened.append(await world.conversation(ana, await world.person()))
    queries = world.kithkin.conversations.queries()
    first = await queries.of_person(ana.id, None, 2)
    rest = await queries.of_person(ana.id, first.last, 2)
    listed = [summary.conversation.id for summary in (*first.items, *rest.items)]
    assert listed == opened[::-1]
    assert rest.last is None
