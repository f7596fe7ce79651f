"""What holds for all routes, said in the API's description of each."""

from litestar.openapi.spec import (
    OpenAPI,
    OpenAPIHeader,
    OpenAPIResponse,
    Operation,
    Parameter,
    PathItem,
    Reference,
    Schema,
)
from litestar.openapi.spec.enums import OpenAPIType

from entrypoints.http.idempotency import HEADER, MAX_KEY_CHARACTERS, REPLAYED

_METHODS = ("get", "post", "put", "patch", "delete")
_HEALTH = "/health/"
_PUBLIC = (_HEALTH, "/metrics")
_DONE = {
    "200": "Done.",
    "201": "Made.",
    "204": "Done; there is nothing to show.",
}


def describe(api: OpenAPI) -> None:
    """Complete the description that was drawn from the routes."""
    for path, item in (api.paths or {}).items():
        for operation in _operations(item):
            _split_docstring(operation)
            _name_success(operation)
            if operation is item.post:
                _add_idempotency(operation)
            _drop_what_cannot_come(operation, path)
            _close_body(api, operation)


def _operations(item: PathItem) -> list[Operation]:
    found = (getattr(item, method) for method in _METHODS)
    return [operation for operation in found if operation is not None]


def _drop_what_cannot_come(operation: Operation, path: str) -> None:
    """Bad parameters are 422; who needs no key cannot lack one; health may always be asked for."""
    dropped = set[str]()
    if operation.request_body is None:
        dropped.add("400")
    if path.startswith(_PUBLIC):
        operation.security = []
        dropped |= {"401", "403", "413", "422"}
    if path.startswith(_HEALTH):
        dropped.add("429")
    for status in dropped & set(operation.responses or {}):
        del (operation.responses or {})[status]


def _split_docstring(operation: Operation) -> None:
    summary, _, rest = (operation.description or "").partition(". ")
    operation.summary = summary.removesuffix(".")
    operation.description = rest or None


def _name_success(operation: Operation) -> None:
    for status, response in (operation.responses or {}).items():
        if status in _DONE and isinstance(response, OpenAPIResponse):
            response.description = _DONE[status]


def _add_idempotency(operation: Operation) -> None:
    key = Parameter(
        name=HEADER,
        param_in="header",
        description=(
            "Your own name for this request. A repeat within 24 hours with the same key and "
            f"body gets the same answer, with {REPLAYED}: true, and has no further effect."
        ),
        schema=Schema(
            type=OpenAPIType.STRING,
            min_length=1,
            max_length=MAX_KEY_CHARACTERS,
            pattern=r"^[\x20-\x7e]+$",
        ),
    )
    operation.parameters = [*(operation.parameters or []), key]
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
