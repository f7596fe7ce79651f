"""Settings about who may reach the API, and how often: how their values are read."""

import re
from ipaddress import ip_address, ip_network

MAX_REQUESTS_PER_MINUTE = 1_000_000_000
MAX_HSTS_SECONDS = 63_072_000

_ORIGIN = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::(?P<port>[0-9]{1,5}))?")
_PORTS = range(1, 65_536)


def listed(value: str | None) -> list[str]:
    """Give the parts of a setting that is a list."""
    return [] if value is None else value.split(",")


def origins(given: str) -> str:
    """Read the origins of pages that may call the API.

    Raises:
        ValueError: One of them is no exact origin.
    """
    for origin in (parts := _parts(given)):
        found = _ORIGIN.fullmatch(origin)
        if found is None or int(found["port"] or 1) not in _PORTS:
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
            meant = ip_network(address, strict=False)
        except ValueError:
            raise ValueError(
                f"'{address}' is no address or network; give some like 10.0.0.7 or "
                "10.0.0.0/8, separated by commas"
            ) from None
        if str(ip_address(address.partition("/")[0])) != str(meant.network_address):
            raise ValueError(f"'{address}' is an address within a network; give {meant}")
    return ",".join(parts)


def _parts(given: str) -> list[str]:
    return [part.strip() for part in given.split(",")]
