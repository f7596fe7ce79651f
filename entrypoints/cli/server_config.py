"""How uvicorn serves the API."""

import logging
from asyncio import CancelledError
from collections.abc import Callable
from typing import Any

import rich_click as click
from uvicorn import Config

from entrypoints.cli.bounded_protocol import BoundedProtocol
from entrypoints.http.broken_off import breaks_off

Application = Callable[..., Any]
"""What ASGI is spoken with."""

DRAIN_SECONDS = 8  # less than the ten that container runtimes wait before they kill

_LIMITS: dict[str, Any] = {
    "backlog": 2048,
    "timeout_keep_alive": 75,  # over the 60 s for which load balancers keep connections
    "timeout_graceful_shutdown": DRAIN_SECONDS,
    "timeout_worker_healthcheck": 30,
}
_LOGS = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "broken_off": {"()": "entrypoints.cli.server_config.BrokenOff"},
        "told": {"()": "entrypoints.cli.bounded_protocol.Told"},
    },
    "handlers": {"lines": {"class": "entrypoints.http.logs.Lines"}},
    "loggers": {
        "uvicorn.error": {
            "level": "WARNING",
            "filters": ["broken_off", "told"],
            "handlers": ["lines"],
            "propagate": False,
        }
    },
}


class BrokenOff(logging.Filter):
    """Drops the trace of a request that the end of the server broke off: no error made it.

    And that of a document that broke off where the store went away: it has a line of its own.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether to keep a record."""
        error = record.exc_info[1] if record.exc_info else None
        return not (isinstance(error, CancelledError) or breaks_off(error))


def server_config(
    app: Application | str,
    *,
    factory: bool = False,
    workers: int = 1,
) -> Config:
    """Configure uvicorn for an application, or for the import path of its factory."""
    return Config(
        app,
        factory=factory,
        workers=workers,
        loop="uvloop",
        http=BoundedProtocol,
        ws="none",
        lifespan="on",
        interface="asgi3",
        log_config=_LOGS,
        access_log=False,
        proxy_headers=False,  # the application knows whom to believe
        server_header=False,
        **_LIMITS,
    )


def did_not_start() -> click.ClickException:
    """Give the error for an application that logged why it does not start."""
    return click.ClickException("The API did not start; the lines above say why.")
