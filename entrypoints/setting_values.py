"""Values of settings that several kinds of them share: how they are read."""

from collections.abc import Callable
from urllib.parse import SplitResult, urlsplit

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_MOST_DIGITS = 20


def url_parts(given: str, told: str, *, one_host: bool = True) -> SplitResult:
    """Take a URL apart.

    Args:
        given: The URL.
        told: What to say if it is none.
        one_host: It names one host, whose port is a number.

    Raises:
        ValueError: It is none.
    """
    try:
        parts = urlsplit(given)
        port = parts.port if one_host else None
    except ValueError as error:
        raise ValueError(told) from error
    if port == 0:
        raise ValueError(told)
    return parts


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """Give what reads a whole number within limits, and raises ValueError at others."""

    def read(given: str) -> int:
        is_number = given.isascii() and given.isdigit() and len(given) <= _MOST_DIGITS
        if not (is_number and least <= int(given) <= most):
            raise ValueError(f"'{given}' is no whole number from {least} to {most}")
        return int(given)

    return read
