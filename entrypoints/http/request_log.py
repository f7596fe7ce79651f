"""One id and one log line for each request."""

import re
import time

import structlog
from attrs import frozen
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils.compat import uuid7

from entrypoints.http.logs import REQUEST_ID

_HEADER = b"x-request-id"
_TAKEN = re.compile(rb"[\x21-\x7e]{1,128}")
_log = structlog.get_logger("kithkin.http")


@frozen
class RequestLog:
    """Gives each request an id, or takes the one it came with, and logs its end."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        request_id = _request_id(scope)
        method = scope["method"]
        began = time.perf_counter_ns()
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message.get("headers", []),
                    (_HEADER, request_id.encode()),
                ]
            await send(message)

        bound = REQUEST_ID.set(request_id)
        try:
            await self.app(scope, receive, send_with_id)
            _log.info(
                "request",
                method=method,
                path=scope["path"],
                status=status,
                milliseconds=(time.perf_counter_ns() - began) // 1_000_000,
            )
        finally:
            REQUEST_ID.reset(bound)


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == _HEADER and _TAKEN.fullmatch(value):
            return value.decode()
    return str(uuid7())
