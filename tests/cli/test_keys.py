"""`kithkin keys`, on a database that runs."""

import json
import re
from pathlib import Path

import pytest

from adapters.postgres.embedded import embedded_postgres, running_url
from domain.identity.service_keys import Scope
from tests.cli.conftest import RunCommand


@pytest.mark.parametrize("scope", list(Scope))
def test_a_key_is_made_and_listed_without_its_secret(
    kithkin: RunCommand, data: Path, scope: Scope
) -> None:
    result = kithkin("keys", "create", "--scope", scope.value, "--data", data, "--json")
    assert (result.status, result.err) == (0, "")
    made = json.loads(result.out)
    assert re.fullmatch(r"kk_service_[\w-]{43}", made["key"])
    assert made["scope"] == scope.value
    listed = kithkin("keys", "list", "--data", data, "--json").out
    assert made["key"] not in listed
    (found,) = (key for key in json.loads(listed) if key["id"] == made["id"])
    assert found["scope"] == scope.value
    assert found["revoked_at"] is None


def test_a_person_sees_the_key_and_its_id_whole(kithkin: RunCommand, data: Path) -> None:
    result = kithkin("keys", "create", "--scope", "read", "--data", data)
    (_,) = re.findall(r"kk_service_[\w-]{43}$", result.out, re.MULTILINE)
    (made,) = re.findall(r"[0-9a-f-]{36}", result.out)
    assert made in kithkin("keys", "list", "--data", data).out


def test_a_revoked_key_says_so(kithkin: RunCommand, data: Path) -> None:
    made = json.loads(kithkin("keys", "create", "--scope", "read", "--data", data, "--json").out)
    assert kithkin("keys", "revoke", made["id"], "--data", data).status == 0
    keys = json.loads(kithkin("keys", "list", "--data", data, "--json").out)
    (found,) = (key for key in keys if key["id"] == made["id"])
    assert found["revoked_at"] is not None


def test_an_unknown_key_cannot_be_revoked(kithkin: RunCommand, data: Path) -> None:
    nobody = "0198a5c4-7d1e-7c3a-9f00-5b2d6e8a1c44"
    result = kithkin("keys", "revoke", nobody, "--data", data)
    assert (result.status, result.out) == (1, "")
    assert result.problems == [
        f"Error: There is no service key {nobody}; list the keys to see their ids."
    ]


def test_the_database_can_be_named_by_its_url(kithkin: RunCommand, data: Path) -> None:
    url = running_url(data)
    assert url
    by_url = kithkin("keys", "list", "--json", KITHKIN_DATABASE_URL=url)
    assert by_url.out == kithkin("keys", "list", "--json", "--data", data).out


def test_a_stopped_database_is_run_for_the_command(kithkin: RunCommand, folder: Path) -> None:
    with embedded_postgres(folder / "data", durable=False):
        assert kithkin("migrate", "--data", folder / "data").status == 0
    made = kithkin("keys", "create", "--scope", "admin", "--data", folder / "data", "--json")
    assert json.loads(made.out)["scope"] == "admin"
    assert running_url(folder / "data") is None


def test_where_there_is_no_database_the_way_to_one_is_told(
    kithkin: RunCommand, folder: Path
) -> None:
    result = kithkin("keys", "list", "--data", folder / "none")
    assert result.status == 1
    assert len(result.problems) == 1
    assert "there is no database in" in result.err
    assert "run `kithkin serve`" in result.err
    assert not (folder / "none").exists()
