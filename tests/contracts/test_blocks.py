"""Blocks, and how two persons stand to each other."""

import attrs
import pytest
from uuid_utils.compat import uuid7

from application.shared.standing import Participant
from domain.identity.persons import PersonStatus
from domain.shared.calendar import CountingDay
from domain.shared.ids import PersonId
from tests.contracts import given
from tests.contracts.stores import Stores
from tests.contracts.values import START, TODAY, a_block, a_person, an_event


async def test_a_block_works_both_ways(stores: Stores) -> None:
    a, b, c = [await given.a_person(stores) for _ in range(3)]
    assert await stores.blocks.add(a_block(a, b), ())
    assert await stores.blocks.between(a.id, b.id)
    assert await stores.blocks.between(b.id, a.id)
    assert not await stores.blocks.between(a.id, c.id)


async def test_a_block_raises_both_versions_once(stores: Stores) -> None:
    a, b = await given.a_person(stores), await given.a_person(stores)
    first, second = an_event(a.id), an_event(a.id)

    assert await stores.blocks.add(a_block(a, b), (first,))
    assert not await stores.blocks.add(a_block(a, b), (second,))

    assert await given.the_person(stores, a) == attrs.evolve(a, version=2)
    assert await given.the_person(stores, b) == attrs.evolve(b, version=2)
    outbox = await stores.outbox()
    assert first in outbox
    assert second not in outbox


async def test_removing_a_block_raises_both_versions_once(stores: Stores) -> None:
    a, b = await given.a_person(stores), await given.a_person(stores)
    await stores.blocks.add(a_block(a, b), ())
    first, second = an_event(a.id), an_event(a.id)

    assert await stores.blocks.remove(a.id, b.id, (first,))
    assert not await stores.blocks.remove(a.id, b.id, (second,))

    assert not await stores.blocks.between(a.id, b.id)
    assert await given.the_person(stores, a) == attrs.evolve(a, version=3)
    assert await given.the_person(stores, b) == attrs.evolve(b, version=3)
    outbox = await stores.outbox()
    assert first in outbox
    assert second not in outbox


async def test_each_side_has_a_block_of_their_own(stores: Stores) -> None:
    a, b = await given.a_person(stores), await given.a_person(stores)
    assert await stores.blocks.add(a_block(a, b), ())
    assert await stores.blocks.add(a_block(b, a), ())
    assert await stores.blocks.remove(a.id, b.id, ())
    assert await stores.blocks.between(a.id, b.id)


async def test_only_those_who_exist_can_be_blocked(stores: Stores) -> None:
    person = await given.a_person(stores)
    with pytest.raises(stores.constraint_error):
        await stores.blocks.add(a_block(person, a_person()), ())
    assert await given.the_person(stores, person) == person


async def test_a_pair_is_given_in_the_order_of_ids(stores: Stores) -> None:
    a = await given.a_person(stores, timezone="Asia/Kolkata")
    b = await given.a_person(
        stores, status=PersonStatus.SUSPENDED, counting_on=TODAY, counting_since=START
    )
    for one, two in ((a, b), (b, a)):
        standing = await stores.standings.lock(one.id, two.id)
        assert standing is not None
        assert standing.lower == Participant(
            id=a.id, active=True, deleted=False, timezone="Asia/Kolkata", counting_day=None
        )
        assert standing.higher == Participant(
            id=b.id,
            active=False,
            deleted=False,
            timezone="UTC",
            counting_day=CountingDay(TODAY, START),
        )
        assert not standing.blocked


async def test_a_pair_knows_of_a_block_by_either(stores: Stores) -> None:
    a, b = await given.a_person(stores), await given.a_person(stores)
    await stores.blocks.add(a_block(b, a), ())
    standing = await stores.standings.lock(a.id, b.id)
    assert standing is not None
    assert standing.blocked


async def test_there_is_no_pair_with_a_stranger_or_oneself(stores: Stores) -> None:
    person = await given.a_person(stores)
    stranger = PersonId(uuid7())
    assert await stores.standings.lock(person.id, stranger) is None
    assert await stores.standings.lock(stranger, person.id) is None
    assert await stores.standings.lock(person.id, person.id) is None


async def test_a_pair_knows_which_of_them_was_erased(stores: Stores) -> None:
    a = await given.a_person(stores, status=PersonStatus.DELETED)
    b = await given.a_person(stores)
    standing = await stores.standings.lock(a.id, b.id)
    assert standing is not None
    assert (standing.lower.deleted, standing.higher.deleted) == (True, False)
    assert not standing.lower.active
    assert await stores.standings.deleted(a.id)
    assert not await stores.standings.deleted(b.id)
    assert not await stores.standings.deleted(a_person().id)
