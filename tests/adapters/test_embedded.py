"""The embedded PostgreSQL starts, stops, survives crashes, and refuses what it would harm."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import pytest
from sqlalchemy import make_url

from adapters.postgres.embedded import EmbeddedPostgresError, embedded_postgres, running_url
from adapters.postgres.embedded_postmaster import Postmaster, pid_file, read_postmaster

REPOSITORY = Path(__file__).parents[2]
SUPERVISOR = """
import signal
import sys
from pathlib import Path
from adapters.postgres.embedded import embedded_postgres

# A shell that starts the tests in the background leaves SIGINT ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    with embedded_postgres(Path(sys.argv[1]), durable=False):
        print("running", flush=True)
        sys.stdin.read()
except KeyboardInterrupt:
    print("stopped", flush=True)
"""


@contextmanager
def open_folder() -> Iterator[Path]:
    # Not tmp_path: pytest closes the folders above it, and under root PostgreSQL is another user.
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


@pytest.fixture
def fresh() -> Iterator[Path]:
    """A data folder that does not exist yet."""
    with open_folder() as folder:
        yield folder / "data"


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """A data folder with a database that does not run; tests share it, as making it is slow."""
    with open_folder() as folder:
        with embedded_postgres(folder / "data", durable=False):
            pass
        yield folder / "data"


@contextmanager
def supervisor(data: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process, in a process group of its own, that runs the database of a folder."""
    with subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, data],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "running\n"
            yield process
        finally:
            process.kill()


def postmaster(data: Path) -> Postmaster:
    found = read_postmaster(data / "cluster")
    assert found
    return found


async def write_row(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(
        "DROP TABLE IF EXISTS kept; CREATE TABLE kept AS SELECT 'kept' AS word"
    )
    await connection.close()


async def read_row(url: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval("SELECT word FROM kept")
    finally:
        await connection.close()


async def test_data_outlives_a_restart(fresh: Path) -> None:
    with embedded_postgres(fresh) as url:
        await write_row(url)
    with embedded_postgres(fresh) as url:
        assert await read_row(url) == "kept"


async def test_only_a_running_server_has_a_url(data: Path) -> None:
    assert running_url(data) is None
    with embedded_postgres(data, durable=False) as url:
        assert running_url(data) == url
        pid = postmaster(data).pid
    assert running_url(data) is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize(("durable", "fsync"), [(True, "on"), (False, "off")])
async def test_it_is_durable_unless_told_otherwise(data: Path, durable: bool, fsync: str) -> None:
    wanted = {
        "fsync": fsync,
        "full_page_writes": fsync,
        "synchronous_commit": "on",
        "listen_addresses": "",
    }
    with embedded_postgres(data, durable=durable) as url:
        connection = await asyncpg.connect(url)
        rows = await connection.fetch(
            "SELECT name, setting FROM pg_settings WHERE name = ANY ($1)", list(wanted)
        )
        await connection.close()
    assert {row["name"]: row["setting"] for row in rows} == wanted


async def test_a_killed_supervisors_server_is_replaced_and_its_data_kept(data: Path) -> None:
    with supervisor(data) as process:
        url = running_url(data)
        assert url
        await write_row(url)
        process.kill()
        process.wait()
    leftover = postmaster(data).pid
    assert running_url(data) == url

    with embedded_postgres(data, durable=False) as url:
        assert postmaster(data).pid != leftover
        assert await read_row(url) == "kept"
    assert running_url(data) is None


async def test_it_starts_again_after_all_was_killed(data: Path) -> None:
    with supervisor(data) as process:
        url = running_url(data)
        assert url
        await write_row(url)
        process.kill()
        os.kill(postmaster(data).pid, signal.SIGKILL)
        process.wait()

    with embedded_postgres(data, durable=False) as url:
        assert await read_row(url) == "kept"


async def test_it_starts_though_a_crashed_servers_id_is_used_again(data: Path) -> None:
    with embedded_postgres(data, durable=False) as url:
        await write_row(url)
        note = pid_file(data / "cluster").read_text()
        pid = str(postmaster(data).pid)
    pid_file(data / "cluster").write_text(note.replace(pid, str(os.getppid()), 1))

    with embedded_postgres(data, durable=False) as url:
        assert await read_row(url) == "kept"


def test_ctrl_c_lets_the_supervisor_stop_the_server(data: Path) -> None:
    with supervisor(data) as process:
        os.killpg(process.pid, signal.SIGINT)
        assert process.communicate()[0] == "stopped\n"
    assert running_url(data) is None
    assert read_postmaster(data / "cluster") is None


def test_a_second_supervisor_is_refused(data: Path) -> None:
    with embedded_postgres(data, durable=False) as url:
        with (
            pytest.raises(EmbeddedPostgresError, match=rf"another process \({os.getpid()}\) runs"),
            embedded_postgres(data),
        ):
            pass
        assert running_url(data) == url


@pytest.mark.parametrize("name", ["deep" * 30, 'it\'s a folder, "50%" & $(odd) ?é'])
async def test_any_path_will_do(fresh: Path, name: str) -> None:
    with embedded_postgres(fresh / name, durable=False) as url:
        socket_folder = postmaster(fresh / name).socket_folder
        assert socket_folder.stat().st_mode & 0o777 == 0o700
        await write_row(url)
        assert await read_row(url) == "kept"
        alchemy = make_url(url.replace("postgresql:", "postgresql+asyncpg:"))
        _, options = alchemy.get_dialect()().create_connect_args(alchemy)
        connection = await asyncpg.connect(**options)
        assert await connection.fetchval("SELECT word FROM kept") == "kept"
        await connection.close()
    assert not socket_folder.exists()


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("cluster/PG_VERSION", "16\n", "was made by PostgreSQL 16, and this is 18: dump it"),
        ("PG_VERSION", "18\n", "not empty .* choose an empty or a new folder"),
        ("letter.txt", "Dear Ada", "not empty .* choose an empty or a new folder"),
    ],
)
def test_a_folder_of_something_else_is_refused_and_left_alone(
    fresh: Path, file: str, content: str, message: str
) -> None:
    (fresh / file).parent.mkdir(parents=True)
    (fresh / file).write_text(content)
    before = sorted(fresh.rglob("*"))

    with pytest.raises(EmbeddedPostgresError, match=message), embedded_postgres(fresh):
        pass
    assert sorted(fresh.rglob("*")) == before
    assert (fresh / file).read_text() == content


def test_a_place_that_cannot_be_a_folder_is_refused(fresh: Path) -> None:
    fresh.write_text("a file")
    for place in (fresh, fresh / "below"):
        with pytest.raises(EmbeddedPostgresError, match="make it"), embedded_postgres(place):
            pass


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_read_only_folder_is_refused(fresh: Path) -> None:
    fresh.mkdir(mode=0o500)
    with pytest.raises(EmbeddedPostgresError, match="make it"), embedded_postgres(fresh):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts it as another user")
def test_root_is_told_which_folder_is_closed(fresh: Path) -> None:
    fresh.mkdir(mode=0o700)
    with (
        pytest.raises(EmbeddedPostgresError, match=f"chmod o\\+x {fresh}`"),
        embedded_postgres(fresh / "inner"),
    ):
        pass


def test_a_server_that_cannot_start_says_why(fresh: Path) -> None:
    with embedded_postgres(fresh, durable=False):
        pass
    (fresh / "cluster" / "postgresql.conf").write_text("no_such_setting = 1\n")
    with (
        pytest.raises(EmbeddedPostgresError, match=r"did not start on .* contains errors"),
        embedded_postgres(fresh),
    ):
        pass


async def test_a_server_that_is_killed_is_started_again(fresh: Path) -> None:
    with embedded_postgres(fresh, durable=False) as url:
        first = await asyncpg.connect(url)
        await first.execute("CREATE TABLE kept ()")
        os.kill(postmaster(fresh).pid, signal.SIGKILL)
        async with asyncio.timeout(20):
            while True:
                with suppress(OSError, asyncpg.PostgresError):
                    again = await asyncpg.connect(url)
                    break
        assert await again.fetch("SELECT FROM kept") == []
        await again.close()
    assert running_url(fresh) is None
