"""Who is blocked or suspended is refused, is told why, and could have known it before."""

import pytest

from tests.http import given
from tests.http.api import Api, Json, refused
from tests.http.scene import Scene, a_scene, unchanged


def refusing(problem: Json) -> list[str]:
    return [reason["rule"] for reason in problem["reasons"] if not reason["satisfied"]]


async def block(api: Api, one: str, two: str) -> None:
    await api.put(f"/v1/persons/{one}/blocks/{two}")


async def attempts(api: Api, scene: Scene, code: str) -> list[Json]:
    """Everything that a shut-out person tries towards the other; all is refused."""
    pair, message = scene.pair, f"{scene.pair.path}/messages/{scene.message}"
    sending = {"sender_id": pair.a, "text": "Hello"}
    return [
        refused(answer, 403, code)
        for answer in (
            await api.post(f"{pair.path}/messages", sending),
            await api.ask("PATCH", message, json={"sender_id": pair.a, "text": "Again"}),
            await api.post(f"{pair.path}/video-calls", {"initiator_id": pair.a}),
        )
    ]


@pytest.mark.parametrize("blocker", ["a", "b"])
async def test_a_blocked_pair_is_refused_whoever_blocked(api: Api, blocker: str) -> None:
    scene = await a_scene(api)
    a, b = scene.pair.a, scene.pair.b
    one, two = (a, b) if blocker == "a" else (b, a)
    await block(api, one, two)
    async with unchanged(api, scene):
        for problem in await attempts(api, scene, "pair_blocked"):
            assert refusing(problem) == ["pair_is_not_blocked"]
    await api.delete(f"/v1/persons/{one}/blocks/{two}")
    await given.a_message(api, scene.pair, a)


async def test_a_block_ends_what_the_two_have_going_on(api: Api) -> None:
    scene = await a_scene(api)
    await given.report(api, scene.call, scene.pair.a)
    await block(api, scene.pair.b, scene.pair.a)
    assert (await api.get(f"/v1/video-calls/{scene.call}"))["outcome"] == "missed"
    joining = {"person_id": scene.pair.b, "event": "connected"}
    answer = await api.post(f"/v1/video-calls/{scene.call}/presence", joining)
    assert answer.json()["code"] in {"pair_blocked", "video_call_ended"}


async def test_a_blocked_pair_opens_no_conversation(api: Api) -> None:
    scene = await a_scene(api)
    await block(api, scene.stranger, scene.pair.a)
    async with unchanged(api, scene):
        for participants in ([scene.pair.a, scene.stranger], [scene.stranger, scene.pair.a]):
            body = {"kind": "pair", "participants": participants}
            problem = refused(await api.post("/v1/conversations", body), 403, "pair_blocked")
            assert refusing(problem) == ["pair_is_not_blocked"]


async def test_the_block_of_one_is_not_lifted_by_the_other(api: Api) -> None:
    pair = await given.a_pair(api)
    await block(api, pair.a, pair.b)
    await api.delete(f"/v1/persons/{pair.b}/blocks/{pair.a}")
    answer = await api.post(f"{pair.path}/messages", {"sender_id": pair.b, "text": "Hello"})
    refused(answer, 403, "pair_blocked")


async def test_blocking_and_unblocking_again_changes_nothing(api: Api) -> None:
    scene = await a_scene(api)
    path = f"/v1/persons/{scene.pair.a}/blocks/{scene.pair.b}"
    async with unchanged(api, scene):
        await api.delete(path)
    await api.put(path)
    async with unchanged(api, scene):
        await api.put(path)


async def test_a_suspended_person_is_refused_until_reinstated(api: Api) -> None:
    scene = await a_scene(api)
    suspension = f"/v1/persons/{scene.pair.a}/suspension"
    person = await api.put(suspension, reason="Repeated spam")
    assert (person["status"], person["suspension_reason"]) == ("suspended", "Repeated spam")
    async with unchanged(api, scene):
        for problem in await attempts(api, scene, "person_suspended"):
            assert refusing(problem) == ["person_is_active"]
        body = {"kind": "pair", "participants": [scene.pair.a, scene.stranger]}
        refused(await api.post("/v1/conversations", body), 403, "person_suspended")
    await given.a_message(api, scene.pair, scene.pair.b)
    await api.delete(suspension)
    person = await api.get(f"/v1/persons/{scene.pair.a}")
    assert (person["status"], person["suspension_reason"]) == ("active", None)
    await given.a_message(api, scene.pair, scene.pair.a)


async def test_asking_and_being_refused_give_the_same_decision(api: Api) -> None:
    scene = await a_scene(api)
    await api.put(f"/v1/persons/{scene.pair.a}/suspension", reason="Spam")
    await block(api, scene.pair.b, scene.pair.a)
    asked = await given.allowance(api, scene.pair, scene.pair.a)
    (told, *_) = await attempts(api, scene, "person_suspended")
    assert not asked["allowed"]
    assert refusing(asked) == ["person_is_active", "pair_is_not_blocked"]
    assert told["reasons"] == asked["reasons"]
    assert told["allowance"] == asked
