"""The figures are true, whichever worker is asked, and have no more labels than the code knows."""

import httpx
import pytest

from entrypoints.settings import Settings
from tests.http import given
from tests.http.api import Api, asking, fresh, refused
from tests.http.conftest import WORKERS
from tests.http.figures import Read, read, read_once
from tests.http.running import served

REQUESTS = "kithkin_http_requests_total"
SECONDS = "kithkin_http_request_seconds_count"
DECISIONS = "kithkin_decisions_total"
LIMIT = 10
POOL = 10
RULES = ("person_is_active", "pair_is_not_blocked", "daily_message_limit")


async def test_every_request_is_counted_whoever_served_it(api: Api) -> None:
    before = await read(api)
    person = await given.a_person(api)
    route = {"method": "GET", "route": "/v1/persons/{person_id}"}
    asked = 40
    for _ in range(asked):
        # Each on a connection of its own, of which the workers take now one, now the other.
        async with httpx.AsyncClient(base_url=api.served.url, headers=api.client.headers) as once:
            assert (await once.get(f"/v1/persons/{person}")).status_code == 200
            assert (await once.get(f"/v1/persons/{given_nobody()}")).status_code == 404

    def counted(now: Read) -> bool:
        return grown(now, before, REQUESTS, **route) == 2 * asked

    now = await read_once(api, counted)
    assert grown(now, before, REQUESTS, **route, status="200") == asked
    assert grown(now, before, REQUESTS, **route, status="404") == asked
    assert grown(now, before, SECONDS, **route) == 2 * asked
    for _ in range(10):
        async with asking(api.served) as anew:
            assert grown(await read(anew), before, REQUESTS, **route) == 2 * asked


def given_nobody() -> str:
    return "00000000-0000-4000-8000-000000000000"


def grown(now: Read, before: Read, name: str, **labels: str) -> float:
    return now.value(name, **labels) - before.value(name, **labels)


async def test_the_connections_are_those_of_all_workers(on_postgres: Api) -> None:
    def whole(now: Read) -> bool:
        return connections(now, "free") + connections(now, "lent") == WORKERS * POOL

    now = await read_once(on_postgres, whole)
    assert connections(now, "waiting") == 0


def connections(now: Read, state: str) -> float:
    return now.value("kithkin_database_connections", state=state)


async def test_memory_has_no_connections(in_memory: Api) -> None:
    assert (await read(in_memory)).labels("state") == set()


async def test_a_decision_is_counted_by_rule_once_it_is_taken(api: Api) -> None:
    pair = await given.a_pair(api)
    before = await read(api)
    for number in range(LIMIT):
        message = {"sender_id": pair.a, "text": "Hello"}
        for _ in range(2):
            answer = await api.post(f"{pair.path}/messages", message, key=f"{pair.id} {number}")
            assert answer.status_code == 201
        await given.allowance(api, pair, pair.a)
    refused(
        await api.post(f"{pair.path}/messages", {"sender_id": pair.a, "text": "One more"}),
        403,
        "daily_message_limit_reached",
    )

    def counted(now: Read) -> bool:
        return grown(now, before, DECISIONS) == len(RULES) * (LIMIT + 1)

    now = await read_once(api, counted)
    for rule in RULES:
        said_no = 1 if rule == "daily_message_limit" else 0
        assert grown(now, before, DECISIONS, rule=rule, result="refused") == said_no
        assert grown(now, before, DECISIONS, rule=rule, result="allowed") == LIMIT + 1 - said_no


async def test_other_gates_count_their_decisions_too(api: Api) -> None:
    pair = await given.a_pair(api)
    await api.put(f"/v1/persons/{pair.b}/blocks/{pair.a}")
    before = await read(api)
    call = await api.post(f"{pair.path}/video-calls", {"initiator_id": pair.a})
    refused(call, 403, "pair_blocked")
    refusal = {"rule": "pair_is_not_blocked", "result": "refused"}
    await read_once(api, lambda now: grown(now, before, DECISIONS, **refusal) == 1)


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "TRACE", "PROPFIND"])
async def test_what_a_client_sends_is_no_label(api: Api, method: str) -> None:
    secret = fresh("secret")
    for path in (f"/{secret}", f"/v1/persons/{secret}", f"/v1/{secret}/x", f"/schema/{secret}"):
        await api.client.request(method, path, params={secret: secret})
    now = await read(api)
    assert secret not in str(now.samples)
    assert now.labels("method") <= {
        "GET",
        "HEAD",
        "POST",
        "PUT",
        "PATCH",
        "DELETE",
        "OPTIONS",
        "OTHER",
    }
    described = {operation.path for operation in api.description.operations}
    pages = {"/schema", "/schema/swagger", "/schema/openapi.json", "/schema/{path}"}
    pages |= {"/schema/assets/{name}", "/sandbox/checkout/{token}", "none"}
    assert now.labels("route") <= described | pages


@pytest.mark.parametrize("key", ["admin", "revoked", None])
async def test_no_key_is_needed(api: Api, key: str | None) -> None:
    async with asking(api.served, key) as asked:
        answer = await asked.ask("GET", "/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    for secret in api.served.keys.values():
        assert secret not in answer.text


async def test_a_setting_takes_them_away() -> None:
    with served(Settings(memory=True, metrics=False)) as server:
        async with asking(server) as api:
            refused(await api.client.get("/metrics"), 404, "not_found")
            assert "/metrics" not in api.description.document["paths"]
