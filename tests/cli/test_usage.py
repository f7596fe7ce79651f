"""`kithkin usage`, beside a database that runs."""

import asyncio
import json
from io import StringIO
from pathlib import Path
from uuid import UUID

import pytest
from rich.console import Console

from adapters.postgres.embedded import running_url
from application.usage.queries import UsageView
from domain.identity.profile import Profile
from domain.shared.tier_limits import TierCatalogue
from domain.shared.tiers import Tier
from domain.usage.paywall import UsageTotals
from domain.usage.seconds import Seconds
from entrypoints.cli.usage_view import drawn
from entrypoints.settings import Settings
from entrypoints.wiring.kithkin import on_postgres
from tests.cli.conftest import RunCommand
from tests.domain.usage.script import a_script


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


def test_of_a_closed_month_nothing_is_left() -> None:
    script = a_script(Tier.PLUS)
    script.use(50)
    script.until(script.account.period.ends_at).look()
    view = UsageView(
        period=script.closed("2026-03"),
        limits=TierCatalogue().plus,
        purchased=0,
        held=0,
        remaining=Seconds(),
        sessions=(),
        totals=UsageTotals(),
        policy_version="v1",
    )
    console = Console(width=120, record=True, file=StringIO())
    console.print(drawn(view))
    written = console.export_text()
    for part in ("50 used, 0 held, 0 left of 10800", "5400 to the next month's bank", "5350"):
        assert part in written


def test_a_month_without_use_is_told(kithkin: RunCommand, data: Path, person: UUID) -> None:
    result = kithkin("usage", person, "--data", data, "--period", "2001-01")
    assert result.status == 1
    assert "2001-01" in result.err
