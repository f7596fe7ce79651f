"""Who a client is: its IPv4 address, or the network of its IPv6 address."""

from typing import Any, cast

import httpx
import pytest
from litestar import Litestar, Request, get

from entrypoints.http.clients import behind_proxies, client_of


@pytest.mark.parametrize(
    ("host", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
    ],
)
def test_a_client_is_an_address_or_a_network(host: str, client: str) -> None:
    assert client_of(cast("Any", {"client": (host, 1)})) == client


def test_a_client_without_an_address_is_one_client() -> None:
    assert client_of(cast("Any", {"client": None})) == ""


@pytest.mark.parametrize(
    ("trusted", "client"),
    [
        (None, "192.0.2.1"),
        ("192.0.2.2", "192.0.2.1"),
        ("192.0.2.1", "198.51.100.9"),
        ("10.0.0.0/8, 192.0.2.0/24", "198.51.100.9"),
    ],
)
async def test_only_a_trusted_proxy_is_believed(trusted: str | None, client: str) -> None:
    @get("/", sync_to_thread=False)
    def who(request: Request[Any, Any, Any]) -> str:
        return client_of(request.scope)

    app = behind_proxies(Litestar([who]), trusted)
    transport = httpx.ASGITransport(app=cast("Any", app), client=("192.0.2.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://kithkin") as asked:
        answer = await asked.get("/", headers={"X-Forwarded-For": "198.51.100.9"})
    assert answer.text == client
