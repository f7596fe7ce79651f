"""Traces: where spans go, if the settings ask for them."""

import asyncio
import threading
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

from entrypoints.settings import SettingsError

_LAST_SPANS_SECONDS = 2


def require_tracing() -> None:
    """Make sure that the libraries for traces are installed.

    Raises:
        SettingsError: They are not.
    """
    if any(find_spec(name) is None for name in ("opentelemetry", "opentelemetry.sdk")):
        raise SettingsError(
            ("KITHKIN_TRACING: OpenTelemetry is not installed: pip install 'kithkin[otel]'",)
        )


def traced_connection() -> type[Any]:
    """Give the class of connections that tell of each statement.

    Raises:
        SettingsError: The libraries for traces are not installed.
    """
    require_tracing()
    # An optional part of the installation.
    from adapters.postgres.traced import TracedConnection  # noqa: PLC0415

    return TracedConnection


def start_tracing() -> None:
    """Send spans to where the OTEL_ variables say; who set a provider already keeps it.

    Raises:
        SettingsError: The libraries for traces are not installed.
    """
    require_tracing()
    # An optional part of the installation.
    from opentelemetry import trace  # noqa: PLC0415
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    if not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        return
    resource = Resource.create({"service.version": version("kithkin")})
    if str(resource.attributes["service.name"]).startswith("unknown_service"):
        resource = resource.merge(Resource({"service.name": "kithkin"}))
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)


async def send_last_spans() -> None:
    """Send what was not sent yet, for as long as a stop may take."""
    from opentelemetry import trace  # noqa: PLC0415 - an optional part of the installation

    flush = getattr(trace.get_tracer_provider(), "force_flush", None)
    if flush is not None:
        # It takes a limit, but does not keep to it.
        sending = threading.Thread(target=flush, daemon=True)
        sending.start()
        await asyncio.to_thread(sending.join, _LAST_SPANS_SECONDS)
