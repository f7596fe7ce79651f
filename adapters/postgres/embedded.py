"""A real PostgreSQL in a data folder, for installations that have no database server.

The folder holds `cluster` (PostgreSQL's own files), `log`, `start.log`, `socket` and `lock`. Only
the process that holds the lock starts and stops the server; all others ask `running_url`.
"""

import fcntl
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from adapters.postgres.embedded_postmaster import PORT, pid_file, read_postmaster, socket_file
from adapters.postgres.embedded_programs import (
    MAJOR_VERSION,
    EmbeddedPostgresError,
    Programs,
    find_programs,
)

__all__ = ["EmbeddedPostgresError", "embedded_postgres", "running_url"]

_NAME = "kithkin"  # of the database and of its superuser
_UNFINISHED = "new-cluster-"
_OURS = {"lock", "log", "lost+found", "socket", "start.log"}
_LONGEST_SOCKET_PATH = 103  # bytes, on macOS; Linux takes 107
_START_SECONDS = 120  # room for the recovery after a crash
_STOP_SECONDS = 60
_RESTART_SECONDS = 1  # between two starts of a server that keeps ending
_POLL_SECONDS = 0.01
_FAST_SHUTDOWN = signal.SIGINT  # PostgreSQL's own meaning of it: ends its sessions, saves, stops

_SETTINGS = {
    "port": str(PORT),
    "listen_addresses": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "256MB",
    "random_page_cost": "1.1",
    # Many short statements on few cores: a query that took them all would stall the others.
    "max_parallel_workers_per_gather": "0",
    "timezone": "UTC",
    # A file per weekday, emptied when its day comes again, bounds the log to a week.
    "logging_collector": "on",
    "log_filename": "postgres-%a.log",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
    "log_timezone": "UTC",
    # The detail of a broken unique key would put people's addresses into the log.
    "log_error_verbosity": "terse",
}
_THROW_AWAY = {"fsync": "off", "full_page_writes": "off"}


@contextmanager
def embedded_postgres(data: Path, *, durable: bool = True) -> Iterator[str]:
    """Runs PostgreSQL on a data folder for as long as the context lasts.

    Makes the folder and the database if needed. A server that outlived its killed supervisor is
    ended first. Blocks for less than a second on either side, save after a crash. The server runs
    in a session of its own, so that a Ctrl-C reaches it only through the end of the context. One
    that ends unasked is started again.

    Args:
        data: The data folder: new, empty, or made by an earlier run.
        durable: False may lose everything when the machine stops; for tests.

    Yields:
        A `postgresql://` URL, as asyncpg takes it; SQLAlchemy wants `postgresql+asyncpg://`.

    Raises:
        EmbeddedPostgresError: If another process runs the folder's database, the folder cannot be
            used, or the server does not start or stop.
    """
    data = data.resolve()
    with ExitStack() as cleanup:
        try:
            socket_folder = _start(data, cleanup, durable=durable)
        except OSError as error:
            raise EmbeddedPostgresError(
                f"cannot use the data folder {data} ({error}): make it readable and writable for"
                " this user, or choose another folder"
            ) from error
        yield _url(socket_folder)


def running_url(data: Path) -> str | None:
    """Tells the URL of the server that runs on a data folder; starts nothing.

    Args:
        data: The data folder given to `embedded_postgres`.

    Returns:
        The URL, or None if no server there takes connections now.

    Raises:
        EmbeddedPostgresError: If this user may not look into the folder.
    """
    try:
        found = read_postmaster(data.resolve() / "cluster")
    except PermissionError as error:
        raise EmbeddedPostgresError(
            f"may not read the data folder {data}: run as the user that runs its database"
        ) from error
    return _url(found.socket_folder) if found and found.ready and found.answers() else None


def _url(socket_folder: Path) -> str:
    # Without the port, PGPORT in a client's environment would choose another.
    return f"postgresql://{_NAME}@/{_NAME}?host={socket_folder}&port={PORT}"


def _start(data: Path, cleanup: ExitStack, *, durable: bool) -> Path:
    _refuse_foreign(data)
    data.mkdir(parents=True, exist_ok=True)
    programs = find_programs(data)
    _take_lock(data, programs, cleanup)
    _end_leftover(data)
    if not (data / "cluster").exists():
        _make_cluster(data, programs, durable=durable)
    socket_folder = _make_socket_folder(data, programs, cleanup)
    settings = _SETTINGS | ({} if durable else _THROW_AWAY)
    settings["log_directory"] = str(programs.own_folder(data / "log"))
    settings["unix_socket_directories"] = str(socket_folder)
    keeper = _Keeper(data, programs, settings)
    cleanup.callback(keeper.stop)
    keeper.start()
    return socket_folder


class _Keeper:
    """Keeps a server running: one that ends unasked, as when it is killed, is started again."""

    def __init__(self, data: Path, programs: Programs, settings: dict[str, str]) -> None:
        self._data = data
        self._programs = programs
        self._settings = settings
        self._server: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._turn = threading.Lock()

    def start(self) -> None:
        self._launch()
        threading.Thread(target=self._keep, name="postgres-keeper", daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()
        with self._turn:
            if self._server is not None:
                _stop(self._server, self._data)

    def _launch(self) -> None:
        output = self._programs.open_file(self._data / "start.log", os.O_WRONLY | os.O_TRUNC)
        try:
            cluster = self._data / "cluster"
            self._server = self._programs.serve(cluster, self._settings, output=output)
        finally:
            os.close(output)
        _await_ready(self._server, self._data)

    def _keep(self) -> None:
        while self._server is not None:
            self._server.wait()
            with self._turn:
                if self._stopping.is_set():
                    return
                with suppress(OSError, EmbeddedPostgresError):
                    _end_leftover(self._data)
                    self._launch()
            self._stopping.wait(_RESTART_SECONDS)


def _refuse_foreign(data: Path) -> None:
    version_file = data / "cluster" / "PG_VERSION"
    if version_file.exists():
        version = version_file.read_text().strip()
        if version != MAJOR_VERSION:
            raise EmbeddedPostgresError(
                f"{data} was made by PostgreSQL {version}, and this is {MAJOR_VERSION}: dump it"
                " with the release that made it, and load the dump into a new folder"
            )
    elif data.exists():
        names = {entry.name for entry in data.iterdir()} - _OURS
        foreign = sorted(name for name in names if not name.startswith(_UNFINISHED))
        if foreign:
            raise EmbeddedPostgresError(
                f"{data} is no embedded database and not empty (it holds {foreign[0]!r}):"
                " choose an empty or a new folder"
            )


def _take_lock(data: Path, programs: Programs, cleanup: ExitStack) -> None:
    lock = programs.open_file(data / "lock", os.O_RDWR)
    cleanup.callback(os.close, lock)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.read(lock, 20).decode()
        raise EmbeddedPostgresError(
            f"another process ({holder}) runs the database in {data}: stop it first, or choose"
            " another folder"
        ) from error
    os.ftruncate(lock, 0)
    os.write(lock, str(os.getpid()).encode())


def _end_leftover(data: Path) -> None:
    # Ended and not adopted, so that every server has its supervisor's settings and is its child.
    cluster = data / "cluster"
    found = read_postmaster(cluster)
    if found is None:
        return
    if found.runs(cluster) and found.answers():
        with suppress(ProcessLookupError):
            os.kill(found.pid, _FAST_SHUTDOWN)
    deadline = time.monotonic() + _STOP_SECONDS
    while found.runs(cluster) or found.answers():
        if time.monotonic() > deadline:
            raise EmbeddedPostgresError(
                f"an earlier PostgreSQL (process {found.pid}) still runs on {data}: end it first"
            )
        time.sleep(_POLL_SECONDS)
    # A crashed server leaves its note behind, and PostgreSQL would refuse to start once the id in
    # it is a zombie's or another program's.
    pid_file(cluster).unlink(missing_ok=True)
    if found.socket_folder != data / "socket":
        with suppress(OSError):
            found.socket_folder.rmdir()


def _make_cluster(data: Path, programs: Programs, *, durable: bool) -> None:
    # Made aside and renamed, so that a cluster is either complete or absent; each time under
    # another name, as the initdb of a killed supervisor may still be writing.
    for abandoned in data.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(abandoned, ignore_errors=True)
    new = programs.own_folder(Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=data)))
    programs.run(
        "initdb",
        f"--pgdata={new}",
        f"--username={_NAME}",
        "--encoding=UTF8",
        # The operating system's collations change with its upgrades, and break indexes.
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        # Who may enter the socket's folder is the owner; nobody else comes in.
        "--auth-local=trust",
        "--auth-host=reject",
        *([] if durable else ["--no-sync"]),
    )
    programs.run(
        *("postgres", "--single", "-D", str(new), "-c", "exit_on_error=on", "postgres"),
        text=f"CREATE DATABASE {_NAME}\n",
    )
    new.rename(data / "cluster")
    if durable:
        os.sync()


def _make_socket_folder(data: Path, programs: Programs, cleanup: ExitStack) -> Path:
    folder = data / "socket"
    too_long = len(os.fsencode(socket_file(folder))) > _LONGEST_SOCKET_PATH
    # Clients differ in how they read other characters in a URL.
    if too_long or not re.fullmatch(r"[\w./-]+", str(folder), re.ASCII):
        folder = Path(tempfile.mkdtemp(prefix="kithkin-"))
        cleanup.callback(shutil.rmtree, folder, ignore_errors=True)
    else:
        shutil.rmtree(folder, ignore_errors=True)  # a crashed server's lock on its socket
    return programs.own_folder(folder)


def _await_ready(server: "subprocess.Popen[bytes]", data: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        found = read_postmaster(data / "cluster")
        if found and found.pid == server.pid and found.ready:
            return
        if server.poll() is not None:
            raise EmbeddedPostgresError(
                f"PostgreSQL did not start on {data} ({_last_words(server.pid, data)}):"
                " see start.log and log in that folder"
            )
        time.sleep(_POLL_SECONDS)
    raise EmbeddedPostgresError(
        f"PostgreSQL was not ready after {_START_SECONDS} seconds: see {data / 'log'}"
    )


def _last_words(pid: int, data: Path) -> str:
    for file in (data / "start.log", *(data / "log").iterdir()):
        said = re.search(rf"\[{pid}\] FATAL: +(.+)", file.read_text(errors="replace"))
        if said:
            return said[1]
    return "it gave no reason"


def _stop(server: "subprocess.Popen[bytes]", data: Path) -> None:
    server.send_signal(_FAST_SHUTDOWN)  # does nothing where it has ended
    try:
        server.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise EmbeddedPostgresError(
            f"PostgreSQL (process {server.pid}) still shuts down after {_STOP_SECONDS} seconds:"
            f" see {data / 'log'}, and wait for its end before the next start"
        ) from error
