"""The processes that are killed: servers and workers of the released command."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import httpx
from attrs import define, field

COMMAND = Path(sys.executable).parent / "kithkin"
_READY_SECONDS = 60


@define
class Process:
    """One `kithkin` process, or what serves under it, which can be killed and begun again.

    Attributes:
        name: For the report.
        arguments: Of the command.
        environment: Its settings.
        log: Where it writes.
        port: Where it serves; None for a worker.
    """

    name: str
    arguments: tuple[str, ...]
    environment: dict[str, str]
    log: Path
    port: int | None = None
    _running: "subprocess.Popen[bytes] | None" = field(default=None, init=False)
    _log_before: int = field(default=0, init=False)

    def start(self) -> None:
        """Start it."""
        with self.log.open("ab") as log:
            self._log_before = log.tell()
            self._running = subprocess.Popen(
                (COMMAND, *self.arguments),
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Its workers die with it, as on a machine that fails.
                start_new_session=True,
            )

    def kill(self) -> None:
        """End it, and all that it started, without a chance to tidy up."""
        running = self._started()
        os.killpg(running.pid, 9)
        running.wait()

    def stop(self) -> int:
        """Ask it to end, and give its exit status."""
        running = self._started()
        running.terminate()
        try:
            return running.wait(_READY_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            return -9

    def is_running(self) -> bool:
        """Tell whether it runs."""
        return self._running is not None and self._running.poll() is None

    async def ready(self) -> None:
        """Wait until it serves, or says that it works."""
        async with asyncio.timeout(_READY_SECONDS), httpx.AsyncClient() as client:
            while not await self._is_ready(client):
                if not self.is_running():
                    raise RuntimeError(f"{self.name} ended; see {self.log}")
                await asyncio.sleep(0.1)

    async def _is_ready(self, client: httpx.AsyncClient) -> bool:
        if self.port is None:
            return b"Working" in self.log.read_bytes()[self._log_before :]
        try:
            answer = await client.get(f"http://127.0.0.1:{self.port}/health/ready")
        except httpx.HTTPError:
            return False
        return answer.is_success

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._running is None:
            raise RuntimeError(f"{self.name} was not started")
        return self._running
