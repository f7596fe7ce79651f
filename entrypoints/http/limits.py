"""What is refused before a route is reached."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler

from domain.shared.errors import InvalidValueError
from entrypoints.http.raw_headers import value_of

MAX_BODY_BYTES = 1024 * 1024


class BodyTooLargeError(HTTPException):
    """The body is larger than any route takes."""

    status_code = 413


def within_limits(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """Let a request pass that names each parameter once, with a body of bounded size.

    Raises:
        InvalidValueError: A query parameter is given more than once.
        BodyTooLargeError: The body is over 1 MiB, even where none is read.
    """
    if handler.opt.get("public"):
        return
    length = value_of(connection.scope, b"content-length", "0")
    if length.isdigit() and int(length) > MAX_BODY_BYTES:
        raise BodyTooLargeError
    if b"&" in connection.scope["query_string"]:
        for name, values in connection.query_params.dict().items():
            if len(values) > 1:
                raise InvalidValueError(name, "Give this query parameter once only.")
