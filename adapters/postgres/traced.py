"""Connections that tell OpenTelemetry of each statement, and of no value in it."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import asyncpg
from opentelemetry import trace
from opentelemetry.trace import SpanKind, Status, StatusCode

T = TypeVar("T")

_tracer = trace.get_tracer("kithkin.postgres")


class TracedConnection(asyncpg.Connection):
    """A connection of asyncpg's whose statements are spans.

    A span has the statement's text, in which parameters are $1, $2, and the name of an
    error's type; an error's message may repeat what a person wrote.
    """

    async def fetch(self, query: str, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as asyncpg has it
        """Run a statement and give its rows."""
        return await _in_span(
            query, lambda: super(TracedConnection, self).fetch(query, *args, **kwargs)
        )

    async def fetchval(self, query: str, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as asyncpg has it
        """Run a statement and give one value."""
        return await _in_span(
            query, lambda: super(TracedConnection, self).fetchval(query, *args, **kwargs)
        )

    async def executemany(self, command: str, *args: Any, **kwargs: Any) -> None:
        """Run a statement once for each row."""
        await _in_span(
            command, lambda: super(TracedConnection, self).executemany(command, *args, **kwargs)
        )

    async def execute(self, query: str, *args: Any, **kwargs: Any) -> str:
        """Run statements, such as those that begin and end a transaction."""
        return await _in_span(
            query, lambda: super(TracedConnection, self).execute(query, *args, **kwargs)
        )


async def _in_span(query: str, run: Callable[[], Awaitable[T]]) -> T:
    operation = query.split(maxsplit=1)[0].rstrip(";").upper()
    with _tracer.start_as_current_span(
        operation,
        kind=SpanKind.CLIENT,
        attributes={
            "db.system.name": "postgresql",
            "db.operation.name": operation,
            "db.query.text": query,
        },
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        try:
            return await run()
        except BaseException as error:
            span.set_attribute("error.type", type(error).__qualname__)
            span.set_status(Status(StatusCode.ERROR))
            raise
