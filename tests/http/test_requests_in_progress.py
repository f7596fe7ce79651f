"""Equal requests at once: one is worked on, the others get its answer or are asked to wait."""

import asyncio
from collections import Counter

import httpx
import pytest

from tests.http import given
from tests.http.api import Api, fresh, refused, replayed
from tests.http.scene import Scene, a_scene, unchanged
from tests.http.stored import Stored

AT_ONCE = 24
SLOW = (
    "register_person",
    "file_report",
    "open_conversation",
    "start_call",
    "report_presence",
    "decline_call",
    "end_call",
)


async def ask_at_once(apis: list[Api], scene: Scene, name: str, key: str) -> list[httpx.Response]:
    path, body = scene.path(apis[0].operation(name)), scene.body(name)
    return await asyncio.gather(
        *(apis[number % len(apis)].post(path, body, key=key) for number in range(AT_ONCE))
    )


def the_one_answer(answers: list[httpx.Response]) -> httpx.Response:
    """What the one that was worked on gave; all others are it, or problems."""
    (first,) = (answer for answer in answers if answer.is_success and not replayed(answer))
    for answer in answers:
        if answer.is_success:
            assert (answer.status_code, answer.content) == (first.status_code, first.content)
        else:
            refused(answer, 409, "request_in_progress")
    return first


@pytest.mark.parametrize("name", SLOW)
async def test_one_of_many_equal_requests_has_an_effect(api: Api, name: str) -> None:
    scene, key = await a_scene(api), fresh()
    first = the_one_answer(await ask_at_once([api], scene, name, key))
    async with unchanged(api, scene):
        again = await api.post(scene.path(api.operation(name)), scene.body(name), key=key)
        assert again.content == first.content
        assert replayed(again)


@pytest.mark.parametrize("name", SLOW)
async def test_one_of_many_equal_requests_to_several_processes_has_an_effect(
    on_postgres: Api, beside_it: Api, stored: Stored, name: str
) -> None:
    scene, key = await a_scene(on_postgres), fresh()
    before = await stored.event_types()
    the_one_answer(await ask_at_once([on_postgres, beside_it], scene, name, key))
    new = await stored.event_types() - before
    assert set(new.values()) == {1}


@pytest.mark.parametrize("name", ["start_call", "report_presence", "decline_call", "end_call"])
async def test_who_asks_again_meanwhile_is_told_that_it_is_in_progress(
    on_postgres: Api, beside_it: Api, stored: Stored, name: str
) -> None:
    scene, key = await a_scene(on_postgres), fresh()
    path, body = scene.path(on_postgres.operation(name)), scene.body(name)
    async with stored.holding_persons(scene.pair.a, scene.pair.b):
        first = asyncio.create_task(on_postgres.post(path, body, key=key))
        await stored.wait_for_waiting(1)
        for api in (on_postgres, beside_it):
            refused(await api.post(path, body, key=key), 409, "request_in_progress")
    assert (await first).is_success
    again = await beside_it.post(path, body, key=key)
    assert (again.content, replayed(again)) == ((await first).content, True)


async def test_requests_with_other_keys_do_not_wait_for_it(
    on_postgres: Api, stored: Stored
) -> None:
    scene, other = await a_scene(on_postgres), await given.a_pair(on_postgres)
    async with stored.holding_persons(scene.pair.a):
        path = scene.path(on_postgres.operation("start_call"))
        first = asyncio.create_task(on_postgres.post(path, scene.body("start_call"), key=fresh()))
        await stored.wait_for_waiting(1)
        path, body = f"{other.path}/video-calls", {"initiator_id": other.a}
        assert (await on_postgres.post(path, body, key=fresh())).status_code == 201
        assert not first.done()
    assert (await first).is_success


async def test_one_address_registered_at_once_is_one_person(
    on_postgres: Api, beside_it: Api
) -> None:
    email = given.an_email()
    answers = await asyncio.gather(
        *(
            api.post("/v1/persons", {"name": "Ana Lima", "email": email})
            for _ in range(AT_ONCE // 2)
            for api in (on_postgres, beside_it)
        )
    )
    statuses = Counter(answer.status_code for answer in answers)
    assert statuses == {201: 1, 409: AT_ONCE - 1}
    assert len((await on_postgres.get("/v1/persons", email=email))["items"]) == 1


async def test_two_who_open_a_conversation_at_once_open_one(
    on_postgres: Api, beside_it: Api
) -> None:
    a, b = await given.a_person(on_postgres), await given.a_person(on_postgres)
    answers = await asyncio.gather(
        *(
            api.post("/v1/conversations", {"kind": "pair", "participants": participants})
            for _ in range(AT_ONCE // 2)
            for api, participants in ((on_postgres, [a, b]), (beside_it, [b, a]))
        )
    )
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: AT_ONCE - 1}
    assert len({answer.content for answer in answers}) == 1
