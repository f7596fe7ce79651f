"""An answer that breaks off is logged and counted as any other, and traced without its error."""

from typing import Any

import pytest
import structlog
from litestar.types import ASGIApp, Receive, Scope, Send
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from adapters.prometheus import Figures
from entrypoints.http import tracing
from entrypoints.http.request_log import RequestLog
from entrypoints.http.security import SecurityHeaders

PRIVATE = "what a person wrote"
ROUTE = "/v1/persons/{person_id}/export"


async def breaks_off(scope: Scope, receive: Receive, send: Send) -> None:
    scope["path_template"] = ROUTE
    scope["path_params"] = {}
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise ValueError(PRIVATE)


async def ask(app: ASGIApp) -> None:
    async def send(_: object) -> None:
        pass

    scope: Any = {"type": "http", "method": "GET", "path": "/x", "headers": []}
    with pytest.raises(ValueError, match=PRIVATE):
        await app(scope, None, send)  # type: ignore[arg-type]


async def test_it_has_its_line_and_its_count() -> None:
    figures = Figures()
    with structlog.testing.capture_logs() as lines:
        await ask(RequestLog(breaks_off, figures, SecurityHeaders(0)))
    (line,) = lines
    assert (line["event"], line["route"], line["status"]) == ("request", ROUTE, 200)
    figures.pour()
    counted = f'kithkin_http_requests_total{{method="GET",route="{ROUTE}",status="200"}} 1.0'
    assert counted in figures.text().decode()


async def test_its_span_does_not_hold_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(tracing, "_tracer", provider.get_tracer("test"))
    await ask(tracing.Traced(breaks_off))
    (span,) = exporter.get_finished_spans()
    assert PRIVATE not in span.to_json()
    assert span.name == f"GET {ROUTE}"
    assert span.status.status_code.name == "ERROR"
