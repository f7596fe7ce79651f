"""No log line holds what people are called or wrote, nor a secret; each names whom it is about."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from entrypoints.settings import PREFIX
from tests.http import given
from tests.http.api import Api, asking, fresh
from tests.http.signing_in import a_token, bearer
from tests.http.test_request_ids import logged

ROOT = Path(__file__).parents[2]


async def test_a_run_of_requests_leaves_nothing_personal_in_the_log(api: Api) -> None:
    secret = fresh("Zoe")
    email = f"{secret}@example.org"
    person = await given.a_person(api, name=secret, email=email, display_name=secret[:40])
    pair = await given.a_pair(api, a=person)
    message = await given.a_message(api, pair, pair.a, secret)
    await api.patch(f"{pair.path}/messages/{message['id']}", sender_id=pair.a, text=f"{secret}!")
    report = {"reporter_id": pair.b, "reported_id": pair.a, "reason": secret}
    await api.made("/v1/reports", **report)
    await api.put(f"/v1/persons/{pair.b}/suspension", reason=secret)

    wrong: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "/v1/persons", {"json": {"name": "Ana", "email": email}}),
        ("POST", "/v1/persons", {"json": {"name": "Ana", "email": f"not {email} at all"}}),
        ("POST", "/v1/persons", {"json": {"name": secret, secret: secret}}),
        ("POST", "/v1/persons", {"content": f'{{"name": "{secret}"'}),
        ("POST", "/v1/persons", {"content": secret, "headers": {"Content-Type": secret}}),
        (
            "POST",
            "/v1/persons",
            {"json": {"name": "Ana"}, "headers": {"Idempotency-Key": secret * 9}},
        ),
        ("POST", "/v1/persons", {"json": {"name": "Ana", "timezone": secret}}),
        ("GET", f"/v1/persons/{email}", {}),
        ("GET", f"/{secret}", {}),
        ("GET", f"/schema/assets/{secret}", {}),
        ("GET", "/v1/persons", {"params": {"cursor": secret, "limit": secret}}),
        ("GET", "/v1/conversations", {"params": {"person_id": secret}}),
        ("GET", "/v1/conversations", {"params": {"person_id": [email, email]}}),
        ("PROPFIND", f"/v1/{secret}", {}),
        ("GET", "/v1/persons", {"headers": {"Authorization": f"Bearer kk_service_{secret}"}}),
        ("GET", "/v1/persons", {"headers": {"Cookie": secret, "User-Agent": secret}}),
        (
            "GET",
            "/health/ready",
            {"params": {"x": secret}, "headers": {"X-Request-ID": f"a {secret}"}},
        ),
    ]
    for method, path, request in wrong:
        await api.client.request(method, path, **request)
    async with asking(api.served, "revoked") as revoked:
        await revoked.client.get("/v1/persons")

    last = fresh()
    await api.ask("GET", "/health/live", headers={"X-Request-ID": last})
    await logged(api, last)
    # Mail that is shown for want of a server is no log line.
    lines = api.served.log.read_text().splitlines()
    log = "\n".join(line for line in lines if line.startswith("{"))
    assert secret not in log
    assert "@example.org" not in log
    for key in api.served.keys.values():
        assert key not in log
    assert "kk_service_" not in log


@pytest.mark.parametrize("place", ["path", "query", "body", "token", "nowhere", "malformed"])
async def test_a_line_names_the_person_that_a_request_is_about(api: Api, place: str) -> None:
    pair = await given.a_pair(api)
    headers = {"X-Request-ID": fresh()}
    expected: str | None = pair.a
    match place:
        case "path":
            await api.ask("GET", f"/v1/persons/{pair.a}", headers=headers)
        case "query":
            path, params = f"{pair.path}/allowance", {"person_id": pair.a}
            await api.ask("GET", path, params=params, headers=headers)
        case "body":
            message = {"sender_id": pair.a, "text": "Hello"}
            await api.ask("POST", f"{pair.path}/messages", json=message, headers=headers)
        case "token":
            token = await a_token(api, pair.a)
            await api.ask("GET", "/v1/me", headers={**headers, **bearer(token)})
        case "malformed":
            expected = None
            await api.ask("GET", "/v1/conversations?person_id=" + "-" * 36, headers=headers)
        case _:
            expected = None
            await api.ask("GET", "/v1/persons", headers=headers)
    line = await logged(api, headers["X-Request-ID"])
    assert line.get("person_id") == expected


async def test_a_line_names_the_route_and_leaves_out_a_path_that_may_be_anything(api: Api) -> None:
    person = await given.a_person(api)
    for path, route, shown in (
        (f"/v1/persons/{person}", "/v1/persons/{person_id}", True),
        ("/v1/persons/ana@example.org", "none", False),
        ("/schema/assets/ana", "/schema/assets/{name}", False),
    ):
        headers = {"X-Request-ID": fresh()}
        await api.client.get(path, headers=headers)
        line = await logged(api, headers["X-Request-ID"])
        assert (line["route"], line["path"]) == (route, path if shown else None)


FAILING = """
import asyncio
import httpx
from adapters.memory.identity import MemoryPersons
from domain.identity.service_keys import Scope
from entrypoints.http.app import create_app
from entrypoints.settings import LogFormat, Settings
from entrypoints.wiring.kithkin import in_memory

async def fail(*_, **__):
    try:
        raise ValueError("Key (email)=(zoe@example.org) already exists")
    except ValueError as error:
        raise RuntimeError("Zoe") from error

async def main():
    MemoryPersons.add = MemoryPersons.get = fail
    kithkin = in_memory(Settings(memory=True, log_format=LogFormat("{format}")))
    app = create_app(kithkin)
    key = await kithkin.identity.create_key()(Scope.ADMIN)
    headers = {{"Authorization": "Bearer " + key.secret}}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://k") as client:
        path = "/v1/persons/01a1fdd3-ac3f-7667-8df2-76fb0dfd90d8"
        answer = await client.get(path, headers=headers)
    asyncio.get_running_loop().call_exception_handler(
        {{"message": "lost", "exception": RuntimeError("zoe@example.org")}}
    )
    print(answer.status_code)

asyncio.run(main())
"""


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_an_unexpected_error_is_shown_without_its_message(log_format: str) -> None:
    environment = {name: value for name, value in os.environ.items() if PREFIX not in name}
    ran = subprocess.run(
        (sys.executable, "-c", FAILING.format(format=log_format)),
        cwd=ROOT,
        env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (0, "500\n"), ran.stderr
    assert "zoe" not in ran.stderr.lower()
    assert "builtins.RuntimeError" in ran.stderr
    assert "builtins.ValueError" in ran.stderr
    assert "in fail" in ran.stderr
    assert "01a1fdd3-ac3f-7667-8df2-76fb0dfd90d8" in ran.stderr
    if log_format == "json":
        first = json.loads(ran.stderr.splitlines()[0])
        assert (first["event"], first["level"]) == ("unexpected_error", "error")
        assert first["person_id"] == "01a1fdd3-ac3f-7667-8df2-76fb0dfd90d8"
