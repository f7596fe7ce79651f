"""Subscriptions that a provider renews, on every store: whoever pays pays for one of them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import attrs
import pytest
import pytest_asyncio

from application.billing.provider_ports import PaymentNotification, SubscriptionNotification
from application.billing.take_notification import Taken
from domain.billing.payments import PaymentStatus, Provider, ReportKind
from domain.billing.subscription_changes import PlanChangeRefusedError
from domain.billing.subscriptions import (
    ProviderRefs,
    Subscription,
    SubscriptionSnapshot,
    SubscriptionStatus,
)
from domain.shared.ids import PersonId
from domain.shared.tiers import Tier
from tests.contracts.payers import Shop, open_shop
from tests.contracts.renewed import bought, own_id, success, tell_of
from tests.postgres import migrated_database

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest_asyncio.fixture(scope="session")
async def own_database(database: str) -> str:
    """A database whose clock no other test moves."""
    return await migrated_database(database)


@pytest.fixture(params=["memory", "postgres"])
def url(request: pytest.FixtureRequest) -> str | None:
    return None if request.param == "memory" else request.getfixturevalue("own_database")


@pytest_asyncio.fixture
async def shop(url: str | None) -> AsyncIterator[Shop]:
    async with open_shop(url) as opened:
        yield opened


async def the_subscription(shop: Shop, person_id: PersonId) -> Subscription:
    [subscription] = (await shop.plans(person_id)).subscriptions
    return subscription


async def test_an_upgrade_stops_the_renewal_of_what_it_replaces(shop: Shop) -> None:
    person_id = await shop.a_person()
    first = await bought(shop, person_id, "plus_monthly")
    await shop.pass_time(MINUTE)
    second = await bought(shop, person_id, "premium_monthly")
    await shop.pass_time(MINUTE)
    assert own_id(first) in shop.provider.stopped
    assert own_id(second) not in shop.provider.stopped
    over = {"cancels_at_period_end": True, "status": SubscriptionStatus.CANCELED}
    assert await tell_of(shop, first, **over) is Taken.APPLIED
    subscription = await the_subscription(shop, person_id)
    assert subscription.refs.subscription_id == own_id(second)
    assert subscription.not_renewed_since is None


async def test_what_is_unused_is_taken_off_once(shop: Shop) -> None:
    person_id = await shop.a_person()
    await bought(shop, person_id, "plus_monthly")
    make, start = shop.kithkin.shop.make_quote(), shop.kithkin.billing.start_checkout()
    one, two = [await make(person_id, "premium_monthly", "INR") for _ in range(2)]
    payment = await start(one.id, None)
    await shop.hear_of(payment, success(payment))
    assert (await start(one.id, None)).id == payment.id
    with pytest.raises(PlanChangeRefusedError):
        await start(two.id, None)
    assert (await shop.plans(person_id)).terms[-1].ends_at > await shop.now()


async def test_no_upgrade_costs_less_than_what_is_unused(shop: Shop) -> None:
    person_id = await shop.a_person()
    for _ in range(3):
        await bought(shop, person_id, "plus_monthly")
    with pytest.raises(PlanChangeRefusedError, match="costs 129900"):
        await shop.checkout(person_id, "premium_monthly")
    whole = await shop.checkout(person_id, "premium_annual")
    assert whole.taken_over_minor == 149_700


async def test_an_upgrade_that_is_paid_for_twice_is_there_twice(shop: Shop) -> None:
    person_id = await shop.a_person()
    await bought(shop, person_id, "plus_monthly")
    both = [await shop.checkout(person_id, "premium_monthly") for _ in range(2)]
    for payment in reversed(both):
        await shop.hear_of(payment, success(payment))
    first, second = (await shop.plans(person_id)).terms[1:]
    assert first.ends_at == second.starts_at
    assert (first.unpaid_minor, second.unpaid_minor) == (0, both[0].taken_over_minor)
    assert second.starts_at < second.ends_at


async def test_it_is_stopped_whichever_is_heard_of_first(shop: Shop) -> None:
    person_id = await shop.a_person()
    first = await shop.checkout(person_id, "plus_monthly")
    await shop.hear_of(first, success(first))
    await shop.pass_time(MINUTE)
    second = await shop.checkout(person_id, "premium_monthly")
    assert await tell_of(shop, second) is Taken.UNKNOWN
    await shop.hear_of(second, success(second))
    assert await tell_of(shop, second) is Taken.APPLIED
    assert await tell_of(shop, first) is Taken.APPLIED
    await shop.pass_time(MINUTE)
    assert own_id(first) in shop.provider.stopped
    assert own_id(second) not in shop.provider.stopped
    subscription = await the_subscription(shop, person_id)
    assert subscription.refs.subscription_id == own_id(second)


async def test_what_credit_pays_for_stops_it_too_and_resuming_begins_nothing(shop: Shop) -> None:
    person_id = await shop.a_person()
    first = await bought(shop, person_id, "plus_monthly")
    await shop.kithkin.shop.grant_account_credit()(person_id, 500_000, "INR", "Goodwill")
    await shop.pass_time(MINUTE)
    await bought(shop, person_id, "premium_monthly")
    await shop.pass_time(MINUTE)
    assert own_id(first) in shop.provider.stopped
    change = shop.kithkin.billing.change_subscription()
    await change.cancel(person_id)
    await change.resume(person_id)
    await shop.pass_time(MINUTE)
    assert own_id(first) not in shop.provider.resumed


async def test_of_two_that_were_bought_at_once_one_is_renewed(shop: Shop) -> None:
    person_id = await shop.a_person()
    first = await shop.checkout(person_id, "plus_monthly")
    second = await shop.checkout(person_id, "plus_monthly")
    await shop.hear_of(first, success(first))
    await tell_of(shop, first)
    await shop.hear_of(second, success(second, occurred_at=second.created_at + MINUTE))
    await shop.pass_time(MINUTE)
    assert own_id(first) in shop.provider.stopped
    assert own_id(second) not in shop.provider.stopped


@pytest.mark.parametrize("kind", [ReportKind.REFUND, ReportKind.CHARGEBACK])
@pytest.mark.parametrize("told_first", [True, False])
async def test_what_was_taken_back_is_not_charged_for_again(
    shop: Shop, kind: ReportKind, *, told_first: bool
) -> None:
    person_id = await shop.a_person()
    payment = await shop.checkout(person_id, "plus_monthly")
    await shop.hear_of(payment, success(payment))
    if told_first:
        await tell_of(shop, payment)
    await shop.hear_of(payment, success(payment, kind=kind, refund_id="back"))
    if not told_first:
        await tell_of(shop, payment)
    assert await shop.tier(person_id) is Tier.FREE
    await shop.pass_time(MINUTE)
    assert own_id(payment) in shop.provider.stopped


async def test_who_cancels_beside_a_renewal_stays_canceled(shop: Shop) -> None:
    person_id = await shop.a_person()
    payment = await bought(shop, person_id, "plus_monthly")
    end = (await shop.plans(person_id)).terms[0].ends_at
    await shop.pass_time(end - await shop.now() - MINUTE)
    await shop.kithkin.billing.change_subscription().cancel(person_id)
    renewal = PaymentNotification(
        event_key=str(uuid4()),
        report=success(payment, occurred_at=end, charge_id="r"),
        provider_order_id=f"bill_{uuid4().hex}",
        renews=own_id(payment),
    )
    await shop.hear(renewal)
    await shop.pass_time(2 * MINUTE)
    plans = await shop.plans(person_id)
    assert [it.starts_at for it in plans.terms] == [payment.created_at, end]
    assert plans.subscriptions[0].not_renewed_since is not None
    assert own_id(payment) in shop.provider.stopped
    assert own_id(payment) not in shop.provider.resumed
    made = (await shop.kithkin.ports.payment_list().page(person_id, None, 10)).items
    assert {it.status for it in made} == {PaymentStatus.SUCCESS}


async def test_of_two_snapshots_at_once_told_at_once_the_provider_says_which(shop: Shop) -> None:
    person_id = await shop.a_person()
    payment = await bought(shop, person_id, "plus_monthly")
    await shop.pass_time(MINUTE)
    stopped = SubscriptionSnapshot(
        provider=Provider.SANDBOX,
        refs=ProviderRefs(subscription_id=own_id(payment)),
        created=await shop.now(),
        status=SubscriptionStatus.ACTIVE,
        period_starts_at=payment.created_at,
        period_ends_at=payment.created_at + 31 * DAY,
        cancels_at_period_end=True,
        payment_id=payment.id,
    )
    renewed = attrs.evolve(stopped, cancels_at_period_end=False)
    shop.provider.subscriptions[own_id(payment)] = stopped
    said = [
        SubscriptionNotification(event_key=str(uuid4()), snapshot=it)
        for it in (stopped, renewed, stopped, renewed)
    ]
    await asyncio.gather(*(shop.hear(it) for it in said))
    subscription = await the_subscription(shop, person_id)
    assert subscription.not_renewed_since == stopped.created


async def test_nothing_is_renewed_for_who_was_erased_while_paying(shop: Shop) -> None:
    person_id = await shop.a_person()
    items = ("plus_monthly", "premium_daily_pass", "video_credits_20", "seconds_3600")
    payments = [await shop.checkout(person_id, item) for item in items]
    await shop.kithkin.identity.erase_person()(person_id)
    for payment in payments:
        for report in (
            success(payment),
            success(payment, charge_id="again", occurred_at=payment.created_at + MINUTE),
        ):
            assert await shop.hear_of(payment, report) is Taken.APPLIED
    await tell_of(shop, payments[0])
    for payment in payments:
        back = success(payment, kind=ReportKind.REFUND, refund_id="back")
        assert await shop.hear_of(payment, back) is Taken.APPLIED
        assert (await shop.payment(payment.id)).status is PaymentStatus.REFUNDED
    await shop.pass_time(MINUTE)
    assert own_id(payments[0]) in shop.provider.stopped
    person = await shop.kithkin.ports.persons().get(person_id)
    assert person is not None
    assert person.tier is Tier.FREE
