"""Streaks are kept whole: their numbers, their days, their events and the answer."""

from datetime import datetime
from typing import Any

import attrs
import pytest
from attrs import frozen

from adapters.postgres.executor import Executor, Row, Statement
from adapters.postgres.streaks import LOOK, STORE
from application.identity.exported_records import OwnStreak
from application.shared.idempotency import Answer, IdempotencyKeyReusedError
from application.streaks.ports import StreakChange, StreakOwner
from application.streaks.record_activity import Activity, ActivityRequest
from domain.identity.persons import Person
from domain.shared.calendar import CountingDay
from domain.shared.errors import NotFoundError
from domain.shared.standing import PersonDeletedError
from domain.streaks.calendar import DayState
from domain.streaks.commands import Count, StreakCommand, decide
from domain.streaks.events import StreakCredited, StreakEvent, StreakKind
from domain.streaks.pauses import SetPause
from domain.streaks.repairs import Repair
from domain.streaks.streaks import Streak, evolve
from tests.contracts import given, values
from tests.contracts.stores import Stores
from tests.contracts.test_export import exported
from tests.contracts.test_races import all_at_once, events_about, kinds
from tests.contracts.use_cases import erase_person, record_activity, streak_queries
from tests.contracts.values import DAY, RULEBOOK, START, TODAY, an_attempt

LOGIN, CHAT = StreakKind.LOGIN, StreakKind.CHAT


async def the_owner(stores: Stores, person: Person) -> StreakOwner:
    owner = await stores.streaks.owner(person.id)
    assert owner is not None
    return owner


def a_change(
    owner: StreakOwner, before: Streak, command: StreakCommand, day: int = 0, **more: Any
) -> StreakChange:
    at = START + day * DAY
    events = decide(before, command, RULEBOOK.policies.streaks, "v", at)
    return StreakChange(
        owner=owner,
        before=before,
        events=values.outgoing(*events),
        day=more.pop("counting_day", owner.counting_day),
        **more,
    )


async def counted(stores: Stores, person: Person, *days: int) -> Streak:
    """Count something on some days from now."""
    for day in days:
        before = (await stores.streaks.of(person.id))[LOGIN]
        count = Count(on=TODAY + day * DAY, timezone="Asia/Kolkata")
        assert await stores.streaks.store(
            a_change(await the_owner(stores, person), before, count, day)
        )
    return (await stores.streaks.of(person.id))[LOGIN]


async def test_a_streak_that_never_began_is_given_too(stores: Stores) -> None:
    person = await given.a_person(stores)
    streaks = await stores.streaks.of(person.id)
    assert streaks == {kind: Streak(person_id=person.id, kind=kind) for kind in StreakKind}


async def test_what_happened_comes_back_as_the_rules_make_it(stores: Stores) -> None:
    person = await given.a_person(stores)
    streak = await counted(stores, person, 0, 1, 3, 9, 10)
    expected = Streak(person_id=person.id, kind=LOGIN)
    for event in await events_about(stores, person.id):
        assert isinstance(event, StreakEvent)
        expected = evolve(expected, event)
    assert streak == attrs.evolve(expected, version=5)
    assert (streak.current, streak.longest, streak.broken is None) == (2, 3, False)

    owner = await the_owner(stores, person)
    pause = SetPause(starts_on=TODAY + 20 * DAY, ends_on=TODAY + 22 * DAY, today=TODAY + 10 * DAY)
    repair = Repair(today=TODAY + 10 * DAY, timezone="UTC")
    for command in (pause,):
        before = (await stores.streaks.of(person.id))[LOGIN]
        assert await stores.streaks.store(a_change(owner, before, command, 10))
    after = (await stores.streaks.of(person.id))[LOGIN]
    assert len(after.paused_on) == 3
    with pytest.raises(Exception, match="48 hours"):
        decide(after, repair, RULEBOOK.policies.streaks, "v", START + 10 * DAY)


async def test_a_repair_is_kept(stores: Stores) -> None:
    person = await given.a_person(stores)
    before = await counted(stores, person, 0, 1, 4)
    repair = Repair(today=TODAY + 4 * DAY, timezone="UTC")
    change = a_change(await the_owner(stores, person), before, repair, 4)
    assert await stores.streaks.store(change)
    after = (await stores.streaks.of(person.id))[LOGIN]
    assert (after.current, after.broken, after.repaired_at) == (3, None, START + 4 * DAY)


async def test_the_days_are_kept_with_what_they_were(stores: Stores) -> None:
    person = await given.a_person(stores)
    await counted(stores, person, 0, 1, 3)
    days = await stores.streak_days.between(person.id, LOGIN, TODAY, TODAY + 3 * DAY)
    assert days == {
        TODAY: DayState.CREDITED,
        TODAY + DAY: DayState.CREDITED,
        TODAY + 2 * DAY: DayState.FROZEN,
        TODAY + 3 * DAY: DayState.CREDITED,
    }
    assert await stores.streak_days.between(person.id, CHAT, TODAY, TODAY + DAY) == {}
    assert len(await stores.streak_days.between(person.id, LOGIN, TODAY + DAY, TODAY + DAY)) == 1


async def test_nothing_is_written_on_what_no_longer_holds(stores: Stores) -> None:
    person = await given.a_person(stores)
    owner, before = await the_owner(stores, person), Streak(person_id=person.id, kind=LOGIN)
    count = Count(on=TODAY, timezone="UTC")
    day = CountingDay(TODAY, START)
    assert await stores.streaks.store(a_change(owner, before, count, counting_day=day))
    told = await events_about(stores, person.id)
    known = await the_owner(stores, person)
    assert (known.counting_day, known.version) == (day, owner.version + 1)
    assert not await stores.streaks.store(a_change(owner, before, count)), "the person changed"
    assert not await stores.streaks.store(a_change(known, before, count)), "the streak changed"
    assert await events_about(stores, person.id) == told


async def test_what_is_rolled_back_was_never_counted(stores: Stores) -> None:
    person = await given.a_person(stores)

    async def fails() -> None:
        await counted(stores, person, 0)
        raise LookupError

    with pytest.raises(LookupError):
        await stores.transactions.run(fails)
    assert (await stores.streaks.of(person.id))[LOGIN].version == 0
    assert await stores.streak_days.between(person.id, LOGIN, TODAY, TODAY) == {}


async def test_the_last_credits_of_many_are_given_together(stores: Stores) -> None:
    one, two = await given.a_person(stores), await given.a_person(stores)
    await counted(stores, one, 0, 1)
    last = await stores.last_credits.of_many([one.id, two.id])
    assert last == {(one.id, LOGIN): TODAY + DAY}


def to_open(person: Person, **more: Any) -> ActivityRequest:
    return ActivityRequest(person_id=person.id, **more)


def render(activity: Activity) -> Answer:
    return Answer(status=200, body=b"yes" if activity.credited else b"no")


async def test_twenty_activities_at_once_are_one_credit(stores: Stores) -> None:
    person = await given.a_person(stores)
    record = record_activity(stores)

    outcomes = await all_at_once(lambda _: record(to_open(person)))

    assert kinds(outcomes) == {Activity: 20}
    assert [outcome.credited for outcome in outcomes].count(True) == 1
    assert {outcome.standing.current for outcome in outcomes} == {1}
    assert kinds(list(await events_about(stores, person.id))) == {StreakCredited: 1}


@frozen
class Standing:
    """A clock that costs no look at the store."""

    async def now(self) -> datetime:
        return START


async def test_an_activity_is_one_look_and_one_write(
    shared_postgres: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await given.a_person(shared_postgres)
    record = attrs.evolve(record_activity(shared_postgres), clock=Standing())
    ran: list[Statement] = []
    run = Executor._records

    async def counting(self: Executor, statement: Statement, values: Row) -> object:
        ran.append(statement)
        return await run(self, statement, values)

    monkeypatch.setattr(Executor, "_records", counting)
    await record(to_open(person))
    assert ran == [LOOK, STORE[False]]
    await record(to_open(person))
    assert ran == [LOOK, STORE[False], LOOK]


async def test_one_key_is_one_activity(stores: Stores) -> None:
    person, attempt = await given.a_person(stores), an_attempt()
    record = record_activity(stores)

    outcomes = await all_at_once(lambda _: record(to_open(person, attempt=attempt, render=render)))

    answers = [one.answer if isinstance(one, Activity) else one for one in outcomes]
    assert {answer.body for answer in answers if answer is not None} == {b"yes"}
    assert kinds(outcomes) == {Activity: 1, Answer: 19}


async def test_an_activity_that_credits_nothing_is_answered_alike_again(stores: Stores) -> None:
    person, attempt = await given.a_person(stores), an_attempt()
    record = record_activity(stores)
    await record(to_open(person))
    for _ in range(2):
        answer = await record(to_open(person, attempt=attempt, render=render))
        assert isinstance(answer, Answer)
        assert answer.body == b"no"
    other = attrs.evolve(attempt, fingerprint=b"other")
    with pytest.raises(IdempotencyKeyReusedError):
        await record(to_open(person, attempt=other, render=render))


async def test_an_activity_needs_a_person(stores: Stores) -> None:
    record = record_activity(stores)
    with pytest.raises(NotFoundError):
        await record(to_open(values.a_person()))
    erased = await given.a_person(stores)
    await erase_person(stores)(erased.id)
    with pytest.raises(PersonDeletedError):
        await record(to_open(erased))


async def test_an_activity_raises_the_counting_date_of_one_who_hops(stores: Stores) -> None:
    person = await given.a_person(stores, timezone="Pacific/Kiritimati")
    record = record_activity(stores)
    await record(to_open(person))
    known = await given.the_person(stores, person)
    assert known.counting_on == TODAY + DAY
    west = attrs.evolve(known, timezone="Pacific/Pago_Pago")
    await stores.persons.save(known, west, ())
    done = await record(to_open(person))
    assert isinstance(done, Activity)
    assert (done.credited, done.standing.today) == (False, TODAY + DAY)


async def test_an_export_holds_the_streaks_with_their_days(stores: Stores) -> None:
    person, other = await given.a_person(stores), await given.a_person(stores)
    streak = await counted(stores, person, 0, 1, 3, 9)
    await counted(stores, other, 0)
    found = await exported(stores, person.id)
    [own] = found["streaks"]
    assert isinstance(own, OwnStreak)
    assert streak.last is not None
    assert streak.broken is not None
    assert (own.kind, own.current, own.longest, own.credits) == ("login", 1, 3, 4)
    assert (own.last_on, own.last_at) == (streak.last.on, streak.last.at)
    assert (own.last_timezone, own.freezes) == ("Asia/Kolkata", streak.freezes)
    assert (own.broken_length, own.broken_at) == (3, streak.broken.at)
    states = [(day.date - TODAY, day.state) for day in found["streak_days"]]
    assert states == [
        (0 * DAY, "credited"),
        (1 * DAY, "credited"),
        (2 * DAY, "frozen"),
        (3 * DAY, "credited"),
        (9 * DAY, "credited"),
    ]


async def test_erasure_leaves_nothing_of_streaks_but_events_in_no_zone(stores: Stores) -> None:
    person = await given.a_person(stores, timezone="Asia/Kolkata")
    await counted(stores, person, 0, 1, 3)
    await erase_person(stores)(person.id)
    assert (await stores.streaks.of(person.id))[LOGIN].version == 0
    assert await stores.streak_days.between(person.id, LOGIN, TODAY, TODAY + 9 * DAY) == {}
    credited = [
        one for one in await events_about(stores, person.id) if isinstance(one, StreakCredited)
    ]
    assert [one.timezone for one in credited] == ["UTC"] * 3
    with pytest.raises(PersonDeletedError):
        await streak_queries(stores).standings(person.id)
