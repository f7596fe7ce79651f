"""What every test of a use case starts from."""

import pytest_asyncio

from entrypoints.wiring.kithkin import in_memory
from tests.application.world import START, Pair, World


@pytest_asyncio.fixture
async def world() -> World:
    kithkin = in_memory()
    await kithkin.ports.test_clock().start(START)
    return World(kithkin)


@pytest_asyncio.fixture
async def pair(world: World) -> Pair:
    ana, ben = await world.person(name="Ana"), await world.person(name="Ben")
    return Pair(ana.id, ben.id, await world.conversation(ana, ben))
