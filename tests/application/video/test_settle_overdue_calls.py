"""Calls that nobody looks at are ended all the same, as of when each was over."""

from datetime import timedelta

import attrs
import pytest

from application.video import settle_overdue_calls
from domain.shared.errors import InvalidValueError
from domain.shared.ids import VideoCallId
from domain.video.calls import Ended, Ongoing, Ringing
from domain.video.events import CallOutcome
from tests.application.world import START, Pair, World

MINUTE = timedelta(minutes=1)


async def a_pair(world: World) -> Pair:
    ana, ben = await world.person(name="Ana"), await world.person(name="Ben")
    return Pair(ana.id, ben.id, await world.conversation(ana, ben))


async def the_call(world: World, call_id: VideoCallId) -> object:
    """The call as it is stored, unlooked at."""
    return world.store.calls[call_id]


async def sweep(world: World) -> None:
    await world.kithkin.jobs.run_due_jobs()()


@pytest.mark.parametrize("at_once", [1, 2, 100])
async def test_all_overdue_calls_are_ended(
    world: World, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settle_overdue_calls, "_AT_ONCE", at_once)
    missed, left = [], []
    for _ in range(3):
        pair = await a_pair(world)
        missed.append(await world.call(pair.talk, pair.ana))
        pair = await a_pair(world)
        left.append(await world.call(pair.talk, pair.ben))
        await world.connect(left[-1], pair.ana, pair.ben)
    await world.later(seconds=60)
    for call_id in left:
        call = await the_call(world, call_id)
        assert isinstance(call, Ongoing)
        await world.leave(call_id, call.initiator_id, call.callee_id)
    await world.later(hours=1)
    await sweep(world)
    for call_id, outcome, at in (
        *((call_id, CallOutcome.MISSED, START + MINUTE) for call_id in missed),
        *((call_id, CallOutcome.COMPLETED, START + 2 * MINUTE) for call_id in left),
    ):
        call = await the_call(world, call_id)
        assert isinstance(call, Ended)
        assert (call.outcome, call.ended_at) == (outcome, at)


async def test_a_conversation_where_it_fails_holds_up_no_other(world: World) -> None:
    pairs = [await a_pair(world) for _ in range(3)]
    calls = [await world.call(pair.talk, pair.ana) for pair in pairs]
    for pair, call_id in zip(pairs, calls, strict=True):
        await world.connect(call_id, pair.ana, pair.ben)
    await world.later(seconds=60)
    for pair, call_id in zip(pairs, calls, strict=True):
        await world.leave(call_id, pair.ana, pair.ben)
    async with world.store.access():
        gone = attrs.evolve(world.store.persons[pairs[0].ana], timezone="Gone/Zone")
        world.store.persons.put(gone)
    await world.later(hours=1)
    job = world.kithkin.jobs.kinds().by_name["settle_overdue_calls"].planned(START)
    with pytest.raises(InvalidValueError, match="Gone/Zone"):
        await world.kithkin.video.settle_overdue_calls()(job)
    ended = [type(await the_call(world, call_id)) for call_id in calls]
    assert ended == [Ongoing, Ended, Ended]


async def test_calls_that_go_on_or_are_to_come_are_left_alone(world: World, pair: Pair) -> None:
    scheduled = await world.call(pair.talk, pair.ana, START + timedelta(hours=5))
    another = await a_pair(world)
    ongoing = await world.call(another.talk, another.ana)
    await world.connect(ongoing, another.ana, another.ben)
    await world.later(hours=1)
    await sweep(world)
    assert isinstance(await the_call(world, scheduled), Ringing)
    assert isinstance(await the_call(world, ongoing), Ongoing)


async def test_a_move_of_the_clock_sweeps(world: World, pair: Pair) -> None:
    call_id = await world.call(pair.talk, pair.ana)
    await world.kithkin.shared.move_clock()(START + timedelta(hours=1))
    assert isinstance(await the_call(world, call_id), Ended)
