"""Every event is reacted to once, however late its transaction commits."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import attrs
import pytest
from attrs import define, field
from uuid_utils.compat import uuid7

from adapters.postgres.executor import Executor
from adapters.postgres.identity import PostgresPersons
from adapters.postgres.outbox import write_events
from application.conversations.send_message import SendMessageRequest
from application.shared.catch_up import CatchUp, ReactedUpTo
from application.shared.outbox import OutboxEvent
from application.shared.reactions import Drain, Mark, Pending, Reacting
from application.streaks.record_activity import Activity, ActivityRequest
from domain.conversations.events import MessageSent
from domain.identity.events import PersonReinstated, SignedIn
from domain.identity.persons import Person
from domain.shared.ids import ConversationId, EventId, LoginSessionId, MessageId, PersonId
from domain.streaks.events import StreakKind
from domain.streaks.standing import StreakStatus
from tests.contracts import given, values
from tests.contracts.stores import Stores
from tests.contracts.test_races import all_at_once
from tests.contracts.use_cases import (
    drain_streaks,
    end_call,
    erase_person,
    record_activity,
    send_message,
    streak_queries,
)
from tests.contracts.values import DAY, START, TODAY


@define
class Listener:
    """Keeps the ids it was given, and breaks for some persons."""

    name: str = field(factory=lambda: uuid7().hex)
    heard: list[EventId] = field(factory=list)
    breaks_for: set[PersonId] = field(factory=set)
    uninterested_in: set[PersonId] = field(factory=set)

    @property
    def reacting(self) -> Reacting:
        return Reacting(self.name, (PersonReinstated,))

    async def moot(self, events: Sequence[OutboxEvent]) -> frozenset[PersonId]:
        return frozenset(out.event.person_id for out in events) & self.uninterested_in

    async def __call__(self, person_id: PersonId, events: Sequence[OutboxEvent]) -> None:
        assert {out.event.person_id for out in events} == {person_id}
        self.heard += [out.id for out in events]
        if person_id in self.breaks_for:
            raise LookupError("a bad event")


@define
class Watch:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def drain(stores: Stores, listener: Listener) -> Drain:
    return Drain(stores.transactions, stores.pending, listener)


def catch_up(stores: Stores, listener: Listener, watch: Watch | None = None) -> CatchUp:
    return CatchUp(stores.progress, drain(stores, listener), watch or Watch())


async def happens(stores: Stores, person: Person, times: int = 1) -> list[EventId]:
    events = [values.an_event(person.id) for _ in range(times)]

    async def write() -> None:
        [known] = await stores.persons.lock(person.id)
        await stores.persons.save(known, known, events)

    await stores.transactions.run(write)
    return [one.id for one in events]


def test_a_mark_remembers_what_is_ahead_of_the_settled() -> None:
    event = values.an_event(PersonId(uuid7()))
    mark = Mark(5, frozenset({8})).after([Pending(7, event), Pending(10, event)], 7)
    assert mark == Mark(7, frozenset({8, 10}))
    assert mark.after([], 6) == mark
    assert mark.after([], 10) == Mark(10)


async def test_a_drain_hears_each_event_of_its_person_once(stores: Stores) -> None:
    listener, person, other = Listener(), await given.a_person(stores), await given.a_person(stores)
    first = await happens(stores, person, 3)
    await happens(stores, other)
    await drain(stores, listener)(person.id)
    await drain(stores, listener)(person.id)
    assert listener.heard == first
    later = await happens(stores, person)
    await drain(stores, listener)(person.id)
    assert listener.heard == [*first, *later]


async def test_events_are_left_to_gather_where_that_is_wanted(stores: Stores) -> None:
    listener, person, watch = Listener(), await given.a_person(stores), Watch()
    worker = CatchUp(stores.progress, drain(stores, listener), watch, rest_seconds=2)
    first = await happens(stores, person)
    await worker()
    assert set(first) <= set(listener.heard)
    later = await happens(stores, person, 2)
    watch.now = 1.9
    assert await worker() == ()
    assert not set(later) & set(listener.heard)
    watch.now = 2
    await worker()
    assert set(later) <= set(listener.heard)


async def test_a_drain_takes_more_than_it_reads_at_once(stores: Stores) -> None:
    listener, person = Listener(), await given.a_person(stores)
    written = await happens(stores, person, 450)
    await drain(stores, listener)(person.id)
    assert listener.heard == written


async def test_a_drain_within_a_transaction_belongs_to_it(stores: Stores) -> None:
    listener, person = Listener(), await given.a_person(stores)
    written = await happens(stores, person, 3)

    async def drained(*, fails: bool) -> None:
        await drain(stores, listener)(person.id)
        if fails:
            raise LookupError

    with pytest.raises(LookupError):
        await stores.transactions.run(lambda: drained(fails=True))
    listener.heard = []
    await stores.transactions.run(lambda: drained(fails=False))
    await drain(stores, listener)(person.id)
    assert listener.heard == written


async def test_twenty_drains_at_once_hear_each_event_once(stores: Stores) -> None:
    listener, person = Listener(), await given.a_person(stores)
    written = await happens(stores, person, 5)
    outcomes = await all_at_once(lambda _: drain(stores, listener)(person.id))
    assert outcomes == [None] * 20
    assert listener.heard == written


async def test_what_fails_is_heard_again(stores: Stores) -> None:
    listener, person = Listener(), await given.a_person(stores)
    written = await happens(stores, person)
    listener.breaks_for = {person.id}
    with pytest.raises(LookupError):
        await drain(stores, listener)(person.id)
    listener.breaks_for, listener.heard = set(), []
    await drain(stores, listener)(person.id)
    assert listener.heard == written


async def test_nobody_is_drained_who_is_not_there(stores: Stores) -> None:
    listener = Listener()
    await drain(stores, listener)(PersonId(uuid7()))
    assert listener.heard == []


async def test_catching_up_reacts_to_everyone_and_no_more(stores: Stores) -> None:
    listener, one, two = Listener(), await given.a_person(stores), await given.a_person(stores)
    worker = catch_up(stores, listener)
    await worker()
    listener.heard = []
    ahead = await happens(stores, one, 2)
    await drain(stores, listener)(one.id)
    rest = [*await happens(stores, two), *await happens(stores, one)]
    assert await worker() == ()
    assert sorted(of_theirs(listener, [*ahead, *rest])) == sorted([*ahead, *rest])
    again = catch_up(stores, listener)
    await again()
    assert len(listener.heard) == len(set(listener.heard))
    # At the latest position that others have not moved on since.
    assert await ReactedUpTo(stores.progress, lambda: [again])() > 0
    assert not await stores.pending.waiting(listener.reacting, one.id)


async def test_moot_events_are_passed_over(stores: Stores) -> None:
    listener, person = Listener(), await given.a_person(stores)
    await catch_up(stores, listener)()
    written = await happens(stores, person)
    listener.uninterested_in = {person.id}
    await catch_up(stores, listener)()
    assert not set(written) & set(listener.heard)
    assert not await stores.pending.waiting(listener.reacting, person.id)


async def test_one_failure_keeps_the_place_and_nobody_else(stores: Stores) -> None:
    listener, watch = Listener(), Watch()
    bad, good = await given.a_person(stores), await given.a_person(stores)
    worker = catch_up(stores, listener, watch)
    await worker()
    place = await stores.progress.get(listener.name)
    listener.breaks_for = {bad.id}
    failing, fine = await happens(stores, bad), await happens(stores, good)
    [failed] = await worker()
    assert (failed.person_id, failed.tries) == (bad.id, 1)
    assert set(fine) <= set(listener.heard)
    assert await stores.progress.get(listener.name) < failed.position
    assert await stores.progress.get(listener.name) >= place
    assert await worker() == (), "it is left alone for a while"
    later = await happens(stores, good)
    await worker()
    assert set(later) <= set(listener.heard)
    watch.now += 10
    assert [one.tries for one in await worker()] == [2]
    listener.breaks_for = set()
    watch.now += 10
    assert await worker() == ()
    assert listener.heard[-1] == failing[0]
    assert await stores.progress.get(listener.name) >= failed.position
    assert not await stores.pending.waiting(listener.reacting, bad.id)


def said(person: Person, other: Person, days: int = 0) -> MessageSent:
    return MessageSent(
        at=START + days * DAY,
        person_id=person.id,
        policy_version="v",
        conversation_id=ConversationId(uuid7()),
        message_id=MessageId(uuid7()),
        recipient_id=other.id,
        counted_on=TODAY + days * DAY,
    )


def came(person: Person, hours: int = 0) -> SignedIn:
    return SignedIn(
        at=START + timedelta(hours=hours),
        person_id=person.id,
        policy_version="v",
        session_id=LoginSessionId(uuid7()),
        origin="minted",
    )


async def tell(stores: Stores, person: Person, *events: MessageSent | SignedIn) -> None:
    async def write() -> None:
        [known] = await stores.persons.lock(person.id)
        await stores.persons.save(known, known, values.outgoing(*events))

    await stores.transactions.run(write)


async def test_messages_and_sign_ins_are_counted_once_a_date(stores: Stores) -> None:
    one, two = await given.a_person(stores), await given.a_person(stores)
    await tell(stores, one, said(one, two), came(one), said(one, two), said(one, two, 1))
    await tell(stores, one, came(one, hours=1))
    await drain_streaks(stores)(one.id)
    streaks = await stores.streaks.of(one.id)
    assert (streaks[StreakKind.LOGIN].credits, streaks[StreakKind.CHAT].credits) == (1, 2)
    assert (await given.the_person(stores, one)).counting_on == TODAY
    assert (await stores.streaks.of(two.id))[StreakKind.CHAT].credits == 0


async def test_messages_of_a_date_that_counts_are_moot(stores: Stores) -> None:
    one, two = await given.a_person(stores), await given.a_person(stores)
    reaction = drain_streaks(stores).reaction
    first, other = values.outgoing(said(one, two)), values.outgoing(said(two, one))
    assert await reaction.moot([*first, *other]) == frozenset()
    await tell(stores, one, said(one, two))
    await drain_streaks(stores)(one.id)
    assert await reaction.moot([*first, *other]) == {one.id}
    new = values.outgoing(said(one, two), said(one, two, 1))
    assert await reaction.moot(new) == frozenset()
    assert await reaction.moot(values.outgoing(came(one))) == frozenset()


async def test_a_read_counts_a_message_that_was_just_sent(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    request = SendMessageRequest(
        conversation_id=pair.conversation.id, sender_id=pair.a.id, text="Hello"
    )
    await send_message(stores)(request)
    by_kind = {one.streak.kind: one for one in await streak_queries(stores).standings(pair.a.id)}
    assert by_kind[StreakKind.CHAT].status is StreakStatus.ACTIVE
    assert by_kind[StreakKind.LOGIN].status is StreakStatus.NONE


async def test_a_completed_call_counts_for_both(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    call = await given.an_answered_call(stores, pair.conversation)
    await stores.clock.move_to(START + timedelta(minutes=5))
    await end_call(stores)(call.id, None)
    for person in (pair.a, pair.b):
        await drain_streaks(stores)(person.id)
        assert (await stores.streaks.of(person.id))[StreakKind.CHAT].credits == 1


async def test_nothing_is_counted_for_one_who_was_erased(stores: Stores) -> None:
    one, two = await given.a_person(stores), await given.a_person(stores)
    await tell(stores, one, said(one, two))
    await erase_person(stores)(one.id)
    await drain_streaks(stores)(one.id)
    assert (await stores.streaks.of(one.id))[StreakKind.CHAT].credits == 0


async def test_an_activity_after_a_sign_in_that_is_pending_counts_nothing(stores: Stores) -> None:
    person = await given.a_person(stores)
    # Another test may have moved the clock, which does not go back.
    await tell(stores, person, attrs.evolve(came(person), at=await stores.clock.now()))
    done = await record_activity(stores)(ActivityRequest(person_id=person.id))
    assert isinstance(done, Activity)
    assert (done.credited, done.standing.current) == (False, 1)


def executor_of(stores: Stores) -> Executor:
    assert isinstance(stores.persons, PostgresPersons)
    return stores.persons.executor


async def test_an_event_that_appears_below_others_is_heard(shared_postgres: Stores) -> None:
    """A transaction takes its place in the log early, and commits late."""
    stores, listener = shared_postgres, Listener()
    executor, person = executor_of(stores), await given.a_person(stores)
    worker = catch_up(stores, listener)
    wrote, held, late = asyncio.Event(), asyncio.Event(), values.an_event(person.id)

    async def slow() -> None:
        # Without the lock on the person that use cases take, and which keeps others out.
        async with executor.transaction():
            await write_events(executor, [late])
            wrote.set()
            await held.wait()

    open_one = asyncio.create_task(slow())
    await wrote.wait()
    early = await happens(stores, person, 2)
    for _ in range(2):
        await drain(stores, listener)(person.id)
        await worker()
        assert of_theirs(listener, [*early, late.id]) == early
    held.set()
    await open_one
    await drain(stores, listener)(person.id)
    await worker()
    await worker()
    assert of_theirs(listener, [*early, late.id]) == [*early, late.id]
    assert not await stores.pending.waiting(listener.reacting, person.id)


def of_theirs(listener: Listener, idents: Sequence[EventId]) -> list[EventId]:
    return [ident for ident in listener.heard if ident in set(idents)]


async def test_parallel_writers_drains_and_workers_miss_and_repeat_nothing(
    shared_postgres: Stores,
) -> None:
    stores, listener = shared_postgres, Listener()
    executor, persons = executor_of(stores), [await given.a_person(stores) for _ in range(3)]
    written: list[EventId] = []
    done = asyncio.Event()

    async def write(number: int) -> None:
        for turn in range(10):
            async with executor.transaction():
                for person in persons[(number + turn) % 3 :]:
                    event = values.an_event(person.id)
                    await write_events(executor, [event])
                    written.append(event.id)

    async def work() -> None:
        worker = catch_up(stores, listener)
        while not done.is_set():
            await worker()

    async def read() -> None:
        while not done.is_set():
            for person in persons:
                await drain(stores, listener)(person.id)

    others = [asyncio.create_task(one()) for one in (work, work, read, read)]
    await asyncio.gather(*(write(number) for number in range(4)))
    done.set()
    await asyncio.gather(*others)
    await catch_up(stores, listener)()
    for person in persons:
        await drain(stores, listener)(person.id)
    assert sorted(of_theirs(listener, written)) == sorted(written)
