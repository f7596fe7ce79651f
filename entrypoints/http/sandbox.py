"""The payment sandbox's page, where another provider's own would be."""

from typing import Annotated, Any
from urllib.parse import parse_qs

from litestar import Controller, Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, QueryParameter

from entrypoints.http.authentication import PUBLIC
from entrypoints.http.context import kithkin
from entrypoints.http.sandbox_page import NOTICES, POLICY, missing_page, page_of
from entrypoints.wiring.payments import PAGE_PATH, Action, Card, NotPossibleError, Sandbox

_MOST_FORM_BYTES = 1024
_HEADERS = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}


class SandboxRoutes(Controller):
    """The page of an order: who knows its address may do all that it offers."""

    path = PAGE_PATH
    opt = PUBLIC
    include_in_schema = False

    @get("/{token:str}")
    async def show_checkout(
        self,
        request: Request[Any, Any, Any],
        token: FromPath[str],
        notice: Annotated[str | None, QueryParameter()] = None,
    ) -> Response[str]:
        """Show the page of an order."""
        view = await _sandbox(request).view(token)
        if view is None:
            return _html(missing_page(), 404)
        return _html(page_of(view, notice if notice in NOTICES else None))

    @post("/{token:str}", status_code=303)
    async def act_on_checkout(
        self, request: Request[Any, Any, Any], token: FromPath[str]
    ) -> Response[str]:
        """Do what was chosen on the page, tell Kithkin, and show the page again."""
        body = await request.body()
        form = parse_qs(body[:_MOST_FORM_BYTES].decode(errors="replace"))
        sandbox = _sandbox(request)
        view = await sandbox.view(token)
        if view is None:
            return _html(missing_page(), 404)
        try:
            action = Action(form.get("action", [""])[0])
            card = Card(form.get("card", [Card.OWN])[0])
        except ValueError:
            return _html(page_of(view, None), 400)
        try:
            events = await sandbox.act(token, action, card)
        except NotPossibleError:
            return _again(token, "impossible")
        if action is Action.PAY_SILENTLY:
            return _again(token, "silent")
        heard = await sandbox.notify(_here(request), events)
        return _again(token, "heard" if heard else "unheard")


def _sandbox(request: Request[Any, Any, Any]) -> Sandbox:
    sandbox = kithkin(request).payments.sandbox()
    if sandbox is None:
        raise NotFoundException
    return sandbox


def _here(request: Request[Any, Any, Any]) -> str:
    """Give where this very server listens, whatever the client calls it."""
    host, port = request.scope["server"] or ("127.0.0.1", None)
    named = f"[{host}]" if ":" in host else host
    return f"http://{named}" if port is None else f"http://{named}:{port}"


def _again(token: str, notice: str) -> Response[str]:
    return Response(
        "",
        status_code=303,
        media_type="text/plain",
        headers={**_HEADERS, "Location": f"{PAGE_PATH}/{token}?notice={notice}"},
    )


def _html(page: str, status: int = 200) -> Response[str]:
    return Response(page, status_code=status, media_type="text/html", headers=_HEADERS)
