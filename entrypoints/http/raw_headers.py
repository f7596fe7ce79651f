"""Headers as they come from the server, without an object for all of them."""

from litestar.types import Scope


def values_of(scope: Scope, name: bytes) -> list[str]:
    """Give the values of a header, in their order.

    Args:
        scope: Of the request.
        name: The header's name in lower case.
    """
    return [value.decode("latin-1") for given, value in scope["headers"] if given == name]


def value_of(scope: Scope, name: bytes, otherwise: str) -> str:
    """Give the first value of a header, or another where there is none."""
    for given, value in scope["headers"]:
        if given == name:
            return value.decode("latin-1")
    return otherwise
