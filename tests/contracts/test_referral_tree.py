"""The tree of who came by whom, on every store."""

import pytest

from application.referrals.read_tree import MOST_LEVELS, Branch, ReadTree, Tree
from domain.identity.persons import Person
from tests.contracts import given
from tests.contracts.referrals import Programme
from tests.contracts.stores import Stores


@pytest.fixture
def programme(stores: Stores) -> Programme:
    return Programme(stores)


async def a_chain(programme: Programme, length: int) -> list[Person]:
    chain = [await given.a_person(programme.stores)]
    while len(chain) < length:
        chain.append(await programme.a_referee(await programme.code_of(chain[-1])))
    return chain


async def tree(programme: Programme, person: Person, most: int = 10_000) -> Tree:
    ports = programme.stores.referrals
    return await ReadTree(ports.parties, ports.records)(person.id, most)


def below(branch: Branch) -> list[Branch]:
    return [branch, *(one for part in branch.branches for one in below(part))]


async def test_a_chain_is_cut_where_nobody_could_read_on(programme: Programme) -> None:
    chain = await a_chain(programme, MOST_LEVELS + 2)
    whole = await tree(programme, chain[1])
    assert (whole.persons, whole.whole) == (MOST_LEVELS, True)
    assert [one.person_id for one in below(whole.root)] == [one.id for one in chain[1:]]
    cut = await tree(programme, chain[0])
    assert (cut.persons, cut.whole) == (MOST_LEVELS, False)


async def test_a_tree_is_cut_after_so_many_persons(programme: Programme) -> None:
    root = await given.a_person(programme.stores)
    code = await programme.code_of(root)
    referees = [await programme.a_referee(code) for _ in range(4)]
    await programme.a_referee(await programme.code_of(referees[0]))
    for most, whole in ((5, True), (4, False), (3, False)):
        found = await tree(programme, root, most)
        assert (found.persons, found.whole) == (most, whole)
        assert len(below(found.root)) == most + 1
