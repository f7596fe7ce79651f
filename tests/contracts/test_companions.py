"""Talking with companions: messages, replies, sessions, and what is charged."""

import asyncio
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from uuid_utils.compat import uuid7

from application.personas.answer_companion import BrokenOff, Whole
from application.personas.ask_companion import AskRequest
from application.personas.open_companion import OpenCompanion
from application.personas.record_call import RecordCallRequest, Turn
from application.shared.idempotency import IdempotencyKeyReusedError, RequestInProgressError
from domain.personas.events import Growth, PersonaCause, SessionEnding, TalkKind
from domain.personas.messages import MessageState, ReplyInProgressError, Tag, Voice
from domain.personas.personas import Baseline, Sliders
from domain.personas.sessions import (
    CompanionSessionEndedError,
    EndedCompanionSession,
    OpenCompanionSession,
)
from domain.shared.decisions import Verdict
from domain.shared.errors import InvalidValueError, NotFoundError
from domain.shared.ids import ConversationId
from domain.usage.paywall import PaywallError
from tests.contracts import given, values
from tests.contracts.companions import (
    AWAY,
    Companions,
    Scripted,
    few_free,
    growth_job,
)
from tests.contracts.stores import Stores
from tests.contracts.use_cases import erase_person
from tests.contracts.values import MINUTE, START

HALF_HOUR = 30 * MINUTE


async def test_a_person_has_one_companion(stores: Stores) -> None:
    companions = Companions(stores)
    conversation = await companions.opened()
    person_id = conversation.person_id
    again = await OpenCompanion(companions.keep)(person_id, Baseline.CALM_MATURE)
    assert (again.conversation, again.created) == (conversation, False)
    assert again.own.persona.baseline is Baseline.CALM_MATURE
    own = await companions.choose(person_id, Baseline.CALM_MATURE, Sliders(pace=2))
    history = (await companions.queries.persona(person_id, None, 2)).history
    assert [one.version for one in history.items] == [3, 2]
    assert {one.cause for one in history.items} == {PersonaCause.CHOSEN}
    assert history.items[0].sliders == own.persona.sliders
    rest = (await companions.queries.persona(person_id, history.last, 2)).history
    assert ([one.version for one in rest.items], rest.last) == ([1], None)


async def test_two_at_once_open_one_conversation(stores: Stores) -> None:
    person = await given.a_person(stores)
    open_one = OpenCompanion(Companions(stores).keep)
    opened = await asyncio.gather(*(open_one(person.id, None) for _ in range(20)))
    assert len({one.conversation.id for one in opened}) == 1
    assert sum(one.created for one in opened) == 1


async def test_a_message_is_stored_and_answered(stores: Stores) -> None:
    model = Scripted()
    companions = Companions(stores, model)
    conversation = await companions.opened()
    pieces: list[str] = []
    asked = await companions.asked(conversation, "Hello")
    assert asked.message.state is MessageState.WAITING
    ending = await companions.answer(asked, pieces.append)
    assert isinstance(ending, Whole)
    assert (pieces, ending.reply.text) == (["Well", ", hello!"], "Well, hello!")
    page = await companions.queries.messages(conversation.id, None, None, 10, newest_first=False)
    assert [(one.role, one.text, one.state) for one in page.items] == [
        (Voice.USER, "Hello", MessageState.ANSWERED),
        (Voice.ASSISTANT, "Well, hello!", MessageState.SAID),
    ]
    [request] = model.asked
    assert [line.text for line in request.transcript] == ["Hello"]
    session = await stores.companion_sessions.get(asked.session.id)
    assert isinstance(session, OpenCompanionSession)
    assert (session.user_messages, session.messages_counted) == (1, 1)
    assert (session.input_tokens, session.output_tokens) == (7, 3)


async def test_a_session_keeps_the_persona_it_started_with(stores: Stores) -> None:
    model = Scripted()
    companions = Companions(stores, model)
    conversation = await companions.opened()
    await companions.said(conversation, "Hello")
    await companions.choose(conversation.person_id, Baseline.CALM_MATURE, Sliders(depth=2))
    await companions.said(conversation, "Hello again")
    first, second = model.asked
    assert first.system_prompt == second.system_prompt
    await companions.end(conversation.id, None)
    await companions.said(conversation, "And again")
    assert model.asked[-1].manner.baseline == "calm_mature"


async def test_a_reply_that_breaks_off_is_kept_as_partial_and_charges_nothing(
    stores: Stores,
) -> None:
    companions = Companions(stores, Scripted(breaks=AWAY))
    conversation = await companions.opened()
    ending = await companions.said(conversation, "Hello")
    assert isinstance(ending, BrokenOff)
    assert ending.error is AWAY
    assert ending.partial is not None
    assert (ending.partial.text, ending.partial.state) == ("Well, hello!", MessageState.PARTIAL)
    assert (await stores.usage_stats.totals(conversation.person_id)).total_messages == 0
    whole = await Companions(stores).said(conversation, "Hello once more")
    assert isinstance(whole, Whole)
    assert (await stores.usage_stats.totals(conversation.person_id)).total_messages == 1


@pytest.mark.parametrize("pieces", [(), ("  \x00",)])
async def test_no_reply_is_none(stores: Stores, pieces: tuple[str, ...]) -> None:
    companions = Companions(stores, Scripted(pieces=pieces))
    ending = await companions.said(await companions.opened(), "Hello")
    assert isinstance(ending, BrokenOff)
    assert ending.partial is None


async def test_a_reply_holds_nothing_that_no_text_may_hold(stores: Stores) -> None:
    companions = Companions(stores, Scripted(pieces=("a\x00b", "\ud800c\n", "x" * 5000)))
    ending = await companions.said(await companions.opened(), "Hello")
    assert isinstance(ending, Whole)
    assert ending.reply.text == "abc\n" + "x" * 3996


async def test_a_repeat_gives_the_finished_reply_or_tries_it_again(stores: Stores) -> None:
    model = Scripted(breaks=AWAY)
    companions = Companions(stores, model)
    conversation = await companions.opened()
    attempt = values.an_attempt()
    asked = await companions.asked(conversation, "Hello", attempt)
    with pytest.raises(RequestInProgressError):
        await companions.asked(conversation, "Hello", attempt)
    await companions.answer(asked)
    model.breaks = None
    again = await companions.asked(conversation, "Hello", attempt)
    assert (again.message.id, again.reply) == (asked.message.id, None)
    whole = await companions.answer(again)
    assert isinstance(whole, Whole)
    done = await companions.asked(conversation, "Hello", attempt)
    assert done.reply == whole.reply
    assert len(model.asked) == 2
    assert (await stores.usage_stats.totals(conversation.person_id)).total_messages == 1
    with pytest.raises(IdempotencyKeyReusedError):
        await companions.asked(conversation, "Hello", attrs.evolve(attempt, fingerprint=b"two"))


async def test_a_repeat_after_the_session_is_told_to_be_sent_anew(stores: Stores) -> None:
    companions = Companions(stores, Scripted(breaks=AWAY))
    conversation = await companions.opened()
    attempt = values.an_attempt()
    await companions.answer(await companions.asked(conversation, "Hello", attempt))
    await companions.end(conversation.id, None)
    with pytest.raises(CompanionSessionEndedError):
        await companions.asked(conversation, "Hello", attempt)


async def test_one_message_is_answered_after_the_other(stores: Stores) -> None:
    companions = Companions(stores)
    conversation = await companions.opened()
    results = await asyncio.gather(
        *(companions.asked(conversation, f"Hello {number}") for number in range(20)),
        return_exceptions=True,
    )
    refused = [one for one in results if isinstance(one, BaseException)]
    assert len(refused) == 19
    assert all(isinstance(one, ReplyInProgressError) for one in refused)
    assert (await stores.usage_stats.totals(conversation.person_id)).total_messages == 1


async def test_a_reply_that_a_process_took_with_it_is_given_up(stores: Stores) -> None:
    companions = Companions(stores)
    conversation = await companions.opened()
    lost = await companions.asked(conversation, "Hello")
    await stores.clock.move_to(START + 2 * MINUTE)
    await companions.said(conversation, "Are you there?")
    assert await companions.answer(lost) is not None
    given_up = await stores.companion_messages.get(lost.message.id)
    assert given_up is not None
    assert given_up.state is MessageState.UNANSWERED
    assert await stores.companion_messages.reply_to(lost.message.id) is None
    assert (await stores.usage_stats.totals(conversation.person_id)).total_messages == 1


async def test_no_more_than_what_is_free_is_answered_without_a_purchase(stores: Stores) -> None:
    model = Scripted()
    companions = Companions(stores, model, few_free(messages=3))
    conversation = await companions.opened()
    for text in ("one", "two"):
        await companions.said(conversation, text)
    model.breaks = AWAY
    await companions.said(conversation, "not answered")
    model.breaks = None
    await companions.said(conversation, "three")
    counted: list[tuple[Verdict, ...]] = []
    ask = attrs.evolve(companions.ask, tally=counted.append)
    with pytest.raises(PaywallError) as blocked:
        await ask(AskRequest(conversation_id=conversation.id, viewer_id=None, text="four"))
    assert counted == [(("free_messages", False), ("person_is_active", True))]
    assert [reason.rule for reason in blocked.value.reasons] == [
        "free_messages",
        "person_is_active",
    ]
    page = await companions.queries.messages(conversation.id, None, None, 50, newest_first=True)
    assert "four" not in [one.text for one in page.items]


async def test_what_ends_meanwhile_gets_no_reply(stores: Stores) -> None:
    model = Scripted()
    companions = Companions(stores, model)
    conversation = await companions.opened()
    asked = await companions.asked(conversation, "Hello")

    async def end() -> None:
        await companions.end(conversation.id, None)

    model.meanwhile = end
    ending = await companions.answer(asked)
    assert isinstance(ending, BrokenOff)
    assert isinstance(ending.error, CompanionSessionEndedError)
    session = await stores.companion_sessions.get(asked.session.id)
    assert isinstance(session, EndedCompanionSession)
    assert (session.user_messages, session.messages_counted) == (1, 0)


async def test_who_is_erased_meanwhile_leaves_nothing(stores: Stores) -> None:
    model = Scripted()
    companions = Companions(stores, model)
    conversation = await companions.opened()

    async def erase() -> None:
        await erase_person(stores)(conversation.person_id)

    model.meanwhile = erase
    asked = await companions.asked(conversation, "A word nobody else says: xylograph")
    assert isinstance(await companions.answer(asked), BrokenOff)
    assert await stores.companion_messages.get(asked.message.id) is None
    assert await stores.companion_conversations.get(conversation.id) is None
    assert await stores.mentions("xylograph") == []


async def test_a_reply_that_is_cancelled_counts_as_broken_off(stores: Stores) -> None:
    model, begun = Scripted(), asyncio.Event()

    async def wait() -> None:
        begun.set()
        await asyncio.Event().wait()

    model.meanwhile = wait
    companions = Companions(stores, model)
    conversation = await companions.opened()
    asked = await companions.asked(conversation, "Hello")
    task = asyncio.create_task(companions.answer(asked))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    message = await stores.companion_messages.get(asked.message.id)
    assert message is not None
    assert message.state is MessageState.UNANSWERED
    assert (await stores.usage_stats.totals(conversation.person_id)).total_messages == 0


async def test_a_chat_is_over_after_half_an_hour_whoever_looks(stores: Stores) -> None:
    companions = Companions(stores)
    for look in ("job", "message", "query"):
        conversation = await companions.opened()
        session = (await companions.asked(conversation, "Hello")).session
        said_at = session.last_message_at
        assert await companions.end_idle.ahead(datetime.min.replace(tzinfo=UTC)) is not None
        assert await companions.end_idle.ahead(said_at) is not None
        await stores.clock.move_to(said_at + HALF_HOUR)
        match look:
            case "job":
                await companions.end_idle(growth_job(conversation.person_id))
            case "message":
                assert (await companions.asked(conversation, "Back")).session.id != session.id
            case _:
                await companions.queries.session(session.id, conversation.person_id)
        over = await stores.companion_sessions.get(session.id)
        assert isinstance(over, EndedCompanionSession)
        assert over.ended_by is SessionEnding.IDLE
        assert (over.ended_at, over.duration_seconds) == (said_at + HALF_HOUR, 0)
        assert over.growth is Growth.TOO_SHORT


async def test_there_is_nothing_to_end_twice(stores: Stores) -> None:
    companions = Companions(stores)
    conversation = await companions.opened()
    await companions.held(conversation, ("Hello",))
    with pytest.raises(CompanionSessionEndedError):
        await companions.end(conversation.id, None)


async def test_a_conversation_is_its_persons_own(stores: Stores) -> None:
    companions = Companions(stores)
    conversation = await companions.opened()
    session = await companions.held(conversation, ("Hello",))
    other = (await companions.opened()).person_id
    queries = companions.queries
    with pytest.raises(NotFoundError):
        await queries.conversation(conversation.id, other)
    with pytest.raises(NotFoundError):
        await queries.session(session.id, other)
    with pytest.raises(NotFoundError):
        await companions.end(conversation.id, other)
    with pytest.raises(NotFoundError):
        await queries.sessions(ConversationId(uuid7()), None, None, 10)
    found = await queries.sessions(conversation.id, conversation.person_id, None, 10)
    assert [one.id for one in found.items] == [session.id]


def a_call(conversation_id: ConversationId, seconds: int, *turns: Turn) -> RecordCallRequest:
    return RecordCallRequest(
        conversation_id=conversation_id,
        viewer_id=None,
        started_at=START - timedelta(seconds=seconds),
        ended_at=START,
        turns=turns,
    )


async def test_a_call_is_a_session_with_its_turns(stores: Stores) -> None:
    companions = Companions(stores)
    conversation = await companions.opened()
    turns = (
        Turn(role=Voice.USER, text="Hello?"),
        Turn(role=Voice.ASSISTANT, text="Hi!"),
        Turn(role=Voice.USER, text="Chosen for me", tag=Tag.EVALUATION),
    )
    call = await companions.record(a_call(conversation.id, 60, *turns))
    assert (call.kind, call.growth, call.duration_seconds) == (TalkKind.CALL, Growth.PENDING, 60)
    assert (call.user_messages, call.user_characters) == (1, 6)
    said = await stores.transcripts.latest(call.id, 10)
    assert [(one.role, one.text) for one in said] == [(one.role, one.text) for one in turns]
    totals = await stores.usage_stats.totals(conversation.person_id)
    assert (totals.total_messages, totals.total_call_seconds) == (0, 60)
    account = await stores.usage_accounts.get(conversation.person_id)
    assert account is not None
    assert account.period.seconds_used == 60


async def test_a_call_is_counted_in_what_was_used_since(stores: Stores) -> None:
    companions = Companions(stores)
    conversation = await companions.opened()
    call = await companions.record(a_call(conversation.id, 20))
    since, start = stores.usage_records.used_since, call.started_at
    for later, used in ((-100.0, 20), (0, 20), (0.5, 19), (15, 5), (20, 0), (30, 0)):
        instant = start + timedelta(seconds=later)
        assert await since(conversation.person_id, instant, instant) == used


async def test_calls_use_what_is_free_and_not_a_second_more(stores: Stores) -> None:
    companions = Companions(stores)
    conversation = await companions.opened()
    counted = [
        (await companions.record(a_call(conversation.id, seconds))).seconds_counted
        for seconds in (200, 200)
    ]
    assert counted == [200, 100]
    with pytest.raises(PaywallError) as blocked:
        await companions.record(a_call(conversation.id, 10))
    assert blocked.value.reasons[0].rule == "free_call_seconds"


@pytest.mark.parametrize(("early", "late"), [(-16, -15.5), (0, 16), (1, 0), (-13 * 60, 0)])
async def test_a_call_is_told_of_soon_after_its_end(
    stores: Stores, early: float, late: float
) -> None:
    companions = Companions(stores)
    conversation = await companions.opened()
    request = attrs.evolve(
        a_call(conversation.id, 1),
        started_at=START + early * MINUTE,
        ended_at=START + late * MINUTE,
    )
    with pytest.raises(InvalidValueError):
        await companions.record(request)


async def test_twenty_calls_at_once_use_no_more_than_what_is_free(stores: Stores) -> None:
    companions = Companions(stores)
    conversation = await companions.opened()
    results = await asyncio.gather(
        *(companions.record(a_call(conversation.id, 70)) for _ in range(20)),
        return_exceptions=True,
    )
    counted = [one.seconds_counted for one in results if isinstance(one, EndedCompanionSession)]
    assert sorted(counted) == [20, 70, 70, 70, 70]
    assert sum(isinstance(one, PaywallError) for one in results) == 15
    totals = await stores.usage_stats.totals(conversation.person_id)
    assert totals.total_call_seconds == 300
