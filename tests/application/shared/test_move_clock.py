"""The test clock moves forward, on demand."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.application.world import START, World


async def test_the_clock_stands_where_it_was_moved_to(world: World) -> None:
    move = world.kithkin.shared.move_clock()
    moved = await move(datetime(2026, 3, 2, 13, 30, tzinfo=timezone(timedelta(hours=1))))
    assert moved == START + timedelta(minutes=30)
    assert moved.tzinfo is UTC
    assert await world.kithkin.clock.now() == moved
    assert await move(moved) == moved


async def test_time_never_goes_back(world: World) -> None:
    with world.refused("clock_would_go_back"):
        await world.kithkin.shared.move_clock()(START - timedelta(microseconds=1))
    assert await world.kithkin.clock.now() == START


@pytest.mark.parametrize(
    "given",
    ["2027-01-01T00:00:00", "9000-01-01T00:00:00Z", "9999-12-31T23:59:59-10:00"],
)
async def test_a_time_without_zone_or_beyond_the_calendar_is_refused(
    world: World, given: str
) -> None:
    with world.refused("invalid_value"):
        await world.kithkin.shared.move_clock()(datetime.fromisoformat(given))
