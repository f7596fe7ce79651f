"""The outbox in memory finds events by place and by person, and undoes what is done to it."""

from collections.abc import Callable, Iterable
from typing import Any

import attrs
import pytest

from adapters.memory.outbox import Placed
from adapters.memory.store import MemoryStore
from adapters.memory.transaction import MemoryTransactions
from domain.shared.events import Event
from domain.shared.ids import PersonId
from tests.contracts.values import a_person, an_event

ANA, BO = a_person().id, a_person().id


async def filled() -> MemoryStore:
    """Five events, those of Ana and of Bo in turn."""
    store = MemoryStore()
    async with store.access():
        store.publish([an_event(person) for person in (ANA, BO, ANA, BO, ANA)])
    return store


def places(found: Iterable[Placed]) -> list[int]:
    return [position for position, _ in found]


def of(store: MemoryStore, *person_ids: PersonId, after: int = 0) -> list[int]:
    return places(store.events_of(person_ids, after))


async def test_events_are_found_by_place_and_by_person() -> None:
    store = await filled()
    assert places(store.events_between(1, 3)) == [2, 3]
    assert places(store.events_between(4, 9)) == [5]
    assert of(store, ANA) == [1, 3, 5]
    assert of(store, BO, ANA, ANA, after=1) == [2, 3, 4, 5]
    assert places(store.events_of([ANA, BO], 1, 3)) == [2, 3]
    assert of(store, a_person().id) == []


async def test_what_is_forgotten_is_not_found_and_the_rest_keeps_its_place() -> None:
    store = await filled()
    ids = [event.id for _, event in store.events_between(3, 5)]
    async with store.access():
        store.forget_events(3)
    assert (store.forgotten_events, store.newest_event) == (3, 5)
    assert [event.id for _, event in store.events_between(0, 5)] == ids
    assert (of(store, ANA), of(store, BO)) == ([5], [4])


def _changed(event: Event) -> Event:
    return attrs.evolve(event, policy_version="changed")


WRITES: list[Callable[[MemoryStore], None]] = [
    lambda store: store.publish([an_event(BO), an_event(ANA)]),
    lambda store: store.forget_events(4),
    lambda store: store.rewrite(ANA, _changed),
]


@pytest.mark.parametrize("writes", [[one] for one in WRITES] + [WRITES, WRITES[::-1]])
async def test_what_a_failing_transaction_did_to_it_is_undone(
    writes: list[Callable[[MemoryStore], None]],
) -> None:
    store = await filled()

    def state() -> tuple[Any, ...]:
        found = [list(store.events_of([person], 0)) for person in (ANA, BO)]
        return store.outbox, store.forgotten_events, store.newest_event, found

    async def work() -> None:
        async with store.access():
            for write in writes:
                write(store)
        assert state() != before
        raise LookupError

    before = state()
    with pytest.raises(LookupError):
        await MemoryTransactions(store).run(work)
    assert state() == before


async def test_only_a_persons_own_events_are_rewritten() -> None:
    store = await filled()
    async with store.access():
        store.forget_events(1)
        store.rewrite(ANA, _changed)
    rewritten = [out.event.person_id for out in store.outbox if out.event == _changed(out.event)]
    assert rewritten == [ANA, ANA]
