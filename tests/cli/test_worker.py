"""`kithkin worker`, and the one inside `kithkin serve`."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from adapters.postgres.embedded import running_url
from adapters.postgres.migrate import migrate
from tests.cli.conftest import RunCommand
from tests.cli.served import (
    COMMAND,
    PATIENCE_SECONDS,
    PEPPER,
    REPOSITORY,
    await_that,
    clean_environment,
    fetched,
    serve,
)

KIND = "forget_expired_answers"
GOODBYE = "Goodbye     The worker is stopped; what it did not begin is left to others.\n"


@pytest.fixture(scope="module")
def own_database(data: Path) -> str:
    """Of these tests' own, as workers look at all jobs of their database."""
    url = running_url(data)
    assert url
    asyncio.run(execute(url, "CREATE DATABASE worked TEMPLATE template0"))
    own = url.replace("/kithkin?", "/worked?")
    asyncio.run(migrate(own))
    return own


async def execute(url: str, statement: str) -> str:
    connection = await asyncpg.connect(url)
    try:
        return str(await connection.execute(statement))
    finally:
        await connection.close()


def is_true(url: str, condition: str) -> bool:
    async def ask() -> bool:
        connection = await asyncpg.connect(url)
        try:
            return bool(await connection.fetchval(f"SELECT {condition}"))
        finally:
            await connection.close()

    return asyncio.run(ask())


def is_worked_on(url: str) -> None:
    """Make a periodic job overdue, and see it done."""
    done = f"EXISTS (SELECT FROM jobs WHERE kind = '{KIND}' AND state = 'waiting' AND at > now())"
    await_that(lambda: is_true(url, done))
    overdue = f"UPDATE jobs SET at = '2020-01-01' WHERE kind = '{KIND}' AND state = 'waiting'"
    assert asyncio.run(execute(url, overdue)) == "UPDATE 1"
    await_that(lambda: is_true(url, done))


@contextmanager
def working(
    *arguments: str, command: tuple[str, ...] = COMMAND
) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        (*command, "worker", *arguments),
        cwd=REPOSITORY,
        env={**clean_environment(), **PEPPER},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        watchdog = threading.Timer(PATIENCE_SECONDS, process.kill)
        watchdog.start()
        try:
            assert process.stdout
            assert process.stdout.readline().startswith("Working")
            yield process
        finally:
            watchdog.cancel()
            process.kill()


def test_a_worker_works_until_it_is_told_to_stop(own_database: str) -> None:
    with working("--database-url", own_database, "--job-slots", "2") as process:
        is_worked_on(own_database)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, out, err) == (0, GOODBYE, "")


def test_a_worker_that_is_stuck_ends_too(own_database: str) -> None:
    stuck = (sys.executable, "-m", "tests.cli.stuck_worker")
    with working("--database-url", own_database, command=stuck) as process:
        assert process.stdout
        assert process.stdout.readline() == "stuck\n"
        os.killpg(process.pid, signal.SIGTERM)
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, out) == (1, "")
    assert err.startswith("Error: A job does not end;")


def test_a_server_works_too(own_database: str) -> None:
    with serve("--database-url", own_database, **PEPPER) as server:
        is_worked_on(own_database)
        ready = fetched(f"{server.url}/health/ready").json()
        assert {"name": "queue", "status": "ok"} in ready["parts"]
        server.stop(signal.SIGINT)
        assert (server.process.returncode, "Traceback" in server.errors) == (0, False)


def test_a_server_can_leave_work_to_others(own_database: str) -> None:
    with serve("--database-url", own_database, "--no-embedded-worker", **PEPPER) as server:
        worker = "EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'kithkin-worker')"
        assert not is_true(own_database, worker)
        ready = fetched(f"{server.url}/health/ready").json()
        assert {"name": "queue", "status": "ok"} in ready["parts"]


def test_each_of_several_processes_works(own_database: str) -> None:
    with serve("--database-url", own_database, "--workers", "2", **PEPPER) as server:
        worker = "count(*) = 2 FROM pg_stat_activity WHERE application_name = 'kithkin-worker'"
        await_that(lambda: is_true(own_database, worker))
        server.stop(signal.SIGTERM)
        assert (server.process.returncode, "Traceback" in server.errors) == (0, False)


def test_a_worker_shows_its_own_figures(own_database: str) -> None:
    with working("--database-url", own_database, "--metrics-port", "0") as process:
        assert process.stdout
        url = process.stdout.readline().split()[1]
        assert url.startswith("http://127.0.0.1:")
        done = f'kithkin_jobs_total{{kind="{KIND}",outcome="done"}}'
        is_worked_on(own_database)
        await_that(lambda: done in fetched(url).text)
        held = 'kithkin_database_connections{state="free"}'
        await_that(lambda: held in fetched(url).text)
        os.killpg(process.pid, signal.SIGTERM)
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, out, err) == (0, GOODBYE, "")


def test_a_port_for_figures_that_is_taken_is_told(kithkin: RunCommand, own_database: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = kithkin("worker", "--database-url", own_database, "--metrics-port", port, **PEPPER)
    assert (result.status, result.out) == (1, "")
    (said,) = result.problems
    assert said.startswith(f"Error: Port {port} on 127.0.0.1 is in use;")
    assert said.endswith("give another --metrics-port.")


@pytest.mark.parametrize(
    ("flag", "wrong", "problem"),
    [
        ("--metrics-port", "65536", "'65536' is no whole number from 0 to 65535"),
        ("--metrics-host", "a b", "'a b' is no host; give an address like 127.0.0.1"),
    ],
)
def test_a_wrong_place_for_figures_is_refused(
    kithkin: RunCommand, flag: str, wrong: str, problem: str
) -> None:
    result = kithkin("worker", flag, wrong)
    assert (result.status, result.problems) == (2, [f"Error: {flag}: {problem}"])


def test_memory_has_no_worker_beside_it(kithkin: RunCommand) -> None:
    result = kithkin("worker", KITHKIN_MEMORY="true")
    assert (result.status, result.out) == (2, "")
    (problem,) = result.problems
    assert problem.startswith("Error: KITHKIN_MEMORY: memory is not shared; `kithkin serve")


def test_a_worker_starts_no_database(kithkin: RunCommand, folder: Path) -> None:
    result = kithkin("worker", "--data", folder / "none")
    assert (result.status, len(result.problems)) == (1, 1)
    assert "start `kithkin serve` first" in result.err
    assert not (folder / "none").exists()


def test_a_worker_needs_its_migrations(kithkin: RunCommand, own_database: str) -> None:
    asyncio.run(execute(own_database, "CREATE DATABASE unworked TEMPLATE template0"))
    unworked = own_database.replace("/worked?", "/unworked?")
    result = kithkin("worker", "--database-url", unworked, **PEPPER)
    assert result.status == 1
    assert "run `kithkin migrate` first" in result.err


def test_a_worker_on_a_database_needs_its_pepper(kithkin: RunCommand, own_database: str) -> None:
    result = kithkin("worker", "--database-url", own_database)
    assert (result.status, result.out) == (2, "")
    (problem,) = result.problems
    assert problem.startswith("Error: KITHKIN_PEPPER: a database URL needs it")


@pytest.mark.parametrize("slots", ["1", "101", "many"])
def test_wrong_slots_are_refused(kithkin: RunCommand, slots: str) -> None:
    result = kithkin("worker", "--job-slots", slots)
    assert (result.status, result.out) == (2, "")
    assert result.problems == [f"Error: --job-slots: '{slots}' is no whole number from 2 to 100"]
