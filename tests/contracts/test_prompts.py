"""Prompts that were shown, and what is read to decide on the next."""

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import attrs
import pytest
from uuid_utils.compat import uuid7

from domain.identity.persons import Person
from domain.shared.calendar import CountingDay
from domain.shared.ids import ConversationId, PersonId, PromptId
from domain.video.prompt_events import PromptAction, PromptShown, PromptType
from domain.video.prompt_pace import Reach, that_matter
from domain.video.prompt_totals import PromptTotal
from domain.video.prompts import Prompt
from tests.contracts import given
from tests.contracts.stores import Stores
from tests.contracts.values import DAY, MINUTE, RULEBOOK, START, TODAY, an_event, outgoing

COUNT, REWARD, SCHEDULING, LONG = PromptType
MANY = Reach(recent=1000, of_a_type=1000, decisive=1000)


def a_prompt(
    person_id: PersonId,
    conversation_id: ConversationId | None,
    kind: PromptType = COUNT,
    at: datetime = START,
    **changes: Any,
) -> Prompt:
    prompt = Prompt(
        id=PromptId(uuid7()),
        person_id=person_id,
        conversation_id=conversation_id,
        prompt_type=kind,
        threshold=3,
        shown_at=at,
        shown_on=at.date(),
        policy_version=RULEBOOK.version,
    )
    return attrs.evolve(prompt, **changes)


def answered(prompt: Prompt, action: PromptAction, at: datetime = START + MINUTE) -> Prompt:
    return attrs.evolve(prompt, action_taken=action, acted_at=at)


async def shown(stores: Stores, prompt: Prompt) -> Prompt:
    """A prompt that was shown, and answered if it says so."""
    bare = attrs.evolve(prompt, action_taken=None, acted_at=None)
    await stores.prompts.show(bare, CountingDay(prompt.shown_on, prompt.shown_at), ())
    if prompt != bare:
        await stores.prompts.answer(prompt, ())
    return prompt


async def test_a_prompt_comes_back_as_given(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    prompt = a_prompt(pair.a.id, pair.conversation.id)
    (event,) = outgoing(
        PromptShown(
            at=START,
            person_id=pair.a.id,
            policy_version="test",
            prompt_id=prompt.id,
            conversation_id=pair.conversation.id,
            prompt_type=COUNT,
            threshold=3,
            lapses_on=None,
            shown_on=TODAY,
        )
    )
    await stores.prompts.show(prompt, CountingDay(TODAY, START), iter((event,)))
    assert await stores.prompts.get(prompt.id) == prompt
    assert event in await stores.outbox()
    assert await stores.prompts.get(PromptId(uuid7())) is None
    assert await stores.prompts.past(pair.a.id, pair.conversation.id, MANY) == (prompt,)
    assert await stores.prompts.past(pair.b.id, pair.conversation.id, MANY) == ()


async def test_an_answer_is_kept(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    prompt = await shown(stores, a_prompt(pair.a.id, None, REWARD, lapses_on=date(2026, 4, 1)))
    after, event = answered(prompt, PromptAction.CONTINUED_TYPING), an_event(pair.a.id)
    await stores.prompts.answer(after, iter((event,)))
    assert await stores.prompts.get(prompt.id) == after
    assert event in await stores.outbox()


async def test_a_showing_opens_the_persons_day_once(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    for number, (day, version) in enumerate(((TODAY, 2), (TODAY, 2), (TODAY + DAY, 3))):
        at = START + number * MINUTE
        prompt = a_prompt(pair.a.id, None, REWARD, at)
        since = START if day == TODAY else at
        await stores.prompts.show(prompt, CountingDay(day, since), ())
        person: Person = await given.the_person(stores, pair.a)
        assert person.counting_day == CountingDay(day, since)
        assert person.version == version


async def test_a_prompt_needs_its_person_and_conversation(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    for person_id, conversation_id in (
        (PersonId(uuid7()), pair.conversation.id),
        (pair.a.id, ConversationId(uuid7())),
    ):
        prompt = a_prompt(person_id, conversation_id)
        with pytest.raises(stores.constraint_error):
            await stores.prompts.show(prompt, CountingDay(TODAY, START), ())
        assert await stores.prompts.get(prompt.id) is None


async def test_an_action_has_its_time(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    prompt = await shown(stores, a_prompt(pair.a.id, pair.conversation.id))
    with pytest.raises(stores.constraint_error):
        await stores.prompts.answer(attrs.evolve(prompt, action_taken=PromptAction.DISMISSED), ())
    assert await stores.prompts.get(prompt.id) == prompt


@pytest.mark.parametrize("seed", range(3))
async def test_what_is_read_is_what_matters(stores: Stores, seed: int) -> None:
    chance = Random(seed)
    pair = await given.a_pair(stores)
    others = [await given.a_person(stores) for _ in range(2)]
    conversations = [pair.conversation.id]
    for other in others:
        talk = attrs.evolve(
            pair.conversation,
            id=ConversationId(uuid7()),
            participant_a=min(pair.a.id, other.id),
            participant_b=max(pair.a.id, other.id),
        )
        await stores.conversations.add(talk, ())
        conversations.append(talk.id)
    past = []
    for _ in range(80):
        kind, at = chance.choice(list(PromptType)), START + chance.randrange(60) * MINUTE
        where = None if kind is REWARD else chance.choice(conversations)
        prompt = a_prompt(pair.a.id, where, kind, at)
        action = chance.choice([None, *PromptAction, PromptAction.DISMISSED])
        if action is not None:
            prompt = answered(prompt, action, at + chance.randrange(9) * MINUTE)
        past.append(await shown(stores, prompt))
    few = Reach(recent=1, of_a_type=1, decisive=0)
    for within in (Reach(recent=10, of_a_type=4, decisive=5), few, MANY):
        for where in (None, *conversations):
            found = await stores.prompts.past(pair.a.id, where, within)
            assert found == that_matter(past, where, within)


async def test_a_look_at_a_conversation(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    here, a = pair.conversation.id, pair.a.id
    stranger = await given.a_person(stores)
    assert await stores.prompt_talks.look(here, stranger.id, START, 20) is None
    assert await stores.prompt_talks.look(ConversationId(uuid7()), a, START, 20) is None
    for number in range(3):
        await given.a_message(stores, pair.conversation, a, START + number * MINUTE)
    await given.a_message(stores, pair.conversation, pair.b.id, START + 3 * MINUTE)
    seen = await stores.prompt_talks.look(here, a, START, 20)
    assert seen is not None
    assert (seen.started_at, seen.blocked, seen.partner_deleted) == (START, False, False)
    assert (seen.latest_count_on, seen.latest_count, seen.last_call_on) == (TODAY, 3, None)
    assert seen.tier == pair.a.standing
    assert seen.messages_since == 4
    short = await stores.prompt_talks.look(here, a, START, 2)
    assert short is not None
    assert short.messages_since == 2


async def test_messages_are_counted_since_the_last_completed_call(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    history = await stores.histories.get(pair.conversation.id)
    assert history is not None
    for number in range(4):
        await given.a_message(stores, pair.conversation, pair.b.id, START + number * MINUTE)
    called = history.with_call(START + MINUTE, (TODAY, TODAY - DAY), first_of_its_day=True)
    await stores.histories.save(called, ())
    for person, called_on in ((pair.a, TODAY), (pair.b, TODAY - DAY)):
        seen = await stores.prompt_talks.look(pair.conversation.id, person.id, START, 20)
        assert seen is not None
        assert (seen.messages_since, seen.last_call_on) == (2, called_on)


async def test_totals_are_by_type_and_action_within_the_dates(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    # Dates of this test alone: all tests share one database.
    first = date(2050, 1, 1)
    for days, kind, action in (
        (-1, LONG, None),
        (0, LONG, None),
        (0, LONG, PromptAction.DISMISSED),
        (3, LONG, PromptAction.DISMISSED),
        (3, SCHEDULING, PromptAction.SCHEDULED_VIDEO),
        (4, SCHEDULING, PromptAction.SCHEDULED_VIDEO),
    ):
        prompt = a_prompt(
            pair.a.id, pair.conversation.id, kind, shown_on=first + timedelta(days=days)
        )
        await shown(stores, prompt if action is None else answered(prompt, action))
    found = await stores.prompt_totals.between(first, first + timedelta(days=3))
    assert set(found) == {
        PromptTotal(prompt_type=LONG, action=None, number=1),
        PromptTotal(prompt_type=LONG, action=PromptAction.DISMISSED, number=2),
        PromptTotal(prompt_type=SCHEDULING, action=PromptAction.SCHEDULED_VIDEO, number=1),
    }
    assert len(found) == 3
