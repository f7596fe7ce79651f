"""What only the store in memory has to prove: that it isolates, undoes and constrains by itself."""

import asyncio

import pytest
from attrs import evolve, frozen
from uuid_utils.compat import uuid7

from adapters.memory.clock import MemoryClock
from adapters.memory.identity import MemoryPersons
from adapters.memory.store import MemoryStore
from adapters.memory.table import ConstraintError, Table, Undo
from adapters.memory.transaction import MemoryTransactions
from application.identity.admit_person import PersonAdmitter
from application.identity.register_person import RegisterPerson
from domain.identity.profile import Profile
from domain.shared.errors import ConflictError
from tests.contracts.values import MINUTE, RULEBOOK, START, a_person, an_event

WORKERS = 20


def test_a_store_outlives_event_loops() -> None:
    store = MemoryStore()
    persons = MemoryPersons(store)
    added = [a_person() for _ in range(3 * WORKERS)]

    async def crowd(turn: int) -> None:
        mine = added[turn * WORKERS : (turn + 1) * WORKERS]
        await asyncio.gather(*(persons.add(person, ()) for person in mine))

    for turn in range(3):
        asyncio.run(crowd(turn))

    async def count() -> int:
        return sum([await persons.get(person.id) is not None for person in added])

    assert asyncio.run(count()) == len(added)


def test_a_loop_that_ends_takes_its_transactions_with_it() -> None:
    store, written = MemoryStore(), asyncio.Event()
    persons, person = MemoryPersons(store), a_person()

    async def hang() -> None:
        await persons.add(person, (an_event(person.id),))
        written.set()
        await asyncio.Event().wait()

    async def leave_it_hanging() -> None:
        hanging = asyncio.create_task(MemoryTransactions(store).run(hang))
        await written.wait()
        assert len(store.outbox) == 1
        assert not hanging.done()

    asyncio.run(leave_it_hanging())
    assert asyncio.run(persons.get(person.id)) is None
    assert store.outbox == []


def test_two_loops_at_once_are_refused() -> None:
    store, other = MemoryStore(), asyncio.new_event_loop()
    held, finish = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with store.access():
            held.set()
            await finish.wait()

    holding = other.create_task(hold())
    other.run_until_complete(held.wait())
    with pytest.raises(RuntimeError, match="one event loop at a time"):
        asyncio.run(MemoryPersons(store).get(a_person().id))
    finish.set()
    other.run_until_complete(holding)
    other.close()
    assert asyncio.run(MemoryPersons(store).get(a_person().id)) is None


async def test_tasks_take_turns_as_they_do_on_a_database() -> None:
    persons, calls = MemoryPersons(MemoryStore()), list[str]()

    async def call_twice(name: str) -> None:
        for _ in range(2):
            await persons.get(a_person().id)
            calls.append(name)

    await asyncio.gather(call_twice("one"), call_twice("two"))
    assert calls == ["one", "two"] * 2


async def test_undoing_costs_as_much_as_was_written() -> None:
    store = MemoryStore()
    persons, transactions = MemoryPersons(store), MemoryTransactions(store)
    for _ in range(100):
        await persons.add(a_person(), ())

    async def work() -> int:
        person = a_person()
        await persons.add(person, (an_event(person.id),))
        assert store.current is not None
        return len(store.current.undo)

    assert await transactions.run(work) == 2


async def test_a_task_that_outlives_its_transaction_is_no_longer_in_it() -> None:
    store = MemoryStore()
    persons, person, go = MemoryPersons(store), a_person(), asyncio.Event()

    async def later() -> None:
        await go.wait()
        await persons.add(person, ())

    async def work() -> asyncio.Task[None]:
        await persons.add(a_person(), ())
        return asyncio.create_task(later())

    task = await MemoryTransactions(store).run(work)
    go.set()
    await task
    assert await persons.get(person.id) == person


async def test_a_transaction_is_not_shared_out_to_tasks() -> None:
    store = MemoryStore()
    persons = MemoryPersons(store)

    async def work() -> None:
        await asyncio.gather(*(persons.add(a_person(), ()) for _ in range(2)))

    with pytest.raises(RuntimeError, match="one task"):
        await MemoryTransactions(store).run(work)


async def test_transactions_on_two_stores_are_two() -> None:
    outer, inner = MemoryStore(), MemoryStore()
    person = a_person()

    async def inner_work() -> None:
        await MemoryPersons(inner).add(person, ())
        await MemoryPersons(outer).add(person, ())

    async def outer_work() -> None:
        await MemoryTransactions(inner).run(inner_work)
        raise ConflictError("no")

    with pytest.raises(ConflictError):
        await MemoryTransactions(outer).run(outer_work)
    assert await MemoryPersons(inner).get(person.id) == person
    assert await MemoryPersons(outer).get(person.id) is None


def test_nothing_is_written_outside_of_a_transaction() -> None:
    with pytest.raises(RuntimeError, match="outside"):
        MemoryStore().persons.insert(a_person())


async def test_a_use_case_runs_on_it() -> None:
    store = MemoryStore()
    register = RegisterPerson(
        MemoryTransactions(store),
        PersonAdmitter(MemoryPersons(store), uuid7, RULEBOOK),
        MemoryClock(store),
    )
    person = await register(Profile(name="Ana"))
    assert await MemoryPersons(store).get(person.id) == person
    assert [outgoing.event.person_id for outgoing in store.outbox] == [person.id]


async def test_a_clock_starts_where_it_is_first_moved_to() -> None:
    store = MemoryStore()
    assert await MemoryClock(store).move_to(START) == START
    assert await MemoryClock(store).now() == START


async def test_a_clock_that_nobody_moved_stands_at_the_time_it_was_read_first() -> None:
    clock = MemoryClock(MemoryStore())
    first = await clock.now()
    assert await clock.now() == first
    assert await clock.move_to(first - MINUTE) == first


@frozen
class Row:
    id: int
    name: str | None = None
    tags: tuple[str, ...] = ()
    parent: int | None = None


def a_table(undo: list[Undo]) -> Table[int, Row]:
    parents: Table[int, Row] = Table(list[Undo]().append, lambda row: row.id)
    parents.insert(Row(1))
    return Table(
        undo.append,
        lambda row: row.id,
        unique={"name": lambda row: row.name},
        groups={"tag": lambda row: row.tags},
        references={"parent": (parents, lambda row: () if row.parent is None else (row.parent,))},
        checks={"positive": lambda row: row.id > 0},
    )


FIRST = Row(1, "one", ("a", "b"))


@pytest.mark.parametrize(
    ("row", "constraint"),
    [
        (FIRST, "primary key"),
        (Row(2, "one"), "name"),
        (Row(2, parent=2), "parent"),
        (Row(0), "positive"),
    ],
)
def test_a_row_that_breaks_a_constraint_is_not_written(row: Row, constraint: str) -> None:
    undo: list[Undo] = []
    table = a_table(undo)
    table.insert(FIRST)
    with pytest.raises(ConstraintError) as caught:
        table.insert(row)
    assert caught.value.constraint == constraint
    assert table.all() == [FIRST]
    assert len(undo) == 1


def test_a_unique_key_is_partial_and_moves_with_its_row() -> None:
    table = a_table([])
    for row in (FIRST, Row(2), Row(3), Row(4, parent=1)):
        table.insert(row)
    table.put(evolve(FIRST, name="uno"))
    table.put(Row(2, "one"))
    assert table.by("name", "one") == Row(2, "one")
    assert table.delete(2)
    assert not table.delete(2)
    assert table.by("name", "one") is None
    assert len(table) == 3


def test_undoing_brings_back_rows_keys_and_groups() -> None:
    undo: list[Undo] = []
    table = a_table(undo)
    table.insert(FIRST)
    undo.clear()

    table.put(Row(1, "uno", ("b", "c")))
    table.insert(Row(2, "one", ("a",)))
    table.delete(1)
    for step in reversed(undo):
        step()

    assert table.all() == [FIRST]
    assert table.by("name", "one") == FIRST
    assert table.by("name", "uno") is None
    assert [table.group("tag", tag) for tag in "abc"] == [[FIRST], [FIRST], []]
