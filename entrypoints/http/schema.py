"""The API's description, and pages to read and try it that need no internet."""

from collections.abc import Awaitable, Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from litestar import Request, Response, Router, get
from litestar.enums import MediaType
from litestar.exceptions import NotFoundException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import SwaggerRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.params import FromPath
from litestar.status_codes import HTTP_404_NOT_FOUND

from entrypoints.http.authentication import PUBLIC
from entrypoints.http.describe import describe
from entrypoints.http.security import page_policy

_ASSETS = {
    "swagger_bundle.js": "text/javascript",
    "swagger_preset.js": "text/javascript",
    "swagger_style.css": "text/css",
}
_ASSETS_PATH = "/schema/assets"
_ABOUT = """\
Kithkin decides what each person in a conversation app may do next, and says why.

Send `Authorization: Bearer` and a service key, `kk_service_...`, or the token of a person who
signed in, `kk_user_...`. Each operation says which of the two it takes. A service key acts for
any person, and names them in the request; a person's token acts for that person only.

Whatever is refused or goes wrong is answered with `application/problem+json`: `code` is for
programs, `detail` says what to do, `errors` where the input is wrong, and `reasons` what each
rule says. Each POST takes an `Idempotency-Key`, so that it can be repeated safely.
"""
_NO_ICON = "<link rel='icon' href='data:,'>"


def _as_a_problem(response: Response[bytes]) -> Response[bytes]:
    """Answer for a page there is not as any other route does; Litestar has a page for it."""
    if response.status_code == HTTP_404_NOT_FOUND:
        raise NotFoundException
    if response.media_type == MediaType.HTML:
        response.headers["Content-Security-Policy"] = page_policy(response.content)
    return response


_Hook = Callable[[Request[Any, Any, Any]], Awaitable[None]]


def _describing(admit: _Hook) -> _Hook:
    """Let in who asks for the description, and complete it when the first one does.

    It takes a good part of a second, which no start should wait for. A function, as Litestar
    copies the hooks of a router that are none.
    """
    complete = False

    async def admit_and_describe(request: Request[Any, Any, Any]) -> None:
        nonlocal complete
        await admit(request)
        if not complete:
            describe(request.app.openapi_schema, request.app.routes)
            complete = True

    return admit_and_describe


def openapi_config(version: str, admit: _Hook) -> OpenAPIConfig:
    """Describe the API.

    Args:
        version: The version that is served.
        admit: What any request must pass, those for the description too.
    """
    return OpenAPIConfig(
        title="Kithkin",
        version=version,
        summary="What may this person do next, what have they earned, and why.",
        description=_ABOUT,
        openapi_router=Router(
            path="/schema",
            route_handlers=[],
            include_in_schema=False,
            opt=PUBLIC,
            before_request=_describing(admit),
            after_request=_as_a_problem,
        ),
        render_plugins=[
            SwaggerRenderPlugin(
                path=["/", "/swagger"],
                js_url=f"{_ASSETS_PATH}/swagger_bundle.js",
                css_url=f"{_ASSETS_PATH}/swagger_style.css",
                standalone_preset_js_url=f"{_ASSETS_PATH}/swagger_preset.js",
                favicon=_NO_ICON,
            )
        ],
        components=Components(
            security_schemes={
                "service_key": SecurityScheme(
                    type="http", scheme="bearer", description="A service key: kk_service_..."
                ),
                "user_token": SecurityScheme(
                    type="http",
                    scheme="bearer",
                    description="The token of a person who signed in: kk_user_...",
                ),
            }
        ),
        security=[{"service_key": []}],
        use_handler_docstrings=True,
        operation_id_creator=lambda handler, _, __: handler.handler_name,
    )


@get(f"{_ASSETS_PATH}/{{name:str}}", opt=PUBLIC, include_in_schema=False, sync_to_thread=True)
def asset(name: FromPath[str]) -> Response[bytes]:
    """Give a file that the pages need."""
    package = find_spec("offapi")
    if name not in _ASSETS or package is None or package.origin is None:
        raise NotFoundException
    content = (Path(package.origin).parent / name).read_bytes()
    return Response(
        content, media_type=_ASSETS[name], headers={"Cache-Control": "public, max-age=86400"}
    )
