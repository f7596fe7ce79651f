"""Who asks, and whether their key's scope covers it."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler

from domain.identity.service_keys import Scope
from entrypoints.wiring.kithkin import Kithkin

PUBLIC = {"public": True}
ADMIN = {"scope": Scope.ADMIN}

_SCHEME = "bearer"
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="kithkin"'}


async def authorize(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """Let a request pass whose service key covers its route.

    Raises:
        NotAuthorizedException: There is no such key, or it was revoked.
        PermissionDeniedException: The key's scope does not cover the route.
    """
    method = str(connection.scope.get("method", ""))
    if handler.opt.get("public") or method == "OPTIONS":
        return
    given = connection.headers.getall("authorization", [""])
    scheme, _, secret = given[0].partition(" ")
    if len(given) > 1 or scheme.lower() != _SCHEME or not secret:
        raise NotAuthorizedException(
            detail="Send 'Authorization: Bearer kk_service_...'; keys are made with "
            "'kithkin keys create'.",
            headers=_CHALLENGE,
        )
    kithkin: Kithkin = connection.app.state.kithkin
    key = await kithkin.identity.authenticate_service()(secret.strip())
    if key is None:
        raise NotAuthorizedException(
            detail="This key is not known, or was revoked; make one with 'kithkin keys create'.",
            headers=_CHALLENGE,
        )
    needed = handler.opt.get("scope") or _scope_of(method)
    if not key.scope.covers(needed):
        raise PermissionDeniedException(
            detail=f"This needs a key of scope '{needed}'; this key's scope is '{key.scope}'."
        )
    connection.scope["auth"] = key


def _scope_of(method: str) -> Scope:
    return Scope.READ if method in {"GET", "HEAD"} else Scope.WRITE
