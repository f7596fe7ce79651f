"""`kithkin achievements`, beside a database that runs."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from adapters.postgres.embedded import running_url
from domain.identity.profile import Profile
from domain.shared.ids import PersonId
from entrypoints.settings import Settings
from entrypoints.wiring.kithkin import on_postgres
from tests.cli.conftest import RunCommand


@pytest.fixture(scope="module")
def person(data: Path) -> UUID:
    """One who registered, and of whom nobody has looked at anything."""
    url = running_url(data)
    assert url
    return asyncio.run(_person(url))


async def _person(url: str) -> UUID:
    kithkin = on_postgres(Settings(), url)
    await kithkin.open()
    person = await kithkin.identity.register_person()(Profile(name="Asha"))
    await kithkin.close()
    return person.id


async def _keys(url: str, person: UUID) -> set[str]:
    kithkin = on_postgres(Settings(), url)
    await kithkin.open()
    awards = await kithkin.ports.awards().of(PersonId(person))
    await kithkin.close()
    return {award.key for award in awards}


def test_an_achievement_is_awarded_back_to_all_who_meet_it(
    kithkin: RunCommand, data: Path, person: UUID
) -> None:
    result = kithkin("achievements", "award-back", "welcome", "--data", data, "--json")
    assert (result.status, result.err) == (0, "")
    went = json.loads(result.out)
    assert went["key"] == "welcome"
    assert went["finished_at"] is not None
    assert went["seen"] == went["persons"] >= 1
    url = running_url(data)
    assert url
    assert "welcome" in asyncio.run(_keys(url, person))


@pytest.mark.usefixtures("person")
def test_how_it_went_is_said(kithkin: RunCommand, data: Path) -> None:
    kithkin("achievements", "award-back", "welcome", "--data", data)
    result = kithkin("achievements", "award-back", "welcome", "--data", data)
    assert result.status == 0
    assert "welcome to 0 of " in result.out


def test_an_award_is_of_the_test_clocks_time(kithkin: RunCommand, data: Path, person: UUID) -> None:
    url = running_url(data)
    assert url
    asyncio.run(_pass_a_month(url))
    for flags in ((), ("--test-clock",)):
        earned = "month_member" in asyncio.run(_keys(url, person))
        assert not earned
        kithkin("achievements", "award-back", "month_member", "--data", data, *flags)
    assert "month_member" in asyncio.run(_keys(url, person))


async def _pass_a_month(url: str) -> None:
    kithkin = on_postgres(Settings(test_clock=True), url)
    await kithkin.open()
    clock = kithkin.ports.test_clock()
    await clock.move_to(await clock.now() + timedelta(days=31))
    await kithkin.close()


def test_an_achievement_that_is_none_is_told(kithkin: RunCommand, data: Path) -> None:
    result = kithkin("achievements", "award-back", "no_such_thing", "--data", data)
    assert (result.status, "list the achievements" in result.err) == (1, True)
