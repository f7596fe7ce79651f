"""Paying over HTTP: quote, checkout, the sandbox's page, its webhooks, and what is given."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from random import Random
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from attrs import frozen

from adapters.clock import SystemClock
from adapters.payments.sandbox import HEADER, Sandbox
from adapters.payments.sandbox_books import EventType, SandboxBooks, SandboxEvent
from adapters.payments.signatures import signed_as_stripe
from domain.identity.pepper import Pepper
from tests.http import given
from tests.http.api import Api, Json, done, refused, replayed
from tests.http.running import PEPPER

DAY = timedelta(days=1)
SANDBOX = Sandbox(
    SandboxBooks(None),
    [Pepper(PEPPER.encode()).digest("sandbox/webhooks").hex()],
    timedelta(seconds=300),
    SystemClock(),
)
"""What the server's own sandbox signs with."""


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
        paid = await self.payment(payment)
        assert paid["page_url"] is None
        return {**paid, "page_url": payment["page_url"]}

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
    assert replayed(again)
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
    key, body = str(uuid4()), {"reason": "By mistake", "amount_minor": 100}
    made = done(await payer.api.post(path, body, key=key))
    assert made["refund"]["state"] == "requested"
    again = await payer.api.post(path, body, key=key)
    assert (replayed(again), again.json()) == (True, made)
    too_much = await payer.api.post(path, {"reason": "Again", "amount_minor": 9_900})
    refused(too_much, 409, "refund_not_possible")
    await payer.api.made(path, reason="The rest")
    await payer.api.pass_time(minutes=1)
    payment = await payer.payment(payment)
    assert [refund["state"] for refund in payment["refunds"]] == ["done", "done"]
    assert payment["status"] == "refunded"
    assert (await payer.api.get(f"{payer.path}/video-credits"))["balance"] == 0


async def test_a_refund_that_fails_leaves_what_was_bought(payer: Payer) -> None:
    payment = await payer.buys("video_credits_5")
    await payer.api.made(f"/v1/payments/{payment['id']}/refunds", reason="By mistake")
    await payer.api.pass_time(minutes=1)
    assert (await payer.payment(payment))["status"] == "refunded"
    await payer.act(payment, "fail_refund")
    shown = await payer.payment(payment)
    assert (shown["status"], [it["state"] for it in shown["refunds"]]) == ("success", ["failed"])
    assert (await payer.api.get(f"{payer.path}/video-credits"))["balance"] == 5


async def test_a_pass_that_is_disputed_takes_its_seconds_along(payer: Payer) -> None:
    payment = await payer.buys("premium_weekly_pass")
    await payer.act(payment, "dispute")
    usage = await payer.api.get(f"{payer.path}/usage")
    assert usage["remaining"]["total"] == 900
    lines = await payer.api.all_of(f"{payer.path}/usage/statement")
    assert [(it["kind"], it["payment_id"]) for it in lines[1:]] == [
        ("pass", payment["id"]),
        ("taken_back", payment["id"]),
    ]


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
    other = Payer(payer.api, payer.browser, await given.a_person(payer.api))
    await other.buys("plus_monthly")
    await payer.api.move_to(ends_at + 3 * DAY)
    assert (await payer.subscription())["status"] == "expired"
    assert await payer.tier() == "free"
    ends_at = datetime.fromisoformat((await other.subscription())["current_period_end"])
    await payer.api.move_to(ends_at)
    canceled = await payer.api.made(f"{other.path}/subscription/cancel")
    assert canceled["subscription"]["status"] == "expired"
    assert await other.tier() == "free"


SCRIPT = (
    (EventType.FAILED, "a", 0),
    (EventType.SUCCEEDED, "a", 1),
    (EventType.SUCCEEDED, "b", 2),
    (EventType.REFUNDED, "a", 3),
    (EventType.DISPUTE_LOST, "a", 4),
)
Step = tuple[EventType, str, int]


async def tells(payer: Payer, payment: Json, step: Step) -> None:
    """Deliver a signed webhook of the sandbox, as it would."""
    kind, charge, minutes = step
    plain = kind is EventType.FAILED
    taken = kind in (EventType.REFUNDED, EventType.DISPUTE_LOST)
    event = SandboxEvent(
        id=f"evt_{payment['id']}_{kind}_{charge}",
        type=kind,
        created=datetime.fromisoformat(payment["created_at"]) + timedelta(minutes=minutes),
        order_id=payment["provider_order_id"],
        payment_id=UUID(payment["id"]),
        charge_id="" if plain else f"{payment['id']}_{charge}",
        refund_id=f"{payment['id']}_{kind}_{charge}" if taken else "",
        amount_minor=0 if plain else payment["amount"]["amount_minor"],
        currency=payment["amount"]["currency"],
    )
    body, headers = SANDBOX.signed(event, await payer.api.now())
    done(await payer.api.ask("POST", "/v1/webhooks/sandbox", content=body, headers=headers))


async def what_came_of(payer: Payer, item: str, steps: Sequence[Step]) -> Json:
    """All that shows of a new person after a payment was told of in some order."""
    other = Payer(payer.api, payer.browser, await given.a_person(payer.api))
    payment = await other.checkout(item)
    start = datetime.fromisoformat(payment["created_at"])
    for step in steps:
        await tells(other, payment, step)
    shown = await other.payment(payment)
    times = ("failed_at", "settled_at", "reversed_at", "closed_at")
    subscription = await payer.api.ask("GET", f"{other.path}/subscription")
    usage = await payer.api.get(f"{other.path}/usage")
    return {
        **{name: shown[name] for name in ("status", "amount", "refunded", "failure_code")},
        **{
            name: None if shown[name] is None else datetime.fromisoformat(shown[name]) - start
            for name in times
        },
        "reviews": [(it["reason"], it["amount"], it["refunded"]) for it in shown["reviews"]],
        # A job asks for them meanwhile, so they may be further or not.
        "refunds": [it["amount"] for it in shown["refunds"]],
        "subscription": subscription.json().get("status"),
        "tier": await other.tier(),
        "credits": [
            (await payer.api.get(f"{other.path}/video-credits"))[name]
            for name in ("balance", "debt")
        ],
        "remaining": usage["remaining"],
    }


@pytest.mark.parametrize("item", ["plus_monthly", "premium_daily_pass", "video_credits_20"])
async def test_any_order_of_what_is_told_shows_the_same(payer: Payer, item: str) -> None:
    wanted = await what_came_of(payer, item, SCRIPT)
    assert wanted["status"] == "refunded"
    chance = Random(item)
    for _ in range(4):
        again = [*SCRIPT, *chance.sample(SCRIPT, 2)]
        assert await what_came_of(payer, item, chance.sample(again, len(again))) == wanted


async def test_what_changes_a_subscription_is_done_once_for_a_key(payer: Payer) -> None:
    await payer.buys("premium_monthly")
    posts: tuple[tuple[str, Json], ...] = (
        (f"{payer.path}/subscription/change", {"item": "plus_monthly"}),
        (f"{payer.path}/subscription/cancel", {}),
        (f"{payer.path}/subscription/resume", {}),
        ("/v1/payments/reconciliations", {}),
    )
    for path, body in posts:
        key = str(uuid4())
        once = await payer.api.post(path, body, key=key)
        again = await payer.api.post(path, body, key=key)
        assert (replayed(again), again.json()) == (True, done(once))
        other = await payer.api.post(path, {**body, "other": 1}, key=key)
        refused(other, 422, other.json()["code"])


async def test_nobody_but_the_provider_is_believed(payer: Payer) -> None:
    answer = await payer.api.post("/v1/webhooks/sandbox", {"paid": True})
    refused(answer, 400, "invalid_signature")
    answer = await payer.api.post("/v1/webhooks/nobody", {})
    refused(answer, 404, "not_found")


async def test_a_webhook_has_a_size_and_no_idempotency_key(payer: Payer) -> None:
    answer = await payer.api.ask("POST", "/v1/webhooks/sandbox", content=b"x" * (2**20 + 1))
    refused(answer, 413, "body_too_large")
    described = payer.api.operation("take_payment_webhook").described
    assert [parameter["name"] for parameter in described["parameters"]] == ["provider"]
    answer = await payer.api.ask(
        "POST", "/v1/webhooks/sandbox", headers={"Idempotency-Key": "x" * 300}
    )
    refused(answer, 400, "invalid_signature")


BEYOND: tuple[Json, ...] = (
    {"id": "evt_\0"},
    {"charge_id": "x" * 1001},
    {"currency": "\0"},
    {"amount_minor": 2**70},
    {"amount_minor": -1},
    {"created": "0001-01-01T00:00:00+14:00"},
    {"created": "9999-12-31T23:59:59-12:00"},
    {"created": "2026-11-21T21:00:00"},
)


@pytest.mark.parametrize("wrong", BEYOND, ids=str)
async def test_what_is_signed_and_beyond_all_bounds_is_refused(payer: Payer, wrong: Json) -> None:
    payment = await payer.checkout("video_credits_20")
    told = {
        "id": f"evt_{payment['id']}",
        "type": EventType.SUCCEEDED,
        "created": payment["created_at"],
        "order_id": payment["provider_order_id"],
        "payment_id": payment["id"],
        "charge_id": "ch",
        "amount_minor": payment["amount"]["amount_minor"],
        "currency": payment["amount"]["currency"],
    }
    body = json.dumps({**told, **wrong}).encode()
    signature = signed_as_stripe(body, SANDBOX.secrets[0], await payer.api.now())
    answer = await payer.api.ask(
        "POST", "/v1/webhooks/sandbox", content=body, headers={HEADER: signature}
    )
    refused(answer, 400, "invalid_signature")
    assert (await payer.payment(payment))["status"] == "pending"


async def test_a_subscription_is_changed_to_a_subscription_only(payer: Payer) -> None:
    await payer.buys("plus_monthly")
    path = f"{payer.path}/subscription/change"
    told = refused(await payer.api.post(path, {"item": "premium_daily_pass"}), 404, "not_found")
    assert "is no subscription" in told["detail"]
    told = refused(await payer.api.post(path, {"item": "gold"}), 404, "not_found")
    assert "Nothing is sold as 'gold'" in told["detail"]


async def test_what_would_overlap_is_not_quoted(payer: Payer) -> None:
    await payer.buys("premium_monthly")
    body = {"person_id": payer.id, "item": "plus_monthly", "currency": "INR"}
    refused(await payer.api.post("/v1/quotes", body), 409, "plan_change_refused")


async def test_there_are_no_payments_of_nobody(api: Api) -> None:
    answer = await api.ask("GET", f"/v1/persons/{uuid4()}/payments")
    refused(answer, 404, "not_found")
