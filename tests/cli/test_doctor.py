"""`kithkin doctor`: each thing that can be wrong is found, and told how to mend."""

import asyncio
import json
import socket
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from adapters.postgres.embedded import running_url
from entrypoints.cli import checks
from tests.cli.conftest import Result, RunCommand
from tests.cli.served import Served


def found(result: Result) -> dict[str, dict[str, Any]]:
    return {check["name"]: check for check in json.loads(result.out)}


def problems(result: Result) -> dict[str, str]:
    return {
        name: check["mend"]
        for name, check in found(result).items()
        if check["verdict"] == "problem"
    }


@pytest.fixture
def port() -> Iterator[int]:
    """A port that another program has, and that it does not answer on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        yield taken.getsockname()[1]


def test_a_running_installation_is_well(kithkin: RunCommand, data: Path) -> None:
    kithkin("keys", "create", "--scope", "admin", "--data", data)
    result = kithkin("doctor", "--data", data, "--port", "0", "--json")
    assert (result.status, result.err) == (0, "")
    verdicts = {name: check["verdict"] for name, check in found(result).items()}
    skipped = {verdicts.pop(name) for name in ("mail", "payments", "language model")}
    assert skipped == {"skipped"}
    assert set(verdicts.values()) == {"ok"}
    assert list(found(result)) == [
        "python",
        "packages",
        "time zones",
        "settings",
        "rulebook",
        "data folder",
        "embedded server",
        "database",
        "migrations",
        "service keys",
        "job queue",
        "pepper",
        "mail",
        "payments",
        "language model",
        "disk space",
        "port",
    ]


def test_an_installation_that_never_ran_is_well(kithkin: RunCommand, folder: Path) -> None:
    result = kithkin("doctor", "--data", folder / "new", "--port", "0")
    assert result.status == 0
    assert "the first start makes it" in result.out.replace("\n", " ")
    assert "skipped" in result.out


def test_wrong_settings_are_named(kithkin: RunCommand) -> None:
    result = kithkin("doctor", "--port", "x", "--json", KITHKIN_WORKERS="0")
    assert result.status == 1
    assert list(problems(result)) == ["settings"]
    detail = found(result)["settings"]["detail"]
    assert "--port" in detail
    assert "KITHKIN_WORKERS" in detail


def test_a_wrong_rulebook_is_named(kithkin: RunCommand, folder: Path, tmp_path: Path) -> None:
    rulebook = tmp_path / "rulebook.toml"
    rulebook.write_text("[vidoe]")
    flags = ("--data", folder / "new", "--rulebook", rulebook, "--port", "0", "--json")
    result = kithkin("doctor", *flags)
    assert list(problems(result)) == ["rulebook"]


def test_a_folder_of_something_else_is_refused(kithkin: RunCommand, folder: Path) -> None:
    (folder / "letter.txt").touch()
    for place in (folder, folder / "letter.txt"):
        result = kithkin("doctor", "--data", place, "--port", "0", "--json")
        assert result.status == 1
        assert list(problems(result)) == ["data folder"]


def test_a_database_that_is_away_is_told(kithkin: RunCommand) -> None:
    url = "postgresql://me@127.0.0.1:1/app"
    flags = ("doctor", "--database-url", url, "--port", "0", "--json")
    result = kithkin(*flags, KITHKIN_PEPPER="x" * 32)
    assert list(problems(result)) == ["database"]
    assert found(result)["data folder"]["verdict"] == "skipped"


def test_a_missing_pepper_is_told(kithkin: RunCommand, folder: Path) -> None:
    url = "postgresql://me@127.0.0.1:1/app"
    result = kithkin("doctor", "--database-url", url, "--port", "0", "--json")
    assert "openssl rand -hex 32" in problems(result)["pepper"]
    result = kithkin("doctor", "--data", folder / "new", "--port", "0", "--json")
    file = folder / "new" / "pepper"
    assert found(result)["pepper"]["detail"] == f"the first start makes {file}"


def test_missing_migrations_and_keys_are_told(kithkin: RunCommand, data: Path) -> None:
    url = running_url(data)
    assert url
    asyncio.run(execute(url, "CREATE DATABASE unprepared TEMPLATE template0"))
    fresh = url.replace("/kithkin?", "/unprepared?")
    flags = ("doctor", "--database-url", fresh, "--port", "0", "--json")
    pepper = {"KITHKIN_PEPPER": "x" * 32}
    assert problems(kithkin(*flags, **pepper)) == {"migrations": "run `kithkin migrate`"}
    kithkin("migrate", "--database-url", fresh)
    assert problems(kithkin(*flags, **pepper)) == {
        "service keys": "run `kithkin keys create --scope admin`"
    }
    asyncio.run(execute(url, "DROP DATABASE unprepared"))


async def execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


def test_a_port_that_another_program_has_is_told(
    kithkin: RunCommand, folder: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "_SECONDS", 0.1)
    result = kithkin("doctor", "--data", folder / "new", "--port", port, "--json")
    assert list(problems(result)) == ["port"]
    assert f"Port {port}" in found(result)["port"]["detail"]


def test_a_port_that_kithkin_serves_is_well(
    kithkin: RunCommand, folder: Path, memory_server: Served
) -> None:
    port = memory_server.url.rpartition(":")[2]
    result = kithkin("doctor", "--data", folder / "new", "--port", port, "--json")
    assert result.status == 0
    assert found(result)["port"]["detail"] == f"Kithkin serves on 127.0.0.1:{port}"


def test_a_missing_package_is_named(
    kithkin: RunCommand, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metadata, "requires", lambda _: ["no-such-package>=1", "attrs"])
    result = kithkin("doctor", "--data", folder / "new", "--port", "0", "--json")
    assert problems(result) == {"packages": "run `make install`"}
    assert found(result)["packages"]["detail"] == "missing: no-such-package"


def test_missing_time_zones_and_a_full_disk_are_told(
    kithkin: RunCommand, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "_ZONE", "No/Where")
    monkeypatch.setattr(checks, "_GIB", 2**80)
    result = kithkin("doctor", "--data", folder / "new", "--port", "0", "--json")
    assert list(problems(result)) == ["time zones", "disk space"]


def test_the_room_is_of_no_concern_where_the_database_is_elsewhere(
    kithkin: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "_GIB", 2**80)
    url = "postgresql://me@127.0.0.1:1/app"
    result = kithkin("doctor", "--database-url", url, "--port", "0", "--json")
    assert found(result)["disk space"]["verdict"] == "skipped"
