"""What `kithkin serve` itself adds: whom it believes, and figures of workers that come and go."""

import os
import signal
from pathlib import Path

from adapters.postgres.embedded import running_url
from tests.cli.served import PEPPER, Served, await_that, children, fetched, serve

LIMIT = 2
POOL = 10


def statuses(server: Served, *addresses: str, url: str = "") -> list[int]:
    """What is answered to those who come from such addresses, as a proxy would say."""
    with server.client() as client:
        return [
            client.get(f"{url}/v1/persons", headers={"X-Forwarded-For": address}).status_code
            for address in addresses
        ]


def test_a_trusted_proxy_tells_who_asks() -> None:
    limits = {"KITHKIN_MEMORY": "true", "KITHKIN_ADDRESS_REQUESTS_PER_MINUTE": str(LIMIT)}
    with serve(**limits, KITHKIN_TRUSTED_PROXIES="10.0.0.0/8, 127.0.0.1") as server:
        asked = ("192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.1, 10.0.0.1")
        assert statuses(server, *asked) == [200, 200, 429, 200, 429]


def test_a_trusted_proxy_is_known_on_a_socket_for_both_families() -> None:
    """Where IPv4 addresses are shown within IPv6."""
    limits = {"KITHKIN_MEMORY": "true", "KITHKIN_ADDRESS_REQUESTS_PER_MINUTE": str(LIMIT)}
    for trusted in ("127.0.0.1", "127.0.0.0/8"):
        with serve("--host", "::", **limits, KITHKIN_TRUSTED_PROXIES=trusted) as server:
            asked = ("192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.3:1234", "192.0.2.3:1235")
            by_ipv4 = server.url.replace("[::1]", "127.0.0.1")
            assert statuses(server, *asked, url=by_ipv4) == [200, 200, 200, 200, 429]


def test_nobody_else_does() -> None:
    limits = {"KITHKIN_MEMORY": "true", "KITHKIN_ADDRESS_REQUESTS_PER_MINUTE": str(LIMIT)}
    with serve(**limits) as server:
        asked = ("192.0.2.1", "192.0.2.2", "192.0.2.3")
        assert statuses(server, *asked) == [200, 200, 429]


def figure(url: str, name: str) -> float:
    """A figure that is the sum of all its lines that begin so."""
    text = fetched(f"{url}/metrics").text
    lines = (line for line in text.splitlines() if line.startswith(name))
    return sum(float(line.rpartition(" ")[2]) for line in lines)


def read_until(url: str, name: str, value: float) -> None:
    await_that(lambda: figure(url, name) == value)


def test_counts_outlive_a_worker_and_what_it_held_does_not(data: Path) -> None:
    url = running_url(data)
    assert url
    listed = 'kithkin_http_requests_total{method="GET",route="/v1/persons"'
    held = "kithkin_database_connections{"
    with serve("--database-url", url, "--workers", "2", **PEPPER) as server:
        (key,) = server.keys or (None,)
        asked = 20
        for _ in range(asked):
            with server.client(key or "kk_service_none") as client:
                client.get("/v1/persons")
        read_until(server.url, listed, asked)
        read_until(server.url, held, 2 * POOL)
        os.kill(max(children(server.process.pid)), signal.SIGKILL)
        await_that(lambda: "ended; another takes its place" in server.errors)
        read_until(server.url, held, 2 * POOL)
        read_until(server.url, listed, asked)
    with serve("--database-url", url, "--workers", "2", **PEPPER) as server:
        read_until(server.url, held, 2 * POOL)
        assert figure(server.url, listed) == 0
