"""`kithkin serve` as a process of its own, in a group of its own as a terminal would make it."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NamedTuple

import httpx

from adapters.postgres.embedded_postmaster import read_postmaster
from tests.plain_http import NO_TLS

REPOSITORY = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "entrypoints.cli.main")
PATIENCE_SECONDS = 60
_PAUSE_SECONDS = 0.02
PEPPER = {"KITHKIN_PEPPER": "of the tests, and of nothing else"}
"""What a server with a database URL needs."""


def clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("KITHKIN_")}


def run_command(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        (*COMMAND, *arguments),
        cwd=REPOSITORY,
        env={**clean_environment(), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )


class Served:
    """A running server."""

    def __init__(self, process: "subprocess.Popen[str]", errors: IO[str], lines: list[str]) -> None:
        self.process = process
        self.lines = lines
        self._errors = errors

    @property
    def url(self) -> str:
        return next(line.split()[1].rstrip(",;") for line in self.lines if "Serving" in line)

    @property
    def errors(self) -> str:
        self._errors.seek(0)
        return self._errors.read()

    @property
    def keys(self) -> list[str]:
        return re.findall(r"kk_service_\S+", "".join(self.lines))

    def client(self, key: str | None = None) -> httpx.Client:
        headers = {"Authorization": f"Bearer {key or self.keys[0]}"}
        return httpx.Client(
            base_url=self.url, headers=headers, trust_env=False, timeout=30, verify=NO_TLS
        )

    def stop(self, *signals: signal.Signals) -> list[str]:
        """Send signals to the whole group, as a terminal does, and give the last lines."""
        for number in signals:
            os.killpg(self.process.pid, number)
        assert self.process.stdout
        rest = self.process.stdout.readlines()
        self.process.wait(PATIENCE_SECONDS)
        return rest

    def kill(self) -> None:
        """End the supervisor alone, without a chance to clean up."""
        self.process.kill()
        self.process.wait(PATIENCE_SECONDS)


@contextmanager
def serve(
    *arguments: str,
    command: str = "serve --port 0",
    until: str = "API pages",
    **environment: str,
) -> Iterator[Served]:
    """Start a server on a free port, and read what it prints until it serves or another line."""
    with (
        TemporaryFile("w+") as errors,
        subprocess.Popen(
            (*COMMAND, *command.split(), *arguments),
            cwd=REPOSITORY,
            env={**clean_environment(), **environment},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        ) as process,
    ):
        # Ends the wait for a line that never comes.
        watchdog = threading.Timer(PATIENCE_SECONDS, process.kill)
        watchdog.start()
        try:
            assert process.stdout
            lines = []
            for line in process.stdout:
                lines.append(line)
                if line.startswith(until):
                    break
            else:
                errors.seek(0)
                raise AssertionError(f"it does not serve: {lines}, {errors.read()}")
            watchdog.cancel()
            yield Served(process, errors, lines)
        finally:
            watchdog.cancel()
            process.kill()


def fetched(url: str) -> httpx.Response:
    """Ask a server on this machine."""
    return httpx.get(url, trust_env=False, verify=NO_TLS)


def await_that(condition: Callable[[], bool]) -> None:
    """Look until something is so, with pauses that leave the processor to those who make it so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(_PAUSE_SECONDS)


def postmaster_of(data: Path) -> int:
    found = read_postmaster(data / "cluster")
    assert found
    return found.pid


def lives(pid: int) -> bool:
    """Tell whether a process runs; a zombie does not."""
    return any(process.pid == pid for process in _processes())


def children(parent: int) -> set[int]:
    return {process.pid for process in _processes() if process.parent == parent}


class _Process(NamedTuple):
    pid: int
    parent: int


def _processes() -> Iterator[_Process]:
    listed = subprocess.run(
        ["ps", "-axo", "pid=,ppid=,stat="], capture_output=True, text=True, check=True
    ).stdout
    for line in listed.splitlines():
        pid, parent, state = line.split()
        if not state.startswith("Z"):
            yield _Process(int(pid), int(parent))
