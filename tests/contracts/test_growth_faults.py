"""What a summary comes to where something goes wrong, comes late, or is tried to get round."""

import attrs
import pytest

from application.personas.answer_companion import Whole
from application.personas.language_model import Observed, ObserveRequest
from application.personas.model_budget import ModelBudgetSpentError
from application.personas.record_call import RecordCallRequest, Turn
from domain.identity.persons import PersonStatus
from domain.personas.events import Growth
from domain.personas.messages import Voice
from domain.personas.sessions import CompanionSessionEndedError, EndedCompanionSession
from domain.shared.ids import PersonId
from domain.shared.standing import PersonSuspendedError
from tests.contracts import values
from tests.contracts.companions import AWAY, Companions, Scripted, growth_job, one_trait
from tests.contracts.stores import Stores
from tests.contracts.values import DAY, MINUTE, START, TODAY


async def test_a_fault_at_each_try_holds_up_no_later_session(stores: Stores) -> None:
    faulty = True

    def observe(request: ObserveRequest) -> Observed:
        if faulty:
            raise ZeroDivisionError
        return one_trait(request)

    model = Scripted(observes=observe)
    companions = Companions(stores, model)
    conversation = await companions.opened()
    person_id = conversation.person_id
    first = await companions.held(conversation)
    await stores.clock.move_to(START + MINUTE)
    second = await companions.held(conversation)
    for _ in range(10):
        with pytest.raises(ZeroDivisionError):
            await companions.grow(growth_job(person_id))
        due = (await companions.session(first)).try_at
        assert due is not None
        await stores.clock.move_to(due)
    faulty = False
    await companions.summarised(person_id)
    assert (await companions.session(first)).growth is Growth.FAILED
    after = await companions.session(second)
    assert (after.growth, after.confidence) == (Growth.SUMMARISED, 750)


async def test_what_no_day_can_pay_for_is_given_up(stores: Stores) -> None:
    def observe(_: ObserveRequest) -> Observed:
        raise ModelBudgetSpentError("It costs too much.", never_fits=True)

    companions = Companions(stores, Scripted(observes=observe))
    conversation = await companions.opened()
    session = await companions.held(conversation)
    await companions.summarised(conversation.person_id)
    done = await companions.session(session)
    assert (done.growth, done.tries) == (Growth.FAILED, 10)


async def test_a_call_that_is_told_of_late_stands_where_it_ended(stores: Stores) -> None:
    companions = Companions(stores, Scripted())
    conversation = await companions.opened()
    person_id = conversation.person_id
    chat = await companions.held(conversation)
    await companions.summarised(person_id)
    assert (await companions.session(chat)).confidence == 750
    await stores.clock.move_to(START + MINUTE)
    call = await companions.record(
        RecordCallRequest(
            conversation_id=conversation.id,
            viewer_id=None,
            started_at=START - 3 * MINUTE,
            ended_at=START - MINUTE,
            turns=(Turn(role=Voice.USER, text="Honesty is what I look for."),),
        )
    )
    await companions.summarised(person_id)
    gains = [(await companions.session(one)).gain for one in (call, chat)]
    confidences = [(await companions.session(one)).confidence for one in (call, chat)]
    assert confidences == [gains[0], sum(gains)]
    latest = await stores.latest_summaries.get(person_id)
    assert latest is not None
    assert latest.confidence == sum(gains)


async def test_a_reset_ends_the_chat_that_goes_on_and_nothing_comes_of_it(stores: Stores) -> None:
    model = Scripted()
    companions = Companions(stores, model)
    conversation = await companions.opened()
    person_id = conversation.person_id
    for _ in range(6):
        await companions.said(conversation, "x" * 40)
    asked = await companions.asked(conversation, "One more")

    async def reset() -> None:
        await companions.reset(person_id)

    model.meanwhile = reset
    ending = await companions.answer(asked)
    assert isinstance(getattr(ending, "error", None), CompanionSessionEndedError)
    over = await stores.companion_sessions.get(asked.session.id)
    assert isinstance(over, EndedCompanionSession)
    assert (over.growth, over.messages_counted) == (Growth.RESET, 6)
    await companions.grow(growth_job(person_id))
    assert await stores.observations.of_person(person_id) == {}
    assert (await companions.asked(conversation, "Anew")).session.id != over.id


async def in_zone(stores: Stores, person_id: PersonId, timezone: str) -> None:
    person = await stores.persons.get(person_id)
    assert person is not None
    await stores.persons.save(person, attrs.evolve(person, timezone=timezone), ())


async def test_a_change_of_zone_opens_no_second_day(stores: Stores) -> None:
    companions = Companions(stores, Scripted())
    conversation = await companions.opened()
    person_id = conversation.person_id
    gains, days, paid_on = [], [], []
    # At noon in UTC it is the next day in Kiritimati already, and the same day in Honolulu.
    zones = ["Pacific/Kiritimati"] * 3 + ["UTC", "Pacific/Honolulu", "Pacific/Kiritimati"]
    for number, zone in enumerate(zones):
        await in_zone(stores, person_id, zone)
        await stores.clock.move_to(START + number * MINUTE)
        session = await companions.held(conversation)
        await companions.summarised(person_id)
        done = await companions.session(session)
        gains.append(done.gain)
        days.append(done.ended_on)
        paid_on.append((await companions.keep.paying_day(person_id)).date)
    assert gains == [750, 750, 750, 0, 0, 0]
    assert set(days) == set(paid_on) == {TODAY + DAY}


async def test_a_call_counts_its_person_on_its_day(stores: Stores) -> None:
    companions = Companions(stores)
    conversation = await companions.opened()
    person_id = conversation.person_id
    await in_zone(stores, person_id, "Pacific/Kiritimati")
    for zone in ("UTC", "Pacific/Honolulu"):
        call = await companions.record(
            RecordCallRequest(
                conversation_id=conversation.id,
                viewer_id=None,
                started_at=START,
                ended_at=START,
                turns=(),
            )
        )
        assert call.ended_on == TODAY + DAY
        await in_zone(stores, person_id, zone)


async def test_who_is_suspended_gets_what_was_answered_before_and_asks_nothing_new(
    stores: Stores,
) -> None:
    companions = Companions(stores)
    conversation = await companions.opened()
    attempt = values.an_attempt()
    await companions.answer(await companions.asked(conversation, "Hello", attempt))
    person = await stores.persons.get(conversation.person_id)
    assert person is not None
    suspended = attrs.evolve(person, status=PersonStatus.SUSPENDED)
    await stores.persons.save(person, suspended, ())
    again = await companions.asked(conversation, "Hello", attempt)
    assert again.reply is not None
    for another in (None, values.an_attempt()):
        with pytest.raises(PersonSuspendedError):
            await companions.asked(conversation, "Hello", another)


async def test_a_reply_that_is_tried_again_keeps_its_chat_awake(stores: Stores) -> None:
    model = Scripted(breaks=AWAY)
    companions = Companions(stores, model)
    conversation = await companions.opened()
    attempt = values.an_attempt()
    await companions.answer(await companions.asked(conversation, "Hello", attempt))
    model.breaks = None
    await stores.clock.move_to(START + 29 * MINUTE)
    again = await companions.asked(conversation, "Hello", attempt)
    await stores.clock.move_to(START + 30 * MINUTE)
    await companions.end_idle(growth_job(conversation.person_id))
    assert isinstance(await companions.answer(again), Whole)
