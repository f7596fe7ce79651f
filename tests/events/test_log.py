"""The log of events: one order, of which nobody who follows it misses anything."""

import asyncio
from functools import partial

import pytest

from adapters.postgres.executor import Executor
from adapters.postgres.identity import PostgresPersons
from application.shared.outbox import OutboxEvent
from domain.identity.persons import Person
from tests.contracts import values
from tests.events.conftest import postgres_world
from tests.events.world import EventWorld

PARALLEL = 8
EACH = 10


async def followed(world: EventWorld, after: int = 0, limit: int = 7) -> list[str]:
    """The ids of what a poller gets who goes on until there is no more."""
    found: list[str] = []
    while events := await world.log.read(after, await world.log.settled(), limit):
        assert len(events) <= limit
        positions = [logged.position for logged in events]
        assert positions == sorted(set(positions))
        assert positions[0] > after
        after = positions[-1]
        found += [str(logged.event.id) for logged in events]
    return found


async def test_events_are_read_in_the_order_in_which_they_were_written(world: EventWorld) -> None:
    one, two = await world.person(), await world.person()
    written = [*await world.happens(one, 5), *await world.happens(two, 3)]
    written += await world.happens(one)
    assert await followed(world) == written
    assert [str(logged.event.id) for logged in await world.events_of(two)] == written[5:8]


async def test_an_event_has_the_form_that_all_see(world: EventWorld) -> None:
    person = await world.person()
    [ident] = await world.happens(person)
    [logged] = await world.events_of(person)
    assert str(logged.event.id) == ident
    assert (logged.event.type, logged.event.person_id) == ("person_reinstated", person.id)
    assert (logged.event.at, logged.event.policy_version) == (values.START, "test")
    assert logged.event.data == {}


async def test_what_was_rolled_back_never_happened(world: EventWorld) -> None:
    person = await world.person()

    async def fails() -> None:
        [known] = await world.persons.lock(person.id)
        await world.persons.save(known, known, [values.an_event(person.id)])
        raise LookupError

    with pytest.raises(LookupError):
        await world.transactions.run(fails)
    written = await world.happens(person)
    assert await followed(world) == written


async def test_a_poller_waits_for_a_transaction_that_is_open(executor: Executor) -> None:
    world = postgres_world(executor)
    early, late = await world.person(), await world.person()
    before = await world.happens(late)
    assert await followed(world) == before
    held, event = asyncio.Event(), values.an_event(early.id)
    wrote = asyncio.Event()

    async def held_open() -> None:
        async with executor.transaction():
            [known] = await PostgresPersons(executor).lock(early.id)
            await PostgresPersons(executor).save(known, known, [event])
            wrote.set()
            await held.wait()

    open_one = asyncio.create_task(held_open())
    await wrote.wait()
    after = await world.happens(late, 3)
    fresh = postgres_world(executor)
    assert await followed(world) == before
    # Who looks for the first time cannot tell yet where the open transaction wrote.
    assert await followed(fresh) == []
    held.set()
    await open_one
    for either in (world, fresh):
        assert await followed(either) == [*before, str(event.id), *after]


async def test_a_transaction_that_writes_no_events_holds_nothing_up(executor: Executor) -> None:
    world = postgres_world(executor)
    person = await world.person()
    other = Executor(executor.url, pool_size=1)
    await other.open()
    async with other.connections.lent() as connection, connection.transaction():
        await connection.execute("UPDATE persons SET name = name")
        await connection.execute("SELECT pg_current_xact_id()")
        stranger = values.a_person()
        event = values.an_event(stranger.id)
        await world.persons.add(stranger, [event])
        assert await followed(world) == [str(event.id)]
    await other.close()
    assert await world.persons.get(person.id) is not None


async def test_a_poller_beside_parallel_writers_misses_nothing(executor: Executor) -> None:
    world = postgres_world(executor)
    people = [await world.person() for _ in range(PARALLEL)]
    written: dict[object, list[str]] = {person.id: [] for person in people}

    async def save(person: Person, events: list[OutboxEvent]) -> None:
        [known] = await world.persons.lock(person.id)
        await world.persons.save(known, known, events)
        written[person.id] += [str(event.id) for event in events]

    async def write(number: int) -> None:
        for step in range(EACH):
            person = people[(number + step) % PARALLEL]
            events = [values.an_event(person.id) for _ in range(2)]

            await world.transactions.run(partial(save, person, events))

    polled: list[tuple[object, str]] = []

    async def poll(writers: "asyncio.Task[object]") -> None:
        after, ended = 0, False
        while not ended:
            ended = writers.done()
            settled = await world.log.settled()
            while events := await world.log.read(after, settled, 5):
                polled.extend((one.event.person_id, str(one.event.id)) for one in events)
                after = events[-1].position

    async def all_writers() -> None:
        await asyncio.gather(*map(write, range(PARALLEL)))

    writers: asyncio.Task[object] = asyncio.create_task(all_writers())
    await asyncio.gather(writers, poll(writers))
    assert len(polled) == PARALLEL * EACH * 2
    for person in people:
        assert [ident for owner, ident in polled if owner == person.id] == written[person.id]
