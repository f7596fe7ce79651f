"""One id and one log line for each request, and what all answers have in common."""

import re
import time
from collections.abc import Mapping
from functools import cached_property
from typing import cast
from uuid import UUID

import structlog
from attrs import frozen
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils import uuid7

from entrypoints.http.logs import PERSON_ID, REQUEST_ID
from entrypoints.http.security import SecurityHeaders, lacking
from entrypoints.wiring.figures import Figures

_HEADER = b"x-request-id"
_TAKEN = re.compile(rb"[\x21-\x7e]{1,128}")
_NO_ROUTE = "none"


@frozen
class RequestLog:
    """Gives each request an id, or takes the one it came with, logs its end and counts it.

    Attributes:
        app: What serves the requests.
        figures: Where they are counted.
        security: Headers of every answer.
    """

    app: ASGIApp
    figures: Figures
    security: SecurityHeaders

    @cached_property
    def _log(self) -> structlog.typing.FilteringBoundLogger:
        # Bound once, as the logger that structlog gives binds itself anew for each line; and
        # not before the first, as a program may change how lines are written until then.
        logger: structlog.typing.FilteringBoundLogger = structlog.get_logger("kithkin.http").bind()
        return logger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        request_id = _request_id(scope)
        method = scope["method"]
        security = self.security.of(scope["path"])
        began = time.perf_counter_ns()
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                given = list(message.get("headers", []))
                message["headers"] = [
                    *given,
                    (_HEADER, request_id.encode()),
                    *lacking(security, given),
                ]
            await send(message)

        bound = REQUEST_ID.set(request_id)
        of_person = PERSON_ID.set(None)
        try:
            await self.app(scope, receive, send_with_id)
        finally:
            took = time.perf_counter_ns() - began
            route: str = scope.get("path_template") or _NO_ROUTE
            self._log.info(
                "request",
                method=method,
                route=route,
                path=_path(scope),
                status=status,
                milliseconds=took // 1_000_000,
            )
            self.figures.request(method, route, status, took / 1_000_000_000)
            PERSON_ID.reset(of_person)
            REQUEST_ID.reset(bound)


def _path(scope: Scope) -> str | None:
    """Give a path that holds nothing but a route's words and ids; others may hold anything."""
    if not scope.get("path_template"):
        return None
    for part in cast("Mapping[str, object]", scope["path_params"]).values():
        if not isinstance(part, UUID):
            return None
    return scope["path"]


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == _HEADER and _TAKEN.fullmatch(value):
            return value.decode()
    return str(uuid7())
