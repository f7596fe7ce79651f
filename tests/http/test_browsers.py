"""What browsers are told: about every answer, and about pages of other origins."""

import base64
import hashlib
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from entrypoints.settings import Settings
from tests.http.api import Api, asking, refused
from tests.http.running import served

ORIGIN = "https://app.example.org"
OTHERS = (
    "https://app.example.org.evil.example",
    "https://evil-app.example.org",
    "http://app.example.org",
    "https://app.example.org:8443",
    "https://appxexample.org",
    "null",
)
INLINE = re.compile(r"<script(?![^>]*src=)[^>]*>(.*?)</script>", re.DOTALL)


@pytest.mark.parametrize(
    "path", ["/v1/persons", "/v1/nothing", "/health/live", "/health/ready", "/metrics"]
)
@pytest.mark.parametrize("key", ["admin", None])
async def test_every_answer_is_kept_from_harm(api: Api, path: str, key: str | None) -> None:
    async with asking(api.served, key) as asked:
        headers = (await asked.client.get(path)).headers
    assert headers.get_list("x-content-type-options") == ["nosniff"]
    assert headers.get_list("x-frame-options") == ["DENY"]
    assert headers.get_list("referrer-policy") == ["no-referrer"]
    assert headers.get_list("cache-control") == ["no-store"]
    (policy,) = headers.get_list("content-security-policy")
    assert policy == "default-src 'none'; frame-ancestors 'none'"
    assert "strict-transport-security" not in headers
    assert not [name for name in headers if name.startswith("access-control-")]


@pytest.mark.parametrize("page", ["/schema", "/schema/swagger"])
async def test_the_pages_run_their_own_scripts_and_no_others(api: Api, page: str) -> None:
    answer = await api.client.get(page)
    (policy,) = answer.headers.get_list("content-security-policy")
    parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert parts["default-src"] == parts["frame-ancestors"] == "'none'"
    scripts = INLINE.findall(answer.text)
    assert scripts
    digests = [
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in scripts
    ]
    assert parts["script-src"].split() == ["'self'", *digests]
    assert "unsafe-eval" not in policy
    assert not re.search(r"<[^>]+\son\w+\s*=", answer.text.replace(scripts[-1], ""))
    assert parts["connect-src"] == "'self'"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_what_the_pages_need_may_be_kept(api: Api) -> None:
    answer = await api.client.get("/schema/assets/swagger_bundle.js")
    assert answer.headers.get_list("cache-control") == ["public, max-age=86400"]


@pytest_asyncio.fixture(scope="module")
async def open_api() -> AsyncIterator[Api]:
    settings = Settings(
        memory=True, cors_origins=f"{ORIGIN},https://admin.example.org", hsts_seconds=600
    )
    with served(settings) as server:
        async with asking(server) as api:
            yield api


async def test_tls_is_insisted_on_where_it_is_in_front(open_api: Api) -> None:
    for path in ("/v1/persons", "/schema", "/nothing"):
        headers = (await open_api.client.get(path)).headers
        assert headers.get_list("strict-transport-security") == ["max-age=600"]


async def test_a_named_origin_may_call(open_api: Api) -> None:
    asked = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
    }
    preflight = await open_api.client.options("/v1/persons", headers=asked)
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == ORIGIN
    assert "POST" in preflight.headers["access-control-allow-methods"]
    allowed = preflight.headers["access-control-allow-headers"].lower()
    assert all(name in allowed for name in ("authorization", "content-type", "idempotency-key"))

    answer = await open_api.ask(
        "POST", "/v1/persons", json={"name": "Ana"}, headers={"Origin": ORIGIN}
    )
    assert answer.status_code == 201
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert "Origin" in answer.headers["vary"]
    assert "access-control-allow-credentials" not in answer.headers
    shown = answer.headers["access-control-expose-headers"]
    assert set(shown.split(", ")) == {"Idempotency-Replayed", "Retry-After", "X-Request-ID"}

    problem = await open_api.client.get("/v1/nothing", headers={"Origin": ORIGIN})
    refused(problem, 404, "not_found")
    assert problem.headers["access-control-allow-origin"] == ORIGIN


@pytest.mark.parametrize("origin", OTHERS)
async def test_no_other_origin_may_call(open_api: Api, api: Api, origin: str) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    preflight = await open_api.client.options("/v1/persons", headers=asked)
    assert "KITHKIN_CORS_ORIGINS" in refused(preflight, 400, "cross_origin_refused")["detail"]
    answer = await open_api.client.get("/v1/persons", headers={"Origin": origin})
    closed = await api.client.get("/v1/persons", headers={"Origin": ORIGIN})
    for one in (preflight, answer, closed):
        assert "access-control-allow-origin" not in one.headers


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"Method": "TRACE"}, "GET, POST, PUT, PATCH, DELETE only"),
        ({"Method": "post"}, "GET, POST, PUT, PATCH, DELETE only"),
        ({"Method": "POST", "Headers": "x-mine, content-type"}, "authorization, content-type"),
        ({"Headers": "cookie"}, "authorization, content-type"),
    ],
)
async def test_a_named_origin_may_not_ask_for_anything(
    open_api: Api, asked: dict[str, str], told: str
) -> None:
    headers = {f"Access-Control-Request-{name}": value for name, value in asked.items()}
    preflight = await open_api.client.options("/v1/persons", headers={"Origin": ORIGIN, **headers})
    assert told in refused(preflight, 400, "cross_origin_refused")["detail"]


async def test_a_page_may_ask_for_headers_that_browsers_send_anyway(open_api: Api) -> None:
    asked = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "accept,accept-language,,content-language",
    }
    preflight = await open_api.client.options("/v1/persons", headers=asked)
    assert preflight.status_code == 204


async def test_a_page_may_read_that_it_asks_too_fast() -> None:
    settings = Settings(memory=True, cors_origins=ORIGIN, key_requests_per_minute=1)
    with served(settings) as server:
        async with asking(server) as api:
            for status in (200, 429):
                answer = await api.client.get("/v1/persons", headers={"Origin": ORIGIN})
                assert answer.status_code == status
                assert answer.headers["access-control-allow-origin"] == ORIGIN
                assert "Retry-After" in answer.headers["access-control-expose-headers"]
                assert ("retry-after" in answer.headers) is (status == 429)


async def test_without_origins_a_preflight_opens_nothing(api: Api) -> None:
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    answer = await api.client.options("/v1/persons", headers=asked)
    assert not [name for name in answer.headers if name.startswith("access-control-")]
