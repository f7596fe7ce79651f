"""A bound on the requests that are served at once."""

from http import HTTPStatus

from attrs import define, field
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from entrypoints.http.problems import problem_of, send_problem

MOST_AT_ONCE = 900
_LIVE = "/health/live"


@define
class Crowd:
    """Answers 503 at once to what would only wait for the others.

    Attributes:
        app: What serves the requests.
        most: How many it is given at a time.
    """

    app: ASGIApp
    most: int = MOST_AT_ONCE
    _inside: int = field(default=0, init=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != ScopeType.HTTP or scope["path"] == _LIVE:
            await self.app(scope, receive, send)
            return
        if self._inside >= self.most:
            await _refuse(scope["path"], send)
            return
        self._inside += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._inside -= 1


async def _refuse(path: str, send: Send) -> None:
    detail = "Too many requests are being served; nothing was kept. Try again in a moment."
    problem = problem_of(HTTPStatus.SERVICE_UNAVAILABLE, detail, code="too_busy", instance=path)
    await send_problem(send, problem, (b"retry-after", b"1"))
