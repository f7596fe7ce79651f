"""What time has ended is ended by whoever looks next, as of when it was over."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest

from application.shared.outbox import event_type
from domain.shared.ids import VideoCallId
from domain.video.calls import Ended, Ongoing
from domain.video.events import CallOutcome, VideoCallEnded
from tests.application.world import START, Pair, World

MINUTE = timedelta(minutes=1)

Look = Callable[[World, Pair, VideoCallId], Awaitable[object]]

LOOKS: dict[str, Look] = {
    "send": lambda world, pair, _: world.send(pair.talk, pair.ana),
    "allowance": lambda world, pair, _: world.allowance(pair.talk, pair.ana),
    "history": lambda world, pair, _: world.kithkin.video.queries().history(pair.talk),
    "next call": lambda world, pair, _: world.call(pair.talk, pair.ben),
    "call": lambda world, _, call_id: world.kithkin.video.queries().call(call_id),
    "end": lambda world, _, call_id: world.kithkin.video.end_call()(call_id, None),
    "block": lambda world, pair, _: world.kithkin.identity.block_person()(pair.ana, pair.ben),
}


async def left_alone(world: World, pair: Pair) -> VideoCallId:
    """Leave a completed call for time to end, at two minutes after the start."""
    call_id = await world.call(pair.talk, pair.ana)
    await world.connect(call_id, pair.ana, pair.ben)
    await world.later(seconds=60)
    await world.leave(call_id, pair.ana, pair.ben)
    return call_id


def ends(world: World) -> list[tuple[CallOutcome, datetime]]:
    return [
        (event.outcome, event.at) for event in world.events if isinstance(event, VideoCallEnded)
    ]


@pytest.mark.parametrize("look", LOOKS)
async def test_a_look_ends_a_call_that_was_left(world: World, pair: Pair, look: str) -> None:
    call_id = await left_alone(world, pair)
    await world.later(hours=3)
    assert ends(world) == []
    await LOOKS[look](world, pair, call_id)
    assert ends(world) == [(CallOutcome.COMPLETED, START + 2 * MINUTE)]


@pytest.mark.parametrize("look", LOOKS)
async def test_a_look_ends_a_call_that_nobody_answered(world: World, pair: Pair, look: str) -> None:
    call_id = await world.call(pair.talk, pair.ana)
    await world.later(hours=3)
    await LOOKS[look](world, pair, call_id)
    assert ends(world) == [(CallOutcome.MISSED, START + MINUTE)]


@pytest.mark.parametrize("look", ["send", "allowance", "history", "call"])
async def test_a_look_leaves_a_call_that_goes_on(world: World, pair: Pair, look: str) -> None:
    call_id = await left_alone(world, pair)
    await world.connect(call_id, pair.ben)
    await world.later(hours=3)
    await LOOKS[look](world, pair, call_id)
    assert ends(world) == []


@pytest.mark.parametrize("look", ["send", "allowance", "history", "call"])
async def test_a_scheduled_call_is_not_ended_before_its_time(
    world: World, pair: Pair, look: str
) -> None:
    call_id = await world.call(pair.talk, pair.ana, START + timedelta(hours=4))
    await world.later(hours=4, seconds=59)
    await LOOKS[look](world, pair, call_id)
    assert ends(world) == []
    await world.later(seconds=1)
    await LOOKS[look](world, pair, call_id)
    assert ends(world) == [(CallOutcome.MISSED, START + timedelta(hours=4) + MINUTE)]


async def test_a_send_and_an_allowance_see_what_the_call_unlocked(world: World, pair: Pair) -> None:
    await left_alone(world, pair)
    await world.later(hours=3)
    assert (await world.allowance(pair.talk, pair.ana)).limit == 30
    await left_alone(world, pair)
    await world.later(days=9)
    assert (await world.sent(pair.talk, pair.ben)).message.daily_limit == 25


async def test_a_late_report_is_refused_and_ends_nothing_by_itself(
    world: World, pair: Pair
) -> None:
    call_id = await left_alone(world, pair)
    await world.later(hours=3)
    with world.refused("video_call_ended"):
        await world.connect(call_id, pair.ana)
    call = await world.kithkin.video.queries().call(call_id)
    assert isinstance(call, Ended)
    assert call.ended_at == START + 2 * MINUTE


async def test_a_late_decline_is_refused(world: World, pair: Pair) -> None:
    call_id = await world.call(pair.talk, pair.ana)
    await world.later(seconds=60)
    with world.refused("video_call_ended"):
        await world.kithkin.video.decline_call()(call_id, pair.ben)


async def test_all_overdue_calls_of_a_conversation_are_ended_at_once(
    world: World, pair: Pair
) -> None:
    for hours in (1, 2, 30):
        await world.call(pair.talk, pair.ana, START + timedelta(hours=hours))
    await left_alone(world, pair)
    await world.later(hours=20)
    await world.kithkin.video.queries().history(pair.talk)
    assert sorted(at for _, at in ends(world)) == [
        START + 2 * MINUTE,
        START + timedelta(hours=1) + MINUTE,
        START + timedelta(hours=2) + MINUTE,
    ]


@pytest.mark.parametrize("looked_before", [True, False])
async def test_it_does_not_matter_whether_somebody_looked_before_a_move(
    world: World, looked_before: bool
) -> None:
    ana, ben = await world.person(timezone="Pacific/Kiritimati"), await world.person()
    pair = Pair(ana.id, ben.id, await world.conversation(ana, ben))
    await left_alone(world, pair)
    await world.later(hours=1)
    if looked_before:
        await world.allowance(pair.talk, pair.ana)
    await world.kithkin.identity.change_profile()(ana.id, {"timezone": "Pacific/Honolulu"})
    await world.later(days=7)
    # Pinned to 3 March in Kiritimati; it is 9 March in Honolulu.
    assert (await world.allowance(pair.talk, pair.ana)).days_since_call == 6


async def test_a_block_ends_all_open_calls_of_the_two(world: World, pair: Pair) -> None:
    scheduled = await world.call(pair.talk, pair.ben, START + timedelta(hours=9))
    ongoing = await world.call(pair.talk, pair.ana)
    await world.connect(ongoing, pair.ana, pair.ben)
    await world.later(seconds=75)
    await world.kithkin.identity.block_person()(pair.ben, pair.ana)
    outcomes = {}
    for call_id in (scheduled, ongoing):
        call = await world.kithkin.video.queries().call(call_id)
        assert isinstance(call, Ended)
        assert call.ended_at == START + timedelta(seconds=75)
        outcomes[call_id] = call.outcome
    assert outcomes == {scheduled: CallOutcome.MISSED, ongoing: CallOutcome.COMPLETED}
    told = [event_type(event) for event in world.events]
    assert told.index("person_blocked") < told.index("video_call_ended")
    assert told.count("video_call_counted") == 2


async def test_a_block_leaves_calls_with_others_alone(world: World, pair: Pair) -> None:
    ana, eve = await world.kithkin.identity.queries().person(pair.ana), await world.person()
    call_id = await world.call(await world.conversation(ana, eve), pair.ana)
    await world.connect(call_id, pair.ana, eve.id)
    await world.kithkin.identity.block_person()(pair.ana, pair.ben)
    assert isinstance(await world.kithkin.video.queries().call(call_id), Ongoing)


async def test_strangers_can_be_blocked(world: World) -> None:
    ana, ben = await world.person(), await world.person()
    await world.kithkin.identity.block_person()(ana.id, ben.id)
    assert event_type(world.events[-1]) == "person_blocked"
