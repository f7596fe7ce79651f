"""The methods that every route has besides its own: HEAD and OPTIONS."""

from typing import cast

from attrs import frozen
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp, Message, Receive, Scope, Send

_HEAD = "kithkin.head"


@frozen
class Methods:
    """Answers HEAD as GET without the body, and OPTIONS with all methods of a path."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        method = scope["method"] if scope["type"] == ScopeType.HTTP else None
        if method == "HEAD":
            await self._head(scope, receive, send)
        elif method == "OPTIONS":
            await self._options(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _head(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        asked = cast("Scope", {**scope, "method": "GET", _HEAD: True})
        await self.app(asked, receive, send_without_body)
        # What the log and the figures ask for.
        for name in ("path_template", "path_params"):
            if name in asked:
                scope[name] = asked[name]

    async def _options(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Complete the Allow header; Litestar's own names one route's methods only."""

        async def send_all(message: Message) -> None:
            if message["type"] == "http.response.start" and "path_template" in scope:
                MutableScopeHeaders(message)["allow"] = ", ".join(sorted(_methods_of(scope)))
            await send(message)

        await self.app(scope, receive, send_all)


def asks_for_head_only(scope: Scope) -> bool:
    """Tell whether a GET was a HEAD, for answers that would not come to an end."""
    return _HEAD in scope


def _methods_of(scope: Scope) -> set[str]:
    methods = {
        str(method)
        for route in scope["litestar_app"].routes
        if isinstance(route, HTTPRoute) and route.path_format == scope["path_template"]
        for method in route.methods
    }
    return {*methods, "HEAD"} if "GET" in methods else methods
