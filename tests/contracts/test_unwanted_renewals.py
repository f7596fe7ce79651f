"""What a provider renews that it was to renew no more, on every store: it ends, or goes back."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import attrs
import pytest
import pytest_asyncio

from application.billing.provider_ports import PaymentNotification
from application.billing.take_notification import Taken
from domain.billing.payments import Payment, PaymentStatus, ReportKind
from domain.billing.refunds import RefundState
from domain.billing.reviews import ReviewReason
from domain.billing.subscription_changes import PlanChangeRefusedError
from domain.billing.subscriptions import SubscriptionStatus
from domain.shared.ids import PersonId
from domain.shared.tiers import Tier
from tests.contracts.payers import Shop, open_shop
from tests.contracts.renewed import (
    bought,
    own_id,
    renewal_of,
    snapshot_of,
    success,
    tell_of,
)
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


async def the_payments(shop: Shop, person_id: PersonId) -> list[Payment]:
    return list((await shop.kithkin.ports.payment_list().page(person_id, None, 50)).items)


async def the_renewal(shop: Shop, person_id: PersonId) -> Payment:
    [renewal] = [it for it in await the_payments(shop, person_id) if it.quote_id is None]
    return renewal


async def is_overdue(shop: Shop, person_id: PersonId) -> None:
    """Let time pass until the period is over and was not renewed."""
    [term] = (await shop.plans(person_id)).terms
    await shop.pass_time(term.ends_at - await shop.now() + MINUTE)
    plans = await shop.plans(person_id)
    state = plans.state(plans.subscriptions[0], await shop.now())
    assert state.status is SubscriptionStatus.PAST_DUE


async def test_what_was_replaced_and_renewed_all_the_same_is_shown_and_given_back(
    shop: Shop,
) -> None:
    person_id = await shop.a_person()
    first = await bought(shop, person_id, "plus_monthly")
    await shop.pass_time(MINUTE)
    second = await bought(shop, person_id, "premium_monthly")
    shop.provider.subscriptions[own_id(first)] = snapshot_of(first, await shop.now())
    before = (await shop.plans(person_id)).terms
    news = renewal_of(first, occurred_at=await shop.now())
    assert await shop.hear(news) == (Taken.APPLIED,)
    assert await shop.hear(news) == (Taken.REPEATED,)
    renewal = await the_renewal(shop, person_id)
    [review] = renewal.reviews
    assert (review.reason, review.amount_minor, review.open) == (
        ReviewReason.NOT_ASKED_FOR,
        first.amount_minor,
        True,
    )
    assert (renewal.subscription_id, renewal.settled_at) == (second.subscription_id, None)
    found = await shop.kithkin.billing.reconcile_payments()()
    problems = [it.problem for it in found.differences if it.payment_id == renewal.id]
    assert "to_give_back" in problems
    await shop.pass_time(MINUTE)
    [refund] = await shop.kithkin.ports.refunds().of_payment(renewal.id)
    assert (refund.state, shop.provider.asked_back[str(refund.id)]) == (
        RefundState.DONE,
        first.amount_minor,
    )
    back = attrs.evolve(news.report, kind=ReportKind.REFUND, refund_id=str(refund.id))
    assert await shop.hear(attrs.evolve(news, event_key="back", report=back)) == (Taken.APPLIED,)
    assert (await shop.payment(renewal.id)).status is PaymentStatus.REFUNDED
    assert (await shop.plans(person_id)).terms == before


async def test_what_was_given_back_before_it_is_heard_of_is_not_given_back_twice(
    shop: Shop,
) -> None:
    person_id = await shop.a_person()
    first = await bought(shop, person_id, "plus_monthly")
    await bought(shop, person_id, "premium_monthly")
    shop.provider.subscriptions[own_id(first)] = snapshot_of(first, await shop.now())
    news = renewal_of(first)
    back = attrs.evolve(news.report, kind=ReportKind.REFUND, refund_id="re")
    await shop.hear(attrs.evolve(news, event_key=str(uuid4()), report=back))
    await shop.hear(news)
    await shop.pass_time(MINUTE)
    renewal = await the_renewal(shop, person_id)
    assert renewal.status is PaymentStatus.REFUNDED
    [refund] = await shop.kithkin.ports.refunds().of_payment(renewal.id)
    assert str(refund.id) not in shop.provider.asked_back


async def test_a_failed_renewal_of_what_was_replaced_is_none_of_ours(shop: Shop) -> None:
    person_id = await shop.a_person()
    first = await bought(shop, person_id, "plus_monthly")
    await bought(shop, person_id, "premium_monthly")
    shop.provider.subscriptions[own_id(first)] = snapshot_of(first, await shop.now())
    news = renewal_of(first, kind=ReportKind.FAILED)
    assert await shop.hear(news) == (Taken.UNKNOWN,)
    assert all(it.quote_id is not None for it in await the_payments(shop, person_id))


async def test_a_renewal_of_what_we_had_not_heard_of_is_found_by_asking(shop: Shop) -> None:
    person_id = await shop.a_person()
    payment = await shop.checkout(person_id, "plus_monthly")
    await shop.hear_of(payment, success(payment))
    end = (await shop.plans(person_id)).terms[0].ends_at
    news = renewal_of(payment, occurred_at=end)
    assert await shop.hear(news) == (Taken.UNKNOWN,)
    shop.provider.subscriptions[own_id(payment)] = snapshot_of(payment, await shop.now())
    assert await shop.hear(news) == (Taken.APPLIED,)
    terms = (await shop.plans(person_id)).terms
    assert [it.starts_at for it in terms] == [payment.created_at, end]
    strange = attrs.evolve(news, renews="sub_of_another_app", provider_order_id="bill_of_another")
    assert await shop.hear(attrs.evolve(strange, event_key=str(uuid4()))) == (Taken.UNKNOWN,)


async def test_who_was_erased_gets_back_what_is_renewed_all_the_same(shop: Shop) -> None:
    person_id = await shop.a_person()
    payment = await bought(shop, person_id, "plus_monthly")
    await is_overdue(shop, person_id)
    await shop.pass_time(4 * DAY)  # it is over here, and may be asked for there
    await shop.kithkin.identity.erase_person()(person_id)
    await shop.pass_time(MINUTE)
    assert own_id(payment) in shop.provider.ended
    await shop.hear(renewal_of(payment, occurred_at=await shop.now(), fingerprint="a card"))
    await shop.pass_time(MINUTE)
    renewal = await the_renewal(shop, person_id)
    assert [it.reason for it in renewal.reviews] == [ReviewReason.NOT_ASKED_FOR]
    assert {it.fingerprint for it in renewal.reports} == {None}
    [refund] = await shop.kithkin.ports.refunds().of_payment(renewal.id)
    assert str(refund.id) in shop.provider.asked_back
    await tell_of(shop, payment)
    [known] = await shop.kithkin.ports.subscriptions().of_person(person_id)
    assert known.refs.customer_id is None


async def test_what_is_overdue_and_paid_anew_is_ended_at_once(shop: Shop) -> None:
    person_id = await shop.a_person()
    first = await bought(shop, person_id, "plus_monthly")
    await is_overdue(shop, person_id)
    assert own_id(first) not in shop.provider.ended
    second = await bought(shop, person_id, "plus_monthly")
    await shop.pass_time(MINUTE)
    assert shop.provider.ended.count(own_id(first)) == 1
    assert own_id(second) not in shop.provider.ended


@pytest.mark.parametrize("asks", [False, True])
async def test_a_bill_that_is_paid_after_the_period_was_paid_for_anew_goes_back(
    shop: Shop, *, asks: bool
) -> None:
    person_id = await shop.a_person()
    first = await bought(shop, person_id, "plus_monthly")
    await is_overdue(shop, person_id)
    paid = renewal_of(first, occurred_at=await shop.now() + DAY)
    failed = attrs.evolve(
        paid.report, kind=ReportKind.FAILED, occurred_at=await shop.now() - MINUTE
    )
    await shop.hear(attrs.evolve(paid, event_key=str(uuid4()), report=failed))
    bill = await the_renewal(shop, person_id)
    await bought(shop, person_id, "plus_monthly")
    terms = (await shop.plans(person_id)).terms
    if asks:
        shop.provider.reports[bill.id] = [failed, paid.report]
        await shop.kithkin.billing.reconcile_payments()()
    else:
        await shop.hear(paid)
    [review] = (await shop.payment(bill.id)).reviews
    assert (review.reason, review.open) == (ReviewReason.NOT_ASKED_FOR, True)
    assert (await shop.plans(person_id)).terms == terms
    await shop.pass_time(MINUTE)
    [refund] = await shop.kithkin.ports.refunds().of_payment(bill.id)
    assert shop.provider.asked_back[str(refund.id)] == first.amount_minor


async def test_who_cancels_what_is_overdue_is_asked_for_nothing_more(shop: Shop) -> None:
    change = shop.kithkin.billing.change_subscription()
    in_time, late = await shop.a_person(), await shop.a_person()
    one, two = [await bought(shop, it, "plus_monthly") for it in (in_time, late)]
    await change.cancel(in_time)
    await shop.pass_time(MINUTE)
    assert own_id(one) in shop.provider.stopped
    assert own_id(one) not in shop.provider.ended
    await is_overdue(shop, late)
    await change.cancel(late)
    await shop.pass_time(MINUTE)
    assert own_id(two) in shop.provider.ended
    assert await shop.tier(late) is Tier.FREE


async def test_another_item_of_what_is_overdue_is_paid_for_at_once(shop: Shop) -> None:
    person_id = await shop.a_person()
    await bought(shop, person_id, "premium_monthly")
    await is_overdue(shop, person_id)
    change = shop.kithkin.billing.change_subscription()
    changed = await change.change(person_id, "plus_monthly")
    assert changed.quote is not None
    assert (changed.quote.total_minor, changed.subscription.next_item) == (49_900, None)


@pytest.mark.parametrize("kind", [ReportKind.REFUND, ReportKind.CHARGEBACK])
async def test_after_an_upgrade_was_taken_back_nothing_is_renewed_at_its_price(
    shop: Shop, kind: ReportKind
) -> None:
    person_id = await shop.a_person()
    await bought(shop, person_id, "plus_monthly")
    await shop.pass_time(MINUTE)
    upgrade = await bought(shop, person_id, "premium_monthly")
    back = success(upgrade, kind=kind, refund_id="back")
    await shop.hear_of(upgrade, back)
    assert await shop.tier(person_id) is Tier.PLUS
    change = shop.kithkin.billing.change_subscription()
    await change.cancel(person_id)
    with pytest.raises(PlanChangeRefusedError, match="make a quote for plus_monthly"):
        await change.resume(person_id)
    await shop.pass_time(MINUTE)
    assert own_id(upgrade) in shop.provider.ended
    assert own_id(upgrade) not in shop.provider.resumed
    again = await bought(shop, person_id, "plus_monthly")
    assert again.amount_minor == 49_900


async def test_what_a_provider_has_ended_is_not_resumed(shop: Shop) -> None:
    person_id = await shop.a_person()
    payment = await bought(shop, person_id, "plus_monthly")
    await shop.pass_time(MINUTE)
    await tell_of(shop, payment, status=SubscriptionStatus.EXPIRED)
    assert await shop.tier(person_id) is Tier.PLUS
    with pytest.raises(PlanChangeRefusedError):
        await shop.kithkin.billing.change_subscription().resume(person_id)


async def test_what_is_told_of_the_order_that_paid_a_bill_is_found_with_the_bill(
    shop: Shop,
) -> None:
    person_id = await shop.a_person()
    payment = await bought(shop, person_id, "plus_monthly")
    end = (await shop.plans(person_id)).terms[0].ends_at
    news = renewal_of(payment, occurred_at=end)
    await shop.hear(news)
    renewal = await the_renewal(shop, person_id)
    assert news.provider_order_id is not None
    back = attrs.evolve(news.report, kind=ReportKind.REFUND, refund_id="re")
    shop.provider.reports[renewal.id] = [news.report, back]
    order = f"pi_{uuid4().hex}"
    told = PaymentNotification(
        event_key=str(uuid4()),
        report=attrs.evolve(back, charge_id="its own"),
        provider_order_id=order,
    )
    assert await shop.hear(told) == (Taken.UNKNOWN,)
    shop.provider.bills[order] = news.provider_order_id
    assert await shop.hear(told) == (Taken.QUARANTINED,)
    await shop.pass_time(MINUTE)
    assert (await shop.payment(renewal.id)).status is PaymentStatus.REFUNDED


async def test_a_customer_of_the_provider_pays_in_one_currency(shop: Shop) -> None:
    person_id = await shop.a_person()
    await bought(shop, person_id, "plus_monthly")
    await is_overdue(shop, person_id)

    async def customer_of(currency: str) -> str | None:
        quote = await shop.kithkin.shop.make_quote()(person_id, "plus_monthly", currency)
        payment = await shop.kithkin.billing.start_checkout()(quote.id, None)
        return shop.provider.orders[payment.id].payer.customer_id

    assert await customer_of("USD") is None
    assert await customer_of("INR") == "cus_1"


async def test_what_is_sold_in_another_currency_by_now_is_renewed_as_agreed(shop: Shop) -> None:
    person_id = await shop.a_person()
    payment = await bought(shop, person_id, "plus_monthly")
    change = shop.kithkin.billing.change_subscription()
    rulebook = change.keep.rulebook
    billing = rulebook.policies.billing
    in_dollars = tuple(
        attrs.evolve(it, prices={"USD": it.prices["USD"]}) for it in billing.subscriptions
    )
    policies = attrs.evolve(
        rulebook.policies, billing=attrs.evolve(billing, subscriptions=in_dollars)
    )
    keep = attrs.evolve(change.keep, rulebook=attrs.evolve(rulebook, policies=policies))
    with pytest.raises(PlanChangeRefusedError, match=r"not sold in INR.* make a quote in USD"):
        await attrs.evolve(change, keep=keep).change(person_id, "premium_monthly")
    end = (await shop.plans(person_id)).terms[0].ends_at
    assert await shop.hear(renewal_of(payment, occurred_at=end)) == (Taken.APPLIED,)
    renewal = await the_renewal(shop, person_id)
    assert (renewal.status, renewal.amount_minor, renewal.currency) == (
        PaymentStatus.SUCCESS,
        49_900,
        "INR",
    )
