"""`kithkin billing`, beside a database that runs."""

import asyncio
import json
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from adapters.postgres.embedded import running_url
from domain.identity.profile import Profile
from domain.shared.tiers import Tier
from entrypoints.settings import Settings
from entrypoints.wiring.kithkin import on_postgres
from entrypoints.wiring.pepper import with_kept_pepper
from tests.cli.conftest import RunCommand


@pytest.fixture(scope="module")
def person(data: Path) -> UUID:
    """Somebody who was given credit, and bought a subscription by it."""
    url = running_url(data)
    assert url
    return asyncio.run(_person(url, data))


async def _person(url: str, data: Path) -> UUID:
    kithkin = on_postgres(with_kept_pepper(Settings(data=data)), url)
    await kithkin.open()
    asha = await kithkin.identity.register_person()(Profile(name="Asha"))
    await kithkin.shop.grant_account_credit()(asha.id, 3_000, "USD", "Goodwill")
    quote = await kithkin.shop.make_quote()(asha.id, "plus_monthly", "USD")
    await kithkin.billing.start_checkout()(quote.id, None)
    await kithkin.close()
    return asha.id


def test_billing_is_written_as_the_api_gives_it(
    kithkin: RunCommand, data: Path, person: UUID
) -> None:
    result = kithkin("billing", person, "--data", data, "--json")
    assert (result.status, result.err) == (0, "")
    shown = json.loads(result.out)
    assert shown["subscription"]["status"] == "active"
    assert shown["entitlements"]["tier"] == Tier.PLUS
    [account] = shown["account_credit"]
    assert account["balance"] == {"amount_minor": 2_001, "currency": "USD"}


def test_what_a_person_may_use_is_drawn(kithkin: RunCommand, data: Path, person: UUID) -> None:
    drawn = kithkin("billing", person, "--data", data).out
    for part in ("plus_monthly, active", "renews", "20.01 USD", "10,800", "has_analytics"):
        assert part in drawn


def test_nobody_is_told(kithkin: RunCommand, data: Path) -> None:
    result = kithkin("billing", uuid4(), "--data", data)
    assert result.status == 1
    assert "no person" in result.err
