"""What is absent, or not the asker's to know of, is answered alike: 404."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.http import given
from tests.http.api import Api, refused
from tests.http.scene import Scene, a_scene, nobody, unchanged


@pytest.fixture
async def scene(api: Api, still: Scene) -> AsyncIterator[Scene]:
    """A scene in which nothing is to change."""
    async with unchanged(api, still):
        yield still


async def test_every_operation_on_what_is_absent_is_404(api: Api, scene: Scene) -> None:
    tried = 0
    for operation in api.description.of_services:
        if "{" in operation.path:
            name = operation.described["operationId"]
            body = scene.body(name) if "requestBody" in operation.described else None
            answer = await api.ask(
                operation.method, operation.filled(nobody), json=body, params=scene.params(name)
            )
            refused(answer, 404, "not_found")
            tried += 1
    assert tried > len(api.description.of_services) // 2


@pytest.mark.parametrize("ident", ["1", "abc", "%00", "%FF", "...", "null", "x" * 5000])
async def test_every_path_with_what_is_no_id_is_404(api: Api, scene: Scene, ident: str) -> None:
    for operation in api.description.of_services:
        if "{" in operation.path:
            name = operation.described["operationId"]
            body = scene.body(name) if "requestBody" in operation.described else None
            path = operation.filled(lambda: ident)
            answer = await api.client.request(operation.method, path, json=body)
            refused(answer, 404, "not_found")


def acts_of(person: str, scene: Scene) -> list[tuple[str, str, dict[str, Any]]]:
    """All that only participants may do, done by a person."""
    pair, message = scene.pair.path, f"{scene.pair.path}/messages/{scene.message}"
    call = f"/v1/video-calls/{scene.call}"
    return [
        ("GET", pair, {"params": {"person_id": person}}),
        ("GET", f"{pair}/allowance", {"params": {"person_id": person}}),
        ("GET", f"{pair}/messages", {"params": {"person_id": person}}),
        ("POST", f"{pair}/messages", {"json": {"sender_id": person, "text": "Hello"}}),
        ("PATCH", message, {"json": {"sender_id": person, "text": "Mine now"}}),
        ("DELETE", message, {"params": {"sender_id": person}}),
        ("PUT", f"{pair}/read", {"json": {"person_id": person, "message_id": scene.message}}),
        ("POST", f"{pair}/video-calls", {"json": {"initiator_id": person}}),
        ("POST", f"{call}/presence", {"json": {"person_id": person, "event": "connected"}}),
        ("POST", f"{call}/decline", {"json": {"person_id": person}}),
        ("POST", f"{call}/end", {"json": {"person_id": person}}),
    ]


async def test_a_strangers_conversation_is_none(api: Api, scene: Scene) -> None:
    for person in (scene.stranger, nobody()):
        for method, path, request in acts_of(person, scene):
            refused(await api.ask(method, path, **request), 404, "not_found")


async def test_only_the_sender_changes_a_message(api: Api, scene: Scene) -> None:
    message = f"{scene.pair.path}/messages/{scene.message}"
    change = {"sender_id": scene.pair.b, "text": "Mine now"}
    refused(await api.ask("PATCH", message, json=change), 404, "not_found")
    deletion = {"sender_id": scene.pair.b}
    refused(await api.ask("DELETE", message, params=deletion), 404, "not_found")


async def test_a_message_is_found_in_its_own_conversation_only(api: Api) -> None:
    scene = await a_scene(api)
    other = await given.a_pair(api, a=scene.pair.a)
    message, sender = f"{other.path}/messages/{scene.message}", scene.pair.a
    async with unchanged(api, scene):
        change = {"sender_id": sender, "text": "Elsewhere"}
        refused(await api.ask("PATCH", message, json=change), 404, "not_found")
        refused(await api.ask("DELETE", message, params={"sender_id": sender}), 404, "not_found")
        marker = {"person_id": sender, "message_id": scene.message}
        refused(await api.ask("PUT", f"{other.path}/read", json=marker), 404, "not_found")


async def test_persons_who_do_not_exist_meet_nobody(api: Api, scene: Scene) -> None:
    a = scene.pair.a
    for participants in ([a, nobody()], [nobody(), a], [nobody(), nobody()]):
        body = {"kind": "pair", "participants": participants}
        refused(await api.post("/v1/conversations", body), 404, "not_found")
    for change in ({"reporter_id": nobody()}, {"reported_id": nobody()}):
        body = {**scene.body("file_report"), **change}
        refused(await api.post("/v1/reports", body), 404, "not_found")
    for path in (f"{a}/blocks/{nobody()}", f"{nobody()}/blocks/{a}"):
        for method in ("PUT", "DELETE"):
            refused(await api.ask(method, f"/v1/persons/{path}"), 404, "not_found")


async def test_nobody_has_no_conversations(api: Api) -> None:
    assert await api.get("/v1/conversations", person_id=nobody()) == {
        "items": [],
        "next_cursor": None,
    }
