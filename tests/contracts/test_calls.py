"""Video calls and what they come to."""

from datetime import UTC, datetime, timedelta, timezone
from functools import reduce

import attrs
import pytest
from uuid_utils.compat import uuid7

from application.shared.transaction import ConcurrentUpdateError
from domain.shared.ids import ConversationId, VideoCallId
from domain.video.calls import Call, CallLifecycleEvent, Ended, Ongoing, evolve
from domain.video.events import CallOutcome, Presence
from domain.video.history import VideoHistory
from tests.contracts import given
from tests.contracts.stores import Stores
from tests.contracts.values import (
    DAY,
    MINUTE,
    START,
    TODAY,
    a_call,
    an_event,
    ended,
    outgoing,
    presence,
)


async def test_a_call_comes_back_as_given(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    call = a_call(pair.conversation, rings_at=START + DAY, scheduled_for=START + DAY)
    event = an_event(pair.a.id)

    await stores.calls.add(call, (event,))

    assert await stores.calls.get(call.id) == call
    assert await stores.calls.get(call.id, lock=True) == call
    assert event in await stores.outbox()


async def test_an_unknown_call_is_none(stores: Stores) -> None:
    assert await stores.calls.get(VideoCallId(uuid7())) is None
    assert await stores.calls.get(VideoCallId(uuid7()), lock=True) is None


async def test_a_call_needs_its_conversation(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    call = a_call(pair.conversation, conversation_id=ConversationId(uuid7()))
    with pytest.raises(stores.constraint_error):
        await stores.calls.add(call, ())
    assert await stores.calls.get(call.id) is None


async def test_a_call_lives_through_all_its_states(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    call: Call = await given.a_call(stores, pair.conversation)
    happened: list[CallLifecycleEvent] = [
        presence(call, pair.a.id, Presence.CONNECTED, START),
        presence(call, pair.b.id, Presence.CONNECTED, START + MINUTE),
        presence(call, pair.a.id, Presence.DISCONNECTED, START + 2 * MINUTE),
        presence(call, pair.b.id, Presence.DISCONNECTED, START + 3 * MINUTE),
        ended(call, START + 4 * MINUTE, CallOutcome.COMPLETED),
    ]
    stored = call
    for number, event in enumerate(happened, start=1):
        out = outgoing(event)
        expected = attrs.evolve(
            reduce(evolve, happened[:number], call), version=call.version + number
        )
        stored = await stores.calls.record(stored, iter(out))
        assert stored == expected
        assert await stores.calls.get(call.id) == expected
        assert await stores.calls.get(call.id, lock=True) == expected
        assert out[0] in await stores.outbox()
    assert isinstance(stored, Ended)
    assert await stores.presence(call.id) == [
        (pair.a.id, Presence.CONNECTED, START),
        (pair.b.id, Presence.CONNECTED, START + MINUTE),
        (pair.a.id, Presence.DISCONNECTED, START + 2 * MINUTE),
        (pair.b.id, Presence.DISCONNECTED, START + 3 * MINUTE),
    ]


async def test_events_recorded_together_raise_the_version_once(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    answered = await given.an_answered_call(stores, pair.conversation)
    assert isinstance(answered, Ongoing)
    assert answered.version == 2
    assert await stores.calls.get(answered.id) == answered


async def test_a_stale_call_records_nothing(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    stale = await given.a_call(stores, pair.conversation)
    missed = ended(stale, START + MINUTE, CallOutcome.MISSED)
    current = await stores.calls.record(stale, outgoing(missed))
    late = outgoing(presence(stale, pair.a.id, Presence.CONNECTED, START))

    with pytest.raises(ConcurrentUpdateError):
        await stores.calls.record(stale, late)

    assert await stores.calls.get(stale.id) == current
    assert await stores.presence(stale.id) == []
    assert late[0] not in await stores.outbox()


async def test_open_calls_are_those_not_ended_by_the_time_they_ring(stores: Stores) -> None:
    pair, other = await given.a_pair(stores), await given.a_pair(stores)
    calls = [
        await given.a_call(stores, pair.conversation, rings_at=START + n * MINUTE)
        for n in (2, 0, 1, 1, 3)
    ]
    await given.a_call(stores, other.conversation)
    await stores.calls.record(calls[4], outgoing(ended(calls[4], START, CallOutcome.DECLINED)))
    connect = presence(calls[0], pair.a.id, Presence.CONNECTED, START)
    joined = await stores.calls.record(calls[0], outgoing(connect))

    found = await stores.calls.open_in(pair.conversation.id)

    assert found == (calls[1], calls[2], calls[3], joined)
    assert await stores.calls.open_in(ConversationId(uuid7())) == ()


async def test_a_conversation_without_completed_calls_has_a_plain_history(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    plain = VideoHistory(conversation_id=pair.conversation.id, started_at=START)
    assert await stores.histories.get(pair.conversation.id) == plain
    assert await stores.histories.get(ConversationId(uuid7())) is None


async def test_saving_a_history_raises_the_conversations_version(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    plain = VideoHistory(conversation_id=pair.conversation.id, started_at=START)
    first = plain.with_call(START + DAY, (TODAY, TODAY + DAY), first_of_its_day=True)
    second = first.with_call(START, (TODAY + 2 * DAY, TODAY), first_of_its_day=True)
    for version, history in ((2, first), (3, second)):
        event = an_event(pair.a.id)
        await stores.histories.save(history, iter((event,)))
        assert await stores.histories.get(pair.conversation.id) == history
        assert await stores.conversations.get(pair.conversation.id) == attrs.evolve(
            pair.conversation, version=version
        )
        assert event in await stores.outbox()


async def test_another_call_is_known_on_its_utc_day_alone(stores: Stores) -> None:
    pair, other = await given.a_pair(stores), await given.a_pair(stores)
    midnight = datetime(2026, 3, 2, tzinfo=UTC)
    first = await given.a_completed_call(stores, pair.conversation, midnight)
    last = midnight + DAY - timedelta(microseconds=1)
    here, nobody = pair.conversation.id, VideoCallId(uuid7())
    far_east = timezone(timedelta(hours=14))

    async def known(conversation_id: ConversationId, at: datetime, call_id: VideoCallId) -> bool:
        return await stores.histories.completed_on_day_of(conversation_id, at, call_id)

    assert await known(here, midnight, nobody)
    assert await known(here, last, nobody)
    assert await known(here, last.astimezone(far_east), nobody)
    assert not await known(here, midnight + DAY, nobody)
    assert not await known(here, midnight - timedelta(microseconds=1), nobody)
    assert not await known(here, midnight, first.id)
    assert not await known(other.conversation.id, midnight, nobody)


@pytest.mark.parametrize(
    "outcome", [CallOutcome.TOO_SHORT, CallOutcome.MISSED, CallOutcome.DECLINED]
)
async def test_only_completed_calls_are_known(stores: Stores, outcome: CallOutcome) -> None:
    pair = await given.a_pair(stores)
    call = await given.a_call(stores, pair.conversation)
    await stores.calls.record(call, outgoing(ended(call, START, outcome)))
    nobody = VideoCallId(uuid7())
    assert not await stores.histories.completed_on_day_of(pair.conversation.id, START, nobody)
