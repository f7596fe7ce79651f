"""The API's description is complete, and can be read without the internet."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from tests.http.api import Api, asking
from tests.http.conformance import Operation
from tests.http.test_idempotency import SECRETS

ALWAYS = {"401", "403", "429", "503"}
WITH_BODY = {"400", "408", "413", "415", "422"}
WEBHOOKS = "/v1/webhooks/"
PUBLIC = ("/health/", "/metrics", WEBHOOKS)
PAGES = ("/schema", "/schema/", "/schema/swagger")
OUTSIDE = re.compile(r"^(?:[a-z]+:)?//", re.IGNORECASE)
NAMED = re.compile(r"""<(?:script|link|img|iframe|a)\b[^>]*?(?:src|href)\s*=\s*["']([^"']*)""")
FETCHED_BY_STYLE = re.compile(r"""@import[^;]*|url\(\s*["']?([^"')]*)""")


def keyed(api: Api) -> list[Operation]:
    """The operations that need a key."""
    return [one for one in api.description.operations if not one.path.startswith(PUBLIC)]


def responses(operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = operation.described["responses"]
    return found


async def test_it_is_openapi_3_1(api: Api) -> None:
    answer = await api.client.get("/schema/openapi.json")
    assert answer.headers["content-type"] == "application/vnd.oai.openapi+json"
    document = answer.json()
    assert document["openapi"].startswith("3.1.")
    OPENAPI_31_VALIDATOR.validate(document)
    assert document["info"]["title"] == "Kithkin"
    assert [server["url"] for server in document["servers"]] == ["/"]


async def test_both_kinds_of_server_are_described_alike(in_memory: Api, on_postgres: Api) -> None:
    assert in_memory.description.document == on_postgres.description.document


async def test_each_operation_says_what_it_is_for(api: Api) -> None:
    operations = api.description.operations
    summaries = [operation.described["summary"] for operation in operations]
    assert all(summary and not summary.endswith(".") for summary in summaries)
    assert not [summary for summary in summaries if "\n" in summary]
    assert len(set(summaries)) == len(summaries)
    names = [operation.described["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert all(operation.described["tags"] for operation in operations)


async def test_each_operation_lists_the_errors_that_all_have(api: Api) -> None:
    for operation in keyed(api):
        listed = set(responses(operation))
        assert listed >= ALWAYS
        assert ("404" in listed) or "{" not in operation.path
        if "requestBody" in operation.described:
            assert listed >= WITH_BODY
        if operation.described.get("parameters") and operation.method == "GET":
            assert "422" in listed or all(
                parameter["in"] == "path" for parameter in operation.described["parameters"]
            )


async def test_no_operation_lists_what_it_cannot_answer(api: Api) -> None:
    for operation in api.description.operations:
        listed = set(responses(operation))
        if operation.path.startswith(WEBHOOKS):
            assert {"400", "404"} < listed
        elif "requestBody" not in operation.described:
            assert not listed & {"400", "408", "415"}, operation
        if operation not in keyed(api):
            assert not listed & {"401", "403"}, operation
        assert not listed & {"500", "default"}


async def test_every_error_is_a_problem(api: Api) -> None:
    for operation in api.description.operations:
        for status, response in responses(operation).items():
            assert response["description"]
            if status >= "400":
                assert list(response["content"]) == ["application/problem+json"]
                (content,) = response["content"].values()
                assert content["schema"] == {"$ref": "#/components/schemas/Problem"}


async def test_what_needs_a_credential_says_which(api: Api) -> None:
    document = api.description.document
    schemes = document["components"]["securitySchemes"]
    assert schemes.keys() == {"service_key", "user_token"}
    for scheme in schemes.values():
        assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    assert document["security"] == [{"service_key": []}]
    for operation in api.description.operations:
        security = operation.described.get("security", document["security"])
        assert bool(security) == (operation in keyed(api))


async def test_every_post_takes_an_idempotency_key(api: Api) -> None:
    for operation in api.description.operations:
        headers = {
            parameter["name"]: parameter
            for parameter in operation.described.get("parameters", ())
            if parameter["in"] == "header"
        }
        # What a payment provider tells has a key of its own.
        post = operation.method == "POST" and not operation.path.startswith(WEBHOOKS)
        assert ("Idempotency-Key" in headers) == post
        for status, response in responses(operation).items():
            shown = "Idempotency-Replayed" in response.get("headers", {})
            repeated = post and status < "300"
            assert shown == (repeated and operation.described["operationId"] not in SECRETS)


async def test_no_schema_tells_of_our_code(api: Api) -> None:
    schemas: dict[str, Any] = api.description.document["components"]["schemas"]
    assert not [name for name in schemas if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name)]
    for name, schema in schemas.items():
        described = schema.get("description", "")
        assert "Attributes:" not in described, name
        values = re.findall(r"^- `(\w+)`: ", described, re.MULTILINE)
        assert not values or values == schema["enum"], name


def examples(schema: object, where: str = "") -> Iterator[tuple[str, dict[str, Any], object]]:
    """Each example in a schema, with where it stands and what it is an example of."""
    if isinstance(schema, dict):
        for example in (
            schema.get("examples", ()) if isinstance(schema.get("examples"), list) else ()
        ):
            yield where, {k: v for k, v in schema.items() if k != "examples"}, example
        for name, part in schema.items():
            yield from examples(part, f"{where}/{name}")
    elif isinstance(schema, list):
        for number, part in enumerate(schema):
            yield from examples(part, f"{where}/{number}")


async def test_examples_are_valid(api: Api) -> None:
    found = list(examples(api.description.document))
    assert found
    for where, schema, example in found:
        api.description.validate(schema, example, where)


async def test_what_is_sent_may_hold_nothing_else(api: Api) -> None:
    schemas = api.description.document["components"]["schemas"]
    for operation in api.description.operations:
        if "requestBody" in operation.described:
            (content,) = operation.described["requestBody"]["content"].values()
            name = content["schema"]["$ref"].rpartition("/")[2]
            assert schemas[name]["additionalProperties"] is False
            assert operation.described["requestBody"]["required"] is True


@pytest.mark.parametrize("page", PAGES)
async def test_the_pages_fetch_nothing_from_outside(api: Api, page: str) -> None:
    async with asking(api.served, None) as asked:
        shown = await asked.client.get(page)
        assert shown.status_code == 200
        assert shown.headers["content-type"].startswith("text/html")
        named = [url for url in NAMED.findall(shown.text) if not url.startswith("data:")]
        assert named
        for url in named:
            assert not OUTSIDE.match(url), url
            asset = await asked.client.get(urljoin(page, url))
            assert asset.status_code == 200
            assert len(asset.content) > 1000
            if url.endswith(".css"):
                assert asset.headers["content-type"].startswith("text/css")
                fetched = FETCHED_BY_STYLE.findall(asset.text)
                assert not [one for one in fetched if OUTSIDE.match(one)]
            else:
                assert asset.headers["content-type"].startswith("text/javascript")


async def test_the_page_holds_the_description_itself(api: Api) -> None:
    page = (await api.client.get("/schema")).text
    for operation in api.description.operations:
        assert operation.described["summary"] in page
    assert "validatorUrl" not in page
