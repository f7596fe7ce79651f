"""`kithkin migrate`, and what a database may lack."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from adapters.postgres.embedded import running_url
from entrypoints.wiring import database
from tests.cli.conftest import RunCommand


@pytest.fixture(scope="module")
def url(data: Path) -> str:
    found = running_url(data)
    assert found
    return found


@pytest.fixture
def empty(url: str) -> Iterator[str]:
    """The URL of an empty database, by a user who may do nothing in it."""
    asyncio.run(execute(url, "CREATE DATABASE bare TEMPLATE template0", "CREATE ROLE guest LOGIN"))
    yield url.replace("/kithkin?", "/bare?")
    asyncio.run(execute(url, "DROP DATABASE bare", "DROP ROLE guest"))


async def execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


def test_an_empty_database_gets_its_tables_once(kithkin: RunCommand, empty: str) -> None:
    refused = kithkin("keys", "list", "--database-url", empty)
    assert refused.status == 1
    assert "run `kithkin migrate` first" in refused.err
    first = kithkin("migrate", "--database-url", empty, "--json")
    assert first.status == 0
    assert json.loads(first.out)["migrated"][0] == "0001"
    again = kithkin("migrate", "--database-url", empty)
    assert (again.status, again.out) == (0, "Database    already up to date\n")


def test_a_user_who_may_not_make_tables_is_told_so(kithkin: RunCommand, empty: str) -> None:
    result = kithkin("migrate", "--database-url", empty.replace("//kithkin@", "//guest@"))
    assert result.status == 1
    (problem,) = result.problems
    assert "permission denied for schema public" in problem
    assert "the user in the URL must be allowed to make tables" in problem


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("//kithkin@", "//nobody@", 'role "nobody" does not exist'),
        ("/kithkin?", "/nothing?", 'database "nothing" does not exist'),
        ("port=5432", "port=1", "No such file or directory"),
    ],
)
def test_a_wrong_url_is_one_line(
    kithkin: RunCommand, url: str, before: str, after: str, told: str
) -> None:
    result = kithkin("migrate", "--database-url", url.replace(before, after))
    assert result.status == 1
    assert len(result.problems) == 1
    assert told in result.err


def test_an_old_postgresql_is_refused(
    kithkin: RunCommand, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "OLDEST_VERSION", 99)
    result = kithkin("migrate", "--data", data)
    assert result.status == 1
    assert "it is PostgreSQL 18: upgrade it to 99 or newer" in result.err
