"""`kithkin serve`, as a process of its own."""

import json
import os
import re
import signal
import socket
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from adapters.postgres.embedded import running_url
from tests.cli.conftest import RunCommand
from tests.cli.served import (
    PATIENCE_SECONDS,
    Served,
    await_that,
    children,
    fetched,
    lives,
    postmaster_of,
    serve,
)

PEPPER = "for tests alone, " * 2
GOODBYE = "Goodbye     Kithkin is stopped; what was stored is kept.\n"


def name_of(server: Served, key: str, person_id: str) -> str:
    with server.client(key) as client:
        answer = client.get(f"/v1/persons/{person_id}")
        assert answer.status_code == 200
        return str(answer.json()["name"])


def answers(url: str) -> bool:
    try:
        fetched(f"{url}/health/live")
    except httpx.TransportError:
        return False
    return True


def test_a_life_on_an_embedded_database(folder: Path, kithkin: RunCommand) -> None:
    data = folder / "data"
    with serve("--data", str(data)) as server:
        (key,) = server.keys
        assert "it is not shown again" in "".join(server.lines)
        with server.client() as client:
            person = client.post("/v1/persons", json={"name": "Asha"})
            assert person.status_code == 201
            assert client.get("/schema").status_code == 200
        made = kithkin("keys", "create", "--scope", "read", "--data", data, "--json")
        read_key = json.loads(made.out)["key"]
        with server.client(read_key) as client:
            assert client.get("/v1/persons").status_code == 200
            assert client.post("/v1/persons", json={"name": "Ben"}).status_code == 403
        with server.client() as client:
            assert client.get("/v1/test-clock").status_code == 404
            asked = client.post("/v1/auth/codes", json={"email": "asha@example.org"})
            assert asked.status_code == 201
        [code] = re.findall(r"Your sign-in code is ([0-9]{8})", server.errors)
        sign_in = {"email": "asha@example.org", "nonce": asked.json()["nonce"], "code": code}
        assert stat.S_IMODE((data / "pepper").stat().st_mode) == 0o600
        postmaster = postmaster_of(data)
        assert server.stop(signal.SIGINT) == [GOODBYE]
        assert server.process.returncode == 0
        assert "Traceback" not in server.errors
    assert not lives(postmaster)

    with serve("--data", str(data)) as server:
        assert server.keys == []
        assert name_of(server, key, person.json()["id"]) == "Asha"
        with server.client(key) as client:
            # The pepper is as it was, or the code would be worth nothing.
            assert client.post("/v1/auth/sign-in", json=sign_in).status_code == 200
        server.kill()
        doctor = json.loads(kithkin("doctor", "--data", data, "--port", "0", "--json").out)
        (embedded,) = (check for check in doctor if check["name"] == "embedded server")
        assert embedded["verdict"] == "problem"
        assert "who started it was killed" in embedded["detail"]

    with serve("--data", str(data)) as server:
        assert server.keys == []
        assert name_of(server, key, person.json()["id"]) == "Asha"
        # The terminal's end, and impatience.
        assert server.stop(signal.SIGHUP, signal.SIGTERM, signal.SIGINT) == [GOODBYE]
        assert server.process.returncode == 0
    assert running_url(data) is None


def test_workers_are_replaced_and_end_with_their_supervisor(data: Path) -> None:
    url = running_url(data)
    assert url
    flags = ("--database-url", url, "--workers", "2", "--test-clock")
    with serve(*flags, KITHKIN_PEPPER=PEPPER) as server:
        assert "by 2 workers, with a test clock" in "".join(server.lines)
        # The last one: the first child is no worker, but keeps their books.
        os.kill(max(children(server.process.pid)), signal.SIGKILL)
        await_that(lambda: "ended; another takes its place" in server.errors)
        assert fetched(f"{server.url}/health/ready").status_code == 200
        assert server.stop(signal.SIGINT, signal.SIGINT) == [GOODBYE]
        assert server.process.returncode == 0
        assert "Traceback" not in server.errors
    with serve(*flags, KITHKIN_PEPPER=PEPPER) as server:
        server.kill()
        await_that(lambda: not answers(server.url))


def test_memory_is_kept_by_nobody() -> None:
    with serve(KITHKIN_MEMORY="true", KITHKIN_LOG_FORMAT="json") as server:
        with server.client() as client:
            assert client.post("/v1/persons", json={"name": "Asha"}).status_code == 201
            headers = client.get("/health/live").headers
        assert "server" not in headers
        assert server.stop(signal.SIGTERM) == ["Goodbye     Kithkin is stopped; nothing is kept.\n"]
        assert server.process.returncode == 0
        assert [json.loads(line)["status"] for line in server.errors.splitlines()] == [201, 200]


def test_a_stop_in_the_midst_of_the_first_start_leaves_nothing_running(folder: Path) -> None:
    with serve("--data", str(folder / "data"), until="PostgreSQL") as server:
        assert server.stop(signal.SIGINT)[-1] == GOODBYE
        assert (server.process.returncode, server.errors) == (0, "")
    assert running_url(folder / "data") is None


def test_a_head_without_end_is_refused(memory_server: Served) -> None:
    host, port = memory_server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: ")
        with suppress(ConnectionError):
            for _ in range(200):
                client.sendall(b"x" * 1000)
        assert client.recv(100).startswith(b"HTTP/1.1 400 ")
    with memory_server.client() as api:
        answer = api.get("/v1/persons", headers={"X-Long": "x" * 30_000})
        assert answer.status_code == 200


RefusedStart = Callable[..., tuple[int, list[str]]]


@pytest.fixture
def refused_start(kithkin: RunCommand) -> RefusedStart:
    """Starts a server, which comes to nothing, in this process."""

    def refused(*arguments: str, **environment: str) -> tuple[int, list[str]]:
        result = kithkin("serve", *arguments, **environment)
        assert "Traceback" not in result.err
        assert "Serving" not in result.out
        return result.status, result.problems

    return refused


def test_a_port_in_use_stops_the_start_before_the_database(
    folder: Path, refused_start: RefusedStart
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, (problem,) = refused_start("--data", str(folder / "data"), "--port", str(port))
    assert status == 1
    assert f"Port {port} on 127.0.0.1 is in use; stop what runs there" in problem
    assert not (folder / "data").exists()


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("no.such.host.invalid", "There is no host 'no.such.host.invalid'"),
        ("192.0.2.1", "192.0.2.1 is no address of this machine"),
    ],
)
def test_a_host_of_elsewhere_is_refused(host: str, told: str, refused_start: RefusedStart) -> None:
    status, (problem,) = refused_start("--memory", "--port", "0", "--host", host)
    assert status == 1
    assert told in problem


def test_wrong_settings_are_a_line_each(refused_start: RefusedStart) -> None:
    status, problems = refused_start("--port", "x", "--rulebook", "/none", KITHKIN_WORKERS="0")
    assert status == 2
    assert sorted(problem.split()[1] for problem in problems) == [
        "--port:",
        "--rulebook:",
        "KITHKIN_WORKERS:",
    ]


def test_a_database_url_needs_a_pepper(refused_start: RefusedStart) -> None:
    status, (problem,) = refused_start("--port", "0", "--database-url", "postgresql://me@host/app")
    assert status == 2
    assert "KITHKIN_PEPPER: a database URL needs it" in problem


def test_memory_refuses_workers(refused_start: RefusedStart) -> None:
    status, (problem,) = refused_start("--memory", "--workers", "2")
    assert status == 2
    assert "memory is not shared" in problem


def test_a_wrong_rulebook_is_a_line_for_each_key(
    tmp_path: Path, refused_start: RefusedStart
) -> None:
    rulebook = tmp_path / "rulebook.toml"
    rulebook.write_text("[video.unlock]\nbase = 1\n[vidoe]\n")
    status, problems = refused_start("--memory", "--port", "0", "--rulebook", str(rulebook))
    assert status == 2
    assert [problem.split()[2] for problem in problems] == ["video.unlock.base:", "vidoe:"]


def test_a_database_that_cannot_be_used_is_one_line(
    data: Path, refused_start: RefusedStart
) -> None:
    away = ("--database-url", "postgresql://me@127.0.0.1:1/app")
    in_use = ("--data", str(data))
    for flags, told in ((away, "ConnectionRefusedError"), (in_use, "another process")):
        status, (problem,) = refused_start("--port", "0", *flags, KITHKIN_PEPPER=PEPPER)
        assert status == 1
        assert told in problem
