"""`kithkin serve` sends spans to where OpenTelemetry's own variables say."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import SimpleQueue
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.cli.served import PATIENCE_SECONDS, serve

NOBODY = "http://127.0.0.1:9"


@contextmanager
def collecting() -> Iterator[tuple[str, "SimpleQueue[tuple[str, bytes]]"]]:
    """A collector on loopback: its address, and what comes in."""
    taken: SimpleQueue[tuple[str, bytes]] = SimpleQueue()

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.put((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Collector)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", taken
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_last_spans_are_sent_at_the_stop() -> None:
    with collecting() as (url, taken):
        on = {"KITHKIN_TRACING": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": url}
        # So long that only the stop sends anything.
        later = {"OTEL_BSP_SCHEDULE_DELAY": "600000"}
        with serve("--memory", **on, **later) as server:
            with server.client() as client:
                assert client.get("/v1/persons").status_code == 200
            assert taken.empty()
            server.stop(signal.SIGTERM)
            assert server.process.returncode == 0
        path, body = taken.get(timeout=PATIENCE_SECONDS)
    assert path == "/v1/traces"
    (resource,) = ExportTraceServiceRequest.FromString(body).resource_spans
    named = {one.key: one.value.string_value for one in resource.resource.attributes}
    assert named["service.name"] == "kithkin"
    names = [span.name for scope in resource.scope_spans for span in scope.spans]
    assert names == ["GET /v1/persons"]


def test_a_collector_that_is_away_holds_up_nothing() -> None:
    on = {"KITHKIN_TRACING": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": NOBODY}
    with serve("--memory", **on, KITHKIN_LOG_FORMAT="json") as server:
        with server.client() as client:
            assert client.get("/v1/persons").status_code == 200
        began = time.monotonic()
        server.stop(signal.SIGTERM)
        assert time.monotonic() - began < PATIENCE_SECONDS / 2
        assert server.process.returncode == 0
        assert all(line.startswith("{") for line in server.errors.splitlines())
