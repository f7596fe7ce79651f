"""A client of the API that believes no answer before it was checked."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from attrs import frozen

from tests.http.conformance import Description, Operation, described_by
from tests.http.running import Served
from tests.plain_http import NO_TLS

Json = Any
"""What a body holds: tests take it apart by the names that the description has."""

MANY = 100
_SECONDS = 120  # a server that just started, on a machine where much else runs


@frozen
class Api:
    """One server, asked with one service key.

    Attributes:
        served: The server.
        description: What every answer is held against.
        client: Sends the requests.
    """

    served: Served
    description: Description
    client: httpx.AsyncClient

    async def ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        """Send a request, and give its checked answer."""
        response = await self.client.request(method, path, **request)
        assert response.headers["x-request-id"]
        self.description.check(response)
        return response

    async def get(self, path: str, **params: Any) -> Json:
        """Read something that is there."""
        given = {name: value for name, value in params.items() if value is not None}
        return done(await self.ask("GET", path, params=given))

    async def post(self, path: str, body: object, *, key: str | None = None) -> httpx.Response:
        """Send a POST, with an Idempotency-Key if one is given."""
        headers = {} if key is None else {"Idempotency-Key": key}
        return await self.ask("POST", path, json=body, headers=headers)

    async def made(self, path: str, **body: Any) -> Json:
        """Make something by a POST that is not refused."""
        return done(await self.post(path, body))

    def operation(self, operation_id: str) -> Operation:
        """What the description says of an operation."""
        every = self.description.operations
        (found,) = (one for one in every if one.described["operationId"] == operation_id)
        return found

    async def put(self, path: str, **body: Any) -> Json:
        """Set something by a PUT that is not refused."""
        return done(await self.ask("PUT", path, json=body))

    async def patch(self, path: str, **body: Any) -> Json:
        """Change something by a PATCH that is not refused."""
        return done(await self.ask("PATCH", path, json=body))

    async def delete(self, path: str, **params: Any) -> None:
        """Remove something by a DELETE that is not refused."""
        assert (await self.ask("DELETE", path, params=params)).status_code == 204

    async def now(self) -> datetime:
        """The time that the server runs on."""
        return datetime.fromisoformat((await self.get("/v1/test-clock"))["now"])

    async def move_to(self, at: datetime) -> datetime:
        """Move the server's time forward."""
        await self.put("/v1/test-clock", now=at.isoformat())
        return at

    async def pass_time(self, **time: float) -> datetime:
        """Let time go by on the server, in timedelta's words."""
        return await self.move_to(await self.now() + timedelta(**time))

    async def all_of(self, path: str, **params: Any) -> list[Any]:
        """All items of a list, page by page."""
        items: list[Any] = []
        page = await self.get(path, **params)
        items += page["items"]
        while (cursor := page["next_cursor"]) is not None:
            page = await self.get(path, **{**params, "cursor": cursor})
            assert page["next_cursor"] != cursor, "the list does not come to an end"
            items += page["items"]
        return items


@asynccontextmanager
async def asking(server: Served, key: str | None = "admin") -> AsyncIterator[Api]:
    """A client with one of the server's keys, or with none."""
    headers = {"X-Forwarded-For": a_client()}
    if key is not None:
        headers["Authorization"] = f"Bearer {server.keys[key]}"
    limits = httpx.Limits(max_connections=MANY, max_keepalive_connections=MANY)
    async with httpx.AsyncClient(
        base_url=server.url, headers=headers, timeout=_SECONDS, limits=limits, verify=NO_TLS
    ) as client:
        if server.log not in _described:
            description = await client.get("/schema/openapi.json")
            _described[server.log] = described_by(description.content)
        yield Api(server, _described[server.log], client)


_described: dict[Path, Description] = {}
"""What each server says of itself, by its log: many clients ask the same one."""


def a_client() -> str:
    """A network address that nobody asked from before: codes are counted by it."""
    return str(IPv4Address(0x0A000000 + uuid4().int % 2**24))


def done(response: httpx.Response) -> Json:
    """What an answer holds that is not a refusal."""
    assert response.is_success, f"{response.status_code}: {response.text}"
    return response.json() if response.content else None


def refused(response: httpx.Response, status: int, code: str) -> Json:
    """The problem that an answer is, with all that every problem has."""
    problem = response.json()
    assert (response.status_code, problem.get("code")) == (status, code), response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["status"] == status
    assert problem["type"] == f"urn:kithkin:problem:{code}"
    assert problem["title"]
    assert problem["instance"] == response.request.url.path
    assert len(problem["detail"]) > len("Not found.")
    return problem


def invalid(response: httpx.Response) -> Json:
    """The problem that a wrong input is."""
    code = response.json().get("code")
    assert code in {"invalid_input", "invalid_value"}, response.text
    return refused(response, 422, code)


def pointers(problem: Mapping[str, Any]) -> list[str]:
    """Where a problem says that the input is wrong."""
    return [error["pointer"] for error in problem["errors"]]


def replayed(response: httpx.Response) -> bool:
    """Tell whether this is the answer to an earlier, equal request."""
    return str(response.headers.get("idempotency-replayed")) == "true"


def fresh(prefix: str = "t") -> str:
    """A name that nobody used before."""
    return f"{prefix}-{uuid4()}"
