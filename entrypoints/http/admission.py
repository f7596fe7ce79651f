"""What a request must pass before its route sees it."""

from typing import Any

from attrs import frozen
from litestar import Request

from domain.identity.sessions import LoginSession
from entrypoints.http.authentication import authorize
from entrypoints.http.clients import client_of
from entrypoints.http.limits import within_limits
from entrypoints.http.logged_person import name_person, name_person_of_address
from entrypoints.http.pace import Pace, require_pace

UNPACED = {"unpaced": True}


@frozen
class Admission:
    """Lets requests pass that are authorized and within limits.

    Attributes:
        addresses: How fast they may come from one address.
        keys: How fast they may come with one service key, or from one person.
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
            require_pace(self.addresses, client_of(scope))
        await authorize(request, handler)
        asker = scope.get("auth")
        person_id = asker.person_id if isinstance(asker, LoginSession) else None
        if self.keys is not None and asker is not None:
            require_pace(self.keys, person_id or asker.id)
        within_limits(request, handler)
        if person_id is None:
            name_person_of_address(scope)
        else:
            name_person(person_id)
