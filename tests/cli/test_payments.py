"""`kithkin payments`, beside a database that runs."""

import asyncio
import json
from pathlib import Path
from uuid import UUID

import pytest

from adapters.payments.sandbox_actions import Action, Card
from adapters.postgres.embedded import running_url
from domain.identity.profile import Profile
from entrypoints.settings import Settings
from entrypoints.wiring.kithkin import on_postgres
from entrypoints.wiring.pepper import with_kept_pepper
from tests.cli.conftest import RunCommand


@pytest.fixture
def payment(data: Path) -> UUID:
    """One that was made on the sandbox's page, which told nobody."""
    url = running_url(data)
    assert url
    return asyncio.run(_paid_silently(url, data))


async def _paid_silently(url: str, data: Path) -> UUID:
    kithkin = on_postgres(with_kept_pepper(Settings(data=data)), url)
    await kithkin.open()
    ana = await kithkin.identity.register_person()(Profile(name="Ana"))
    quote = await kithkin.shop.make_quote()(ana.id, "video_credits_20", "USD")
    payment = await kithkin.billing.start_checkout()(quote.id, None)
    sandbox = kithkin.payments.sandbox()
    assert sandbox is not None
    assert payment.page_url is not None
    await sandbox.act(payment.page_url.rpartition("/")[2], Action.PAY_SILENTLY, Card.OWN)
    await kithkin.close()
    return payment.id


def test_what_nobody_told_of_is_found_once(kithkin: RunCommand, data: Path, payment: UUID) -> None:
    result = kithkin("payments", "reconcile", "--data", data, "--json")
    assert (result.status, result.err) == (0, "")
    shown = json.loads(result.out)
    assert shown["compared"] >= 1
    assert {
        "payment_id": str(payment),
        "problem": "missed",
        "ours": "pending",
        "theirs": "success",
    } in shown["differences"]
    calm = json.loads(kithkin("payments", "reconcile", "--data", data, "--json").out)
    assert str(payment) not in {it["payment_id"] for it in calm["differences"]}


def test_differences_are_drawn(kithkin: RunCommand, data: Path, payment: UUID) -> None:
    result = kithkin("payments", "reconcile", "--data", data)
    assert result.status == 0
    assert str(payment) in result.out
    assert "missed" in result.out
