"""What opens a store publishes the catalogue there."""

from uuid_utils.compat import uuid7

from domain.achievements.definitions import MAX_ACHIEVEMENTS, Achievement
from entrypoints.wiring.kithkin import in_memory
from tests.contracts.test_achievements import an_achievement


def a_catalogue(number: int) -> list[Achievement]:
    return [an_achievement(key=f"more{uuid7().hex}") for _ in range(number)]


async def test_a_catalogue_that_has_grown_is_left_out_where_there_is_no_room() -> None:
    kithkin = in_memory()
    await kithkin.open()
    publish = kithkin.achievements.publish_catalogue()
    known = await kithkin.ports.achievements().all()
    own = a_catalogue(MAX_ACHIEVEMENTS - len(known))
    for one in own:
        await kithkin.ports.achievements().add(one)
    await publish(a_catalogue(2))
    kept = {one.key for one in await kithkin.ports.achievements().all()}
    assert kept == {one.key for one in (*known, *own)}
    await kithkin.close()
