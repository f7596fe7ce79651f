"""What a route has at hand: the application, and who asks."""

from typing import Any, cast

from litestar import Request
from litestar.datastructures import State

from domain.identity.service_keys import ServiceKey
from entrypoints.wiring.kithkin import Kithkin

ApiRequest = Request[None, ServiceKey, State]


def kithkin(request: Request[Any, Any, Any]) -> Kithkin:
    """Give the application that a request is served by."""
    return cast("Kithkin", request.app.state.kithkin)
