"""Payments on every store: each gives what it paid for once, whatever is told, and how often."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import attrs
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from application.billing.provider_ports import (
    PaymentNotification,
    ProviderAwayError,
    ProviderRefusedError,
    SubscriptionNotification,
)
from application.billing.take_notification import Taken
from domain.billing.payments import Payment, PaymentStatus, Provider, Report, ReportKind
from domain.billing.quotes import QuoteExpiredError
from domain.billing.refunds import RefundNotPossibleError, RefundState
from domain.billing.subscriptions import (
    ProviderRefs,
    SubscriptionSnapshot,
    SubscriptionStatus,
)
from domain.shared.ids import PaymentId
from domain.shared.tiers import Tier
from tests.contracts.payers import Shop, news, open_shop
from tests.postgres import migrated_database

WORKERS = 20
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
_OF = {ReportKind.REFUND_FAILED: ReportKind.REFUND}
ITEMS = ("plus_monthly", "premium_daily_pass", "video_credits_20", "seconds_3600")


@pytest_asyncio.fixture(scope="session")
async def own_database(database: str) -> str:
    """A database whose clock no other test moves."""
    return await migrated_database(database)


@pytest.fixture(params=["memory", "postgres"])
def url(request: pytest.FixtureRequest) -> str | None:
    if request.param == "memory":
        return None
    found: str = request.getfixturevalue("own_database")
    return found


@pytest_asyncio.fixture
async def shop(url: str | None) -> AsyncIterator[Shop]:
    async with open_shop(url) as opened:
        yield opened


def a_report(payment: Payment, kind: ReportKind, minutes: int = 0, charge: str = "a") -> Report:
    plain = kind in (ReportKind.PENDING, ReportKind.FAILED)
    return Report(
        kind=kind,
        occurred_at=payment.created_at + minutes * MINUTE,
        charge_id=charge,
        refund_id="" if plain or kind is ReportKind.SUCCESS else f"{_OF.get(kind, kind)}_{charge}",
        amount_minor=0 if plain else payment.amount_minor,
        currency=payment.currency,
    )


async def told_to(shop: Shop, item: str, script: list[tuple[ReportKind, int, str]]) -> object:
    """What is kept of a new person whose payment is told of by a script."""
    person_id = await shop.a_person()
    payment = await shop.checkout(person_id, item)
    for kind, minutes, charge in script:
        report = a_report(payment, kind, minutes, charge)
        key = f"{payment.id} {kind} {minutes} {charge}"
        await shop.hear_of(payment, report, key)
    return await shop.rows(person_id)


SCRIPTS = st.lists(
    st.tuples(st.sampled_from(ReportKind), st.integers(0, 5), st.sampled_from("aab")),
    min_size=1,
    max_size=6,
    # What a provider tells of a charge has one time, however often it is told.
    unique_by=lambda step: (step[0], step[2]),
)


async def order_changes_nothing(shop: Shop, item: str, one: list[object], two: object) -> None:
    assert await told_to(shop, item, one) == await told_to(shop, item, two)  # type: ignore[arg-type]


@st.composite
def two_orders(draw: st.DrawFn) -> tuple[str, list[object], list[object]]:
    script = draw(SCRIPTS)
    repeated = draw(st.lists(st.sampled_from(script), max_size=3))
    return draw(st.sampled_from(ITEMS)), list(script), draw(st.permutations([*script, *repeated]))


def test_any_order_and_repetition_ends_in_the_same_rows() -> None:
    # One shop for all examples, each of which has persons of its own.
    with asyncio.Runner() as runner:
        opening = open_shop()
        shop = runner.run(opening.__aenter__())

        @given(two_orders())
        def ends_in_the_same_rows(orders: tuple[str, list[object], list[object]]) -> None:
            runner.run(order_changes_nothing(shop, *orders))

        ends_in_the_same_rows()
        runner.run(opening.__aexit__(None, None, None))


async def test_a_sample_of_orders_ends_in_the_same_rows_on_a_database(shop: Shop) -> None:
    script = [
        (ReportKind.FAILED, 0, "a"),
        (ReportKind.SUCCESS, 1, "a"),
        (ReportKind.SUCCESS, 2, "b"),
        (ReportKind.REFUND, 3, "a"),
        (ReportKind.CHARGEBACK, 4, "a"),
        (ReportKind.PENDING, 0, "a"),
    ]
    for item in ITEMS:
        inverse = [*reversed(script), *script]
        one = await told_to(shop, item, script)
        assert one == await told_to(shop, item, inverse)
        assert one == await told_to(shop, item, [script[3], script[1], *script])


async def test_of_twenty_who_tell_the_same_one_is_believed(shop: Shop) -> None:
    person_id = await shop.a_person()
    payment = await shop.checkout(person_id, "video_credits_20")
    report = a_report(payment, ReportKind.SUCCESS)
    keys = ["one key"] * (WORKERS // 2) + [str(number) for number in range(WORKERS // 2)]
    said = [news(payment, report, f"{payment.id} {key}") for key in keys]
    taken = await asyncio.gather(*(shop.hear(one) for one in said))
    assert sorted(it for [it] in taken).count(Taken.REPEATED) == WORKERS // 2 - 1
    wallet = await shop.kithkin.ports.wallets().get(person_id)
    assert wallet.accounts.remaining == 20
    assert (await shop.payment(payment.id)).status is PaymentStatus.SUCCESS


async def test_of_twenty_checkouts_of_a_quote_one_order_comes(shop: Shop) -> None:
    person_id = await shop.a_person()
    quote = await shop.kithkin.shop.make_quote()(person_id, "seconds_3600", "INR")
    start = shop.kithkin.billing.start_checkout()
    made = await asyncio.gather(*(start(quote.id, None) for _ in range(WORKERS)))
    assert len({payment.id for payment in made}) == 1
    assert [it.payer.person_id for it in shop.provider.orders.values()].count(person_id) == 1


async def test_of_twenty_refunds_no_more_goes_back_than_came(shop: Shop) -> None:
    person_id = await shop.a_person()
    payment = await shop.checkout(person_id, "video_credits_20")
    await shop.hear_of(payment, a_report(payment, ReportKind.SUCCESS))
    refund = shop.kithkin.billing.refund_payment()
    outcomes = await asyncio.gather(
        *(refund(payment.id, payment.amount_minor // 2, "Twice") for _ in range(WORKERS)),
        return_exceptions=True,
    )
    refused = [it for it in outcomes if isinstance(it, RefundNotPossibleError)]
    assert len(refused) == WORKERS - 2
    await shop.pass_time(MINUTE)
    asked = await shop.kithkin.ports.refunds().of_payment(payment.id)
    assert [it.state for it in asked] == [RefundState.DONE] * 2
    assert (
        sum(shop.provider.asked_back[str(it.id)] for it in asked) == payment.amount_minor // 2 * 2
    )


async def test_a_charge_whose_answer_was_lost_is_one_payment_found_by_asking(shop: Shop) -> None:
    person_id = await shop.a_person()
    quote = await shop.kithkin.shop.make_quote()(person_id, "plus_monthly", "INR")
    start = shop.kithkin.billing.start_checkout()
    shop.provider.loses_answers = True
    with pytest.raises(ProviderAwayError):
        await start(quote.id, None)
    payments = (await shop.kithkin.ports.payment_list().page(person_id, None, 10)).items
    [pending] = payments
    assert (pending.status, pending.provider_order_id) == (PaymentStatus.PENDING, None)
    shop.provider.charge(pending.id, await shop.now())
    with pytest.raises(ProviderAwayError):
        await start(quote.id, None)
    shop.provider.loses_answers = False
    found = await shop.kithkin.billing.reconcile_payments()()
    mine = [it for it in found.differences if it.payment_id == pending.id]
    assert [(it.problem, it.ours, it.theirs) for it in mine] == [
        ("missed", PaymentStatus.PENDING, PaymentStatus.SUCCESS)
    ]
    again = await start(quote.id, None)
    assert (again.id, again.status) == (pending.id, PaymentStatus.SUCCESS)
    assert len((await shop.kithkin.ports.payment_list().page(person_id, None, 10)).items) == 1
    assert await shop.tier(person_id) is Tier.PLUS
    assert await settlements(shop, pending.id) == 1
    calm = await shop.kithkin.billing.reconcile_payments()()
    assert not [it for it in calm.differences if it.payment_id == pending.id]


async def settlements(shop: Shop, payment_id: PaymentId) -> int:
    log = shop.kithkin.ports.event_log()
    logged = await log.read(0, await log.settled(), 100_000)
    return sum(
        out.event.type == "payment_settled" and str(payment_id) in str(out.event.data)
        for out in logged
    )


async def test_a_job_finds_what_nobody_told_of(shop: Shop) -> None:
    person_id = await shop.a_person()
    payment = await shop.checkout(person_id, "premium_daily_pass")
    shop.provider.charge(payment.id, await shop.now())
    await shop.pass_time(2 * MINUTE)
    assert (await shop.payment(payment.id)).status is PaymentStatus.SUCCESS
    assert await shop.tier(person_id) is Tier.PREMIUM
    await shop.pass_time(DAY)
    assert await shop.tier(person_id) is Tier.FREE


async def test_what_is_not_paid_in_time_is_given_up_and_taken_when_paid_after_all(
    shop: Shop,
) -> None:
    person_id = await shop.a_person()
    grant = shop.kithkin.shop.grant_account_credit()
    await grant(person_id, 5_000, "INR", "Goodwill")
    payment = await shop.checkout(person_id, "video_credits_20")
    assert (payment.amount_minor, payment.credit_applied_minor) == (24_900, 5_000)
    assert (await shop.rows(person_id))["account credit"] == [("INR", 0)]
    await shop.pass_time(DAY)
    assert (await shop.payment(payment.id)).closed_at == payment.checkout_ends_at
    assert (await shop.rows(person_id))["account credit"] == [("INR", 5_000)]
    await shop.hear_of(payment, a_report(payment, ReportKind.SUCCESS))
    rows = await shop.rows(person_id)
    assert rows["account credit"] == [("INR", 0)]
    assert rows["credits"] == (20, 0)


async def test_what_credit_pays_for_is_there_at_once_and_comes_back(shop: Shop) -> None:
    person_id = await shop.a_person()
    await shop.kithkin.shop.grant_account_credit()(person_id, 50_000, "INR", "Goodwill")
    payment = await shop.checkout(person_id, "video_credits_20")
    assert (payment.provider, payment.status) == (Provider.NONE, PaymentStatus.SUCCESS)
    assert (await shop.rows(person_id))["credits"] == (20, 0)
    await shop.kithkin.billing.refund_payment()(payment.id, None, "By mistake")
    rows = await shop.rows(person_id)
    assert rows["account credit"] == [("INR", 50_000)]
    assert rows["credits"] == (0, 0)
    assert (await shop.payment(payment.id)).status is PaymentStatus.REFUNDED


async def test_what_the_provider_refuses_is_given_up_at_once(shop: Shop) -> None:
    person_id = await shop.a_person()
    shop.provider.refuses = True
    with pytest.raises(ProviderRefusedError):
        await shop.checkout(person_id, "video_credits_20")
    [payment] = (await shop.kithkin.ports.payment_list().page(person_id, None, 10)).items
    assert (payment.status, payment.closed_at) == (PaymentStatus.FAILED, payment.created_at)


async def test_a_quote_is_taken_in_its_time(shop: Shop) -> None:
    person_id = await shop.a_person()
    quote = await shop.kithkin.shop.make_quote()(person_id, "video_credits_20", "INR")
    await shop.pass_time(15 * MINUTE)
    with pytest.raises(QuoteExpiredError):
        await shop.kithkin.billing.start_checkout()(quote.id, None)


async def test_old_news_are_believed_once_the_provider_says_the_same(shop: Shop) -> None:
    person_id = await shop.a_person()
    payment = await shop.checkout(person_id, "video_credits_20")
    report = a_report(payment, ReportKind.SUCCESS)
    assert await shop.hear(news(payment, report), stale=True) == (Taken.QUARANTINED,)
    await shop.pass_time(MINUTE)
    assert (await shop.payment(payment.id)).status is PaymentStatus.PENDING
    shop.provider.charge(payment.id, report.occurred_at)
    await shop.hear(news(payment, report), stale=True)
    await shop.pass_time(MINUTE)
    assert (await shop.payment(payment.id)).status is PaymentStatus.SUCCESS


async def test_news_of_nothing_we_know_are_believed_when_we_do(shop: Shop) -> None:
    person_id = await shop.a_person()
    payment = await shop.checkout(person_id, "video_credits_20")
    stray = attrs.evolve(
        news(payment, a_report(payment, ReportKind.SUCCESS)),
        payment_id=None,
        provider_order_id=f"order_{uuid4().hex}",
    )
    assert await shop.hear(stray) == (Taken.UNKNOWN,)
    known = attrs.evolve(stray, provider_order_id=payment.provider_order_id)
    assert await shop.hear(known) == (Taken.APPLIED,)
    assert await shop.hear(known) == (Taken.REPEATED,)


async def test_a_renewal_that_the_provider_began_goes_on_from_the_end(shop: Shop) -> None:
    person_id = await shop.a_person()
    payment = await shop.checkout(person_id, "plus_monthly")
    await shop.hear_of(payment, a_report(payment, ReportKind.SUCCESS))
    own_id = f"sub_{payment.id.hex}"
    snapshot = SubscriptionSnapshot(
        provider=Provider.SANDBOX,
        refs=ProviderRefs(subscription_id=own_id, customer_id="cus_1"),
        created=await shop.now(),
        status=SubscriptionStatus.ACTIVE,
        period_starts_at=payment.created_at,
        period_ends_at=payment.created_at + 31 * DAY,
        payment_id=payment.id,
    )
    told = SubscriptionNotification(event_key=str(uuid4()), snapshot=snapshot)
    assert await shop.hear(told) == (Taken.APPLIED,)
    ended = (await shop.plans(person_id)).terms[0].ends_at
    bill = f"bill_{uuid4().hex}"
    report = attrs.evolve(a_report(payment, ReportKind.SUCCESS, charge="r"), occurred_at=ended)
    failed = attrs.evolve(report, kind=ReportKind.FAILED, occurred_at=ended - MINUTE)
    for one in (report, failed, report):
        renewal = PaymentNotification(
            event_key=str(uuid4()), report=one, provider_order_id=bill, renews=own_id
        )
        assert await shop.hear(renewal) == (Taken.APPLIED,)
    plans = await shop.plans(person_id)
    assert [it.starts_at for it in plans.terms] == [payment.created_at, ended]
    [subscription] = plans.subscriptions
    assert subscription.refs.customer_id == "cus_1"
    made = (await shop.kithkin.ports.payment_list().page(person_id, None, 10)).items
    assert {it.created_at for it in made} == {payment.created_at, ended - MINUTE}


async def test_of_two_snapshots_at_once_the_provider_says_which(shop: Shop) -> None:
    person_id = await shop.a_person()
    payment = await shop.checkout(person_id, "plus_monthly")
    await shop.hear_of(payment, a_report(payment, ReportKind.SUCCESS))
    own_id = f"sub_{payment.id.hex}"
    renewed = SubscriptionSnapshot(
        provider=Provider.SANDBOX,
        refs=ProviderRefs(subscription_id=own_id),
        created=await shop.now(),
        status=SubscriptionStatus.ACTIVE,
        period_starts_at=payment.created_at,
        period_ends_at=payment.created_at + 31 * DAY,
        payment_id=payment.id,
    )
    stopped = attrs.evolve(renewed, cancels_at_period_end=True)
    shop.provider.subscriptions[own_id] = stopped
    for said in (stopped, renewed):
        await shop.hear(SubscriptionNotification(event_key=str(uuid4()), snapshot=said))
    [subscription] = (await shop.plans(person_id)).subscriptions
    assert subscription.not_renewed_since == renewed.created


async def test_a_tier_set_by_a_service_and_what_is_paid_for_stand_beside_each_other(
    shop: Shop,
) -> None:
    person_id = await shop.a_person()
    await shop.kithkin.identity.set_tier()(person_id, Tier.PLUS)
    payment = await shop.checkout(person_id, "premium_daily_pass")
    await shop.hear_of(payment, a_report(payment, ReportKind.SUCCESS))
    assert await shop.tier(person_id) is Tier.PREMIUM
    await shop.kithkin.identity.set_tier()(person_id, Tier.FREE)
    assert await shop.tier(person_id) is Tier.PREMIUM
    await shop.kithkin.identity.set_tier()(person_id, Tier.PLUS)
    await shop.pass_time(DAY)
    assert await shop.tier(person_id) is Tier.PLUS


async def test_what_fails_amid_a_notification_leaves_it_to_be_told_again(shop: Shop) -> None:
    person_id = await shop.a_person()
    payment = await shop.checkout(person_id, "video_credits_20")
    said = news(payment, a_report(payment, ReportKind.SUCCESS))

    class AwayError(Exception):
        pass

    async def broken() -> None:
        await shop.hear(said)
        raise AwayError

    with pytest.raises(AwayError):
        await shop.kithkin.ports.transactions().run(broken)
    assert (await shop.payment(payment.id)).status is PaymentStatus.PENDING
    assert await shop.hear(said) == (Taken.APPLIED,)
    assert (await shop.rows(person_id))["credits"] == (20, 0)
