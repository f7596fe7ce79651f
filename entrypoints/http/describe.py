"""What holds for all routes, said in the API's description of each."""

from collections.abc import Iterable
from typing import Any

from litestar.openapi.spec import (
    OpenAPI,
    OpenAPIHeader,
    OpenAPIResponse,
    Operation,
    Parameter,
    PathItem,
    Reference,
    Schema,
    SecurityRequirement,
)
from litestar.openapi.spec.enums import OpenAPIType
from litestar.routes import BaseRoute, HTTPRoute

from entrypoints.http.idempotency import HEADER, MAX_KEY_CHARACTERS, REPLAYED
from entrypoints.http.schema_names import name_schemas

_METHODS = ("get", "post", "put", "patch", "delete")
_DONE = {
    "200": "Done.",
    "201": "Made.",
    "204": "Done; there is nothing to show.",
}


def describe(api: OpenAPI, routes: Iterable[BaseRoute]) -> None:
    """Complete the description that was drawn from the routes."""
    opts = _opts(routes)
    for item in (api.paths or {}).values():
        for operation in _operations(item):
            opt = opts[operation.operation_id or ""]
            _split_docstring(operation)
            _name_success(operation)
            if operation is item.post and not opt.get("raw"):
                _add_idempotency(operation, secret=bool(opt.get("secret")))
            _name_credentials(operation, opt)
            _drop_what_cannot_come(operation, opt)
            _close_body(api, operation)
    name_schemas(api)


def _opts(routes: Iterable[BaseRoute]) -> dict[str, dict[str, Any]]:
    return {
        handler.handler_name: handler.opt
        for route in routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
    }


def _name_credentials(operation: Operation, opt: dict[str, Any]) -> None:
    """Say which credentials a route takes, where a service key is not the only one."""
    service: SecurityRequirement = {"service_key": []}
    person: SecurityRequirement = {"user_token": []}
    if opt.get("anyone"):
        operation.security = [{}, person]
    elif opt.get("persons") == "only":
        operation.security = [person]
    elif opt.get("persons"):
        operation.security = [service, person]


def _operations(item: PathItem) -> list[Operation]:
    found = (getattr(item, method) for method in _METHODS)
    return [operation for operation in found if operation is not None]


def _drop_what_cannot_come(operation: Operation, opt: dict[str, Any]) -> None:
    """Bad parameters are 422; who needs no key cannot lack one; health may always be asked for."""
    dropped = set[str]()
    if operation.request_body is None and not opt.get("raw"):
        dropped.add("400")
    if opt.get("public"):
        operation.security = []
        dropped |= {"401", "403", "422"} if opt.get("raw") else {"401", "403", "413", "422"}
    if "unpaced" in opt:
        dropped.add("429")
    for status in dropped & set(operation.responses or {}):
        del (operation.responses or {})[status]


def _split_docstring(operation: Operation) -> None:
    told, _, more = (operation.description or "").partition("\n\n")
    summary, _, rest = told.partition(". ")
    operation.summary = " ".join(summary.split()).removesuffix(".")
    operation.description = "\n\n".join(part for part in (rest, more) if part) or None


def _name_success(operation: Operation) -> None:
    for status, response in (operation.responses or {}).items():
        if status in _DONE and isinstance(response, OpenAPIResponse):
            response.description = _DONE[status]


_REPEATED = (
    "Your own name for this request. A repeat within 24 hours with the same key and "
    f"body gets the same answer, with {REPLAYED}: true, and has no further effect."
)
_NOT_REPEATED = (
    "Your own name for this request. The answer holds a secret, which is not kept: a repeat "
    "within 24 hours with the same key and body is 409, and has no further effect."
)


def _add_idempotency(operation: Operation, *, secret: bool) -> None:
    key = Parameter(
        name=HEADER,
        param_in="header",
        description=_NOT_REPEATED if secret else _REPEATED,
        schema=Schema(
            type=OpenAPIType.STRING,
            min_length=1,
            max_length=MAX_KEY_CHARACTERS,
            pattern=r"^[\x20-\x7e]+$",
        ),
    )
    operation.parameters = [*(operation.parameters or []), key]
    if secret:
        return
    replayed = OpenAPIHeader(
        description="true where this is the answer to an earlier, equal request.",
        schema=Schema(type=OpenAPIType.STRING, enum=["true"]),
    )
    for status, response in (operation.responses or {}).items():
        if status in _DONE and isinstance(response, OpenAPIResponse):
            response.headers = {**(response.headers or {}), REPLAYED: replayed}


def _close_body(api: OpenAPI, operation: Operation) -> None:
    body = operation.request_body
    if body is None or isinstance(body, Reference):
        return
    for content in body.content.values():
        if isinstance(content.schema, Reference):
            name = content.schema.ref.rpartition("/")[2]
            schema = (api.components.schemas or {}).get(name)
            if isinstance(schema, Schema):
                schema.additional_properties = False
