"""What a person's calls of a language model have set aside on a day, on every adapter."""

import asyncio

from tests.contracts import given
from tests.contracts.stores import Stores
from tests.contracts.values import DAY, TODAY


async def test_what_is_set_aside_stays_within_the_limit(stores: Stores) -> None:
    person = await given.a_person(stores)
    reserve = stores.model_budget.reserve
    assert await reserve(person.id, TODAY, 61, limit_micros=60) == 0
    assert await reserve(person.id, TODAY, 40, limit_micros=60) is None
    assert await reserve(person.id, TODAY, 21, limit_micros=60) == 40
    assert await reserve(person.id, TODAY, 20, limit_micros=60) is None
    assert await reserve(person.id, TODAY + DAY, 60, limit_micros=60) is None
    other = await given.a_person(stores)
    assert await reserve(other.id, TODAY, 60, limit_micros=60) is None


async def test_the_price_takes_the_place_of_what_was_set_aside(stores: Stores) -> None:
    person = await given.a_person(stores)
    budget = stores.model_budget
    assert await budget.reserve(person.id, TODAY, 60, limit_micros=60) is None
    await budget.settle(person.id, TODAY, reserved_micros=60, price_micros=15)
    assert await budget.reserve(person.id, TODAY, 46, limit_micros=60) == 15
    assert await budget.reserve(person.id, TODAY, 45, limit_micros=60) is None


async def test_twenty_calls_at_once_set_aside_no_more_than_the_limit(stores: Stores) -> None:
    person = await given.a_person(stores)
    taken = await asyncio.gather(
        *(stores.model_budget.reserve(person.id, TODAY, 10, limit_micros=65) for _ in range(20))
    )
    assert sum(one is None for one in taken) == 6


async def test_for_nobody_there_is_nothing_to_settle(stores: Stores) -> None:
    person = await given.a_person(stores)
    await stores.model_budget.settle(person.id, TODAY, reserved_micros=1, price_micros=1)
    assert await stores.model_budget.reserve(person.id, TODAY, 1, limit_micros=0) == 0
