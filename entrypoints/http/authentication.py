"""Who asks, and whether their credential covers it."""

from collections.abc import Mapping
from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler

from domain.identity.service_keys import Scope, ServiceKey
from domain.identity.sessions import PREFIX as USER_PREFIX
from domain.identity.sessions import LoginSession
from entrypoints.wiring.kithkin import Kithkin

PUBLIC = {"public": True}
ADMIN = {"scope": Scope.ADMIN}
FOR_PERSONS = {"persons": "too"}
"""A route that a person's own token opens too, to act as that person only."""
FOR_PERSONS_ONLY = {"persons": "only"}
"""A route about whoever asks."""
FOR_ANYONE = {"persons": "too", "anyone": True}
"""A route that takes a credential, but needs none."""

_SCHEME = "bearer"
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="kithkin"'}
_UNKNOWN_KEY = "This key is not known, or was revoked; make one with 'kithkin keys create'."
_UNKNOWN_TOKEN = "This token is not known, or its session is over; sign in again."  # noqa: S105 - no token
_NO_CREDENTIAL = (
    "Send 'Authorization: Bearer kk_service_...', a key made with 'kithkin keys create', or "
    "'Bearer kk_user_...', the token of a person who signed in."
)


async def authorize(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """Let a request pass whose credential covers its route.

    Raises:
        NotAuthorizedException: There is no such credential, or it is taken no longer.
        PermissionDeniedException: The credential does not cover the route.
    """
    method = str(connection.scope.get("method", ""))
    opt = handler.opt
    if opt.get("public") or method == "OPTIONS":
        return
    given = connection.headers.getall("authorization", [])
    if not given and opt.get("anyone"):
        connection.scope["auth"] = None
        return
    scheme, _, secret = given[0].partition(" ") if given else ("", "", "")
    if len(given) > 1 or scheme.lower() != _SCHEME or not secret:
        raise NotAuthorizedException(detail=_NO_CREDENTIAL, headers=_CHALLENGE)
    kithkin: Kithkin = connection.app.state.kithkin
    secret = secret.strip()
    if secret.startswith(USER_PREFIX):
        connection.scope["auth"] = await _person(kithkin, secret, opt.get("persons"))
    else:
        connection.scope["auth"] = await _service(kithkin, secret, method, opt)


async def still_authorized(request: ASGIConnection[Any, Any, Any, Any]) -> bool:
    """Tell whether the credential of a request whose answer goes on is still taken."""
    try:
        await authorize(request, request.scope["route_handler"])
    except NotAuthorizedException:
        return False
    return True


async def _person(kithkin: Kithkin, secret: str, persons: str | None) -> LoginSession:
    session = await kithkin.sign_in.authenticate_person()(secret)
    if session is None:
        raise NotAuthorizedException(detail=_UNKNOWN_TOKEN, headers=_CHALLENGE)
    if persons is None:
        raise PermissionDeniedException(
            detail="This is for an app's own backend; a person's token does not cover it."
        )
    return session


async def _service(
    kithkin: Kithkin, secret: str, method: str, opt: Mapping[str, Any]
) -> ServiceKey:
    key = await kithkin.identity.authenticate_service()(secret)
    if key is None:
        raise NotAuthorizedException(detail=_UNKNOWN_KEY, headers=_CHALLENGE)
    if opt.get("persons") == "only":
        raise PermissionDeniedException(
            detail="This is about the person who asks; it needs a person's token, kk_user_..."
        )
    needed = opt.get("scope") or _scope_of(method)
    if not key.scope.covers(needed) and not opt.get("anyone"):
        raise PermissionDeniedException(
            detail=f"This needs a key of scope '{needed}'; this key's scope is '{key.scope}'."
        )
    return key


def _scope_of(method: str) -> Scope:
    return Scope.READ if method in {"GET", "HEAD"} else Scope.WRITE
