"""Payment providers that run here, and what people do at them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
from attrs import define
from uuid_utils.compat import uuid7

from adapters.clock import SystemClock
from adapters.payments.cashfree import Cashfree
from adapters.payments.sandbox import Sandbox
from adapters.payments.sandbox_actions import Action, Card
from adapters.payments.sandbox_books import SandboxBooks
from adapters.payments.stripe import Stripe
from application.billing.provider_ports import (
    CheckoutIntent,
    Notification,
    OrderRef,
    Payer,
    RefundIntent,
    StartedCheckout,
)
from domain.billing.catalogue import item_of
from domain.shared.ids import PaymentId, PersonId
from tests.adapters.cashfree_server import CLIENT_ID, CLIENT_SECRET, CashfreeServer
from tests.adapters.small_server import small_server
from tests.adapters.stripe_server import (
    API_KEY,
    DECLINED_CARD,
    GOOD_CARD,
    WEBHOOK_SECRET,
    StripeServed,
    StripeServer,
)

SKEW = timedelta(seconds=300)
SECRET = "secret of the sandbox"
CREDITS, MONTHLY = "video_credits_20", "premium_monthly"
Sent = tuple[bytes, dict[str, str]]


@define
class SandboxShop:
    """The sandbox, and what people do on its page; each gives what it sends of it."""

    provider: Sandbox
    folder: Path

    async def pay(self, started: StartedCheckout) -> list[Sent]:
        return await self.act(started, Action.PAY)

    async def decline(self, started: StartedCheckout) -> list[Sent]:
        return await self.act(started, Action.DECLINE)

    async def act(self, started: StartedCheckout, action: Action) -> list[Sent]:
        assert started.page_url is not None
        token = started.page_url.rpartition("/")[2]
        events = await self.provider.act(token, action, Card.OWN)
        return [self.provider.signed(event, datetime.now(UTC)) for event in events]

    def go_away(self) -> None:
        for file in self.folder.iterdir():
            file.unlink()
        (self.folder / "sandbox.db").mkdir()

    def believing(self, *secrets: str) -> Sandbox:
        return attrs.evolve(self.provider, secrets=secrets)


@define
class CashfreeShop:
    """Cashfree, and what people do there."""

    provider: Cashfree
    server: CashfreeServer

    async def pay(self, started: StartedCheckout) -> list[Sent]:
        return [self.server.paid(started.provider_order_id)]

    async def decline(self, started: StartedCheckout) -> list[Sent]:
        return [self.server.paid(started.provider_order_id, "FAILED")]

    def go_away(self) -> None:
        self.server.away = True

    def believing(self, *secrets: str) -> Cashfree:
        return attrs.evolve(self.provider, webhook_secrets=secrets)


@define
class StripeShop:
    """Stripe, and what people do there."""

    provider: Stripe
    server: StripeServer

    async def pay(self, started: StartedCheckout) -> list[Sent]:
        return [await asyncio.to_thread(self._confirmed, started, GOOD_CARD)]

    async def decline(self, started: StartedCheckout) -> list[Sent]:
        return [await asyncio.to_thread(self._confirmed, started, DECLINED_CARD)]

    def go_away(self) -> None:
        self.server.away = True

    def believing(self, *secrets: str) -> Stripe:
        return attrs.evolve(self.provider, webhook_secrets=secrets)

    def _confirmed(self, started: StartedCheckout, card: str) -> Sent:
        """Do what Stripe's form does in a person's browser."""
        path = f"/v1/payment_intents/{started.provider_order_id}"
        order = self.server.ask("GET", path)
        assert order["client_secret"] == started.client_token
        if order["status"] == "requires_action":
            secret = order["client_secret"]
            self.server.ask("POST", f"{path}/_authenticate", client_secret=secret, success="true")
        else:
            self.server.ask("POST", path, payment_method=self.server.a_card(card))
            self.server.ask("POST", f"{path}/confirm")
        done = "succeeded" if card == GOOD_CARD else "payment_failed"
        return self.server.until(f"payment_intent.{done}")


Shop = SandboxShop | CashfreeShop | StripeShop
SECRETS = {SandboxShop: SECRET, CashfreeShop: CLIENT_SECRET, StripeShop: WEBHOOK_SECRET}


@asynccontextmanager
async def sandbox_shop(folder: Path) -> AsyncIterator[SandboxShop]:
    """Open a sandbox whose books are in a folder."""
    books = SandboxBooks(folder / "sandbox.db")
    yield SandboxShop(Sandbox(books, [SECRET], SKEW, SystemClock()), folder)


@asynccontextmanager
async def cashfree_shop() -> AsyncIterator[CashfreeShop]:
    """Run a Cashfree."""
    server = CashfreeServer()
    with small_server(server) as url:
        provider = Cashfree(url, CLIENT_ID, CLIENT_SECRET, [CLIENT_SECRET], SKEW, "9999999999")
        yield CashfreeShop(provider, server)


@asynccontextmanager
async def stripe_shop(served: StripeServed) -> AsyncIterator[StripeShop]:
    """Open an account at a Stripe that runs."""
    server, url = served
    provider = Stripe(url, API_KEY, [WEBHOOK_SECRET], SKEW)
    try:
        yield StripeShop(provider, server)
    finally:
        server.away = server.losing = False


def an_intent(
    item: str = CREDITS, amount_minor: int = 29_900, renewal_minor: int | None = None
) -> CheckoutIntent:
    now = datetime.now(UTC)
    return CheckoutIntent(
        payment_id=PaymentId(uuid7()),
        payer=Payer(person_id=PersonId(uuid7()), email="ana@example.org"),
        item=item_of(item),
        amount_minor=amount_minor,
        currency="INR",
        created_at=now,
        ends_at=now + timedelta(days=1),
        renewal_minor=renewal_minor,
    )


def order_of(intent: CheckoutIntent, started: StartedCheckout | None) -> OrderRef:
    return OrderRef(
        payment_id=intent.payment_id,
        provider_order_id=None if started is None else started.provider_order_id,
        created_at=intent.created_at,
    )


def a_refund(
    intent: CheckoutIntent, started: StartedCheckout, charge_id: str, amount_minor: int, key: str
) -> RefundIntent:
    return RefundIntent(
        order=order_of(intent, started),
        charge_id=charge_id,
        amount_minor=amount_minor,
        currency=intent.currency,
        key=key,
    )


def news(shop: Shop, sent: list[Sent]) -> list[Notification]:
    """What was sent, as it is read here and now."""
    deliveries = [shop.provider.read(*it, datetime.now(UTC)) for it in sent]
    assert not any(delivery.stale for delivery in deliveries)
    return [it for delivery in deliveries for it in delivery.notifications]
