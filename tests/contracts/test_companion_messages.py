"""What a person may do about what they said, and what becomes of what was learned from it."""

import attrs
import pytest
from uuid_utils.compat import uuid7

from application.personas.language_model import Candidate, Observed, ObserveRequest, Speaker
from domain.conversations.events import MessageDeleted, MessageEdited
from domain.personas.conversations import CompanionConversation
from domain.personas.events import Growth, ObservationDeleted
from domain.personas.messages import (
    CompanionEditRefusedError,
    CompanionMessage,
    CompanionMessageDeletedError,
    MessageState,
    ReplyInProgressError,
    Voice,
)
from domain.shared.errors import InvalidValueError, NotFoundError
from domain.shared.ids import MessageId
from tests.contracts import values
from tests.contracts.companions import AWAY, Companions, Scripted, growth_job
from tests.contracts.stores import Stores
from tests.contracts.values import MINUTE, START


def two_traits(request: ObserveRequest) -> Observed:
    """One that rests on the first line, and one on the first two."""
    own = [line.message_id for line in request.transcript if line.role is Speaker.USER]
    evidence = {"Honesty": own[:1], "Kindness": own[:2]}
    return Observed(
        candidates=tuple(
            Candidate(kind="trait_valued", value=value, evidence_message_ids=tuple(ids), support=80)
            for value, ids in evidence.items()
        )
    )


async def own_words(
    companions: Companions, conversation: CompanionConversation
) -> list[CompanionMessage]:
    """What the person said, the first of it first."""
    page = await companions.queries.messages(conversation.id, None, None, 50, newest_first=False)
    return [one for one in page.items if one.role is Voice.USER]


async def test_what_rested_on_a_deleted_message_alone_is_deleted_too(stores: Stores) -> None:
    companions = Companions(stores, Scripted(observes=two_traits))
    conversation = await companions.opened()
    person_id = conversation.person_id
    session = await companions.held(conversation)
    await companions.summarised(person_id)
    first, second, *_ = await own_words(companions, conversation)
    blank = await companions.deleted(first)
    assert (blank.text, blank.deleted_at) == ("", START)
    said = await stores.observations.of_person(person_id)
    [left] = said[session.id]
    assert (left.value, left.evidence_message_ids) == ("Kindness", (second.id,))
    after = await companions.session(session)
    assert after.summary.top_3_traits_you_value == ("Kindness",)
    assert after.confidence == 750
    told = [event.event for event in await stores.outbox() if event.event.person_id == person_id]
    assert [type(one) for one in told[-2:]] == [MessageDeleted, ObservationDeleted]
    # Once is once.
    number = len(await stores.outbox())
    assert await companions.deleted(blank) == blank
    assert len(await stores.outbox()) == number
    with pytest.raises(CompanionMessageDeletedError):
        await companions.edited(blank, "Anew")
    await companions.deleted(second)
    assert await stores.observations.of_person(person_id) == {}
    latest = await stores.latest_summaries.get(person_id)
    assert latest is not None
    assert (latest.summary.top_3_traits_you_value, latest.confidence) == ((), 750)


async def test_an_edited_message_is_evidence_of_nothing_that_was_learned_before(
    stores: Stores,
) -> None:
    model = Scripted(observes=two_traits)
    companions = Companions(stores, model)
    conversation = await companions.opened()
    await companions.held(conversation)
    await companions.summarised(conversation.person_id)
    first, *_ = await own_words(companions, conversation)
    await stores.clock.move_to(START + 15 * MINUTE)
    assert await companions.edited(first, first.text) == first
    changed = await companions.edited(first, "Something else")
    assert (changed.text, changed.edited_at) == ("Something else", START + 15 * MINUTE)
    said = await stores.observations.of_person(conversation.person_id)
    assert [one.value for found in said.values() for one in found] == ["Kindness"]
    told = [one.event for one in await stores.outbox()]
    assert sum(isinstance(one, MessageEdited) for one in told) >= 1
    with pytest.raises(InvalidValueError):
        await companions.edited(changed, " ")
    await stores.clock.move_to(START + 15 * MINUTE + MINUTE)
    with pytest.raises(CompanionEditRefusedError) as refused:
        await companions.edited(changed, "Too late")
    assert refused.value.reasons[0].inputs == {"age_seconds": 16 * 60}


async def test_what_is_changed_while_a_model_is_asked_is_no_evidence(stores: Stores) -> None:
    model = Scripted(observes=two_traits)
    companions = Companions(stores, model)
    conversation = await companions.opened()
    session = await companions.held(conversation)
    first, second, *_ = await own_words(companions, conversation)

    async def change() -> None:
        await companions.deleted(first)
        await companions.edited(second, "Something else")

    model.meanwhile = change
    await companions.grow(growth_job(conversation.person_id))
    done = await companions.session(session)
    assert (done.growth, done.evidence_dropped) == (Growth.INSUFFICIENT_DATA, 3)
    assert await stores.observations.of_person(conversation.person_id) == {}


async def test_a_model_is_shown_what_was_left_and_as_it_was_left(stores: Stores) -> None:
    model = Scripted()
    companions = Companions(stores, model)
    conversation = await companions.opened()
    for text in ("one", "two"):
        await companions.said(conversation, text)
    first, second = await own_words(companions, conversation)
    await companions.deleted(first)
    await companions.edited(second, "three")
    await companions.said(conversation, "four")
    own = [line.text for line in model.asked[-1].transcript if line.role is Speaker.USER]
    assert own == ["three", "four"]
    totals = await stores.usage_stats.totals(conversation.person_id)
    assert totals.total_messages == 3


async def test_a_message_is_left_alone_while_its_reply_is_under_way(stores: Stores) -> None:
    companions = Companions(stores, Scripted(breaks=AWAY))
    conversation = await companions.opened()
    attempt = values.an_attempt()
    asked = await companions.asked(conversation, "Hello", attempt)
    with pytest.raises(ReplyInProgressError):
        await companions.deleted(asked.message)
    with pytest.raises(ReplyInProgressError):
        await companions.edited(asked.message, "Goodbye")
    # Its process ended, and took the reply with it.
    await stores.clock.move_to(START + 2 * MINUTE)
    gone = await companions.deleted(asked.message)
    assert gone.state is MessageState.UNANSWERED
    assert (await stores.usage_stats.totals(conversation.person_id)).total_messages == 0
    with pytest.raises(CompanionMessageDeletedError):
        await companions.asked(conversation, "Hello", attempt)
    await companions.answer(asked)
    assert await stores.companion_messages.get(gone.id) == gone


async def test_only_the_persons_own_words_are_theirs_to_change(stores: Stores) -> None:
    companions = Companions(stores)
    conversation = await companions.opened()
    ending = await companions.said(conversation, "Hello")
    reply = getattr(ending, "reply", None)
    assert isinstance(reply, CompanionMessage)
    nobodys = attrs.evolve(reply, id=MessageId(uuid7()))
    other = await companions.opened()
    elsewhere = attrs.evolve(reply, conversation_id=other.id, person_id=other.person_id)
    for message in (reply, nobodys, elsewhere):
        with pytest.raises(NotFoundError):
            await companions.deleted(message)
        with pytest.raises(NotFoundError):
            await companions.edited(message, "Mine")
