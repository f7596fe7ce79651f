"""However many ask at once, one prompt is shown and one action kept."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from application.conversations.send_message import SendMessageRequest
from application.video.show_prompt import ShownPrompt, ShowPromptRequest
from domain.shared.errors import NotFoundError
from domain.shared.events import Event
from domain.shared.ids import ConversationId, PersonId, PromptId
from domain.shared.standing import PersonDeletedError
from domain.video.calls import Ended
from domain.video.events import CallOutcome
from domain.video.prompt_events import PromptAction, PromptActionTaken, PromptShown, PromptType
from domain.video.prompt_pace import Reach
from domain.video.prompts import Prompt, PromptAnsweredError
from tests.contracts import given, values
from tests.contracts.stores import Stores
from tests.contracts.use_cases import (
    answer_prompt,
    block_person,
    erase_person,
    send_message,
    show_prompt,
)
from tests.contracts.values import DAY

WORKERS = 20
MANY = Reach(recent=1000, of_a_type=1000, decisive=1000)


def with_draft(pair: given.Pair, **changes: Any) -> ShowPromptRequest:
    known = {"conversation_id": pair.conversation.id, "draft_length": 300, **changes}
    return ShowPromptRequest(person_id=pair.a.id, **known)


async def events_of(stores: Stores, person_id: PersonId, kind: type[Event]) -> list[Event]:
    events = [out.event for out in await stores.outbox()]
    return [one for one in events if one.person_id == person_id and isinstance(one, kind)]


async def test_of_twenty_who_ask_at_once_one_is_shown_a_prompt(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    show = show_prompt(stores)
    answers = await asyncio.gather(*(show(with_draft(pair)) for _ in range(WORKERS)))
    (prompt,) = [answer.prompt for answer in answers if answer.prompt is not None]
    assert prompt.prompt_type is PromptType.LONG_MESSAGE
    assert await stores.prompts.past(pair.a.id, pair.conversation.id, MANY) == (prompt,)
    assert len(await events_of(stores, pair.a.id, PromptShown)) == 1
    for answer in answers:
        if answer.prompt is None:
            refused = {one.rule for one in answer.decision.reasons if not one.satisfied}
            assert refused == {"prompt_spacing"}


async def test_of_twenty_in_as_many_conversations_one_is_shown_a_prompt(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    show = show_prompt(stores)
    talks = [pair.conversation.id]
    for _ in range(WORKERS - 1):
        other = await given.a_person(stores)
        talk = values.a_conversation(pair.a, other)
        await stores.conversations.add(talk, ())
        talks.append(talk.id)
    asked = (show(with_draft(pair, conversation_id=talk)) for talk in talks)
    answers = await asyncio.gather(*asked)
    assert sum(answer.prompt is not None for answer in answers) == 1
    assert len(await events_of(stores, pair.a.id, PromptShown)) == 1


async def test_two_persons_do_not_wait_for_each_other(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    show = show_prompt(stores)
    both = [with_draft(pair), ShowPromptRequest(**{**_fields(pair), "person_id": pair.b.id})]
    answers = await asyncio.gather(*(show(one) for one in both))
    assert all(answer.prompt is not None for answer in answers)


def _fields(pair: given.Pair) -> dict[str, Any]:
    return {"conversation_id": pair.conversation.id, "draft_length": 300}


async def a_shown_prompt(stores: Stores, pair: given.Pair) -> Prompt:
    prompt = (await show_prompt(stores)(with_draft(pair))).prompt
    assert prompt is not None
    return prompt


async def test_the_same_action_twenty_times_at_once_is_kept_once(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    prompt, answer = await a_shown_prompt(stores, pair), answer_prompt(stores)
    given_back = await asyncio.gather(
        *(answer(prompt.id, PromptAction.DISMISSED) for _ in range(WORKERS))
    )
    assert set(given_back) == {await stores.prompts.get(prompt.id)}
    assert len(await events_of(stores, pair.a.id, PromptActionTaken)) == 1


async def test_of_different_actions_at_once_one_is_kept(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    prompt, answer = await a_shown_prompt(stores, pair), answer_prompt(stores)
    outcomes = await asyncio.gather(
        *(answer(prompt.id, action) for action in PromptAction), return_exceptions=True
    )
    assert Counter(map(type, outcomes)) == {Prompt: 1, PromptAnsweredError: 3}
    (kept,) = await events_of(stores, pair.a.id, PromptActionTaken)
    assert isinstance(kept, PromptActionTaken)
    stored = await stores.prompts.get(prompt.id)
    assert stored is not None
    assert stored.action_taken is kept.action


async def test_sends_and_prompts_at_once_lose_nothing(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    show, send = show_prompt(stores), send_message(stores)
    message = SendMessageRequest(
        conversation_id=pair.conversation.id, sender_id=pair.a.id, text="Hello"
    )
    work: list[Any] = []
    for _ in range(7):
        work += [show(with_draft(pair)), send(message)]
    answers = await asyncio.gather(*work)
    shown = [one for one in answers if isinstance(one, ShownPrompt) and one.prompt is not None]
    assert len(shown) == 1
    seen = await given.a_view(stores, pair.conversation, pair.a.id, await stores.clock.now())
    assert seen.latest_count == 7


async def test_nobody_else_answers_a_prompt(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    prompt, answer = await a_shown_prompt(stores, pair), answer_prompt(stores)
    for prompt_id, viewer_id in ((prompt.id, pair.b.id), (PromptId(uuid7()), None)):
        with pytest.raises(NotFoundError):
            await answer(prompt_id, PromptAction.DISMISSED, viewer_id)
    assert (await answer(prompt.id, PromptAction.DISMISSED, pair.a.id)).action_taken


async def test_a_prompt_is_for_somebody_somewhere(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    stranger = await given.a_person(stores)
    show = show_prompt(stores)
    for request in (
        ShowPromptRequest(person_id=PersonId(uuid7())),
        with_draft(pair, conversation_id=ConversationId(uuid7())),
        ShowPromptRequest(person_id=stranger.id, conversation_id=pair.conversation.id),
    ):
        with pytest.raises(NotFoundError):
            await show(request)


async def test_an_erased_person_is_neither_prompted_nor_answers(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    prompt = await a_shown_prompt(stores, pair)
    await erase_person(stores)(pair.a.id)
    with pytest.raises(PersonDeletedError):
        await show_prompt(stores)(with_draft(pair))
    with pytest.raises(PersonDeletedError):
        await answer_prompt(stores)(prompt.id, PromptAction.DISMISSED)
    # What was shown says nothing of them but the id.
    assert await stores.prompts.get(prompt.id) == prompt


async def test_nothing_is_shown_about_somebody_who_was_blocked_or_erased(stores: Stores) -> None:
    for change, rule in (
        (block_person, "pair_is_not_blocked"),
        (erase_person, "partner_is_not_deleted"),
    ):
        pair = await given.a_pair(stores)
        if change is block_person:
            await block_person(stores)(pair.b.id, pair.a.id)
        else:
            await erase_person(stores)(pair.b.id)
        answer = await show_prompt(stores)(with_draft(pair))
        assert answer.prompt is None
        (long,) = (
            one for one in answer.decision.held_back if one.prompt_type is PromptType.LONG_MESSAGE
        )
        assert {one.rule for one in long.reasons} == {rule}


async def test_a_call_that_time_has_ended_holds_nothing_back(stores: Stores) -> None:
    pair, show = await given.a_pair(stores), show_prompt(stores)
    now = await stores.clock.now()
    call = await given.a_call(stores, pair.conversation, created_at=now, rings_at=now)
    during = await show(with_draft(pair))
    assert during.prompt is None
    assert "no_call_goes_on" in {one.rule for one in during.decision.reasons if not one.satisfied}
    other = await given.a_pair(stores)
    over = await given.a_call(stores, other.conversation, created_at=now - DAY, rings_at=now - DAY)
    assert (await show(with_draft(other))).prompt is not None
    settled = await stores.calls.get(over.id)
    assert isinstance(settled, Ended)
    assert settled.outcome is CallOutcome.MISSED
    assert await stores.calls.get(call.id) == call
