"""Each request has an id, its own or one that is made, on its answer and in the log."""

import asyncio
import json
from typing import Any
from uuid import UUID

import pytest

from tests.http.api import Api, asking, fresh
from tests.http.scene import a_scene

SECONDS_TO_BE_LOGGED = 10
HEADER = "X-Request-ID"


async def logged(api: Api, request_id: str) -> dict[str, Any]:
    """The log line of a request; it is written once the answer is on its way."""
    async with asyncio.timeout(SECONDS_TO_BE_LOGGED):
        while True:
            for line in api.served.log.read_text().splitlines():
                if request_id in line and line.startswith("{"):
                    found: dict[str, Any] = json.loads(line)
                    return found
            await asyncio.sleep(0)


@pytest.mark.parametrize("given", ["x", "0198a5c4-7d1e-7c3a-9f00-5b2d6e8a1c44", "!~" * 64])
async def test_a_given_id_is_returned(api: Api, given: str) -> None:
    answer = await api.ask("GET", "/health/live", headers={HEADER: given})
    assert answer.headers.get_list(HEADER) == [given]


@pytest.mark.parametrize("given", ["", "x" * 129, "a b", "a\tb", "é"])
async def test_another_is_made_where_the_given_one_is_none(api: Api, given: str) -> None:
    headers = {HEADER: given.encode("latin-1")}
    answer = await api.ask("GET", "/health/live", headers=headers)
    (made,) = answer.headers.get_list(HEADER)
    assert UUID(made).version == 7


async def test_every_answer_has_an_id_of_its_own(api: Api) -> None:
    scene = await a_scene(api)
    seen = []
    async with asking(api.served, None) as stranger:
        for operation in api.description.operations:
            # A stream has no end; asked for by HEAD it has.
            streams = operation.described["operationId"] == "stream_events"
            method = "HEAD" if streams else operation.method
            for asked in (api, stranger):
                answer = await asked.ask(method, scene.path(operation), content=b"{")
                seen += answer.headers.get_list(HEADER)
    for path in ("/nothing", "/schema", "/schema/openapi.json"):
        seen += (await api.client.get(path)).headers.get_list(HEADER)
    assert len(set(seen)) == len(seen) == 2 * len(api.description.operations) + 3


async def test_the_log_tells_of_a_request_by_its_id_and_not_by_its_content(api: Api) -> None:
    request_id, secret = fresh(), fresh("secret")
    body = {"name": secret}
    headers = {HEADER: request_id, "Idempotency-Key": secret}
    await api.ask("POST", "/v1/persons", json=body, headers=headers, params={"x": secret})
    line = await logged(api, request_id)
    assert (line["request_id"], line["method"], line["path"], line["status"]) == (
        request_id,
        "POST",
        "/v1/persons",
        201,
    )
    assert secret not in api.served.log.read_text()
