"""`kithkin usage`, beside a database that runs."""

import asyncio
import json
from pathlib import Path
from uuid import UUID

import pytest

from adapters.postgres.embedded import running_url
from domain.identity.profile import Profile
from entrypoints.settings import Settings
from entrypoints.wiring.kithkin import on_postgres
from tests.cli.conftest import RunCommand


@pytest.fixture(scope="module")
def person(data: Path) -> UUID:
    """Somebody who was given seconds."""
    url = running_url(data)
    assert url
    return asyncio.run(_person(url))


async def _person(url: str) -> UUID:
    kithkin = on_postgres(Settings(), url)
    await kithkin.open()
    asha = await kithkin.identity.register_person()(Profile(name="Asha", timezone="Asia/Kolkata"))
    await kithkin.usage.grant_seconds()(asha.id, 300, "Goodwill")
    await kithkin.close()
    return asha.id


def test_usage_is_written_as_the_api_gives_it(
    kithkin: RunCommand, data: Path, person: UUID
) -> None:
    result = kithkin("usage", person, "--data", data, "--json")
    assert (result.status, result.err) == (0, "")
    usage = json.loads(result.out)
    assert (usage["granted"], usage["purchased"], usage["timezone"]) == (900, 300, "Asia/Kolkata")


def test_the_sources_are_drawn(kithkin: RunCommand, data: Path, person: UUID) -> None:
    drawn = kithkin("usage", person, "--data", data).out
    for part in ("banked", "monthly", "purchased", "900 left of 900", "300 left of 300", "0 of 30"):
        assert part in drawn


def test_a_month_without_use_is_told(kithkin: RunCommand, data: Path, person: UUID) -> None:
    result = kithkin("usage", person, "--data", data, "--period", "2001-01")
    assert result.status == 1
    assert "2001-01" in result.err
