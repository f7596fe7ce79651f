"""The servers that are measured, each in processes of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from attrs import frozen

from benchmarks.world import BASE_MESSAGES, PEPPER

FACTORIES = {
    "bare": "benchmarks.bare:create",
    "kithkin": "entrypoints.http.asgi:create",
    "orm": "benchmarks.orm:create",
}
SERVERS = {"uvicorn": ("--http", "httptools"), "granian": ("--interface", "asgi")}
_OWN_PROTOCOL = ("--http", "entrypoints.cli.bounded_protocol:BoundedProtocol")
_ROOT = Path(__file__).parent.parent
_START_SECONDS = 30


@frozen
class Server:
    """A contender that serves."""

    port: int
    pid: int

    def resident_mib(self) -> float:
        """Give the memory that its first process holds, as Linux tells it."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return next(
            int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS:")
        )


@contextmanager
def serving(
    name: str, url: str, rulebook: Path, workers: int, pool: int, server: str = "uvicorn"
) -> Iterator[Server]:
    """Serve by a contender for as long as the context lasts."""
    port = _free_port()
    environment = {
        **os.environ,
        "KITHKIN_DATABASE_URL": url,
        "KITHKIN_RULEBOOK": str(rulebook),
        "KITHKIN_POOL_SIZE": str(pool),
        "KITHKIN_LOG_FORMAT": "json",
        # The others have nothing that runs beside requests.
        "KITHKIN_EMBEDDED_WORKER": "false",
        "KITHKIN_PEPPER": PEPPER,
        "BENCHMARK_BASE_MESSAGES": str(BASE_MESSAGES),
    }
    # Kithkin as `kithkin serve` has it.
    options = _OWN_PROTOCOL if (name, server) == ("kithkin", "uvicorn") else SERVERS[server]
    command = (
        *(sys.executable, "-m", server, FACTORIES[name], "--factory"),
        *("--port", str(port), "--workers", str(workers), "--no-access-log"),
        *("--log-level", "warning", "--loop", "uvloop", *options),
    )
    # A log is written, as in production; where to is not what is measured.
    with subprocess.Popen(
        command, cwd=_ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _wait_for(port)
            yield Server(port, process.pid)
        finally:
            process.terminate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            urlopen(f"http://127.0.0.1:{port}/", timeout=1).close()
        except OSError as error:
            if "HTTP Error" in str(error):
                return
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
