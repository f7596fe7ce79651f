"""What sessions add to a summary, in which order, and what the person may do about it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from application.personas.language_model import (
    Candidate,
    InsufficientDataError,
    ModelUsage,
    Observed,
    ObserveRequest,
    Speaker,
)
from application.personas.model_budget import ModelBudgetSpentError
from application.personas.queries import SummaryView
from domain.personas.events import Growth, PersonaCause
from domain.personas.merge import Summary
from domain.personas.observations import ObservationKind
from domain.personas.personas import Sliders
from domain.shared.errors import NotFoundError
from domain.shared.ids import MessageId, ObservationId, PersonId
from tests.contracts import given
from tests.contracts.companions import (
    Companions,
    Scripted,
    growth_job,
    one_trait,
)
from tests.contracts.stores import Stores
from tests.contracts.use_cases import erase_person, export_person
from tests.contracts.values import DAY, MINUTE, START, TODAY


async def test_a_session_adds_what_rests_on_the_persons_own_words(stores: Stores) -> None:
    companions = Companions(stores, Scripted())
    conversation = await companions.opened()
    person_id = conversation.person_id
    session = await companions.held(conversation)
    assert session.growth is Growth.PENDING
    await companions.summarised(person_id)
    done = await companions.session(session)
    # Of 6 messages and a support of 80 q is a half.
    assert (done.growth, done.gain, done.confidence) == (Growth.SUMMARISED, 750, 750)
    assert done.summary.top_3_traits_you_value == ("Honesty",)
    view = await companions.queries.summary(person_id)
    assert view.latest is not None
    assert (view.latest.summary, view.latest.confidence) == (done.summary, 750)
    [line] = view.lines
    assert (line.kind, line.value) == (ObservationKind.TRAIT_VALUED, "Honesty")
    [words] = line.evidence[0].words
    assert (words.text, words.person_id) == ("x" * 40, person_id)
    assert [one.observation.value for one in view.others] == ["warmth_up"]
    persona = await companions.queries.persona(person_id, None, 1)
    assert persona.own is not None
    assert persona.own.persona.sliders == Sliders(warmth=1)
    assert persona.history.items[0].cause is PersonaCause.SESSION
    assert persona.history.items[0].session_id == session.id
    # Once is once: there is nothing left to do.
    await companions.grow(growth_job(person_id))
    assert await companions.session(session) == done


async def test_evidence_of_others_is_none(stores: Stores) -> None:
    stranger = MessageId(uuid7())

    def claims(request: ObserveRequest) -> Observed:
        companions_own = tuple(
            line.message_id for line in request.transcript if line.role is Speaker.ASSISTANT
        )
        return Observed(
            candidates=(
                Candidate(
                    kind="trait_valued",
                    value="Money",
                    evidence_message_ids=(*companions_own[:2], stranger),
                    support=99,
                ),
            ),
            left_out=1,
        )

    companions = Companions(stores, Scripted(observes=claims))
    conversation = await companions.opened()
    session = await companions.held(conversation)
    await companions.summarised(conversation.person_id)
    done = await companions.session(session)
    assert (done.growth, done.gain) == (Growth.INSUFFICIENT_DATA, 0)
    assert (done.claims_dropped, done.evidence_dropped) == (2, 3)
    assert (await companions.queries.summary(conversation.person_id)).latest is None


async def test_a_session_that_is_too_short_asks_no_model_and_says_why(stores: Stores) -> None:
    model = Scripted()
    companions = Companions(stores, model)
    conversation = await companions.opened()
    session = await companions.held(conversation, ("Hello", "Goodbye"))
    await companions.summarised(conversation.person_id)
    assert (await companions.session(session)).growth is Growth.TOO_SHORT
    assert not [one for one in model.asked if isinstance(one, ObserveRequest)]


async def test_a_model_that_is_away_for_a_minute_is_asked_again(stores: Stores) -> None:
    companions = Companions(stores, Scripted(away_for=3))
    conversation = await companions.opened()
    session = await companions.held(conversation)
    await companions.summarised(conversation.person_id)
    done = await companions.session(session)
    assert (done.growth, done.tries, done.input_tokens) == (Growth.SUMMARISED, 4, 42 + 3)
    assert await stores.clock.now() == START + timedelta(seconds=70)


async def test_sessions_grow_in_the_order_of_their_ends_and_one_that_fails_adds_nothing(
    stores: Stores,
) -> None:
    companions = Companions(stores, Scripted(away_for=10))
    conversation = await companions.opened()
    first = await companions.held(conversation)
    await stores.clock.move_to(START + MINUTE)
    second = await companions.held(conversation)
    await companions.grow(growth_job(conversation.person_id))
    assert (await companions.session(second)).tries == 0
    await companions.summarised(conversation.person_id)
    assert (await companions.session(first)).growth is Growth.FAILED
    after = await companions.session(second)
    assert (after.growth, after.confidence) == (Growth.SUMMARISED, 750)
    view = await companions.queries.summary(conversation.person_id)
    assert view.latest is not None
    assert view.latest.confidence == 750


async def test_a_model_that_finds_nothing_twice_adds_nothing(stores: Stores) -> None:
    def refuse(_: ObserveRequest) -> Observed:
        raise InsufficientDataError("Invalid twice.", ModelUsage(input_tokens=100))

    companions = Companions(stores, Scripted(observes=refuse))
    conversation = await companions.opened()
    session = await companions.held(conversation)
    await companions.summarised(conversation.person_id)
    done = await companions.session(session)
    assert (done.growth, done.input_tokens) == (Growth.INSUFFICIENT_DATA, 42 + 100)


async def test_without_money_a_summary_waits_for_the_next_day(stores: Stores) -> None:
    def observe(request: ObserveRequest) -> Observed:
        if request.local_day == TODAY:
            raise ModelBudgetSpentError("Nothing is left of the day.")
        return one_trait(request)

    companions = Companions(stores, Scripted(observes=observe))
    conversation = await companions.opened()
    session = await companions.held(conversation)
    await companions.grow(growth_job(conversation.person_id))
    waiting = await companions.session(session)
    assert (waiting.growth, waiting.tries) == (Growth.PENDING, 0)
    assert waiting.try_at == (await companions.keep.paying_day(conversation.person_id)).ends_at
    await companions.summarised(conversation.person_id)
    assert (await companions.session(session)).growth is Growth.SUMMARISED


async def test_many_jobs_at_once_ask_for_a_session_once(stores: Stores) -> None:
    model = Scripted()
    companions = Companions(stores, model)
    conversation = await companions.opened()
    session = await companions.held(conversation)
    job = growth_job(conversation.person_id)
    await asyncio.gather(*(companions.grow(job) for _ in range(20)))
    assert (await companions.session(session)).growth is Growth.SUMMARISED
    assert len([one for one in model.asked if isinstance(one, ObserveRequest)]) == 1


async def test_three_sessions_of_a_day_raise_the_confidence(stores: Stores) -> None:
    companions = Companions(stores, Scripted())
    conversation = await companions.opened()
    gains = []
    for number in range(5):
        await stores.clock.move_to(START + (number // 4) * DAY + number * MINUTE)
        session = await companions.held(conversation)
        await companions.summarised(conversation.person_id)
        gains.append((await companions.session(session)).gain)
    assert gains == [750, 750, 750, 0, 750]


async def test_near_its_end_the_confidence_stays(stores: Stores) -> None:
    companions = Companions(stores, Scripted())
    conversation = await companions.opened()
    after = []
    for number in range(15):
        await stores.clock.move_to(START + number * DAY)
        session = await companions.held(conversation)
        await companions.summarised(conversation.person_id)
        after.append((await companions.session(session)).confidence)
    assert after == [min(750 * number, 9999) for number in range(1, 16)]
    view = await companions.queries.summary(conversation.person_id)
    assert view.latest is not None
    assert view.latest.confidence == 9999


async def test_what_the_person_deletes_is_gone_and_the_confidence_stays(stores: Stores) -> None:
    companions = Companions(stores, Scripted())
    conversation = await companions.opened()
    person_id = conversation.person_id
    session = await companions.held(conversation)
    await companions.summarised(person_id)
    view = await companions.queries.summary(person_id)
    other = (await companions.opened()).person_id
    for one in (*view.lines[0].evidence, *view.others):
        with pytest.raises(NotFoundError):
            await companions.delete(other, one.observation.id)
        await companions.delete(person_id, one.observation.id)
        with pytest.raises(NotFoundError):
            await companions.delete(person_id, one.observation.id)
    after = await companions.queries.summary(person_id)
    assert after.latest is not None
    assert (after.latest.summary, after.latest.confidence) == (Summary(), 750)
    assert (after.lines, after.others) == ((), ())
    assert (await companions.session(session)).summary == Summary()
    persona = await companions.queries.persona(person_id, None, 1)
    assert persona.own is not None
    assert persona.own.persona.sliders == Sliders()
    assert persona.history.items[0].cause is PersonaCause.OBSERVATION_DELETED


async def test_a_reset_forgets_all_and_what_waits_besides(stores: Stores) -> None:
    companions = Companions(stores, Scripted())
    conversation = await companions.opened()
    person_id = conversation.person_id
    before = await companions.held(conversation)
    await companions.summarised(person_id)
    waiting = await companions.held(conversation)
    latest = await companions.reset(person_id)
    assert (latest.summary, latest.confidence) == (Summary(), 0)
    await companions.grow(growth_job(person_id))
    for session in (before, waiting):
        assert (await companions.session(session)).growth is Growth.RESET
        assert (await companions.session(session)).summary == Summary()
    persona = await companions.queries.persona(person_id, None, 1)
    assert persona.own is not None
    assert persona.own.persona.sliders == Sliders()
    assert persona.history.items[0].cause is PersonaCause.RESET
    await stores.clock.move_to(START + DAY)
    anew = await companions.held(conversation)
    await companions.summarised(person_id)
    assert (await companions.session(anew)).confidence == 750


async def test_a_reset_while_a_model_is_asked_leaves_nothing_of_it(stores: Stores) -> None:
    model = Scripted()
    companions = Companions(stores, model)
    conversation = await companions.opened()
    session = await companions.held(conversation)

    async def reset() -> None:
        await companions.reset(conversation.person_id)

    model.meanwhile = reset
    await companions.grow(growth_job(conversation.person_id))
    assert (await companions.session(session)).growth is Growth.RESET
    assert await stores.observations.of_person(conversation.person_id) == {}


async def test_an_export_holds_it_all_and_an_erasure_leaves_nothing(stores: Stores) -> None:
    companions = Companions(stores, Scripted())
    conversation = await companions.opened()
    person_id = conversation.person_id
    session = await companions.held(conversation, ("zymurgy, of all things, " * 2,) * 6)
    await companions.summarised(person_id)
    export = await export_person(stores)(person_id)
    found: dict[str, list[Any]] = {
        name: [record async for page in pages for record in page]
        for name, pages in export.records.items()
    }
    assert [one.id for one in found["companions"]] == [conversation.id]
    assert [one.version for one in found["persona_versions"]] == [1, 2]
    [held] = found["companion_sessions"]
    assert (held.id, held.growth, str(held.confidence_score)) == (
        session.id,
        "summarised",
        "7.50",
    )
    assert held.persona_snapshot["baseline"] == "playful_flirty"
    assert len(found["companion_messages"]) == 12
    assert {one.value for one in found["companion_observations"]} == {"Honesty", "warmth_up"}
    [known] = found["companion_summary"]
    assert list(known.top_3_traits_you_value) == ["Honesty"]
    assert str(known.confidence_score) == "7.50"
    assert await stores.mentions("zymurgy") != []
    await erase_person(stores)(person_id)
    assert await stores.mentions("zymurgy") == []
    assert await stores.companion_sessions.get(session.id) is None
    assert await stores.own_personas.get(person_id) is None
    assert await stores.latest_summaries.get(person_id) is None
    assert await stores.observations.of_person(person_id) == {}


async def test_nobody_waits_for_the_summary_of_a_person_who_is_gone(stores: Stores) -> None:
    companions = Companions(stores, Scripted())
    conversation = await companions.opened()
    await companions.held(conversation)
    await erase_person(stores)(conversation.person_id)
    await companions.grow(growth_job(conversation.person_id))
    with pytest.raises(NotFoundError):
        await companions.delete(PersonId(uuid7()), ObservationId(uuid7()))
    nobody_yet = await given.a_person(stores)
    view: SummaryView = await companions.queries.summary(nobody_yet.id)
    assert (view.latest, view.lines, view.waiting) == (None, (), 0)
