"""What a request must pass before its route sees it."""

from typing import Any

from attrs import frozen
from litestar import Request

from entrypoints.http.authentication import authorize
from entrypoints.http.limits import within_limits
from entrypoints.http.naming import name_person_of_address
from entrypoints.http.pace import Pace, address_of, require_pace

UNPACED = {"unpaced": True}


@frozen
class Admission:
    """Lets requests pass that are authorized and within limits.

    Attributes:
        addresses: How fast they may come from one address.
        keys: How fast they may come with one service key.
    """

    addresses: Pace | None
    keys: Pace | None

    async def admit(self, request: Request[Any, Any, Any]) -> None:
        """Let a request pass.

        As one hook rather than guards, for which Litestar copies the route each time, and of
        which it runs in a thread those that await nothing.
        """
        handler, scope = request.route_handler, request.scope
        if self.addresses is not None and "unpaced" not in handler.opt:
            require_pace(self.addresses, address_of(scope))
        await authorize(request, handler)
        if self.keys is not None and (key := scope.get("auth")) is not None:
            require_pace(self.keys, key.id)
        within_limits(request, handler)
        name_person_of_address(scope)
