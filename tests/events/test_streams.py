"""Streams at their limits, and the relay from its start to its end."""

import asyncio
from datetime import timedelta

import pytest

from adapters.memory.store import MemoryStore
from application.events.manage_endpoints import CreateEndpointRequest
from domain.identity.persons import Person
from domain.identity.profile import Profile
from entrypoints.http.full import TooManyStreamsError
from entrypoints.http.streams import Streams
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


async def taken() -> bool:
    return True


async def not_taken() -> bool:
    return False


async def test_a_heartbeat_is_sent_while_nothing_happens(kithkin: Kithkin) -> None:
    person, streams = await a_person(kithkin), Streams(kithkin, heartbeat_seconds=0)
    stream = streams.follow(person.id, None, taken)
    assert (await anext(stream)).startswith(b"retry: ")
    assert await anext(stream) == b": still here\n\n"
    await streams.close()


@pytest.mark.parametrize("heartbeat_seconds", [0, 3600])
async def test_a_stream_ends_when_its_credential_is_taken_no_longer(
    kithkin: Kithkin, heartbeat_seconds: float
) -> None:
    person, streams = await a_person(kithkin), Streams(kithkin, heartbeat_seconds=heartbeat_seconds)
    service = streams.follow(person.id, None, not_taken)
    assert (await anext(service)).startswith(b"retry: ")
    if heartbeat_seconds:
        token = await kithkin.sign_in.mint_token()(person.id, None)
        await kithkin.sign_in.end_session()(person.id, token.session.id)
    told = [chunk async for chunk in service]
    assert [b"event: session_ended" in chunk for chunk in told[-1:]] == [True] * bool(told)
    assert bool(told) == bool(heartbeat_seconds)
    await streams.close()


async def test_there_is_a_bound_on_streams(kithkin: Kithkin) -> None:
    person, streams = await a_person(kithkin), Streams(kithkin, most=1)
    streams.make_sure_of_room()
    stream = streams.follow(person.id, None, taken)
    await anext(stream)
    with pytest.raises(TooManyStreamsError):
        streams.make_sure_of_room()
    streams.end()
    assert [chunk async for chunk in stream] == []
    with pytest.raises(TooManyStreamsError):
        streams.make_sure_of_room()
    await streams.close()


async def test_who_reads_too_slowly_is_let_go_and_comes_back(kithkin: Kithkin) -> None:
    person, streams = await a_person(kithkin), Streams(kithkin)
    stream = streams.follow(person.id, None, taken)
    place = (await anext(stream)).partition(b"id: ")[2].strip()
    change = kithkin.identity.change_profile()
    for number in range(1001):
        await change(person.id, {"display_name": f"Ana {number}"})
    await streams._look()
    assert [chunk async for chunk in stream] == []
    await streams.close()
    again, told = Streams(kithkin), 0
    stream = again.follow(person.id, 1, taken)
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
