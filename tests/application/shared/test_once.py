"""The same request twice has one effect and one answer."""

import asyncio

import attrs
import pytest

from application.shared.idempotency import Answer, Attempt, RequestInProgressError
from domain.shared.tiers import Tier
from tests.application.world import World

ATTEMPT = Attempt(owner="service", key="one", fingerprint=b"one")
CREATED = Answer(status=201, body=b"{}")


async def test_a_repeat_gets_the_answer_and_has_no_effect(world: World) -> None:
    async def register() -> Answer:
        person = await world.person()
        return Answer(status=201, body=person.id.bytes)

    once = world.kithkin.shared.once()
    first = await once(ATTEMPT, register)
    assert await once(ATTEMPT, register) == attrs.evolve(first, replayed=True)
    assert len(world.events) == 1


async def test_keys_of_two_owners_are_two_keys(world: World) -> None:
    once = world.kithkin.shared.once()
    for owner in ("one", "two"):
        answer = await once(attrs.evolve(ATTEMPT, owner=owner), _created)
        assert answer == CREATED


async def test_a_key_does_not_stand_for_two_requests(world: World) -> None:
    once = world.kithkin.shared.once()
    await once(ATTEMPT, _created)
    with world.refused("idempotency_key_reused"):
        await once(attrs.evolve(ATTEMPT, fingerprint=b"two"), _created)


async def test_an_answer_is_kept_for_a_day(world: World) -> None:
    once = world.kithkin.shared.once()
    await once(ATTEMPT, _created)
    await world.later(hours=24, seconds=-1)
    assert (await once(ATTEMPT, _created)).replayed
    await world.later(seconds=1)
    assert await once(attrs.evolve(ATTEMPT, fingerprint=b"two"), _created) == CREATED


async def test_work_that_fails_leaves_nothing_and_may_be_tried_again(world: World) -> None:
    person = await world.person()

    async def fail() -> Answer:
        await world.kithkin.identity.set_tier()(person.id, Tier.PLUS)
        raise LookupError("halfway")

    once = world.kithkin.shared.once()
    before = world.events
    with pytest.raises(LookupError):
        await once(ATTEMPT, fail)
    assert world.events == before
    assert await world.kithkin.identity.queries().person(person.id) == person
    assert await once(ATTEMPT, _created) == CREATED


async def test_of_parallel_repeats_one_works_and_the_others_are_told_so(world: World) -> None:
    worked = 0

    async def work() -> Answer:
        nonlocal worked
        worked += 1
        await world.person()
        return CREATED

    once = world.kithkin.shared.once()
    results = await asyncio.gather(
        *(once(ATTEMPT, work) for _ in range(20)), return_exceptions=True
    )
    assert worked == 1
    others = [result for result in results if result != CREATED]
    assert len(others) == 19
    for other in others:
        assert isinstance(other, RequestInProgressError) or other == attrs.evolve(
            CREATED, replayed=True
        )


async def _created() -> Answer:
    return CREATED
