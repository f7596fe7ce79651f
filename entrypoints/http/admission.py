"""What a request must pass before its route sees it."""

from typing import Any

from litestar import Request

from entrypoints.http.authentication import authorize
from entrypoints.http.limits import within_limits


async def admit(request: Request[Any, Any, Any]) -> None:
    """Let a request pass that is authorized and within limits.

    As one hook rather than guards, for which Litestar copies the route each time, and of
    which it runs in a thread those that await nothing.
    """
    handler = request.route_handler
    await authorize(request, handler)
    within_limits(request, handler)
