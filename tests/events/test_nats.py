"""Publishing to a real NATS server."""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from socket import create_server

import nats
import pytest
import pytest_asyncio
from nats.errors import Error, NoServersError
from nats.js.api import ConsumerConfig, DeliverPolicy
from uuid_utils.compat import uuid7

from adapters.delivery.nats_bus import SUBJECTS, NatsEventBus, subject_of
from adapters.event_form import encoded
from application.events.ports import EventBusError, PublicEvent
from domain.shared.ids import EventId, PersonId

SERVER = shutil.which("nats-server") or shutil.which("nats-server", path="/usr/sbin")
pytestmark = pytest.mark.skipif(SERVER is None, reason="nats-server is not installed")
SECONDS = 20


def an_event(person_id: PersonId | None = None) -> PublicEvent:
    return PublicEvent(
        id=EventId(uuid7()),
        type="person_reinstated",
        at=datetime(2026, 3, 2, 12, tzinfo=UTC),
        person_id=person_id or PersonId(uuid7()),
        policy_version="test",
        data={},
    )


def free_port() -> int:
    with create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def served(port: int, folder: Path) -> Iterator[None]:
    assert SERVER is not None
    command = (SERVER, "-a", "127.0.0.1", "-p", str(port), "-js", "-sd", str(folder))
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()


async def ready(url: str) -> None:
    async def ignored(_: Exception) -> None:
        """It is not there yet."""

    async with asyncio.timeout(SECONDS):
        while True:
            try:
                client = await nats.connect(url, allow_reconnect=False, error_cb=ignored)
                await client.jetstream().account_info()
            except (Error, NoServersError, OSError):
                continue
            await client.close()
            return


@pytest_asyncio.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    port = free_port()
    with served(port, tmp_path):
        url = f"nats://127.0.0.1:{port}"
        await ready(url)
        yield url


async def stored(url: str) -> list[tuple[str, bytes]]:
    """What the stream holds, in its order."""
    client = await nats.connect(url)
    stream = client.jetstream()
    name = await stream.find_stream_name_by_subject(SUBJECTS)
    number = (await stream.stream_info(name)).state.messages
    subscription = await stream.pull_subscribe(
        SUBJECTS, config=ConsumerConfig(deliver_policy=DeliverPolicy.ALL)
    )
    found = await subscription.fetch(number, timeout=SECONDS) if number else []
    await client.close()
    return [(message.subject, message.data) for message in found]


async def test_events_are_kept_by_type_and_person_and_once_only(url: str) -> None:
    bus, person = NatsEventBus(url), PersonId(uuid7())
    events = [an_event(person), an_event(), an_event(person)]
    for event in [*events, *events]:
        await bus.publish(event)
    await bus.close()
    assert await stored(url) == [(subject_of(event), encoded(event)) for event in events]
    assert subject_of(events[0]) == f"kithkin.events.person_reinstated.{person}"


async def test_a_stream_that_was_made_before_is_used(url: str) -> None:
    client = await nats.connect(url)
    await client.jetstream().add_stream(name="ours", subjects=["kithkin.>"])
    bus, event = NatsEventBus(url), an_event()
    await bus.publish(event)
    await bus.close()
    assert (await client.jetstream().stream_info("ours")).state.messages == 1
    await client.close()


async def test_a_server_that_is_away_is_told_and_found_again(tmp_path: Path) -> None:
    port = free_port()
    url = f"nats://127.0.0.1:{port}"
    bus, first, second = NatsEventBus(url), an_event(), an_event()
    with pytest.raises(EventBusError):
        await bus.publish(first)
    with served(port, tmp_path):
        await ready(url)
        await bus.publish(first)
    with pytest.raises(EventBusError):
        await bus.publish(second)
    with served(port, tmp_path):
        await ready(url)
        await bus.publish(second)
        await bus.close()
        assert [data for _, data in await stored(url)] == [encoded(first), encoded(second)]


async def test_the_address_is_not_shown(url: str) -> None:
    assert "secret" not in repr(NatsEventBus("nats://user:secret@127.0.0.1"))
