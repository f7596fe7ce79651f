"""Sending: what is refused, what is counted, and what a repeat gives."""

import asyncio
from datetime import date

import pytest

from application.conversations.send_message import SentMessage
from application.shared.idempotency import Answer, Attempt
from domain.conversations.events import MessageSent
from domain.shared.errors import RefusedError
from domain.shared.ids import ConversationId, PersonId
from domain.video.unlock import DailyMessageLimitReachedError, MessageAllowance
from tests.application.world import NO_CONVERSATION, NOBODY, START, Pair, World

ATTEMPT = Attempt(owner="service", key="one", fingerprint=b"one")


def render(sent: SentMessage) -> Answer:
    return Answer(status=201 if sent.created else 200, body=sent.message.text.encode())


async def stored(world: World, conversation_id: ConversationId) -> int:
    page = await world.kithkin.conversations.queries().messages_of(
        conversation_id, None, None, 1000, newest_first=False
    )
    return len(page.items)


async def spend(world: World, pair: Pair, sender_id: PersonId) -> None:
    for _ in range(10):
        await world.sent(pair.talk, sender_id)


async def test_a_sent_message_is_stored_counted_and_told_of(world: World, pair: Pair) -> None:
    sent = await world.sent(pair.talk, pair.ana, "Cafe\u0301")
    message = sent.message
    assert sent.created
    assert (message.text, message.sender_id, message.created_at) == ("Café", pair.ana, START)
    assert (message.counted_on, message.daily_number, message.daily_limit) == (
        date(2026, 3, 2),
        1,
        10,
    )
    assert (sent.allowance.sent, sent.allowance.remaining) == (1, 9)
    event = world.events[-1]
    assert isinstance(event, MessageSent)
    assert (event.person_id, event.recipient_id) == (pair.ana, pair.ben)
    assert (event.message_id, event.counted_on) == (message.id, message.counted_on)
    assert (event.at, event.conversation_id) == (START, pair.talk)
    assert message.policy_version == event.policy_version == world.kithkin.rulebook.version


@pytest.mark.parametrize("text", ["", " ", "x" * 4001, "\0", "\ud800"])
async def test_a_malformed_text_is_not_sent(world: World, pair: Pair, text: str) -> None:
    with world.refused("invalid_value"):
        await world.send(pair.talk, pair.ana, text)
    assert (await world.allowance(pair.talk, pair.ana)).sent == 0


async def test_a_malformed_client_message_id_is_refused(world: World, pair: Pair) -> None:
    with world.refused("invalid_value"):
        await world.send(pair.talk, pair.ana, client_message_id="")


async def test_only_participants_send(world: World, pair: Pair) -> None:
    eve = (await world.person()).id
    for conversation_id, sender_id in (
        (pair.talk, eve),
        (pair.talk, NOBODY),
        (NO_CONVERSATION, pair.ana),
    ):
        with world.refused("not_found"):
            await world.send(conversation_id, sender_id)


async def test_a_suspended_person_receives_but_does_not_send(world: World, pair: Pair) -> None:
    await world.kithkin.identity.suspend_person()(pair.ana, "Spam.")
    with world.refused("person_suspended"):
        await world.send(pair.talk, pair.ana)
    assert (await world.sent(pair.talk, pair.ben)).created


async def test_a_block_stops_both(world: World, pair: Pair) -> None:
    await world.kithkin.identity.block_person()(pair.ana, pair.ben)
    for sender_id in (pair.ana, pair.ben):
        with world.refused("pair_blocked"):
            await world.send(pair.talk, sender_id)


async def test_a_refusal_carries_the_whole_decision(world: World, pair: Pair) -> None:
    await spend(world, pair, pair.ana)
    await world.kithkin.identity.suspend_person()(pair.ana, "Spam.")
    with pytest.raises(RefusedError) as refusal:
        await world.send(pair.talk, pair.ana)
    decision = refusal.value.decision
    assert isinstance(decision, MessageAllowance)
    assert decision == await world.allowance(pair.talk, pair.ana)
    assert [(reason.rule, reason.satisfied) for reason in decision.reasons] == [
        ("person_is_active", False),
        ("pair_is_not_blocked", True),
        ("daily_message_limit", False),
    ]


async def test_the_eleventh_message_of_a_day_is_refused(world: World, pair: Pair) -> None:
    await spend(world, pair, pair.ana)
    with pytest.raises(DailyMessageLimitReachedError) as refusal:
        await world.send(pair.talk, pair.ana)
    assert refusal.value.decision == await world.allowance(pair.talk, pair.ana)
    assert await stored(world, pair.talk) == 10


async def test_each_has_their_own_limit_in_each_conversation(world: World, pair: Pair) -> None:
    await spend(world, pair, pair.ana)
    ana, eve = await world.kithkin.identity.queries().person(pair.ana), await world.person()
    assert (await world.sent(pair.talk, pair.ben)).allowance.sent == 1
    assert (await world.sent(await world.conversation(ana, eve), pair.ana)).allowance.sent == 1


async def test_the_next_local_midnight_opens_a_new_day(world: World, pair: Pair) -> None:
    await spend(world, pair, pair.ana)
    resets_at = (await world.allowance(pair.talk, pair.ana)).resets_at
    await world.later(seconds=(resets_at - START).total_seconds() - 1)
    with world.refused("daily_message_limit_reached"):
        await world.send(pair.talk, pair.ana)
    await world.later(seconds=1)
    assert (await world.sent(pair.talk, pair.ana)).allowance.sent == 1


async def test_hopping_zones_opens_no_second_day(world: World) -> None:
    ana, ben = await world.person(timezone="Pacific/Kiritimati"), await world.person()
    talk = await world.conversation(ana, ben)
    pair = Pair(ana.id, ben.id, talk)
    await spend(world, pair, ana.id)
    for timezone in ("Pacific/Honolulu", "Pacific/Kiritimati", "UTC"):
        await world.kithkin.identity.change_profile()(ana.id, {"timezone": timezone})
        with world.refused("daily_message_limit_reached"):
            await world.send(talk, ana.id)


async def test_deleting_gives_no_allowance_back(world: World, pair: Pair) -> None:
    sent = await world.sent(pair.talk, pair.ana)
    await world.kithkin.conversations.delete_message()(pair.talk, sent.message.id, pair.ana)
    assert (await world.allowance(pair.talk, pair.ana)).sent == 1


async def test_a_client_message_id_makes_a_send_happen_once(world: World, pair: Pair) -> None:
    first = await world.sent(pair.talk, pair.ana, "Hello", client_message_id="m1")
    again = await world.sent(pair.talk, pair.ana, "Hello", client_message_id="m1")
    assert (again.created, again.message) == (False, first.message)
    assert again.allowance == first.allowance
    assert await stored(world, pair.talk) == 1


async def test_a_client_message_id_is_the_senders_own(world: World, pair: Pair) -> None:
    await world.sent(pair.talk, pair.ana, "Hello", client_message_id="m1")
    assert (await world.sent(pair.talk, pair.ben, "Hi", client_message_id="m1")).created


async def test_a_client_message_id_does_not_stand_for_two_texts(world: World, pair: Pair) -> None:
    await world.sent(pair.talk, pair.ana, "Hello", client_message_id="m1")
    with world.refused("client_message_id_reused"):
        await world.send(pair.talk, pair.ana, "Bye", client_message_id="m1")


async def test_a_repeat_gives_the_message_whatever_became_of_it(world: World, pair: Pair) -> None:
    first = await world.sent(pair.talk, pair.ana, "Hello", client_message_id="m1")
    edited = await world.edit(pair.talk, first.message.id, pair.ana, "Bye")
    await world.kithkin.identity.block_person()(pair.ben, pair.ana)
    again = await world.sent(pair.talk, pair.ana, "Hello", client_message_id="m1")
    assert (again.created, again.message) == (False, edited)
    with world.refused("client_message_id_reused"):
        await world.send(pair.talk, pair.ana, "Bye", client_message_id="m1")


async def test_a_repeated_request_gets_the_same_answer(world: World, pair: Pair) -> None:
    first = await world.send(pair.talk, pair.ana, "Hello", attempt=ATTEMPT, render=render)
    assert isinstance(first, SentMessage)
    await world.edit(pair.talk, first.message.id, pair.ana, "Bye")
    again = await world.send(pair.talk, pair.ana, "Hello", attempt=ATTEMPT, render=render)
    assert again == Answer(status=201, body=b"Hello", replayed=True)
    assert await stored(world, pair.talk) == 1


async def test_an_idempotency_key_stands_for_one_request(world: World, pair: Pair) -> None:
    await world.send(pair.talk, pair.ana, attempt=ATTEMPT, render=render)
    other = Attempt(owner=ATTEMPT.owner, key=ATTEMPT.key, fingerprint=b"two")
    with world.refused("idempotency_key_reused"):
        await world.send(pair.talk, pair.ana, "Bye", attempt=other, render=render)


async def test_an_idempotency_key_is_forgotten_after_a_day(world: World, pair: Pair) -> None:
    await world.send(pair.talk, pair.ana, attempt=ATTEMPT, render=render)
    await world.later(hours=24)
    again = await world.send(pair.talk, pair.ana, attempt=ATTEMPT, render=render)
    assert isinstance(again, SentMessage)
    assert again.created


async def test_a_repeat_under_both_names_keeps_its_answer(world: World, pair: Pair) -> None:
    await world.sent(pair.talk, pair.ana, "Hello", client_message_id="m1")
    answers = [
        await world.send(
            pair.talk, pair.ana, "Hello", client_message_id="m1", attempt=ATTEMPT, render=render
        )
        for _ in range(2)
    ]
    assert answers == [
        Answer(status=200, body=b"Hello"),
        Answer(status=200, body=b"Hello", replayed=True),
    ]


async def test_parallel_sends_never_pass_the_limit(world: World, pair: Pair) -> None:
    sends = [world.send(pair.talk, pair.ana, f"{number}") for number in range(64)]
    results = await asyncio.gather(*sends, return_exceptions=True)
    refused = [error for error in results if isinstance(error, DailyMessageLimitReachedError)]
    numbers = sorted(sent.message.daily_number for sent in results if isinstance(sent, SentMessage))
    assert numbers == list(range(1, 11))
    assert len(refused) == 54
    assert await stored(world, pair.talk) == 10
    assert (await world.allowance(pair.talk, pair.ana)).sent == 10
