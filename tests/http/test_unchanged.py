"""What other tests trust in to see that nothing was stored does see what is."""

from collections.abc import Awaitable, Callable

import pytest

from tests.http import given
from tests.http.api import Api
from tests.http.scene import Scene, a_scene, unchanged


async def delete_message(api: Api, scene: Scene) -> None:
    path = f"{scene.pair.path}/messages/{scene.message}"
    await api.delete(path, sender_id=scene.pair.a)


Change = Callable[[Api, Scene], Awaitable[object]]
CHANGES: dict[str, Change] = {
    "a row more": lambda api, scene: given.a_message(api, scene.pair, scene.pair.a),
    "a row fewer": lambda api, scene: api.delete(
        f"/v1/persons/{scene.pair.a}/blocks/{scene.stranger}"
    ),
    "a row in place of another": lambda api, scene: api.patch(
        f"/v1/persons/{scene.pair.a}", name="Ana Souza"
    ),
    "an erased text": delete_message,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_a_change_is_seen(api: Api, change: Change) -> None:
    scene = await a_scene(api)
    await api.put(f"/v1/persons/{scene.pair.a}/blocks/{scene.stranger}")
    with pytest.raises(AssertionError, match="something was stored"):
        async with unchanged(api, scene):
            await change(api, scene)
    async with unchanged(api, scene):
        await given.allowance(api, scene.pair, scene.pair.a)
