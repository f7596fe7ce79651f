"""What rewards rest on, what persons were told of theirs, and who is to be told something."""

import asyncio
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import attrs
import pytest
from attrs import frozen
from uuid_utils.compat import uuid7

from application.shared.jobs import JobKind
from application.shared.transaction import ConcurrentUpdateError
from application.video.ports import RewardDue
from application.video.settle_rewards import SettleRewards
from domain.conversations.conversations import Conversation
from domain.identity.persons import Person
from domain.shared.errors import NotFoundError
from domain.shared.ids import PersonId, VideoCallId
from domain.video.calls import Ended
from domain.video.events import (
    CallOutcome,
    RewardEarned,
    RewardEvent,
    RewardLapsed,
    RewardStatus,
    RewardWarned,
    RewardWithdrawn,
    VideoCallVoided,
)
from domain.video.reward_warnings import RewardNotes
from domain.video.void_call import void
from tests.contracts import given, values
from tests.contracts.stores import Stores
from tests.contracts.test_races import WORKERS, all_at_once, events_about
from tests.contracts.use_cases import end_call, erase_person, settle_rewards, void_call
from tests.contracts.values import DAY, MINUTE, START, TODAY, an_event, outgoing

FEBRUARY, MARCH, APRIL = date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)
A_WEEK_LEFT = datetime(2026, 3, 25, tzinfo=UTC)
NO_JOB = JobKind(name="settle_rewards", handle=lambda _: asyncio.sleep(0)).planned(START)


@frozen
class At:
    """A clock that stands somewhere else than the stores' own."""

    at: datetime

    async def now(self) -> datetime:
        return self.at


async def a_talk(stores: Stores, one: Person, two: Person) -> Conversation:
    conversation = values.a_conversation(one, two)
    await stores.conversations.add(conversation, ())
    return conversation


async def a_call_on(stores: Stores, talk: Conversation, caller: Person, *days: date) -> Ended:
    """A call completed on the caller's first day, and the callee's other one."""
    callee = talk.other(caller.id)
    call = await given.a_call(stores, talk, initiator_id=caller.id, callee_id=callee)
    ended = values.ended(call, START, CallOutcome.COMPLETED)
    dates = attrs.evolve(ended, counts_on=(days[0], days[-1]))
    over = await stores.calls.record(call, outgoing(dates))
    assert isinstance(over, Ended)
    return over


async def with_partners(
    stores: Stores, number: int, day: date, person: Person | None = None
) -> tuple[Person, list[Ended]]:
    """A person who called so many others on a day."""
    person = person or await given.a_person(stores)
    calls = []
    for _ in range(number):
        talk = await a_talk(stores, person, await given.a_person(stores))
        calls.append(await a_call_on(stores, talk, person, day))
    return person, calls


def notes_of(person: Person, **changes: Any) -> RewardNotes:
    return attrs.evolve(RewardNotes(person_id=person.id, month=FEBRUARY), **changes)


async def told(stores: Stores, *persons: Person) -> list[type[RewardEvent]]:
    about = await events_about(stores, *(person.id for person in persons))
    return [type(event) for event in about if isinstance(event, RewardEvent)]


async def test_partners_are_counted_by_the_persons_own_month(stores: Stores) -> None:
    ana, ben, eve = [await given.a_person(stores) for _ in range(3)]
    with_ben, with_eve = await a_talk(stores, ana, ben), await a_talk(stores, ana, eve)
    await a_call_on(stores, with_ben, ana, MARCH, FEBRUARY + 27 * DAY)
    await a_call_on(stores, with_eve, eve, FEBRUARY, MARCH)
    assert await stores.rewards.partners(ana.id, FEBRUARY) == {MARCH: 2}
    assert await stores.rewards.partners(ben.id, FEBRUARY) == {FEBRUARY: 1}
    assert await stores.rewards.partners(eve.id, FEBRUARY) == {FEBRUARY: 1}


async def test_a_partner_counts_once_a_month_whoever_calls(stores: Stores) -> None:
    ana, ben = await given.a_person(stores), await given.a_person(stores)
    talk = await a_talk(stores, ana, ben)
    for caller, day in ((ana, 1), (ana, 1), (ben, 30), (ana, 31), (ben, 32)):
        await a_call_on(stores, talk, caller, MARCH + (day - 1) * DAY)
    assert await stores.rewards.partners(ana.id, MARCH) == {MARCH: 1, APRIL: 1}
    assert await stores.rewards.partners(ana.id, APRIL) == {APRIL: 1}
    assert await stores.rewards.partners(ana.id, APRIL + DAY) == {}


async def test_only_completed_calls_that_were_not_voided_count(stores: Stores) -> None:
    ana, [voided, other, _] = await with_partners(stores, 3, MARCH)
    talk = await a_talk(stores, ana, await given.a_person(stores))
    for outcome in (CallOutcome.MISSED, CallOutcome.TOO_SHORT, CallOutcome.DECLINED):
        call = await given.a_call(stores, talk)
        await stores.calls.record(call, outgoing(values.ended(call, START, outcome)))
    await given.an_answered_call(stores, talk)
    assert await stores.rewards.partners(ana.id, FEBRUARY) == {MARCH: 3}
    await void_call(stores)(voided.id, "Fraud.")
    assert await stores.rewards.partners(ana.id, FEBRUARY) == {MARCH: 2}
    assert await stores.rewards.partners(voided.callee_id, FEBRUARY) == {}
    assert await stores.rewards.partners(other.callee_id, FEBRUARY) == {MARCH: 1}
    assert await stores.rewards.partners(PersonId(uuid7()), FEBRUARY) == {}


async def test_notes_come_back_and_are_replaced(stores: Stores) -> None:
    person = await given.a_person(stores)
    assert await stores.rewards.notes(person.id) is None
    first = notes_of(person, status=RewardStatus.EARNED, due_at=START)
    second = notes_of(
        person,
        month=MARCH,
        status=RewardStatus.CARRIED,
        warned_days=3,
        last_warning_shown_at=START,
        last_lapse_shown_at=START - DAY,
    )
    for notes in (first, second):
        event = an_event(person.id)
        await stores.rewards.note(notes, iter((event,)))
        assert await stores.rewards.notes(person.id) == notes
        assert event in await stores.outbox()


async def test_notes_need_their_person(stores: Stores) -> None:
    with pytest.raises(stores.constraint_error):
        await stores.rewards.note(notes_of(values.a_person()), ())


async def test_those_due_come_in_their_order_some_at_a_time(stores: Stores) -> None:
    long_ago = START - 400 * DAY
    persons = [await given.a_person(stores) for _ in range(6)]
    at = [long_ago, long_ago - MINUTE, long_ago, long_ago + MINUTE, None, long_ago]
    for person, due_at in zip(persons, at, strict=True):
        await stores.rewards.note(notes_of(person, due_at=due_at), ())
    seen: list[RewardDue] = []
    while some := await stores.due_rewards.by(long_ago, seen[-1] if seen else None, 2):
        assert len(some) <= 2
        seen += some
    same = sorted(persons[number].id for number in (0, 2, 5))
    assert seen == [
        RewardDue(long_ago - MINUTE, persons[1].id),
        *(RewardDue(long_ago, person_id) for person_id in same),
    ]
    ahead = stores.due_rewards.first_after
    assert await ahead(long_ago - DAY) == long_ago - MINUTE
    assert await ahead(long_ago - MINUTE) == long_ago
    assert await ahead(long_ago) == long_ago + MINUTE
    for person in persons:
        await stores.rewards.note(notes_of(person), ())


async def test_looking_anew_brings_forward_what_is_to_come(stores: Stores) -> None:
    later, sooner, never, unknown = [await given.a_person(stores) for _ in range(4)]
    await stores.rewards.note(notes_of(later, due_at=START + 9 * DAY), ())
    await stores.rewards.note(notes_of(sooner, due_at=START - DAY), ())
    await stores.rewards.note(notes_of(never), ())
    for person in (later, sooner, never, unknown):
        await stores.dates_ahead.look_anew(person.id, START)
    assert await stores.rewards.notes(later.id) == notes_of(later, due_at=START)
    assert await stores.rewards.notes(sooner.id) == notes_of(sooner, due_at=START - DAY)
    assert await stores.rewards.notes(never.id) == notes_of(never)
    assert await stores.rewards.notes(unknown.id) is None


async def test_one_person_is_known_alone(stores: Stores) -> None:
    person = await given.a_person(stores, timezone="Asia/Kolkata")
    for lock in (False, True):
        found = await stores.participants.get(person.id, lock=lock)
        assert found is not None
        assert (found.id, found.timezone, found.deleted) == (person.id, "Asia/Kolkata", False)
        assert await stores.participants.get(PersonId(uuid7()), lock=lock) is None


async def test_a_voided_call_comes_back(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    call = await given.a_completed_call(stores, pair.conversation)
    voiding = void(call, "Fraud.", policy_version="v", now=START)
    saved = await stores.calls.save(call, voiding.call, outgoing(*voiding.events))
    assert saved == attrs.evolve(voiding.call, version=call.version + 1)
    assert await stores.calls.get(call.id) == saved
    assert list(voiding.events) == [
        event
        for event in await events_about(stores, pair.a.id, pair.b.id)
        if isinstance(event, VideoCallVoided)
    ]
    with pytest.raises(ConcurrentUpdateError):
        await stores.calls.save(call, voiding.call, ())


async def test_voiding_takes_back_what_the_call_had_earned(stores: Stores) -> None:
    ana, [first, *_] = await with_partners(stores, 3, TODAY)
    await stores.rewards.note(notes_of(ana, due_at=START), ())
    await settle_rewards(stores)(NO_JOB)
    assert await told(stores, ana) == [RewardEarned]
    voided = await void_call(stores)(first.id, "Fraud.")
    assert (voided.voided_at, voided.void_reason) == (await stores.clock.now(), "Fraud.")
    assert await void_call(stores)(first.id, "Another reason.") == voided
    assert await told(stores, ana) == [RewardEarned, RewardWithdrawn]
    notes = await stores.rewards.notes(ana.id)
    assert notes == notes_of(ana, month=MARCH)


async def test_a_lapse_is_no_withdrawal_though_a_call_is_voided_first(stores: Stores) -> None:
    ana, [first, *_] = await with_partners(stores, 3, date(2026, 1, 9))
    earned = notes_of(ana, month=date(2026, 1, 1), status=RewardStatus.EARNED, due_at=START - DAY)
    await stores.rewards.note(earned, ())
    await void_call(stores)(first.id, "Fraud.")
    assert await told(stores, ana) == [RewardLapsed]


async def test_an_unknown_call_is_not_voided(stores: Stores) -> None:
    with pytest.raises(NotFoundError):
        await void_call(stores)(VideoCallId(uuid7()), "Fraud.")


async def run(job: SettleRewards, _: int) -> None:
    await job(NO_JOB)


async def test_parallel_runs_of_the_job_warn_once(stores: Stores) -> None:
    persons = []
    for _ in range(3):
        person, _ = await with_partners(stores, 3, FEBRUARY)
        earned = notes_of(person, status=RewardStatus.EARNED, due_at=A_WEEK_LEFT)
        await stores.rewards.note(earned, ())
        persons.append(person)
    for at, news in (
        (A_WEEK_LEFT, [RewardWarned]),
        (A_WEEK_LEFT + 5 * DAY, [RewardWarned] * 2),
        (A_WEEK_LEFT + 90 * DAY, [RewardWarned, RewardWarned, RewardLapsed]),
    ):
        job = attrs.evolve(settle_rewards(stores), clock=At(at))
        assert await all_at_once(partial(run, job)) == [None] * WORKERS
        for person in persons:
            assert await told(stores, person) == news
            notes = await stores.rewards.notes(person.id)
            assert notes is not None
            assert notes.due_at is None or notes.due_at > at


async def test_of_many_calls_at_once_one_earns_the_reward(stores: Stores) -> None:
    ana = await given.a_person(stores)
    calls = []
    for _ in range(WORKERS):
        talk = await a_talk(stores, ana, await given.a_person(stores))
        calls.append(await given.an_answered_call(stores, talk, START - 2 * MINUTE))
    end = end_call(stores)
    ended = await all_at_once(lambda number: end(calls[number].id, None))
    assert [call.outcome for call in ended] == [CallOutcome.COMPLETED] * WORKERS
    assert await told(stores, ana) == [RewardEarned]
    assert await stores.rewards.partners(ana.id, MARCH) == {MARCH: WORKERS}


async def test_erasure_leaves_no_notes_and_no_reasons(stores: Stores) -> None:
    secret = f"secret{uuid7().hex}"
    ana, [first, *_] = await with_partners(stores, 3, TODAY)
    await void_call(stores)(first.id, secret)
    await stores.rewards.note(notes_of(ana, due_at=START + DAY), ())
    await erase_person(stores)(ana.id)
    assert await stores.rewards.notes(ana.id) is None
    assert await stores.mentions(secret) == []
    call = await stores.calls.get(first.id)
    assert isinstance(call, Ended)
    assert (call.void_reason, call.voided_at is None) == ("", False)


async def test_an_erased_person_is_told_nothing(stores: Stores) -> None:
    ana, [first, *_] = await with_partners(stores, 3, TODAY)
    await erase_person(stores)(ana.id)
    await void_call(stores)(first.id, "Fraud.")
    assert await told(stores, ana) == []
    assert await stores.rewards.notes(ana.id) is None
