"""Log lines, for a person or for a program."""

import logging
import sys
from contextvars import ContextVar

import msgspec
import structlog

from entrypoints.settings import LogFormat

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request that is being served."""


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


def _with_request_id(
    _: object, __: str, line: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    request_id = REQUEST_ID.get()
    if request_id is not None:
        line["request_id"] = request_id
    return line


def configure_logs(log_format: LogFormat) -> None:
    """Write log lines to standard error in a format."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(serializer=_json)
        if log_format is LogFormat.JSON
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    # Its pool reports a database that is away by tracebacks of its own; we log that ourselves.
    logging.getLogger("asyncpg").setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[
            _with_request_id,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
