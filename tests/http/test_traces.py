"""One trace holds a request and its statements, and nothing that anybody wrote."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest
import pytest_asyncio
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from adapters.postgres.executor import Executor
from domain.identity.service_keys import Scope
from entrypoints.http.app import create_app
from entrypoints.settings import Settings, SettingsError
from entrypoints.wiring import tracing
from entrypoints.wiring.kithkin import Kithkin, on_postgres
from tests.http.api import fresh

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


@pytest.fixture(scope="module")
def spans() -> InMemorySpanExporter:
    """Where the spans of this process go; a provider is set once, and is then kept."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return exporter


@pytest_asyncio.fixture(scope="module")
async def kithkin(database: str, spans: InMemorySpanExporter) -> AsyncIterator[Kithkin]:
    kithkin = on_postgres(Settings(database_url=database, tracing=True), database)
    await kithkin.open()
    yield kithkin
    await kithkin.close()


@pytest_asyncio.fixture
async def client(kithkin: Kithkin, spans: InMemorySpanExporter) -> AsyncIterator[httpx.AsyncClient]:
    key = await kithkin.identity.create_key()(Scope.ADMIN)
    headers = {"Authorization": f"Bearer {key.secret}"}
    app: Any = create_app(kithkin)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://k", headers=headers
    ) as client:
        spans.clear()
        yield client


async def a_pair(client: httpx.AsyncClient, name: str) -> tuple[str, str]:
    ids = [(await client.post("/v1/persons", json={"name": name})).json()["id"] for _ in range(2)]
    opened = await client.post("/v1/conversations", json={"kind": "pair", "participants": ids})
    return opened.json()["id"], ids[0]


def requests(spans: Sequence[ReadableSpan]) -> list[ReadableSpan]:
    return [span for span in spans if span.kind is SpanKind.SERVER]


def statements(spans: Sequence[ReadableSpan]) -> list[ReadableSpan]:
    return [span for span in spans if span.kind is SpanKind.CLIENT]


def attribute(span: ReadableSpan, name: str) -> object:
    assert span.attributes is not None
    return span.attributes.get(name)


def is_child(span: ReadableSpan, parent: ReadableSpan) -> bool:
    assert span.context is not None
    assert parent.context is not None
    assert span.parent is not None
    above = (parent.context.trace_id, parent.context.span_id)
    return (span.context.trace_id, span.parent.span_id) == above


async def test_a_send_is_one_trace_with_its_two_statements(
    client: httpx.AsyncClient, spans: InMemorySpanExporter
) -> None:
    secret = fresh("secret")
    conversation, sender = await a_pair(client, secret)
    path, message = (
        f"/v1/conversations/{conversation}/messages",
        {"sender_id": sender, "text": secret},
    )
    await client.post(path, json=message)  # the key is remembered from now on
    spans.clear()
    answer = await client.post(
        path, json=message, headers={"traceparent": PARENT, "Idempotency-Key": secret}
    )
    assert answer.status_code == 201
    done = spans.get_finished_spans()
    (request,) = requests(done)
    assert request.name == "POST /v1/conversations/{conversation_id}/messages"
    assert request.context is not None
    assert f"{request.context.trace_id:032x}" == TRACE
    assert attribute(request, "http.route") == "/v1/conversations/{conversation_id}/messages"
    assert attribute(request, "http.response.status_code") == 201
    assert attribute(request, "kithkin.request_id") == answer.headers["x-request-id"]
    assert len(statements(done)) == 2
    for statement in statements(done):
        assert is_child(statement, request)
        assert attribute(statement, "db.system.name") == "postgresql"
        assert "$1" in str(attribute(statement, "db.query.text"))
    shown = "".join(span.to_json() for span in done)
    for value in (secret, sender, conversation, "kk_service_"):
        assert value not in shown


async def test_a_transaction_is_in_the_trace_from_its_beginning_to_its_end(
    client: httpx.AsyncClient, spans: InMemorySpanExporter
) -> None:
    await client.post("/v1/persons", json={"name": "Ana"})
    names = [span.name for span in statements(spans.get_finished_spans())]
    assert names[-1] == "COMMIT"
    assert "BEGIN" in names
    assert "INSERT" in names or "WITH" in names


async def test_what_postgresql_refuses_is_told_without_the_value(
    client: httpx.AsyncClient, spans: InMemorySpanExporter
) -> None:
    email = f"{fresh('zoe')}@example.org"
    body = {"name": "Zoe", "email": email}
    assert (await client.post("/v1/persons", json=body)).status_code == 201
    spans.clear()
    assert (await client.post("/v1/persons", json=body)).status_code == 409
    done = spans.get_finished_spans()
    shown = "".join(span.to_json() for span in done)
    assert email not in shown
    assert "Zoe" not in shown
    (request,) = requests(done)
    assert request.status.status_code is StatusCode.UNSET


async def test_an_error_of_a_statement_names_its_type_alone(
    kithkin: Kithkin, spans: InMemorySpanExporter
) -> None:
    spans.clear()
    store = kithkin.ports.store()
    assert isinstance(store, Executor)
    async with store.connections.lent() as connection:
        with pytest.raises(Exception, match="zoe"):
            await connection.fetchval("SELECT $1::text::integer", "zoe@example.org")
    (span,) = spans.get_finished_spans()
    assert span.status.status_code is StatusCode.ERROR
    assert attribute(span, "error.type") == "InvalidTextRepresentationError"
    assert "zoe" not in span.to_json()


async def test_a_path_that_no_route_takes_is_not_shown(
    client: httpx.AsyncClient, spans: InMemorySpanExporter
) -> None:
    await client.get("/v1/zoe@example.org", params={"zoe": "zoe"})
    (request,) = requests(spans.get_finished_spans())
    assert request.name == "GET"
    assert "zoe" not in request.to_json()


async def test_without_the_setting_there_are_no_spans(
    database: str, spans: InMemorySpanExporter
) -> None:
    kithkin = on_postgres(Settings(database_url=database), database)
    await kithkin.open()
    spans.clear()
    app: Any = create_app(kithkin)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://k") as client:
        assert (await client.get("/health/ready")).status_code == 200
    await kithkin.close()
    assert spans.get_finished_spans() == ()


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch, database: str) -> None:
    monkeypatch.setattr(tracing, "find_spec", lambda _: None)
    with pytest.raises(SettingsError, match=r"pip install 'kithkin\[otel\]'"):
        on_postgres(Settings(tracing=True), database)
