"""Entitlements and receipts over HTTP, of what was paid for in the sandbox."""

from datetime import datetime, timedelta

import pytest

from tests.http import given
from tests.http.api import Api, Json, refused
from tests.http.signing_in import a_token, bearer
from tests.http.test_billing import Payer, payer

__all__ = ["payer"]


async def entitled(payer: Payer) -> Json:
    return await payer.api.get(f"{payer.path}/entitlements")


def named(shown: Json) -> dict[str, Json]:
    return {one["name"]: one for one in shown["entitlements"]}


async def test_everybody_may_use_what_is_free(payer: Payer) -> None:
    shown = await entitled(payer)
    assert (shown["tier"], shown["grants"], shown["changes_at"]) == ("free", [], None)
    assert {one["source"] for one in shown["entitlements"]} == {"everybody"}
    assert named(shown)["monthly_seconds"]["value"] == 900


async def test_what_is_paid_for_is_there_at_once_with_its_reasons(payer: Payer) -> None:
    assert (await entitled(payer))["tier"] == "free"
    plus = await payer.buys("plus_monthly")
    until = (await payer.subscription())["current_period_end"]
    seconds = named(await entitled(payer))["monthly_seconds"]
    assert seconds == {
        "name": "monthly_seconds",
        "value": 10_800,
        "tier": "plus",
        "source": "subscription",
        "until": until,
    }
    daily = await payer.buys("premium_daily_pass")
    shown = await entitled(payer)
    assert shown["tier"] == "premium"
    assert [(one["source"], one["payment_id"]) for one in shown["grants"]] == [
        ("pass", daily["id"]),
        ("subscription", plus["id"]),
    ]
    assert named(shown)["monthly_seconds"]["source"] == "pass"
    assert named(shown)["has_analytics"]["source"] == "subscription"
    await payer.api.move_to(datetime.fromisoformat(shown["changes_at"]))
    shown = await entitled(payer)
    assert (shown["tier"], len(shown["grants"])) == ("plus", 1)


async def test_what_is_taken_back_is_there_no_more(payer: Payer) -> None:
    payment = await payer.checkout("premium_weekly_pass")
    await payer.act(payment, "pay")
    assert (await entitled(payer))["tier"] == "premium"
    await payer.act(payment, "dispute")
    assert (await entitled(payer))["tier"] == "free"


async def test_a_service_gives_a_tier_that_nothing_ends(payer: Payer) -> None:
    await payer.api.put(f"{payer.path}/tier", tier="plus")
    shown = await entitled(payer)
    assert [(one["source"], one["until"]) for one in shown["grants"]] == [("complimentary", None)]
    assert named(shown)["monthly_seconds"]["until"] is None


async def test_credit_alone_pays_at_once(payer: Payer) -> None:
    await given.account_credit(payer.api, payer.id, 60_000, "INR")
    payment = await payer.checkout("plus_monthly")
    assert (payment["status"], payment["provider"]) == ("success", "none")
    assert payment["amount"]["amount_minor"] == 0
    assert (await entitled(payer))["tier"] == "plus"
    held = await payer.api.get(f"{payer.path}/account-credit")
    assert held["accounts"][0]["balance"]["amount_minor"] == 60_000 - 49_900


async def test_credit_of_a_payment_that_is_given_up_comes_back(payer: Payer) -> None:
    await given.account_credit(payer.api, payer.id, 10_000, "INR")
    await payer.checkout("plus_monthly")
    path = f"{payer.path}/account-credit"
    assert (await payer.api.get(path))["accounts"][0]["balance"]["amount_minor"] == 0
    await payer.api.pass_time(days=1, hours=1)
    assert (await payer.api.get(path))["accounts"][0]["balance"]["amount_minor"] == 10_000
    lines = await payer.api.all_of(f"{path}/ledger", currency="INR")
    assert [line["move"] for line in lines] == ["give_back", "spend", "grant"]


async def test_a_receipt_says_what_was_paid_for_what(payer: Payer) -> None:
    await given.account_credit(payer.api, payer.id, 10_000, "INR")
    payment = await payer.checkout("plus_monthly")
    path = f"/v1/payments/{payment['id']}/receipt"
    refused(await payer.api.ask("GET", path), 409, "nothing_paid")
    await payer.act(payment, "pay")
    page = await payer.api.ask("GET", path)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    (policy,) = page.headers.get_list("content-security-policy")
    assert "sha256-" in policy
    assert page.headers.get_list("cache-control") == ["no-store"]
    for part in (payment["id"], "Plus, monthly", "499.00 INR", "-100.00 INR", "399.00 INR"):
        assert part in page.text
    assert "Given back" not in page.text
    await payer.act(payment, "refund")
    assert "Given back" in (await payer.api.ask("GET", path)).text
    stranger = bearer(await a_token(payer.api, await given.a_person(payer.api)))
    refused(await payer.api.ask("GET", path, headers=stranger), 404, "not_found")


async def test_the_receipt_of_what_credit_paid_for_names_no_provider(payer: Payer) -> None:
    await given.account_credit(payer.api, payer.id, 49_900, "INR")
    payment = await payer.checkout("plus_monthly")
    assert payment["status"] == "success"
    page = (await payer.api.ask("GET", f"/v1/payments/{payment['id']}/receipt")).text
    assert "Paid by account credit" in page
    assert "-499.00 INR" in page
    assert "none" not in page


async def test_nothing_is_renewed_of_an_erased_person(payer: Payer) -> None:
    payment = await payer.buys("plus_monthly")
    export = await payer.api.get(f"{payer.path}/export")
    assert [one["id"] for one in export["payments"]] == [payment["id"]]
    assert export["payments"][0]["lines"][0]["label"] == "plus_monthly"
    assert [one["kind"] for one in export["payment_reports"]] == ["success"]
    assert [one["item_key"] for one in export["subscriptions"]] == ["plus_monthly"]
    assert export["plan_standing"][0]["tier"] == "plus"
    await payer.api.made(f"{payer.path}/erase")
    assert (await payer.subscription())["status"] == "canceled"
    kept = await payer.payment(payment)
    assert (kept["status"], kept["amount"]["amount_minor"]) == ("success", 49_900)
    refused(await payer.api.ask("GET", f"{payer.path}/entitlements"), 403, "person_deleted")


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata"])
async def test_what_was_sold_is_revenue(api: Api, payer: Payer, zone: str) -> None:
    before = await _sold(api, zone)
    payment = await payer.checkout("premium_weekly_pass")
    await payer.act(payment, "pay")
    during = await _sold(api, zone)
    assert (during[0] - before[0], during[1] - before[1]) == (1, 19_900)
    await payer.act(payment, "refund")
    assert await _sold(api, zone) == (during[0], before[1])


async def _sold(api: Api, zone: str) -> tuple[int, int]:
    """How many weekly passes were sold for rupees around now, and what is left of that."""
    now = await api.now()
    span = {
        "from": (now - timedelta(days=2)).date().isoformat(),
        "to": (now + timedelta(days=2)).date().isoformat(),
    }
    report = await api.get("/v1/analytics/revenue", **span, timezone=zone)
    own = [
        one
        for one in report["items"]
        if one["item"] == "premium_weekly_pass" and one["net"]["currency"] == "INR"
    ]
    return (
        sum(one["payments"] for one in own),
        sum(one["net"]["amount_minor"] for one in own),
    )
