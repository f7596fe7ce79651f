"""`kithkin streak`, beside a database that runs."""

import asyncio
import json
from pathlib import Path
from uuid import UUID

import pytest

from adapters.postgres.embedded import running_url
from application.streaks.record_activity import ActivityRequest
from domain.identity.profile import Profile
from entrypoints.settings import Settings
from entrypoints.wiring.kithkin import on_postgres
from tests.cli.conftest import RunCommand


@pytest.fixture(scope="module")
def person(data: Path) -> UUID:
    """One who opened the app today."""
    url = running_url(data)
    assert url
    return asyncio.run(_person(url))


async def _person(url: str) -> UUID:
    kithkin = on_postgres(Settings(), url)
    await kithkin.open()
    person = await kithkin.identity.register_person()(Profile(name="Asha"))
    await kithkin.streaks.record_activity()(ActivityRequest(person_id=person.id))
    await kithkin.close()
    return person.id


def test_the_streaks_are_written_as_the_api_gives_them(
    kithkin: RunCommand, data: Path, person: UUID
) -> None:
    result = kithkin("streak", person, "--data", data, "--json")
    assert (result.status, result.err) == (0, "")
    streaks = json.loads(result.out)
    assert [streaks[kind]["status"] for kind in ("login", "chat")] == ["active", "none"]
    assert (streaks["login"]["current"], streaks["login"]["freezes"]) == (1, 1)


def test_the_calendar_is_drawn(kithkin: RunCommand, data: Path, person: UUID) -> None:
    drawn = kithkin("streak", person, "--data", data).out
    for part in (
        "login streak",
        "chat streak",
        "active",
        "Today counts already.",
        "Mo  ",
        "# credited",
        "3 days",
        "policy ",
    ):
        assert part in drawn
    assert drawn.count("#") >= 3


def test_another_month_is_drawn(kithkin: RunCommand, data: Path, person: UUID) -> None:
    drawn = kithkin("streak", person, "--data", data, "--month", "2028-02").out
    assert "February 2028" in drawn
    assert "29" in drawn


def test_a_month_that_is_none_is_told(kithkin: RunCommand, data: Path, person: UUID) -> None:
    result = kithkin("streak", person, "--data", data, "--month", "soon")
    assert result.status == 1
    assert "Give a month like 2026-03" in result.err


def test_a_stranger_is_told_to_check_the_id(kithkin: RunCommand, data: Path) -> None:
    result = kithkin("streak", UUID(int=7), "--data", data)
    assert (result.status, "check the id" in result.err) == (1, True)
