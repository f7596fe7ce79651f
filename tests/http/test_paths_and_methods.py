"""Paths and methods that do not exist, and what each path takes."""

import httpx
import pytest

from tests.http.api import Api, asking, done, refused
from tests.http.scene import Scene, a_scene, unchanged


@pytest.fixture
async def scene(api: Api) -> Scene:
    return await a_scene(api)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/v1",
        "/v2/persons",
        "/v1/nothing",
        "/v1/persons/x/y/z",
        "/v1/%70ersons%00",
        "/%2e%2e/etc/passwd",
        "/schema/nothing",
        "/schema/assets/nothing.js",
        "/schema/assets/..%2f..%2fetc%2fpasswd",
        "/health",
        "/\N{SNOWMAN}",
        "/" + "x" * 8000,
    ],
)
@pytest.mark.parametrize("key", ["admin", None])
async def test_an_unknown_path_is_404(api: Api, path: str, key: str | None) -> None:
    async with asking(api.served, key) as asked:
        answer = await asked.client.get(path)
        assert "/schema" in refused(answer, 404, "not_found")["detail"]


async def test_a_method_that_a_path_does_not_take_is_405(api: Api, scene: Scene) -> None:
    taken: dict[str, set[str]] = {}
    for operation in api.description.operations:
        taken.setdefault(operation.path, set()).add(operation.method)
    async with unchanged(api, scene):
        for operation in api.description.operations:
            methods = taken[operation.path]
            for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"} - methods:
                answer = await api.client.request(method, scene.path(operation))
                assert "Allow" in refused(answer, 405, "method_not_allowed")["detail"]
                heads = {"HEAD"} if "GET" in methods else set()
                assert allowed(answer) == methods | heads | {"OPTIONS"}


def allowed(answer: httpx.Response) -> set[str]:
    return set(answer.headers["allow"].split(", "))


async def test_options_lists_what_a_path_takes(api: Api, scene: Scene) -> None:
    for operation in api.description.operations:
        answer = await api.client.options(scene.path(operation))
        assert answer.status_code == 204
        assert operation.method in allowed(answer)
        assert ("HEAD" in allowed(answer)) is ("GET" in allowed(answer))


async def test_head_is_a_get_without_its_body(api: Api, scene: Scene) -> None:
    for operation in api.description.of_services:
        if operation.method == "GET" and operation.described["operationId"] != "stream_events":
            path, params = scene.path(operation), scene.params(operation.described["operationId"])
            got = await api.client.get(path, params=params)
            answer = await api.client.head(path, params=params)
            # Nobody has a subscription here.
            there = 404 if operation.described["operationId"] == "get_subscription" else 200
            assert (answer.status_code, got.status_code) == (there, there)
            assert answer.content == b""
            assert answer.headers["content-type"] == got.headers["content-type"]
            if path == "/metrics":  # which counts the questions
                continue
            # What is streamed has no length before it is read.
            length = got.headers.get("content-length", str(len(got.content)))
            assert length == str(len(got.content))
            assert answer.headers.get("content-length") == got.headers.get("content-length")


async def test_a_body_where_none_is_taken_changes_nothing(api: Api, scene: Scene) -> None:
    person = await api.client.request("GET", f"/v1/persons/{scene.pair.a}", json={"name": "X"})
    assert done(person)["name"] == "Ana Lima"


@pytest.mark.parametrize("host", [b"k:99999999", b"k:x", b"[", b"[::1", b"", b"x" * 8000])
async def test_no_host_makes_a_difference(api: Api, host: bytes) -> None:
    header = {b"Host": host}
    async with asking(api.served, None) as stranger:
        refused(await stranger.ask("GET", "/v1/persons", headers=header), 401, "unauthenticated")
    answer = await api.ask("POST", "/v1/persons", json={}, headers=header)
    assert refused(answer, 422, "invalid_input")["instance"] == "/v1/persons"
    refused(await api.client.get("/nothing", headers=header), 404, "not_found")


@pytest.mark.parametrize("host", [b"\xff", b"a@b/c?d#e"])
async def test_what_is_no_host_is_malformed(api: Api, host: bytes) -> None:
    for path in ("/v1/persons", "/nothing", "/health/live"):
        answer = await api.client.get(path, headers={b"Host": host})
        refused(answer, 400, "malformed_request")


async def test_no_answer_names_the_server_or_its_language(api: Api, scene: Scene) -> None:
    for path in ("/v1/persons", "/nothing", "/health/live"):
        answer = await api.client.get(path)
        shown = f"{answer.headers} {answer.text}".lower()
        for word in ("uvicorn", "litestar", "traceback", "postgres", "asyncpg"):
            assert word not in shown
