"""A database that runs, and a way to run commands in this process."""

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from attrs import frozen

from adapters.postgres.embedded import embedded_postgres
from adapters.postgres.migrate import migrate
from entrypoints.cli.main import run
from tests.cli.served import Served, serve


@frozen
class Result:
    """What a command line came to."""

    status: int
    out: str
    err: str

    @property
    def problems(self) -> list[str]:
        return self.err.splitlines()


RunCommand = Callable[..., Result]


@contextmanager
def open_folder() -> Iterator[Path]:
    # Not tmp_path: pytest closes the folders above it, and under root PostgreSQL is another user.
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


@pytest.fixture
def folder() -> Iterator[Path]:
    with open_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def data() -> Iterator[Path]:
    """The folder of an embedded database that runs and has its tables."""
    with open_folder() as folder, embedded_postgres(folder / "data", durable=False) as url:
        asyncio.run(migrate(url))
        yield folder / "data"


@pytest.fixture(scope="session")
def memory_server() -> Iterator[Served]:
    with serve("--memory") as server:
        yield server


@pytest.fixture
def kithkin(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> RunCommand:
    """Runs a command line in this process, with no settings in the environment but those given."""
    for name in os.environ:
        if name.startswith("KITHKIN_"):
            monkeypatch.delenv(name)

    def run_here(*arguments: object, **environment: str) -> Result:
        with monkeypatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            status = _status(list(map(str, arguments)))
        return Result(status, *capsys.readouterr())

    return run_here


def _status(arguments: list[str]) -> int:
    try:
        return run(arguments)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
