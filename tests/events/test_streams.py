"""Streams at their limits, and the relay from its start to its end."""

import asyncio
from datetime import timedelta

import pytest

from adapters.memory.store import MemoryStore
from application.events.manage_endpoints import CreateEndpointRequest
from application.shared.transaction import StoreUnavailableError
from domain.identity.persons import Person
from domain.identity.profile import Profile
from entrypoints.http.places import place_of
from entrypoints.http.streams import Permit, Streams
from entrypoints.http.too_many_streams import TooManyStreamsError, TooManyStreamsOfPersonError
from entrypoints.settings import Settings
from entrypoints.wiring.kithkin import Kithkin, in_memory
from entrypoints.worker.host import services_beside
from tests.events.test_webhook_sender import OK, receiver

SECONDS = 20


@pytest.fixture
def kithkin() -> Kithkin:
    return in_memory(Settings(memory=True, test_clock=True, webhook_private_addresses=True))


async def a_person(kithkin: Kithkin) -> Person:
    return await kithkin.identity.register_person()(Profile(name="Ana Lima"))


def allowed() -> Permit:
    async def always() -> bool:
        return True

    return Permit(always)


def place_in(chunk: bytes) -> str:
    [place] = [line[4:] for line in chunk.decode().splitlines() if line.startswith("id: ")]
    return place


async def test_a_heartbeat_is_sent_while_nothing_happens(kithkin: Kithkin) -> None:
    person, streams = await a_person(kithkin), Streams(kithkin, heartbeat_seconds=0)
    stream = streams.follow(person.id, None, allowed())
    assert (await anext(stream)).startswith(b"retry: ")
    assert (await anext(stream)).startswith(b": still here\n")
    await streams.close()


async def test_there_is_a_bound_on_streams(kithkin: Kithkin) -> None:
    person, streams = await a_person(kithkin), Streams(kithkin, most=1)
    streams.make_sure_of_room(person.id)
    stream = streams.follow(person.id, None, allowed())
    await anext(stream)
    with pytest.raises(TooManyStreamsError):
        streams.make_sure_of_room(person.id)
    streams.end()
    assert [chunk async for chunk in stream] == []
    with pytest.raises(TooManyStreamsError):
        streams.make_sure_of_room(person.id)
    await streams.close()


async def test_there_is_a_bound_on_the_streams_of_one_person(kithkin: Kithkin) -> None:
    person, other = await a_person(kithkin), await a_person(kithkin)
    streams = Streams(kithkin, most_of_person=1)
    begun = [streams.follow(person.id, None, allowed()) for _ in range(3)]
    first = [await anext(stream, None) for stream in begun]
    assert [chunk is None for chunk in first] == [False, True, True], "at once, too"
    with pytest.raises(TooManyStreamsOfPersonError):
        streams.make_sure_of_room(person.id)
    streams.make_sure_of_room(other.id)
    await begun[0].aclose()
    streams.make_sure_of_room(person.id)
    await streams.close()


async def test_a_stream_ends_with_what_permits_it(kithkin: Kithkin) -> None:
    person, answers = await a_person(kithkin), [True, True, False]

    async def ask() -> bool:
        return answers.pop(0)

    streams = Streams(kithkin)
    stream = streams.follow(person.id, None, Permit(ask, seconds=0))
    chunks = [chunk async for chunk in stream]
    assert [chunk.startswith(b": still here") for chunk in chunks] == [False, True, True]
    assert answers == []
    await streams.close()


async def test_what_may_end_a_stream_is_looked_at_before_it_is_told(kithkin: Kithkin) -> None:
    person, asked = await a_person(kithkin), 0

    async def ask() -> bool:
        nonlocal asked
        asked += 1
        return False

    streams = Streams(kithkin)
    stream = streams.follow(person.id, None, Permit(ask))
    await anext(stream)
    await kithkin.identity.change_profile()(person.id, {"display_name": "Ana"})
    assert b"profile_changed" in await anext(stream)
    assert asked == 0
    await kithkin.identity.suspend_person()(person.id, "spam")
    async with asyncio.timeout(SECONDS):
        assert [chunk async for chunk in stream] == []
    assert asked == 1
    await streams.close()


async def test_while_the_store_is_away_a_credential_is_believed_a_little_longer() -> None:
    async def ask() -> bool:
        raise StoreUnavailableError

    assert await Permit(ask, seconds=0, grace_seconds=60).holds()
    assert not await Permit(ask, seconds=0, grace_seconds=0).holds()


async def test_a_heartbeat_moves_the_place_to_come_again_from(kithkin: Kithkin) -> None:
    person, streams = await a_person(kithkin), Streams(kithkin, heartbeat_seconds=0)
    stream = streams.follow(person.id, None, allowed())
    begun = place_in(await anext(stream))
    await a_person(kithkin)
    log = kithkin.ports.event_log()
    now = place_of(await log.settled())
    assert now != begun
    async with asyncio.timeout(SECONDS):
        while (place := place_in(await anext(stream))) == begun:
            pass
    assert place == now
    await streams.close()


@pytest.mark.parametrize(("from_kept", "lost"), [(-1, True), (0, False), (100, True)])
async def test_a_client_is_told_of_what_is_not_kept_any_more(
    kithkin: Kithkin, from_kept: int, *, lost: bool
) -> None:
    person = await a_person(kithkin)
    change = kithkin.identity.change_profile()
    await change(person.id, {"display_name": "Ana"})
    log = kithkin.ports.event_log()
    kept = await log.settled()
    # What is due by then is done: a job deletes what is old.
    await kithkin.shared.move_clock()(await kithkin.clock.now() + timedelta(days=31))
    await change(person.id, {"display_name": "Ana L."})
    streams, last = Streams(kithkin), kept + from_kept
    stream = streams.follow(person.id, last, allowed())
    assert place_in(await anext(stream)) == place_of(last)
    if lost:
        notice = await anext(stream)
        assert notice.startswith(b"event: events_missed\ndata: {}\n")
        assert place_in(notice) == place_of(kept)
    async with asyncio.timeout(SECONDS):
        for number in range(2):
            event = await anext(stream)
            assert b"event: profile_changed" in event
            assert place_in(event) == place_of(kept + number + 1)
            await change(person.id, {"display_name": f"Ana {number}"})
    await streams.close()


async def test_a_stream_begins_with_what_happens_next_whoever_else_follows(
    kithkin: Kithkin,
) -> None:
    person, streams = await a_person(kithkin), Streams(kithkin)
    other = streams.follow(person.id, None, allowed())
    await anext(other)
    change, log = kithkin.identity.change_profile(), kithkin.ports.event_log()
    await change(person.id, {"display_name": "before"})
    stream, before = streams.follow(person.id, None, allowed()), await log.settled()
    assert place_in(await anext(stream)) == place_of(before)
    await change(person.id, {"display_name": "after"})
    async with asyncio.timeout(SECONDS):
        assert place_in(await anext(stream)) == place_of(before + 1)
        assert [place_in(await anext(other)) for _ in range(2)] == [
            place_of(before),
            place_of(before + 1),
        ]
    await streams.close()


async def test_a_long_absence_is_made_up_for_a_page_at_a_time(kithkin: Kithkin) -> None:
    person, change = await a_person(kithkin), kithkin.identity.change_profile()
    for number in range(450):
        await change(person.id, {"display_name": f"Ana {number}"})
    log = kithkin.ports.event_log()
    streams, newest = Streams(kithkin, heartbeat_seconds=0), await log.settled()
    stream = streams.follow(person.id, 0, allowed())
    places = []
    async for chunk in stream:
        if chunk.startswith(b": still"):
            break
        places.append(place_in(chunk))
    assert places == [place_of(number) for number in range(newest + 1)]
    await streams.close()


async def test_who_reads_too_slowly_is_let_go_and_comes_back(kithkin: Kithkin) -> None:
    person, streams = await a_person(kithkin), Streams(kithkin)
    stream = streams.follow(person.id, None, allowed())
    place = (await anext(stream)).partition(b"id: ")[2].strip()
    change = kithkin.identity.change_profile()
    for number in range(1001):
        await change(person.id, {"display_name": f"Ana {number}"})
    await streams._look()
    assert [chunk async for chunk in stream] == []
    await streams.close()
    again, told = Streams(kithkin), 0
    stream = again.follow(person.id, 1, allowed())
    assert place
    async with asyncio.timeout(SECONDS):
        while told < 1001:
            told += (await anext(stream)).count(b"event: profile_changed")
    await again.close()


async def test_the_relay_delivers_until_it_is_told_to_stop(kithkin: Kithkin) -> None:
    async with receiver(OK) as heard, asyncio.timeout(SECONDS):
        await kithkin.events.create_endpoint()(CreateEndpointRequest(url=heard.url))
        async with services_beside(kithkin):
            for number in range(1, 4):
                await a_person(kithkin)
                while len(heard.requests) < number:
                    heard.arrived.clear()
                    await heard.arrived.wait()
        await a_person(kithkin)
        assert len(heard.requests) == 3
        store = kithkin.ports.store()
        assert isinstance(store, MemoryStore)
        assert [row.claim for row in store.webhook_endpoints.all()] == [None]


async def test_retention_comes_from_the_settings() -> None:
    kithkin = in_memory(Settings(memory=True, test_clock=True, event_retention_days=4))
    forget = kithkin.events.forget_events()
    assert (forget.retention, forget.sink) == (timedelta(days=4), None)
    with_bus = in_memory(Settings(memory=True, nats_url="nats://127.0.0.1:4222"))
    assert with_bus.events.forget_events().sink == "nats"
    await a_person(kithkin)
    log = kithkin.ports.event_log()
    assert len(await log.read(0, await log.settled(), 10)) == 1
    # What is due by then is done: a job deletes what is old.
    await kithkin.shared.move_clock()(await kithkin.clock.now() + timedelta(days=5))
    assert await log.read(0, await log.settled(), 10) == []
