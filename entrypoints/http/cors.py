"""Which pages in browsers may call the API."""

from http import HTTPStatus

from attrs import frozen
from litestar.config.cors import CORSConfig
from litestar.datastructures import Headers
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from entrypoints.http.idempotency import HEADER, REPLAYED
from entrypoints.http.problems import problem_of, send_problem
from entrypoints.network_settings import listed
from entrypoints.settings import Settings

_HARMLESS = ("Accept", "Accept-Language", "Content-Language")
"""Headers that browsers send without asking, and that some ask for all the same."""


def cors_config(settings: Settings) -> CORSConfig | None:
    """Let pages of the settings' origins call the API, with keys that they hold; else none."""
    if settings.cors_origins is None:
        return None
    return CORSConfig(
        allow_origins=listed(settings.cors_origins),
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=["Authorization", "Content-Type", HEADER, "Last-Event-ID", "X-Request-ID"],
        expose_headers=[REPLAYED, "Retry-After", "X-Request-ID"],
        allow_credentials=False,
        max_age=600,
    )


@frozen
class Preflights:
    """Refuses what a page may not ask for, as any other request is refused.

    Attributes:
        app: What serves the requests, and answers the preflights of pages that may ask.
        config: Which pages may ask, and for what.
    """

    app: ASGIApp
    config: CORSConfig

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] == ScopeType.HTTP and scope["method"] == "OPTIONS":
            detail = self._refusal(Headers.from_scope(scope))
            if detail is not None:
                problem = problem_of(
                    HTTPStatus.BAD_REQUEST,
                    detail,
                    code="cross_origin_refused",
                    instance=scope["path"],
                )
                await send_problem(send, problem)
                return
        await self.app(scope, receive, send)

    def _refusal(self, headers: Headers) -> str | None:
        origin = headers.get("origin")
        if origin is None:
            return None
        if not self.config.is_origin_allowed(origin):
            return (
                "Pages of this origin may not call the API; the operator names those that may in "
                "KITHKIN_CORS_ORIGINS."
            )
        method = headers.get("access-control-request-method")
        if method is not None and method not in self.config.allow_methods:
            return f"Pages may call the API by {', '.join(self.config.allow_methods)} only."
        asked = headers.get("access-control-request-headers", "").split(",")
        allowed = {name.lower() for name in (*self.config.allow_headers, *_HARMLESS)}
        if any(name.strip().lower() not in allowed for name in asked if name.strip()):
            return f"Pages may send these headers only: {', '.join(self.config.allow_headers)}."
        return None
