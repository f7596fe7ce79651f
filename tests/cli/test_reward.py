"""`kithkin reward`, beside a database that runs."""

import asyncio
import json
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from adapters.postgres.embedded import running_url
from domain.identity.profile import Profile
from entrypoints.settings import Settings
from entrypoints.wiring.kithkin import on_postgres
from tests.cli.conftest import RunCommand


@pytest.fixture(scope="module")
def person(data: Path) -> UUID:
    url = running_url(data)
    assert url
    return asyncio.run(_person(url))


async def _person(url: str) -> UUID:
    kithkin = on_postgres(Settings(), url)
    await kithkin.open()
    person = await kithkin.identity.register_person()(Profile(name="Asha", timezone="Asia/Kolkata"))
    await kithkin.close()
    return person.id


def test_the_decision_is_written_as_the_api_gives_it(
    kithkin: RunCommand, data: Path, person: UUID
) -> None:
    result = kithkin("reward", person, "--data", data, "--json")
    assert (result.status, result.err) == (0, "")
    decision = json.loads(result.out)
    assert decision["reasons"][0]["rule"] == "monthly_reward"
    named = ("status", "discount_percent", "partners_this_month", "needed", "valid_until")
    assert [decision[name] for name in named] == ["inactive", 0, 0, 3, None]


def test_the_decision_is_drawn(kithkin: RunCommand, data: Path, person: UUID) -> None:
    drawn = kithkin("reward", person, "--data", data).out
    for part in (
        "Not active.",
        "0 % on bundles and plans",
        "0 distinct partners",
        "video calls with 3 more partners",
        "not by time alone",
        "monthly_reward",
        "policy ",
    ):
        assert part in drawn


def test_an_unknown_person_is_told_so(kithkin: RunCommand, data: Path) -> None:
    nobody = uuid4()
    result = kithkin("reward", nobody, "--data", data)
    assert (result.status, result.out) == (1, "")
    assert result.problems == [f"Error: There is no person {nobody}; check the id."]
