"""Paying over HTTP: quote, checkout, the sandbox's page, its webhooks, and what is given."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import uuid4

import httpx
import pytest_asyncio
from attrs import frozen

from tests.http import given
from tests.http.api import Api, Json, done, refused

DAY = timedelta(days=1)


@frozen
class Payer:
    """A person who buys, and their browser."""

    api: Api
    browser: httpx.AsyncClient
    id: str

    @property
    def path(self) -> str:
        return f"/v1/persons/{self.id}"

    async def quote(self, item: str, currency: str = "INR") -> Json:
        return await self.api.made("/v1/quotes", person_id=self.id, item=item, currency=currency)

    async def checkout(self, item: str) -> Json:
        quote = await self.quote(item)
        return await self.api.made("/v1/checkouts", quote_id=quote["id"])

    async def act(self, payment: Json, action: str) -> None:
        answer = await self.browser.post(payment["page_url"], data={"action": action})
        assert answer.status_code == 303, answer.text

    async def buys(self, item: str) -> Json:
        payment = await self.checkout(item)
        assert payment["status"] == "pending"
        await self.act(payment, "pay")
        return await self.payment(payment)

    async def payment(self, payment: Json) -> Json:
        return await self.api.get(f"/v1/payments/{payment['id']}")

    async def tier(self) -> str:
        tier: str = (await self.api.get(self.path))["tier"]
        return tier

    async def subscription(self) -> Json:
        return await self.api.get(f"{self.path}/subscription")


@pytest_asyncio.fixture
async def payer(api: Api) -> AsyncIterator[Payer]:
    async with httpx.AsyncClient() as browser:
        yield Payer(api, browser, await given.a_person(api))


async def test_what_is_paid_for_on_the_page_is_there_at_once(payer: Payer) -> None:
    payment = await payer.buys("premium_monthly")
    assert payment["status"] == "success"
    assert payment["amount"] == {"amount_minor": 129_900, "currency": "INR"}
    assert payment["page_url"] is None
    assert await payer.tier() == "premium"
    subscription = await payer.subscription()
    assert (subscription["status"], subscription["is_active"]) == ("active", True)
    listed = await payer.api.get(f"{payer.path}/payments")
    assert [known["id"] for known in listed["items"]] == [payment["id"]]


async def test_the_same_quote_is_one_payment(payer: Payer) -> None:
    quote = await payer.quote("video_credits_20")
    key = str(uuid4())
    once = done(await payer.api.post("/v1/checkouts", {"quote_id": quote["id"]}, key=key))
    again = await payer.api.post("/v1/checkouts", {"quote_id": quote["id"]}, key=key)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == once
    assert (await payer.api.made("/v1/checkouts", quote_id=quote["id"]))["id"] == once["id"]


async def test_a_declined_payment_can_still_be_made(payer: Payer) -> None:
    payment = await payer.checkout("video_credits_20")
    await payer.act(payment, "decline")
    assert (await payer.payment(payment))["status"] == "failed"
    await payer.act(payment, "pay")
    assert (await payer.payment(payment))["status"] == "success"
    credits_ = await payer.api.get(f"{payer.path}/video-credits")
    assert credits_["balance"] == 20


async def test_what_is_given_back_is_taken_back(payer: Payer) -> None:
    await payer.buys("seconds_3600")
    payment = await payer.buys("plus_monthly")
    assert await payer.tier() == "plus"
    await payer.act(payment, "dispute")
    assert (await payer.payment(payment))["status"] == "refunded"
    assert await payer.tier() == "free"
    assert (await payer.subscription())["status"] == "expired"


async def test_an_operator_gives_back_by_the_provider(payer: Payer) -> None:
    payment = await payer.buys("video_credits_5")
    path = f"/v1/payments/{payment['id']}/refunds"
    made = await payer.api.made(path, reason="By mistake", amount_minor=100)
    assert made["refund"]["state"] == "requested"
    too_much = await payer.api.post(path, {"reason": "Again", "amount_minor": 9_900})
    refused(too_much, 409, "refund_not_possible")
    await payer.api.made(path, reason="The rest")
    await payer.api.pass_time(minutes=1)
    payment = await payer.payment(payment)
    assert [refund["state"] for refund in payment["refunds"]] == ["done", "done"]
    assert payment["status"] == "refunded"
    assert (await payer.api.get(f"{payer.path}/video-credits"))["balance"] == 0


async def test_money_that_comes_twice_is_given_back(payer: Payer) -> None:
    payment = await payer.buys("video_credits_20")
    await payer.act(payment, "pay_again")
    assert (await payer.payment(payment))["reviews"][0]["reason"] == "second_success"
    await payer.api.pass_time(minutes=1)
    payment = await payer.payment(payment)
    assert payment["status"] == "success"
    assert payment["reviews"][0]["refunded"]["amount_minor"] == 29_900
    assert (await payer.api.get(f"{payer.path}/video-credits"))["balance"] == 20


async def test_a_payment_that_nobody_told_of_is_found(payer: Payer) -> None:
    payment = await payer.checkout("premium_daily_pass")
    await payer.act(payment, "pay_silently")
    assert (await payer.payment(payment))["status"] == "pending"
    found = await payer.api.made("/v1/payments/reconciliations")
    mine = [it for it in found["differences"] if it["payment_id"] == payment["id"]]
    assert [(it["problem"], it["ours"], it["theirs"]) for it in mine] == [
        ("missed", "pending", "success")
    ]
    assert (await payer.payment(payment))["status"] == "success"
    assert await payer.tier() == "premium"
    await payer.api.pass_time(days=1)
    assert await payer.tier() == "free"


async def test_an_upgrade_takes_off_what_is_unused(payer: Payer) -> None:
    await payer.buys("plus_monthly")
    changed = await payer.api.made(f"{payer.path}/subscription/change", item="premium_monthly")
    kinds = [line["kind"] for line in changed["quote"]["lines"]]
    assert kinds == ["price", "proration"]
    payment = await payer.api.made("/v1/checkouts", quote_id=changed["quote"]["id"])
    await payer.act(payment, "pay")
    assert await payer.tier() == "premium"
    assert (await payer.subscription())["item"]["key"] == "premium_monthly"


async def test_what_is_canceled_lasts_to_the_end(payer: Payer) -> None:
    await payer.buys("plus_monthly")
    canceled = await payer.api.made(f"{payer.path}/subscription/cancel")
    assert canceled["subscription"]["status"] == "canceled"
    resumed = await payer.api.made(f"{payer.path}/subscription/resume")
    assert resumed["subscription"]["status"] == "active"
    await payer.api.made(f"{payer.path}/subscription/cancel")
    ends_at = datetime.fromisoformat((await payer.subscription())["current_period_end"])
    await payer.api.move_to(ends_at - timedelta(seconds=1))
    assert await payer.tier() == "plus"
    await payer.api.move_to(ends_at)
    assert await payer.tier() == "free"
    assert (await payer.subscription())["status"] == "expired"
    gone = await payer.api.post(f"{payer.path}/subscription/cancel", {})
    refused(gone, 409, "no_subscription")


async def test_what_is_not_renewed_has_three_days_of_grace(payer: Payer) -> None:
    await payer.buys("plus_monthly")
    ends_at = datetime.fromisoformat((await payer.subscription())["current_period_end"])
    await payer.api.move_to(ends_at)
    assert (await payer.subscription())["status"] == "past_due"
    assert await payer.tier() == "plus"
    await payer.api.move_to(ends_at + 3 * DAY)
    assert (await payer.subscription())["status"] == "expired"
    assert await payer.tier() == "free"


async def test_nobody_but_the_provider_is_believed(payer: Payer) -> None:
    answer = await payer.api.post("/v1/webhooks/sandbox", {"paid": True})
    refused(answer, 400, "invalid_signature")
    answer = await payer.api.post("/v1/webhooks/nobody", {})
    refused(answer, 404, "not_found")
