"""The clock that stands still."""

import asyncio

from tests.contracts.stores import Stores
from tests.contracts.values import MINUTE


async def test_it_stands_still(stores: Stores) -> None:
    assert await stores.clock.now() == await stores.clock.now()


async def test_it_moves_forward_only(stores: Stores) -> None:
    before = await stores.clock.now()
    after = before + MINUTE
    assert await stores.clock.move_to(after) == after
    assert await stores.clock.move_to(before) == after
    assert await stores.clock.now() == after


async def test_the_latest_of_20_moves_wins(stores: Stores) -> None:
    before = await stores.clock.now()
    instants = [before + minutes * MINUTE for minutes in range(20)]
    moved = await asyncio.gather(*(stores.clock.move_to(at) for at in reversed(instants)))
    assert all(reached >= at for reached, at in zip(moved, reversed(instants), strict=True))
    assert await stores.clock.now() == instants[-1]
