"""Calling, joining, declining and ending: what is admitted, and what is told of it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from application.shared.outbox import event_type
from domain.shared.ids import PersonId, VideoCallId
from domain.video.calls import Ended, Ongoing, Ringing
from domain.video.events import CallOutcome, Presence, VideoCallCounted, VideoCallStarted
from tests.application.world import NO_CALL, NO_CONVERSATION, NOBODY, START, Pair, World


async def ended(world: World, call_id: VideoCallId) -> Ended:
    call = await world.kithkin.video.queries().call(call_id)
    assert isinstance(call, Ended)
    return call


async def test_a_started_call_rings_and_is_told_of(world: World, pair: Pair) -> None:
    call_id = await world.call(pair.talk, pair.ben)
    call = await world.kithkin.video.queries().call(call_id)
    assert isinstance(call, Ringing)
    assert (call.initiator_id, call.callee_id, call.rings_at) == (pair.ben, pair.ana, START)
    event = world.events[-1]
    assert isinstance(event, VideoCallStarted)
    assert (event.person_id, event.callee_id, event.call_id) == (pair.ben, pair.ana, call_id)


async def test_a_start_is_refused_by_code(world: World, pair: Pair) -> None:
    eve = (await world.person()).id
    for conversation_id, initiator_id in (
        (NO_CONVERSATION, pair.ana),
        (pair.talk, eve),
        (pair.talk, NOBODY),
    ):
        with world.refused("not_found"):
            await world.call(conversation_id, initiator_id)
    for ahead in (timedelta(0), timedelta(days=367)):
        with world.refused("invalid_value"):
            await world.call(pair.talk, pair.ana, START + ahead)
    await world.call(pair.talk, pair.ana)
    with world.refused("video_call_in_progress"):
        await world.call(pair.talk, pair.ben)


async def test_nobody_calls_while_suspended_or_over_a_block(world: World, pair: Pair) -> None:
    await world.kithkin.identity.suspend_person()(pair.ana, "Spam.")
    with world.refused("person_suspended"):
        await world.call(pair.talk, pair.ana)
    await world.kithkin.identity.block_person()(pair.ana, pair.ben)
    with world.refused("pair_blocked"):
        await world.call(pair.talk, pair.ben)


async def test_a_conversation_has_20_open_calls_at_most(world: World, pair: Pair) -> None:
    for hour in range(1, 21):
        await world.call(pair.talk, pair.ana, START + timedelta(hours=hour))
    with world.refused("too_many_open_calls"):
        await world.call(pair.talk, pair.ana)
    await world.later(hours=1, minutes=1)
    await world.call(pair.talk, pair.ana)


async def test_a_call_is_ongoing_once_both_have_connected(world: World, pair: Pair) -> None:
    call_id = await world.call(pair.talk, pair.ana)
    waiting = await world.report(call_id, pair.ana, Presence.CONNECTED)
    before = world.events
    assert await world.report(call_id, pair.ana, Presence.CONNECTED) == waiting
    assert world.events == before
    call = await world.report(call_id, pair.ben, Presence.CONNECTED)
    assert isinstance(call, Ongoing)
    assert [event_type(event) for event in world.events[-2:]] == ["presence_reported"] * 2


async def test_a_report_is_refused_by_code(world: World, pair: Pair) -> None:
    eve = (await world.person()).id
    call_id = await world.call(pair.talk, pair.ana)
    for unknown_call, person_id in ((NO_CALL, pair.ana), (call_id, eve)):
        with world.refused("not_found"):
            await world.connect(unknown_call, person_id)
    await world.kithkin.identity.suspend_person()(pair.ana, "Spam.")
    with world.refused("person_suspended"):
        await world.connect(call_id, pair.ana)
    await world.kithkin.video.end_call()(call_id, None)
    with world.refused("video_call_ended"):
        await world.connect(call_id, pair.ben)
    await world.kithkin.identity.block_person()(pair.ana, pair.ben)
    with world.refused("pair_blocked"):
        await world.connect(call_id, pair.ben)


async def test_a_suspended_person_may_leave_a_call(world: World, pair: Pair) -> None:
    call_id = await world.call(pair.talk, pair.ana)
    await world.connect(call_id, pair.ana, pair.ben)
    await world.kithkin.identity.suspend_person()(pair.ana, "Spam.")
    call = await world.report(call_id, pair.ana, Presence.DISCONNECTED)
    assert isinstance(call, Ongoing)
    assert call.initiator_since is None


async def test_reports_run_out_and_the_call_can_still_be_ended(world: World, pair: Pair) -> None:
    call_id = await world.call(pair.talk, pair.ana)
    await world.connect(call_id, pair.ana)
    for _ in range(499):
        await world.leave(call_id, pair.ana)
        await world.connect(call_id, pair.ana)
    await world.connect(call_id, pair.ben)
    with world.refused("too_many_presence_reports"):
        await world.leave(call_id, pair.ana)
    await world.kithkin.video.end_call()(call_id, pair.ana)
    assert (await ended(world, call_id)).presence_reports == 1000


async def test_declining_is_for_the_callee_and_has_a_code_for_each_refusal(
    world: World, pair: Pair
) -> None:
    decline = world.kithkin.video.decline_call()
    call_id = await world.call(pair.talk, pair.ana)
    for unknown_call, person_id in ((NO_CALL, pair.ben), (call_id, NOBODY)):
        with world.refused("not_found"):
            await decline(unknown_call, person_id)
    with world.refused("not_the_callee"):
        await decline(call_id, pair.ana)
    declined = await decline(call_id, pair.ben)
    assert isinstance(declined, Ended)
    assert declined.outcome is CallOutcome.DECLINED
    before = world.events
    assert await decline(call_id, pair.ben) == declined
    assert world.events == before


async def test_what_was_answered_or_is_over_is_not_declined(world: World, pair: Pair) -> None:
    call_id = await world.call(pair.talk, pair.ana)
    await world.connect(call_id, pair.ana, pair.ben)
    with world.refused("video_call_answered"):
        await world.kithkin.video.decline_call()(call_id, pair.ben)
    await world.kithkin.video.end_call()(call_id, pair.ben)
    with world.refused("video_call_ended"):
        await world.kithkin.video.decline_call()(call_id, pair.ben)


async def test_a_call_is_ended_once_by_a_participant_or_the_app(world: World, pair: Pair) -> None:
    end = world.kithkin.video.end_call()
    for ends in (pair.ana, pair.ben, None):
        call_id = await world.call(pair.talk, pair.ana)
        call = await end(call_id, ends)
        before = world.events
        assert await end(call_id, None) == call
        assert world.events == before


async def test_nobody_else_ends_a_call(world: World, pair: Pair) -> None:
    call_id = await world.call(pair.talk, pair.ana)
    for unknown_call, person_id in ((NO_CALL, None), (NO_CALL, pair.ana), (call_id, NOBODY)):
        with world.refused("not_found"):
            await world.kithkin.video.end_call()(unknown_call, person_id)


async def test_what_is_asked_of_nothing_is_not_found(world: World) -> None:
    with world.refused("not_found"):
        await world.kithkin.video.queries().call(NO_CALL)
    with world.refused("not_found"):
        await world.kithkin.video.queries().history(NO_CONVERSATION)


async def complete(world: World, pair: Pair, initiator_id: PersonId) -> VideoCallId:
    call_id = await world.call(pair.talk, initiator_id)
    await world.connect(call_id, pair.ana, pair.ben)
    await world.later(seconds=60)
    await world.kithkin.video.end_call()(call_id, initiator_id)
    return call_id


async def test_a_completed_call_counts_for_both_and_unlocks(world: World, pair: Pair) -> None:
    call_id = await complete(world, pair, pair.ben)
    counted = [event for event in world.events if isinstance(event, VideoCallCounted)]
    assert [(event.person_id, event.partner_id) for event in counted] == [
        (pair.ben, pair.ana),
        (pair.ana, pair.ben),
    ]
    for event in counted:
        assert (event.call_id, event.conversation_id) == (call_id, pair.talk)
        assert (event.counted_on.isoformat(), event.overlap_seconds) == ("2026-03-02", 60)
    assert (await ended(world, call_id)).overlap_seconds == 60
    for person_id in (pair.ana, pair.ben):
        assert (await world.allowance(pair.talk, person_id)).limit == 30


async def test_each_ones_own_date_counts_for_them(world: World) -> None:
    ana = await world.person(timezone="Pacific/Kiritimati")
    ben = await world.person(timezone="Pacific/Honolulu")
    pair = Pair(ana.id, ben.id, await world.conversation(ana, ben))
    for initiator_id in (ana.id, ben.id):
        await complete(world, pair, initiator_id)
        history = await world.kithkin.video.queries().history(pair.talk)
        dates = {
            event.person_id: event.counted_on
            for event in world.events
            if isinstance(event, VideoCallCounted)
        }
        assert dates[ana.id] - dates[ben.id] == timedelta(days=1)
        first, second = sorted((ana.id, ben.id))
        assert (history.last_call_on_a, history.last_call_on_b) == (dates[first], dates[second])


async def test_calls_of_one_utc_day_count_once(world: World, pair: Pair) -> None:
    ends = []
    for hours in (0, 6, 12):
        await world.later(hours=hours)
        ends.append((await ended(world, await complete(world, pair, pair.ana))).ended_at)
    history = await world.kithkin.video.queries().history(pair.talk)
    assert (history.first_video_call_at, history.last_video_call_at) == (ends[0], ends[-1])
    assert history.video_call_count == 2


FRUITLESS: dict[str, Callable[[World, Pair, VideoCallId], Awaitable[object]]] = {
    "missed": lambda world, _, call_id: world.kithkin.video.end_call()(call_id, None),
    "declined": lambda world, pair, call_id: world.kithkin.video.decline_call()(call_id, pair.ben),
    "too_short": lambda world, pair, call_id: world.connect(call_id, pair.ana, pair.ben),
}


@pytest.mark.parametrize("outcome", FRUITLESS)
async def test_no_other_outcome_unlocks_anything(world: World, pair: Pair, outcome: str) -> None:
    call_id = await world.call(pair.talk, pair.ana)
    await FRUITLESS[outcome](world, pair, call_id)
    await world.later(seconds=59)
    await world.kithkin.video.end_call()(call_id, None)
    assert (await ended(world, call_id)).outcome == outcome
    assert (await world.allowance(pair.talk, pair.ana)).limit == 10
    assert (await world.kithkin.video.queries().history(pair.talk)).video_call_count == 0
