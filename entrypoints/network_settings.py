"""Settings about who may reach the API, and how often: how their values are read."""

import re
from ipaddress import ip_network

MAX_REQUESTS_PER_MINUTE = 1_000_000_000
MAX_HSTS_SECONDS = 63_072_000

_ORIGIN = re.compile(
    r"https?://[a-z0-9.-]+(?::[0-9]{1,5})?|https?://\[[0-9a-f:]+\](?::[0-9]{1,5})?"
)


def listed(value: str | None) -> list[str]:
    """Give the parts of a setting that is a list."""
    return [] if value is None else value.split(",")


def origins(given: str) -> str:
    """Read the origins of pages that may call the API.

    Raises:
        ValueError: One of them is no exact origin.
    """
    for origin in (parts := _parts(given)):
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(
                f"'{origin}' is no origin; give exact ones like https://app.example.org, "
                "in lower case, without a path, separated by commas"
            )
    return ",".join(parts)


def networks(given: str) -> str:
    """Read the addresses of proxies that are believed.

    Raises:
        ValueError: One of them is no address or network.
    """
    for address in (parts := _parts(given)):
        try:
            ip_network(address)
        except ValueError:
            raise ValueError(
                f"'{address}' is no address or network; give some like 10.0.0.7 or "
                "10.0.0.0/8, separated by commas"
            ) from None
    return ",".join(parts)


def _parts(given: str) -> list[str]:
    return [part.strip() for part in given.split(",")]
