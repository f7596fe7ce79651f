"""A bound on the requests that are served at once."""

from http import HTTPStatus

from attrs import define, field
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from entrypoints.http.problems import MEDIA_TYPE, Problem, encoded

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
    status = HTTPStatus.SERVICE_UNAVAILABLE
    problem = Problem(
        type="urn:kithkin:problem:too_busy",
        title="Too busy",
        status=status,
        detail="Too many requests are being served; nothing was kept. Try again in a moment.",
        instance=path,
        code="too_busy",
    )
    headers = [(b"content-type", MEDIA_TYPE.encode()), (b"retry-after", b"1")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": encoded(problem), "more_body": False})
