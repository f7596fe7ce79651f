"""Where a request comes from."""

from collections.abc import Iterator
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, cast

from litestar.types import ASGIApp, Scope
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

_IPV6_PREFIX = 64  # what one household or machine is given, and may choose its address from


def client_of(scope: Scope) -> str:
    """Give what stands for a client: its IPv4 address, or the network of its IPv6 address."""
    client = scope["client"]
    return _standing_for(client[0]) if client else ""


@lru_cache(maxsize=4096)
def _standing_for(host: str) -> str:
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((address, _IPV6_PREFIX), strict=False))


def behind_proxies(app: ASGIApp, trusted: str | None) -> ASGIApp:
    """Take the word of some proxies for where a request comes from; of nobody else."""
    if trusted is None:
        return app
    hosts = [host for part in trusted.split(",") for host in _as_seen(part.strip())]
    return cast("ASGIApp", ProxyHeadersMiddleware(cast("Any", app), trusted_hosts=hosts))


def _as_seen(trusted: str) -> Iterator[str]:
    """Give an address or network as it was named, and as a socket for both families shows it."""
    yield trusted
    network = ip_network(trusted)
    if network.version == 4:  # noqa: PLR2004 - of IP
        yield f"::ffff:{network.network_address}/{96 + network.prefixlen}"
