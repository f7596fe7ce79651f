"""Every operation that takes a body refuses every wrong one, says why, and keeps nothing."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.http.api import Api, invalid, pointers, refused
from tests.http.conformance import Operation
from tests.http.scene import TAKES_BODY, TEXTS, Scene, a_scene, unchanged

JSON = "application/json"
DEEP = 100_000
ONE_MIB = 1024 * 1024
TWO_MIB = 2 * ONE_MIB
SURPRISE = "surprise"
NEEDS_MORE = {
    *("sign_in", "start_google", "finish_google", "publish_achievement", "review_referral"),
    "change_subscription",
}
"""What even a right body does not achieve by itself, or not twice."""
ENDS_SOMETHING = {
    *("decline_call", "end_call", "report_presence", "settle_usage_session"),
    *("file_report", "suspend_person", "move_clock"),
}
"""After it, not all of the others are taken."""
WRONG: dict[str, list[object]] = {
    "null": [None],
    "boolean": [True],
    "integer": [0, -1, 2**63, 10**400],
    "number": [1.5, 1e300],
    "string": ["", "x"],
    "array": [[], [[]]],
    "object": [{}, {"x": {}}],
}


@pytest.fixture
def scene(still: Scene) -> Scene:
    return still


def operations(api: Api) -> Iterator[Operation]:
    for operation in api.description.of_services:
        if "requestBody" in operation.described:
            yield operation


def name_of(operation: Operation) -> str:
    return str(operation.described["operationId"])


async def ask(
    api: Api,
    operation: Operation,
    scene: Scene,
    content: bytes | AsyncIterator[bytes],
    kind: str = JSON,
) -> httpx.Response:
    path, headers = scene.path(operation), {"Content-Type": kind}
    return await api.ask(operation.method, path, content=content, headers=headers)


async def test_the_bodies_tried_are_those_of_all_operations(api: Api) -> None:
    assert sorted(name_of(operation) for operation in operations(api)) == sorted(TAKES_BODY)


@pytest.mark.parametrize(
    "names",
    [{*TAKES_BODY} - NEEDS_MORE - ENDS_SOMETHING, *({name} for name in sorted(ENDS_SOMETHING))],
    ids=["all that go together", *sorted(ENDS_SOMETHING)],
)
async def test_a_right_body_is_taken(in_memory: Api, names: set[str]) -> None:
    scene = await a_scene(in_memory)
    for name in sorted(names):
        content = json.dumps(scene.body(name)).encode()
        for kind in (JSON, "application/json; charset=utf-8", "Application/JSON"):
            answer = await ask(in_memory, in_memory.operation(name), scene, content, kind)
            assert answer.is_success, (name, answer.text)


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(lambda _: b"nonsense", id="no JSON"),
        pytest.param(lambda right: right[:-1], id="cut off"),
        pytest.param(lambda right: right + b"x", id="followed by more"),
        pytest.param(lambda right: right.replace(b'"', b"'"), id="single quotes"),
        pytest.param(lambda right: right[:-1] + b",}", id="a comma too many"),
        pytest.param(lambda right: right.decode().encode("utf-16"), id="UTF-16"),
        pytest.param(lambda right: b"\xef\xbb\xbf" + right, id="a byte order mark"),
    ],
)
async def test_what_is_no_json_is_malformed(
    api: Api, scene: Scene, broken: Callable[[bytes], bytes]
) -> None:
    async with unchanged(api, scene):
        for operation in operations(api):
            right = json.dumps(scene.body(name_of(operation))).encode()
            wrong = broken(right)
            if wrong != right:  # an empty object has no quotes to change
                refused(await ask(api, operation, scene, wrong), 400, "malformed_request")


@pytest.mark.parametrize("text", [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"])
async def test_text_that_is_no_utf8_is_malformed(api: Api, scene: Scene, text: bytes) -> None:
    async with unchanged(api, scene):
        for operation in operations(api):
            field = TEXTS.get(name_of(operation))
            if field is not None:
                body = {**scene.body(name_of(operation)), field: "here"}
                content = json.dumps(body).encode().replace(b"here", text)
                refused(await ask(api, operation, scene, content), 400, "malformed_request")


@pytest.mark.parametrize("content", [b"[]", b"null", b"true", b"17", b'"text"', b'[{"name": "x"}]'])
async def test_what_is_no_object_is_invalid(api: Api, scene: Scene, content: bytes) -> None:
    async with unchanged(api, scene):
        for operation in operations(api):
            problem = invalid(await ask(api, operation, scene, content))
            assert pointers(problem) == [""]


async def test_a_missing_body_is_named_as_such(api: Api, scene: Scene) -> None:
    async with unchanged(api, scene):
        for operation in operations(api):
            problem = refused(await ask(api, operation, scene, b""), 400, "malformed_request")
            assert "body" in problem["detail"]


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate, gzip"])
async def test_an_encoded_body_is_not_taken(api: Api, scene: Scene, encoding: str) -> None:
    async with unchanged(api, scene):
        for operation in operations(api):
            content = json.dumps(scene.body(name_of(operation))).encode()
            headers = {"Content-Type": JSON, "Content-Encoding": encoding}
            path = scene.path(operation)
            answer = await api.ask(operation.method, path, content=content, headers=headers)
            refused(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"],
)
async def test_another_type_of_body_is_not_taken(api: Api, scene: Scene, kind: str) -> None:
    async with unchanged(api, scene):
        for operation in operations(api):
            content = json.dumps(scene.body(name_of(operation))).encode()
            answer = await ask(api, operation, scene, content, kind)
            refused(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_over_the_limit_is_not_read(api: Api, scene: Scene, chunked: bool) -> None:
    async def in_pieces(content: bytes) -> AsyncIterator[bytes]:
        yield content

    async with unchanged(api, scene):
        for operation in operations(api):
            body = {**scene.body(name_of(operation)), SURPRISE: "x" * TWO_MIB}
            content = json.dumps(body).encode()
            answer = await ask(api, operation, scene, in_pieces(content) if chunked else content)
            refused(answer, 413, "body_too_large")


async def test_a_body_over_the_limit_is_refused_where_none_is_taken(api: Api, scene: Scene) -> None:
    async with unchanged(api, scene):
        for operation in api.description.of_services:
            if "requestBody" not in operation.described and operation.path.startswith("/v1/"):
                content = b"x" * TWO_MIB
                answer = await ask(api, operation, scene, content)
                refused(answer, 413, "body_too_large")


async def test_a_body_may_be_just_so_large(api: Api, scene: Scene) -> None:
    right = json.dumps(scene.body("register_person")).encode()
    for size, status in ((ONE_MIB, 201), (ONE_MIB + 1, 413)):
        answer = await ask(api, api.operation("register_person"), scene, right.ljust(size))
        assert answer.status_code == status


async def test_an_unknown_field_is_refused(api: Api, scene: Scene) -> None:
    async with unchanged(api, scene):
        for operation in operations(api):
            body = {**scene.body(name_of(operation)), SURPRISE: 1}
            content = json.dumps(body).encode()
            problem = invalid(await ask(api, operation, scene, content))
            assert SURPRISE in problem["detail"]


async def test_a_missing_field_is_named(api: Api, scene: Scene) -> None:
    async with unchanged(api, scene):
        for operation in operations(api):
            body = scene.body(name_of(operation))
            for field in schema_of(api, operation)["required"]:
                rest = {name: value for name, value in body.items() if name != field}
                content = json.dumps(rest).encode()
                problem = invalid(await ask(api, operation, scene, content))
                assert field in problem["detail"]


async def test_every_field_refuses_every_other_type(api: Api, scene: Scene) -> None:
    async with unchanged(api, scene):
        for operation in operations(api):
            for field, described in schema_of(api, operation)["properties"].items():
                for value in wrong_values(api, described):
                    body = {**scene.body(name_of(operation)), field: value}
                    content = json.dumps(body).encode()
                    answer = await ask(api, operation, scene, content)
                    problem = invalid(answer)
                    assert pointers(problem)[0].startswith(f"/{field}"), (field, value)


async def test_a_body_that_is_nested_deep_is_refused(api: Api, scene: Scene) -> None:
    deep = b"[" * DEEP + b"]" * DEEP, b'{"x":' * DEEP + b"1" + b"}" * DEEP
    async with unchanged(api, scene):
        for operation in operations(api):
            right = json.dumps(scene.body(name_of(operation))).encode().removesuffix(b"}")
            for nested in deep:
                for content in (nested, right + b', "surprise": ' + nested + b"}"):
                    answer = await ask(api, operation, scene, content)
                    assert answer.status_code in {400, 422}
                    refused(answer, answer.status_code, answer.json()["code"])


def schema_of(api: Api, operation: Operation) -> dict[str, Any]:
    body = operation.described["requestBody"]["content"][JSON]["schema"]
    return resolved(api, body)


def resolved(api: Api, schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    name = schema["$ref"].rpartition("/")[2]
    found: dict[str, Any] = api.description.document["components"]["schemas"][name]
    return found


def types_of(api: Api, schema: dict[str, Any]) -> set[str]:
    schema = resolved(api, schema)
    branches = [*schema.get("oneOf", ()), *schema.get("allOf", ()), *schema.get("anyOf", ())]
    if branches:
        return set().union(*(types_of(api, branch) for branch in branches))
    return {schema["type"]}


def wrong_values(api: Api, schema: dict[str, Any]) -> Iterator[object]:
    right = types_of(api, schema)
    for kind, values in WRONG.items():
        if kind not in right:
            yield from values
