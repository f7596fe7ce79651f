"""Servers and databases that run as long as a test needs them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs
from attrs import frozen

from entrypoints.settings import PREFIX, LogFormat, Settings, as_environment

ROOT = Path(__file__).parents[2]
PEPPER = "for tests alone, " * 2
PROXY = "127.0.0.1"
"""Where tests ask from: they are believed that they are a proxy."""
_STOP_SECONDS = 120
_SHOWN_CHARACTERS = 4000
_NEVER = ('"unexpected_error"', "Traceback", "never retrieved", "never awaited")


@frozen
class Served:
    """A server that runs.

    Attributes:
        url: Its address.
        keys: Service keys, by scope; one is `revoked`.
        log: What it wrote so far.
        database: What it keeps everything in, if not in memory.
    """

    url: str
    keys: dict[str, str]
    log: Path
    database: str | None

    def unexpected(self) -> str:
        """The first thing it logged that must never happen, with what follows."""
        text = self.log.read_text(errors="replace")
        starts = [text.find(sign) for sign in _NEVER if sign in text]
        return text[min(starts) :][:_SHOWN_CHARACTERS] if starts else ""


@contextmanager
def served(settings: Settings) -> Iterator[Served]:
    """A server in a process of its own, which must never meet an error that it did not expect."""
    settings = attrs.evolve(
        settings,
        log_format=LogFormat.JSON,
        pepper=settings.pepper or PEPPER,
        trusted_proxies=PROXY,
    )
    environment = {name: value for name, value in os.environ.items() if PREFIX not in name}
    with open_folder() as folder:
        log = folder / "log"
        settings = attrs.evolve(settings, data=folder / "data")
        with (
            log.open("w") as stderr,
            subprocess.Popen(
                [sys.executable, "-m", "tests.http.server"],
                cwd=ROOT,
                env={**environment, **as_environment(settings)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                start_new_session=True,
            ) as process,
        ):
            try:
                assert process.stdout is not None
                ready = process.stdout.readline()
                assert ready, f"it did not start:\n{log.read_text()}"
                server = Served(**json.loads(ready), log=log, database=settings.database_url)
                yield server
                assert process.stdin is not None
                process.stdin.close()
                assert process.wait(_STOP_SECONDS) == 0, log.read_text()[-4000:]
            finally:
                process.kill()
        unexpected = server.unexpected()
        assert not unexpected, unexpected


@contextmanager
def open_folder() -> Iterator[Path]:
    # Not tmp_path: pytest closes the folders above it, and under root PostgreSQL is another user.
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)
