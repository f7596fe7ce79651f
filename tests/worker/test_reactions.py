"""Contexts react by themselves to what is written, and a failure is told."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import attrs
import pytest
from dependency_injector.providers import Object
from structlog.testing import capture_logs

from application.conversations.send_message import SendMessageRequest
from application.shared.outbox import OutboxEvent
from application.streaks.reactions import REACTING
from domain.identity.profile import Profile
from domain.shared.ids import PersonId
from domain.streaks.events import StreakKind
from entrypoints.settings import Settings
from entrypoints.wiring.kithkin import Kithkin, in_memory
from entrypoints.worker import reactions

SECONDS = 10


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look again without a pause."""
    monkeypatch.setattr(reactions, "LOOK_SECONDS", 0)


@asynccontextmanager
async def reacting(kithkin: Kithkin) -> AsyncIterator[None]:
    stop = asyncio.Event()
    running = asyncio.create_task(reactions.run(kithkin, stop))
    async with asyncio.timeout(SECONDS):
        yield
        stop.set()
        await running


async def one_who_talks(kithkin: Kithkin) -> PersonId:
    """A person who has sent a message."""
    one, two = [
        await kithkin.identity.register_person()(Profile(name=name)) for name in ("Asha", "Ben")
    ]
    opened = await kithkin.conversations.open_conversation()(one.id, two.id)
    await kithkin.conversations.send_message()(
        SendMessageRequest(conversation_id=opened.conversation.id, sender_id=one.id, text="Hi")
    )
    return one.id


async def credits_of(kithkin: Kithkin, person_id: PersonId) -> int:
    streaks = await kithkin.ports.streaks().of(person_id)
    return int(streaks[StreakKind.CHAT].credits)


async def test_a_message_counts_without_anybody_asking() -> None:
    kithkin = in_memory()
    async with reacting(kithkin):
        person_id = await one_who_talks(kithkin)
        while await credits_of(kithkin, person_id) == 0:  # each look lets others have their turn
            pass
    assert await credits_of(kithkin, person_id) == 1


async def test_what_is_forgotten_was_reacted_to() -> None:
    kithkin = in_memory(Settings(memory=True, test_clock=True, event_retention_days=4))
    person_id = await one_who_talks(kithkin)
    clock = kithkin.ports.test_clock()
    await clock.move_to(await clock.now() + timedelta(days=5))
    assert await kithkin.events.forget_events()() == 4
    assert await credits_of(kithkin, person_id) == 1


async def test_a_failure_is_told() -> None:
    kithkin = in_memory()

    @attrs.frozen
    class Broken:
        reacting = REACTING

        async def moot(self, events: Sequence[OutboxEvent]) -> frozenset[PersonId]:
            return frozenset()

        async def __call__(self, person_id: PersonId, events: Sequence[OutboxEvent]) -> None:
            raise LookupError("a bad event")

    drain = attrs.evolve(kithkin.streaks.drain(), reaction=Broken())
    kithkin.streaks.drain.override(Object(drain))
    person_id = await one_who_talks(kithkin)
    with capture_logs() as logs:
        async with reacting(kithkin):
            while not logs:
                await credits_of(kithkin, person_id)
    [told] = logs
    assert (told["event"], told["person_id"], told["tries"]) == (
        "reaction_failed",
        str(person_id),
        1,
    )


async def test_it_leaves_events_to_others_where_the_settings_say_so() -> None:
    kithkin = in_memory(Settings(memory=True, test_clock=True, relay=False))
    person_id = await one_who_talks(kithkin)
    async with reacting(kithkin):
        await asyncio.sleep(0)
    assert await credits_of(kithkin, person_id) == 0
