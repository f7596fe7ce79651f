"""Which conversations have calls that time has ended."""

from datetime import timedelta
from typing import Any

from application.video.ports import OverdueBefore
from domain.shared.ids import ConversationId
from domain.video.events import Presence
from tests.contracts import given, values
from tests.contracts.stores import Stores
from tests.contracts.values import MINUTE, START

MICROSECOND = timedelta(microseconds=1)
LONG_AGO = START - timedelta(days=3650)
MANY = 10_000


def before(**changes: Any) -> OverdueBefore:
    never: dict[str, Any] = {"rang": LONG_AGO, "left": LONG_AGO, "answered": LONG_AGO}
    return OverdueBefore(**(never | changes))


async def found(stores: Stores, overdue: OverdueBefore, talk: ConversationId) -> bool:
    return talk in await stores.overdue_calls.conversations(overdue, None, MANY)


async def test_a_ringing_call_is_overdue_by_when_it_rang(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    await given.a_call(stores, pair.conversation, rings_at=START)
    talk = pair.conversation.id
    assert await found(stores, before(rang=START), talk)
    assert not await found(stores, before(rang=START - MICROSECOND), talk)
    assert not await found(stores, before(left=START, answered=START), talk)


async def test_an_answered_call_is_overdue_by_when_it_was_answered(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    await given.an_answered_call(stores, pair.conversation)
    talk = pair.conversation.id
    assert await found(stores, before(answered=START), talk)
    assert not await found(stores, before(answered=START - MICROSECOND), talk)
    assert not await found(stores, before(rang=START, left=START), talk)


async def test_a_call_that_was_left_is_overdue_by_when_it_was_left(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    call = await given.an_answered_call(stores, pair.conversation)
    leaves = (
        values.presence(call, person.id, Presence.DISCONNECTED, START + MINUTE)
        for person in (pair.a, pair.b)
    )
    await stores.calls.record(call, values.outgoing(*leaves))
    talk = pair.conversation.id
    assert await found(stores, before(left=START + MINUTE), talk)
    assert not await found(stores, before(left=START + MINUTE - MICROSECOND), talk)


async def test_an_ended_call_is_not_overdue(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    await given.a_completed_call(stores, pair.conversation)
    late = START + MINUTE
    assert not await found(
        stores, before(rang=late, left=late, answered=late), pair.conversation.id
    )


async def test_they_come_by_their_ids_some_at_a_time(stores: Stores) -> None:
    long_ago = START - timedelta(days=900)
    talks = []
    for _ in range(3):
        pair = await given.a_pair(stores)
        for minutes in (0, 1):
            rings_at = long_ago + minutes * MINUTE
            await given.a_call(stores, pair.conversation, created_at=rings_at, rings_at=rings_at)
        talks.append(pair.conversation.id)
    overdue = before(rang=long_ago + MINUTE)
    seen: list[ConversationId] = []
    some = await stores.overdue_calls.conversations(overdue, None, 2)
    while some:
        assert len(some) <= 2
        seen += some
        some = await stores.overdue_calls.conversations(overdue, some[-1], 2)
    assert seen == sorted(set(seen))
    assert set(talks) <= set(seen)
