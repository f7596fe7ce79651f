"""Persons who pay, on the whole of Kithkin with a scripted provider."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from attrs import define
from dependency_injector.providers import Object
from uuid_utils.compat import uuid7

from application.billing.provider_ports import (
    Notification,
    PaymentNotification,
    ProviderPorts,
    Providers,
)
from application.billing.take_notification import Taken
from domain.billing.payments import Payment, Provider, Report
from domain.billing.plans import Plans
from domain.identity.profile import Profile
from domain.shared.ids import PaymentId, PersonId
from domain.shared.tiers import Tier
from entrypoints.settings import Settings
from entrypoints.wiring.kithkin import Kithkin, in_memory, on_postgres
from tests.contracts.scripted_provider import ScriptedProvider

PEPPER = "for tests alone, " * 2


@define
class Shop:
    """Kithkin, and whoever takes the money."""

    kithkin: Kithkin
    provider: ScriptedProvider

    async def now(self) -> datetime:
        return await self.kithkin.clock.now()

    async def a_person(self) -> PersonId:
        person = await self.kithkin.identity.register_person()(Profile(name="Ana Lima"))
        return person.id

    async def tier(self, person_id: PersonId) -> Tier:
        person = await self.kithkin.ports.persons().get(person_id)
        assert person is not None
        return person.tier

    async def checkout(self, person_id: PersonId, item: str) -> Payment:
        quote = await self.kithkin.shop.make_quote()(person_id, item, "INR")
        return await self.kithkin.billing.start_checkout()(quote.id, None)

    async def payment(self, payment_id: PaymentId) -> Payment:
        found = await self.kithkin.ports.payments().get(payment_id)
        assert found is not None
        return found

    async def plans(self, person_id: PersonId) -> Plans:
        return await self.kithkin.billing.keep().brought_up(person_id)

    async def hear(self, *notifications: Notification, stale: bool = False) -> tuple[Taken, ...]:
        body = self.provider.will_say(*notifications, stale=stale)
        take = self.kithkin.billing.take_notification()
        return await take(Provider.SANDBOX, body, {})

    async def hear_of(self, payment: Payment, report: Report, key: str | None = None) -> Taken:
        [taken] = await self.hear(news(payment, report, key))
        return taken

    async def pass_time(self, time: timedelta) -> None:
        await self.kithkin.shared.move_clock()(await self.now() + time)

    async def rows(self, person_id: PersonId) -> dict[str, Any]:
        """All that is kept of a person because of payments, without what only names it."""
        ports = self.kithkin.ports
        payments = (await ports.payment_list().page(person_id, None, 200)).items
        wallet = await ports.wallets().get(person_id)
        usage = await ports.usage_accounts().get(person_id)
        credit = await ports.credit_accounts().of_person(person_id)
        return {
            "payments": [
                (
                    it.reports,
                    it.status,
                    it.settled_at,
                    it.reversed_at,
                    it.refunded_minor,
                    it.reviews,
                    it.closed_at,
                )
                for it in payments
            ],
            "refunds": [
                (refund.charge_id, refund.amount_minor, refund.state)
                for it in payments
                for refund in await ports.refunds().of_payment(it.id)
            ],
            "subscriptions": [
                (it.item, it.status, it.started_at, it.amount_minor, it.canceled_at)
                for it in await ports.subscriptions().of_person(person_id)
            ],
            "terms": [
                (it.item, it.starts_at, it.ends_at)
                for it in (await self.kithkin.billing.keep().read(person_id)).terms
            ],
            "standing": [
                (it.complimentary, it.tier, it.until)
                for it in [await ports.plan_standings().get(person_id)]
                if it is not None
            ],
            "tier": await self.tier(person_id),
            "credits": (wallet.accounts.remaining, wallet.accounts.debt),
            "usage": None
            if usage is None
            else (
                usage.tier,
                usage.pass_tier,
                usage.period.monthly_seconds,
                usage.left,
                usage.owed_seconds,
            ),
            "account credit": [(it.currency, it.balance) for it in credit],
        }


def news(payment: Payment, report: Report, key: str | None = None) -> PaymentNotification:
    return PaymentNotification(
        event_key=key or str(uuid7()),
        report=report,
        payment_id=payment.id,
        provider_order_id=payment.provider_order_id,
    )


@asynccontextmanager
async def open_shop(url: str | None = None) -> AsyncIterator[Shop]:
    """A shop in memory, or on a database."""
    provider = ScriptedProvider()
    settings = Settings(memory=url is None, test_clock=True, pepper=PEPPER)
    kithkin = in_memory(settings) if url is None else on_postgres(settings, url)
    ports = ProviderPorts(payments=provider, notifications=provider, renewals=provider)
    every = Providers(current=Provider.SANDBOX, by_name={Provider.SANDBOX: ports})
    kithkin.payments.every.override(Object(every))
    await kithkin.open()
    try:
        yield Shop(kithkin, provider)
    finally:
        await kithkin.close()
