"""Queries: what is wrong in one is named, and nothing is done."""

import base64
import json
from collections.abc import AsyncIterator

import pytest

from tests.http import given
from tests.http.api import Api, invalid, pointers
from tests.http.scene import Scene, unchanged

LISTS = (
    "list_persons",
    "list_usage_history",
    "list_usage_statement",
    "list_conversations",
    "list_messages",
    "list_video_messages",
    "list_credit_moves",
    "list_reports",
    "list_webhook_endpoints",
    "list_webhook_deliveries",
    "list_achievements",
    "list_payments",
    "list_account_credit_lines",
    "list_referrals",
    "list_referral_reviews",
    "get_referral_analytics",
    "list_persona_versions",
    "list_replies",
    "list_companion_sessions",
)
NOBODY = "0198a5c4-7d1e-7c3a-9f00-5b2d6e8a1c44"


@pytest.fixture
async def scene(api: Api, still: Scene) -> AsyncIterator[Scene]:
    """A scene in which nothing is to change."""
    async with unchanged(api, still):
        yield still


def lists(api: Api, scene: Scene) -> list[tuple[str, dict[str, str]]]:
    """The path of each list, with the query it needs."""
    return [
        (scene.path(operation), scene.params(operation.described["operationId"]))
        for operation in api.description.of_services
        if operation.described["operationId"] in LISTS
    ]


def cursor(*parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()


def test_all_lists_are_tried(api: Api) -> None:
    with_limit = {
        operation.described["operationId"]
        for operation in api.description.of_services
        for parameter in operation.described.get("parameters", ())
        if parameter["name"] == "limit"
    }
    assert with_limit == {*LISTS, "list_events"}


@pytest.mark.parametrize(
    "limit", ["0", "-1", "201", "1.5", "", " ", "ten", "0x10", "1e99", "9" * 400, "%00", "%FF"]
)
async def test_a_limit_is_from_1_to_200(api: Api, scene: Scene, limit: str) -> None:
    for path, params in lists(api, scene):
        query = "&".join(f"{name}={value}" for name, value in params.items())
        answer = await api.ask("GET", f"{path}?{query}&limit={limit}")
        assert pointers(invalid(answer)) == ["/limit"]


async def test_the_limits_bounds_are_taken(api: Api, scene: Scene) -> None:
    for path, params in lists(api, scene):
        for limit in (1, 200):
            assert len((await api.get(path, **params, limit=limit))["items"]) <= limit


GARBLED = {
    "empty": "",
    "no base64": "x",
    "no ASCII": "é",
    "no JSON": "AAAA",
    "null": "bnVsbA==",
    "too long": "a" * 201,
    "nothing": cursor(),
    "no id": cursor("2027-01-01T00:00:00Z"),
    "an id that is none": cursor("2027-01-01T00:00:00Z", "abc"),
    "no zone": cursor("2027-01-01T00:00:00", NOBODY),
    "no such date": cursor("2027-02-29T00:00:00Z", NOBODY),
    "too much": cursor("2027-01-01T00:00:00Z", NOBODY, 1),
    "after the last instant": cursor("9999-12-31T23:59:59-23:59", NOBODY),
    "before the first instant": cursor("0001-01-01T00:00:00+23:59", NOBODY),
    "other types": cursor({}, []),
    "SQL": cursor("' OR 1=1 --", NOBODY),
}


@pytest.mark.parametrize("garbled", GARBLED.values(), ids=GARBLED)
async def test_a_garbled_cursor_is_refused(api: Api, scene: Scene, garbled: str) -> None:
    for path, params in lists(api, scene):
        answer = await api.ask("GET", path, params={**params, "cursor": garbled})
        assert pointers(invalid(answer)) == ["/cursor"]


async def test_a_cursor_of_another_list_opens_no_list(api: Api) -> None:
    pair = await given.a_pair(api)
    other = await given.a_pair(api)
    for one in (pair, other):
        for _ in range(3):
            await given.a_message(api, one, one.a)
    foreign = (await api.get(f"{other.path}/messages", limit=1))["next_cursor"]
    own = {message["id"] for message in await api.all_of(f"{pair.path}/messages")}
    page = await api.get(f"{pair.path}/messages", cursor=foreign)
    assert {message["id"] for message in page["items"]} <= own


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1/conversations", "person_id"),
        ("{pair}/allowance", "person_id"),
        ("{pair}/messages/{message}", "sender_id"),
    ],
)
async def test_who_asks_must_be_named_once_and_by_an_id(
    api: Api, scene: Scene, path: str, name: str
) -> None:
    path = path.format(pair=scene.pair.path, message=scene.message)
    method = "DELETE" if name == "sender_id" else "GET"
    queries = [
        "",
        f"{name}=",
        f"{name}=abc",
        f"{name}=%00",
        f"{name}={scene.pair.a}x",
        f"{name}={scene.pair.a}&{name}={scene.pair.b}",
        f"{name}={scene.pair.b}&{name}={scene.pair.a}",
        f"{name}={scene.pair.a}&{name}={scene.pair.a}",
    ]
    for query in queries:
        answer = await api.ask(method, f"{path}?{query}")
        assert pointers(invalid(answer)) == [f"/{name}"], query


@pytest.mark.parametrize("name", ["limit", "cursor", "person_id", "order"])
async def test_no_parameter_is_taken_twice(api: Api, scene: Scene, name: str) -> None:
    first = await api.get(f"{scene.pair.path}/messages", limit=1)
    values = {"limit": "1", "person_id": scene.pair.a, "order": "asc"}
    value = values.get(name, first["next_cursor"] or cursor("2027-01-01T00:00:00Z", NOBODY))
    answer = await api.ask("GET", f"{scene.pair.path}/messages?{name}={value}&{name}={value}")
    assert pointers(invalid(answer)) == [f"/{name}"]


async def test_no_operation_takes_any_parameter_twice(api: Api, scene: Scene) -> None:
    for operation in api.description.of_services:
        signed = operation.described["operationId"] == "take_payment_webhook"
        if operation.path.startswith("/v1/") and not signed:
            path = scene.path(operation)
            answer = await api.ask(operation.method, f"{path}?x=1&x=2", json={})
            assert pointers(invalid(answer)) == ["/x"]


@pytest.mark.parametrize("order", ["", "up", "ASC", "asc,desc", "created_at"])
async def test_an_order_is_asc_or_desc(api: Api, scene: Scene, order: str) -> None:
    answer = await api.ask("GET", f"{scene.pair.path}/messages", params={"order": order})
    problem = invalid(answer)
    assert pointers(problem) == ["/order"]
    assert problem["detail"].endswith("give one of: asc, desc.")


@pytest.mark.parametrize("email", ["a%00b@example.org", "%00", "x" * 255])
async def test_nobody_is_looked_up_by_what_is_no_address(
    api: Api, scene: Scene, email: str
) -> None:
    answer = await api.ask("GET", f"/v1/persons?email={email}")
    assert pointers(invalid(answer)) == ["/email"]


@pytest.mark.parametrize("email", ["' OR '1'='1", "%", "*", "_@example.org", "nobody@x.org"])
async def test_an_address_nobody_has_finds_nobody(api: Api, scene: Scene, email: str) -> None:
    assert (await api.get("/v1/persons", email=email))["items"] == []
