"""`kithkin credits`, beside a database that runs."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from adapters.postgres.embedded import running_url
from domain.identity.profile import Profile
from entrypoints.settings import Settings
from entrypoints.wiring.kithkin import on_postgres
from tests.cli.conftest import RunCommand


@pytest.fixture
def person(data: Path) -> UUID:
    url = running_url(data)
    assert url
    return asyncio.run(_person(url))


async def _person(url: str) -> UUID:
    kithkin = on_postgres(Settings(), url)
    await kithkin.open()
    registered = await kithkin.identity.register_person()(Profile(name="Asha"))
    await kithkin.close()
    return registered.id


def test_what_is_granted_is_shown(kithkin: RunCommand, data: Path, person: UUID) -> None:
    granted = kithkin(
        "credits", "grant", person, "5", "--reason", "An upload was lost", "--data", data
    )
    assert (granted.status, granted.err) == (0, "")
    assert f"5 credits to {person}" in granted.out
    assert "5 credits" in granted.out.splitlines()[-1]
    shown = kithkin("credits", "show", person, "--data", data).out
    for part in ("Balance", "5 credits", "grant", "+5", "An upload was lost"):
        assert part in shown
    assert "Owed" not in shown


def test_both_are_written_as_json(kithkin: RunCommand, data: Path, person: UUID) -> None:
    command = ("credits", "grant", person, "2", "--reason", "A gift", "--data", data, "--json")
    granted = json.loads(kithkin(*command).out)
    assert (granted["credits"], granted["balance"]) == (2, 2)
    shown = json.loads(kithkin("credits", "show", person, "--data", data, "--json").out)
    assert (shown["balance"], shown["granted"], shown["debt"]) == (2, 2, 0)
    [row] = shown["ledger"]
    assert (row["move"], row["amount"], row["lot_id"]) == ("grant", 2, granted["lot_id"])


def test_a_reason_does_not_steer_the_terminal(
    kithkin: RunCommand, data: Path, person: UUID
) -> None:
    reason = "A gift\x1b[2J\nto \u202eAsha\x07"
    kithkin("credits", "grant", person, "2", "--reason", reason, "--data", data)
    shown = kithkin("credits", "show", person, "--data", data).out
    assert "A gift\ufffd[2J to \ufffdAsha\ufffd" in shown
    assert not set(shown) & {"\x1b", "\x07", "\u202e"}


def test_a_grant_runs_on_the_test_clock(kithkin: RunCommand, data: Path, person: UUID) -> None:
    url = running_url(data)
    assert url
    now = datetime(2900, 1, 1, tzinfo=UTC)
    asyncio.run(_move_clock(url, now))
    command = ("credits", "grant", person, "2", "--reason", "A gift", "--data", data)
    for flags in (("--test-clock",), ()):
        assert kithkin(*command, *flags).status == 0
    shown = json.loads(kithkin("credits", "show", person, "--data", data, "--json").out)
    after, then = (datetime.fromisoformat(row["at"]) for row in shown["ledger"])
    assert then == now > after


async def _move_clock(url: str, now: datetime) -> None:
    kithkin = on_postgres(Settings(test_clock=True), url)
    await kithkin.open()
    await kithkin.ports.test_clock().move_to(now)
    await kithkin.close()


def test_a_person_without_credits_has_none(kithkin: RunCommand, data: Path, person: UUID) -> None:
    assert "0 credits" in kithkin("credits", "show", person, "--data", data).out


@pytest.mark.parametrize("number", ["0", "1001"])
def test_a_grant_has_bounds(kithkin: RunCommand, data: Path, person: UUID, number: str) -> None:
    result = kithkin("credits", "grant", person, number, "--reason", "x", "--data", data)
    assert (result.status, result.out) == (1, "")
    assert result.problems == [f"Error: Give from 1 to 1000 credits; {number} were given."]


def test_nobody_has_no_credits(kithkin: RunCommand, data: Path) -> None:
    nobody = uuid4()
    result = kithkin("credits", "show", nobody, "--data", data)
    assert (result.status, result.out) == (1, "")
    assert result.problems == [f"Error: There is no person {nobody}; check the id."]
