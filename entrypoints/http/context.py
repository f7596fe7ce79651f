"""What a route has at hand: the application, and who asks."""

from typing import Any, cast

from litestar import Request
from litestar.datastructures import State

from domain.identity.service_keys import ServiceKey
from domain.identity.sessions import LoginSession
from entrypoints.wiring.kithkin import Kithkin

ApiRequest = Request[None, ServiceKey | LoginSession | None, State]
"""A request with who asks: a service, a person, or on some routes a client unknown."""


def kithkin(request: Request[Any, Any, Any]) -> Kithkin:
    """Give the application that a request is served by."""
    return cast("Kithkin", request.app.state.kithkin)
