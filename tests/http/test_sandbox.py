"""The sandbox's page: it pays, fails and gives back, and tells Kithkin by signed webhooks."""

import hashlib
import re
from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import attrs
import httpx
import pytest
import pytest_asyncio
from attrs import Factory, define

from application.billing.provider_ports import (
    CheckoutIntent,
    PaymentNotification,
    SubscriptionNotification,
)
from domain.billing.payments import ReportKind
from domain.billing.subscriptions import SubscriptionStatus
from entrypoints.http.app import create_app
from entrypoints.payment_settings import PaymentProviderName
from entrypoints.settings import Settings
from entrypoints.wiring.kithkin import Kithkin, in_memory
from entrypoints.wiring.payments import Sandbox
from tests.adapters.small_server import Answer, Asked, small_server
from tests.contracts.payment_shops import CREDITS, MONTHLY, an_intent, order_of

HOSTILE = '"><script>alert(1)</script>'


@define
class Listener:
    """Where webhooks come in.

    Attributes:
        status: What it answers.
        heard: What came.
    """

    status: int = 200
    heard: list[Asked] = Factory(list)

    def __call__(self, asked: Asked) -> Answer:
        self.heard.append(asked)
        return self.status, b"{}"


@define
class World:
    """A server, and a browser that looks at the page of an order."""

    sandbox: Sandbox
    listener: Listener
    browser: httpx.AsyncClient
    intent: CheckoutIntent
    path: str = ""

    async def order(self, intent: CheckoutIntent) -> None:
        started = await self.sandbox.start_checkout(intent)
        assert started.page_url is not None
        self.intent, self.path = intent, started.page_url

    async def page(self) -> str:
        answer = await self.browser.get(self.path)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def choose(self, action: str, **form: str) -> str:
        """Press a button, and give what the page says then."""
        answer = await self.browser.post(self.path, data={"action": action, **form})
        assert answer.status_code == 303, answer.text
        shown = await self.browser.get(answer.headers["location"])
        found = re.search(r'role="status">(.*?)</p>', shown.text)
        assert found is not None
        return found[1]

    def told(self) -> list[ReportKind | SubscriptionStatus]:
        """What Kithkin was told, in our words."""
        found: list[ReportKind | SubscriptionStatus] = []
        for asked in self.listener.heard:
            assert (asked.method, asked.target) == ("POST", "/v1/webhooks/sandbox")
            delivery = self.sandbox.read(asked.body, asked.headers, datetime.now(UTC))
            for news in delivery.notifications:
                match news:
                    case PaymentNotification(report=report):
                        found.append(report.kind)
                    case SubscriptionNotification(snapshot=snapshot):
                        found.append(snapshot.status)
        return found


@pytest.fixture
def kithkin() -> Kithkin:
    return in_memory(Settings(memory=True))


@pytest_asyncio.fixture
async def world(kithkin: Kithkin) -> AsyncIterator[World]:
    sandbox = kithkin.payments.sandbox()
    assert sandbox is not None
    listener = Listener()
    with small_server(listener) as origin:
        transport = httpx.ASGITransport(app=create_app(kithkin))  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url=origin) as browser:
            world = World(sandbox, listener, browser, an_intent())
            await world.order(world.intent)
            yield world


class Outside(HTMLParser):
    """Gathers what a page would run, or fetch from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "img", "link", "iframe", "object"}:
            self.found.append(tag)
        self.found += [name for name, _ in attrs if name in {"src", "href", "style"}]
        self.found += [name for name, _ in attrs if name.startswith("on")]


async def test_the_page_says_what_it_is_and_needs_nothing_from_elsewhere(world: World) -> None:
    answer = await world.browser.get(world.path)
    page = answer.text
    assert "Sandbox: no money moves here" in page
    assert "299.00 INR" in page
    assert "20 video credits" in page
    assert str(world.intent.payment_id) in page
    outside = Outside()
    outside.feed(page)
    assert outside.found == []
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    digest = b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    [policy] = answer.headers.get_list("content-security-policy")
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert answer.headers["cache-control"] == "no-store"


async def test_paying_is_told_by_a_signed_webhook_and_shown(world: World) -> None:
    assert await world.choose("pay") == "Done, and Kithkin was told."
    assert world.told() == [ReportKind.SUCCESS]
    page = await world.page()
    assert "<dd>Paid</dd>" in page
    assert 'value="pay"' not in page


async def test_a_declined_payment_can_be_tried_again(world: World) -> None:
    await world.choose("decline")
    assert "Declined; it can be tried again" in await world.page()
    await world.choose("pay")
    assert world.told() == [ReportKind.FAILED, ReportKind.SUCCESS]


@pytest.mark.parametrize(
    ("action", "kind"), [("refund", ReportKind.REFUND), ("dispute", ReportKind.CHARGEBACK)]
)
async def test_what_was_paid_can_be_taken_back_once(
    world: World, action: str, kind: ReportKind
) -> None:
    await world.choose("pay")
    await world.choose(action)
    assert world.told() == [ReportKind.SUCCESS, kind]
    assert "Paid, and given back" in await world.page()
    assert "cannot be done" in await world.choose(action)
    assert len(world.told()) == 2


async def test_a_refund_can_fail_and_be_made_again(world: World) -> None:
    await world.choose("pay")
    assert "cannot be done" in await world.choose("fail_refund")
    await world.choose("refund")
    await world.choose("fail_refund")
    await world.choose("refund")
    assert world.told() == [
        ReportKind.SUCCESS,
        ReportKind.REFUND,
        ReportKind.REFUND_FAILED,
        ReportKind.REFUND,
    ]
    assert "The refund of 299.00 INR failed" in await world.page()


async def test_a_second_charge_is_another_payment_for_the_order(world: World) -> None:
    await world.choose("pay")
    await world.choose("pay_again", card="shared")
    fetched = await world.sandbox.fetch_payment(order_of(world.intent, None))
    assert fetched is not None
    first, second = fetched.reports
    assert first.charge_id != second.charge_id
    assert first.fingerprint != second.fingerprint


async def test_a_payment_whose_notification_is_lost_is_found_by_asking(world: World) -> None:
    assert "Kithkin was not told" in await world.choose("pay_silently")
    assert world.listener.heard == []
    fetched = await world.sandbox.fetch_payment(order_of(world.intent, None))
    assert fetched is not None
    assert [report.kind for report in fetched.reports] == [ReportKind.SUCCESS]


async def test_all_can_be_told_again_the_newest_first(world: World) -> None:
    for action in ("decline", "pay_silently", "refund"):
        await world.choose(action)
    world.listener.heard.clear()
    assert await world.choose("tell_again") == "Done, and Kithkin was told."
    assert world.told() == [ReportKind.REFUND, ReportKind.SUCCESS, ReportKind.FAILED]
    ids = [asked.body for asked in world.listener.heard]
    await world.choose("tell_again")
    assert [asked.body for asked in world.listener.heard] == [*ids, *ids]


async def test_the_page_says_when_kithkin_did_not_listen(world: World) -> None:
    world.listener.status = 503
    assert "did not take the notification" in await world.choose("pay")
    assert "<dd>Paid</dd>" in await world.page()


async def test_a_subscription_is_renewed_and_falls_behind(world: World) -> None:
    intent = an_intent(MONTHLY, amount_minor=99_900, renewal_minor=129_900)
    await world.order(intent)
    for action in ("pay", "fail_renewal", "renew"):
        await world.choose(action)
    assert world.told() == [
        ReportKind.SUCCESS,
        SubscriptionStatus.ACTIVE,
        ReportKind.FAILED,
        SubscriptionStatus.PAST_DUE,
        ReportKind.SUCCESS,
        SubscriptionStatus.ACTIVE,
    ]
    last = world.sandbox.read(
        world.listener.heard[4].body, world.listener.heard[4].headers, datetime.now(UTC)
    ).notifications[0]
    assert isinstance(last, PaymentNotification)
    assert (last.report.amount_minor, last.payment_id) == (129_900, None)
    assert last.renews is not None
    assert last.provider_order_id is not None
    bill = attrs.evolve(order_of(intent, None), provider_order_id=last.provider_order_id)
    fetched = await world.sandbox.fetch_payment(bill)
    assert fetched is not None
    assert [report.kind for report in fetched.reports] == [ReportKind.FAILED, ReportKind.SUCCESS]
    await world.sandbox.end_renewal(last.renews, "key")
    ended = await world.sandbox.fetch_subscription(last.renews)
    assert ended is not None
    assert ended.status is SubscriptionStatus.EXPIRED
    assert "cannot be done" in await world.choose("renew")


async def test_an_order_that_was_left_too_long_cannot_be_paid(world: World) -> None:
    past = datetime.now(UTC) - timedelta(seconds=1)
    await world.order(attrs.evolve(an_intent(CREDITS), ends_at=past))
    assert "Not paid in time" in await world.page()
    assert "cannot be done" in await world.choose("pay")


@pytest.mark.parametrize("token", ["nothing", "a" * 300, "%00", "..%2f..", "%C3%A9"])
async def test_there_may_be_no_such_page(world: World, token: str) -> None:
    path = f"/sandbox/checkout/{token}"
    for answer in (await world.browser.get(path), await world.browser.post(path)):
        assert answer.status_code == 404
        assert "script" not in answer.text


@pytest.mark.parametrize("body", [b"", b"action=steal", b"action=pay&card=x", b"\xff\x00=", b"{}"])
async def test_forms_of_another_kind_do_nothing(world: World, body: bytes) -> None:
    answer = await world.browser.post(world.path, content=body)
    assert answer.status_code == 400
    assert world.listener.heard == []
    assert 'value="pay"' in answer.text


async def test_nothing_that_a_client_sends_is_shown(world: World) -> None:
    answer = await world.browser.get(world.path, params={"notice": HOSTILE[:20]})
    assert "alert" not in answer.text
    assert answer.status_code == 200


async def test_the_page_is_there_only_where_the_sandbox_takes_payments() -> None:
    settings = Settings(
        memory=True,
        payment_provider=PaymentProviderName.CASHFREE,
        cashfree_client_id="id",
        cashfree_client_secret="secret",
    )
    kithkin = in_memory(settings)
    assert kithkin.payments.sandbox() is None
    transport = httpx.ASGITransport(app=create_app(kithkin))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as browser:
        assert (await browser.get("/sandbox/checkout/x")).status_code == 404
