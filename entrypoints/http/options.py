"""Answering OPTIONS with all methods of a path."""

from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.routes import HTTPRoute
from litestar.types import Message, Scope


async def list_all_methods(message: Message, scope: Scope) -> None:
    """Complete the Allow header; Litestar's own names one route's methods only."""
    if (
        scope["type"] == ScopeType.HTTP
        and scope["method"] == "OPTIONS"
        and message["type"] == "http.response.start"
    ):
        for route in scope["litestar_app"].routes:
            if isinstance(route, HTTPRoute) and route.path_format == scope.get("path_template"):
                MutableScopeHeaders(message)["allow"] = ", ".join(sorted(route.methods))
