"""Log lines, for a person or for a program."""

import logging
import sys
import traceback
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO, cast
from uuid import UUID

import msgspec
import structlog

from entrypoints.settings import LogFormat

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request that is being served."""

PERSON_ID: ContextVar[UUID | None] = ContextVar("person_id", default=None)
"""The id of the person that this request names or acts for."""

_LIBRARIES = ("asyncio", "opentelemetry")


class Lines(logging.Handler):
    """Writes what a library logs as one of our own lines."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        structlog.get_logger(record.name).log(
            record.levelno, record.getMessage().partition("\n")[0], exc_info=record.exc_info
        )


_JSON = msgspec.json.Encoder(enc_hook=str)


def _json(line: object, **_: object) -> str:
    return _JSON.encode(line).decode()


def _completed(
    _: object, level: str, line: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Add what every line has, in one step, as there is one for each request."""
    line["level"] = level
    line["timestamp"] = datetime.now(UTC).isoformat(timespec="microseconds")[:-6] + "Z"
    request_id = REQUEST_ID.get()
    if request_id is not None:
        line["request_id"] = request_id
        person_id = PERSON_ID.get()
        if person_id is not None:
            line["person_id"] = str(person_id)
    if "exc_info" in line:
        _without_message(line)
    return line


def _without_message(line: structlog.typing.EventDict) -> None:
    """Show an error by where it came up: its message may repeat what a person wrote."""
    error = line.pop("exc_info")
    if error is True:
        error = sys.exc_info()
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        line["exception"] = "\n".join(_traces(error))


def _traces(error: BaseException) -> Iterator[str]:
    shown: BaseException | None = error
    while shown is not None:
        yield "Traceback (most recent call last):"
        yield from (part.rstrip() for part in traceback.format_tb(shown.__traceback__))
        yield f"{type(shown).__module__}.{type(shown).__qualname__}"
        shown = shown.__cause__ or (None if shown.__suppress_context__ else shown.__context__)


class _StandardError:
    """Standard error as it is when a line is written: a program may change it."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def configure_logs(log_format: LogFormat) -> None:
    """Write log lines to standard error in a format."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(serializer=_json)
        if log_format is LogFormat.JSON
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    # Its pool reports a database that is away by tracebacks of its own; we log that ourselves.
    logging.getLogger("asyncpg").setLevel(logging.CRITICAL)
    for name in _LIBRARIES:
        library = logging.getLogger(name)
        library.handlers, library.propagate = [Lines(logging.WARNING)], False
    structlog.configure(
        processors=[_completed, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=cast("TextIO", _StandardError())),
        cache_logger_on_first_use=True,
    )
