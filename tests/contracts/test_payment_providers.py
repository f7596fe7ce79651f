"""What every payment provider does, at the providers themselves or at what stands in for them."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import pytest
import pytest_asyncio
from uuid_utils.compat import uuid7

from application.billing.provider_ports import (
    InvalidSignatureError,
    PaymentNotification,
    ProviderAwayError,
    ProviderRefusedError,
)
from domain.billing.payments import Report, ReportKind
from domain.billing.subscriptions import SubscriptionStatus
from tests.adapters.stripe_server import StripeServed, stripe_server
from tests.contracts.payment_shops import (
    MONTHLY,
    SECRETS,
    CashfreeShop,
    SandboxShop,
    Sent,
    Shop,
    StripeShop,
    a_refund,
    an_intent,
    cashfree_shop,
    news,
    order_of,
    sandbox_shop,
    stripe_shop,
)


@pytest.fixture(scope="module")
def localstripe() -> Iterator[StripeServed]:
    with stripe_server() as served:
        yield served


@pytest_asyncio.fixture(params=["sandbox", "cashfree", "stripe"])
async def shop(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Shop]:
    match request.param:
        case "sandbox":
            async with sandbox_shop(tmp_path) as sandbox:
                yield sandbox
        case "cashfree":
            async with cashfree_shop() as cashfree:
                yield cashfree
        case _:
            async with stripe_shop(request.getfixturevalue("localstripe")) as stripe:
                yield stripe


def reports(shop: Shop, sent: list[Sent]) -> list[Report]:
    return [it.report for it in news(shop, sent) if isinstance(it, PaymentNotification)]


async def test_asking_twice_makes_one_order_which_can_be_paid(shop: Shop) -> None:
    intent = an_intent()
    started = await shop.provider.start_checkout(intent)
    assert started.page_url is not None or started.client_token is not None
    assert await shop.provider.start_checkout(intent) == started
    fetched = await shop.provider.fetch_payment(order_of(intent, started))
    assert fetched is not None
    assert (fetched.checkout, fetched.reports, fetched.subscription) == (started, (), None)
    assert (await shop.provider.start_checkout(an_intent())) != started


async def test_who_changed_their_address_meanwhile_does_not_pay_twice(shop: Shop) -> None:
    intent = an_intent()
    started = await shop.provider.start_checkout(intent)
    payer = attrs.evolve(intent.payer, email="ana@example.com")
    try:
        again = await shop.provider.start_checkout(attrs.evolve(intent, payer=payer))
    except ProviderAwayError:  # then it is asked for by its id
        found = await shop.provider.fetch_payment(order_of(intent, None))
        assert found is not None
        again = found.checkout
    assert again == started


async def test_an_order_for_something_else_is_not_made_under_the_same_id(shop: Shop) -> None:
    intent = an_intent()
    await shop.provider.start_checkout(intent)
    with pytest.raises((ProviderRefusedError, ProviderAwayError)):
        await shop.provider.start_checkout(attrs.evolve(intent, amount_minor=100))


async def test_a_payment_is_told_and_found_alike(shop: Shop) -> None:
    intent = an_intent()
    started = await shop.provider.start_checkout(intent)
    sent = await shop.pay(started)
    [told] = [it for it in news(shop, sent) if isinstance(it, PaymentNotification)]
    assert (told.payment_id, told.provider_order_id) == (
        intent.payment_id,
        started.provider_order_id,
    )
    report = told.report
    assert report.kind is ReportKind.SUCCESS
    assert report.charge_id
    assert (report.amount_minor, report.currency) == (29_900, "INR")
    assert abs(report.occurred_at - datetime.now(UTC)) < timedelta(minutes=1)
    fetched = await shop.provider.fetch_payment(order_of(intent, started))
    assert fetched is not None
    assert fetched.reports == (report,)


async def test_an_order_whose_answer_was_lost_is_found_by_our_own_id(shop: Shop) -> None:
    intent = an_intent()
    started = await shop.provider.start_checkout(intent)
    [report] = reports(shop, await shop.pay(started))
    fetched = await shop.provider.fetch_payment(order_of(intent, None))
    assert fetched is not None
    assert fetched.checkout.provider_order_id == started.provider_order_id
    assert fetched.reports == (report,)


async def test_there_may_be_no_such_order(shop: Shop) -> None:
    assert await shop.provider.fetch_payment(order_of(an_intent(), None)) is None


async def test_a_payment_that_was_declined_is_told_and_found_alike(shop: Shop) -> None:
    intent = an_intent()
    started = await shop.provider.start_checkout(intent)
    [report] = reports(shop, await shop.decline(started))
    assert (report.kind, report.amount_minor) == (ReportKind.FAILED, 0)
    assert report.failure_code in {"card_declined", "transaction_declined"}
    fetched = await shop.provider.fetch_payment(order_of(intent, started))
    assert fetched is not None
    assert fetched.reports == (report,)


async def test_a_refund_is_made_once_for_a_key_and_found(shop: Shop) -> None:
    intent = an_intent()
    started = await shop.provider.start_checkout(intent)
    [paid] = reports(shop, await shop.pay(started))
    half = a_refund(intent, started, paid.charge_id, 14_950, uuid7().hex)
    first = await shop.provider.refund(half)
    assert await shop.provider.refund(half) == first
    rest = await shop.provider.refund(attrs.evolve(half, key=uuid7().hex))
    assert first is not None
    assert rest is not None
    for report in (first, rest):
        assert (report.kind, report.charge_id) == (ReportKind.REFUND, paid.charge_id)
        assert (report.amount_minor, report.currency) == (14_950, "INR")
    assert first.refund_id != rest.refund_id
    fetched = await shop.provider.fetch_payment(order_of(intent, started))
    assert fetched is not None
    assert set(fetched.reports) == {paid, first, rest}


async def test_what_was_not_paid_is_not_refunded(shop: Shop) -> None:
    intent = an_intent()
    started = await shop.provider.start_checkout(intent)
    with pytest.raises(ProviderRefusedError):
        await shop.provider.refund(a_refund(intent, started, "ch_none", 1, uuid7().hex))


async def test_a_provider_that_is_away_says_so(shop: Shop) -> None:
    intent = an_intent()
    started = await shop.provider.start_checkout(intent)
    shop.go_away()
    with pytest.raises(ProviderAwayError):
        await shop.provider.start_checkout(an_intent())
    with pytest.raises(ProviderAwayError):
        await shop.provider.fetch_payment(order_of(intent, started))
    with pytest.raises(ProviderAwayError):
        await shop.provider.refund(a_refund(intent, started, "ch_1", 1, uuid7().hex))


async def test_only_what_the_provider_signed_is_read(shop: Shop) -> None:
    started = await shop.provider.start_checkout(an_intent())
    [(body, headers), *_] = await shop.pay(started)
    now = datetime.now(UTC)
    assert shop.provider.read(body, headers, now).notifications
    for changed in (body[:-1] + b" }", body.replace(b"a", b"b"), b"", b"{}"):
        with pytest.raises(InvalidSignatureError):
            shop.provider.read(changed, headers, now)
    with pytest.raises(InvalidSignatureError):
        shop.provider.read(body, {}, now)
    with pytest.raises(InvalidSignatureError):
        shop.provider.read(body, headers, now - timedelta(minutes=10))
    rotating = shop.believing("the next one", SECRETS[type(shop)])
    assert rotating.read(body, headers, now) == shop.provider.read(body, headers, now)
    with pytest.raises(InvalidSignatureError):
        shop.believing("the next one").read(body, headers, now)


async def test_a_subscription_is_paid_for_and_canceled(shop: Shop) -> None:
    intent = an_intent(MONTHLY, amount_minor=129_900)
    started = await shop.provider.start_checkout(intent)
    assert await shop.provider.start_checkout(intent) == started
    [paid] = reports(shop, await shop.pay(started))
    assert (paid.kind, paid.amount_minor) == (ReportKind.SUCCESS, 129_900)
    fetched = await shop.provider.fetch_payment(order_of(intent, started))
    assert fetched is not None
    assert fetched.reports == (paid,)
    if isinstance(shop, CashfreeShop):  # it renews nothing by itself
        assert fetched.subscription is None
        return
    snapshot = fetched.subscription
    assert snapshot is not None
    assert (snapshot.status, snapshot.payment_id) == (SubscriptionStatus.ACTIVE, intent.payment_id)
    assert timedelta(days=27) < snapshot.period_ends_at - snapshot.period_starts_at
    subscription_id, cancels = snapshot.refs.subscription_id, []
    assert subscription_id is not None
    assert None not in (snapshot.refs.customer_id, snapshot.refs.price_id)
    for change in (shop.provider.cancel_renewal, shop.provider.resume_renewal):
        for _ in range(2):
            await change(subscription_id, uuid7().hex)
        after = await shop.provider.fetch_subscription(subscription_id)
        assert after is not None
        assert after.created >= snapshot.created
        cancels.append(after.cancels_at_period_end)
    assert cancels == [True, False]


async def test_a_subscription_that_is_ended_is_over_at_once(shop: Shop) -> None:
    if isinstance(shop, CashfreeShop):
        await shop.provider.end_renewal("sub_none", "key")  # it renews nothing by itself
        return
    intent = an_intent(MONTHLY, amount_minor=129_900)
    started = await shop.provider.start_checkout(intent)
    await shop.pay(started)
    fetched = await shop.provider.fetch_payment(order_of(intent, started))
    assert fetched is not None
    assert fetched.subscription is not None
    subscription_id = fetched.subscription.refs.subscription_id
    assert subscription_id is not None
    for _ in range(2):
        await shop.provider.end_renewal(subscription_id, uuid7().hex)
    after = await shop.provider.fetch_subscription(subscription_id)
    assert after is None or (after.status, after.renews) == (SubscriptionStatus.EXPIRED, False)
    if isinstance(shop, SandboxShop):  # localstripe changes what is over, too
        with pytest.raises(ProviderRefusedError):
            await shop.provider.resume_renewal(subscription_id, uuid7().hex)


async def test_the_least_that_can_be_charged_is_known(shop: Shop) -> None:
    assert 1 <= shop.provider.least_minor("INR") <= 100


async def test_there_may_be_no_such_subscription(shop: Shop) -> None:
    assert await shop.provider.fetch_subscription("sub_none") is None


async def test_a_first_period_may_cost_less_than_the_later_ones(shop: Shop) -> None:
    intent = an_intent(MONTHLY, amount_minor=103_920, renewal_minor=129_900)
    started = await shop.provider.start_checkout(intent)
    [paid] = reports(shop, await shop.pay(started))
    assert paid.amount_minor == 103_920


async def test_what_was_done_before_the_answer_got_lost_is_done_once(
    shop: Shop,
) -> None:
    if isinstance(shop, SandboxShop):
        return  # its books are beside it: what is asked of them is done, or it is not
    intent = an_intent()
    shop.server.losing = True
    with pytest.raises(ProviderAwayError):
        await shop.provider.start_checkout(intent)
    shop.server.losing = False
    found = await shop.provider.fetch_payment(order_of(intent, None))
    assert found is not None
    started = await shop.provider.start_checkout(intent)
    assert started == found.checkout
    [paid] = reports(shop, await shop.pay(started))
    refund = a_refund(intent, started, paid.charge_id, 29_900, uuid7().hex)
    shop.server.losing = True
    with pytest.raises(ProviderAwayError):
        await shop.provider.refund(refund)
    shop.server.losing = False
    report = await shop.provider.refund(refund)
    fetched = await shop.provider.fetch_payment(order_of(intent, started))
    assert fetched is not None
    assert fetched.reports == (paid, report)


async def test_nobody_may_listen_where_a_provider_should_be(shop: Shop) -> None:
    if isinstance(shop, SandboxShop):
        return  # it is not listened for
    nowhere = "http://127.0.0.1:1"
    gone = attrs.evolve(shop.provider, url=nowhere)
    with pytest.raises(ProviderAwayError):
        await gone.start_checkout(an_intent())
    with pytest.raises(ProviderAwayError):
        await gone.fetch_payment(order_of(an_intent(), None))


async def test_a_bill_of_a_subscription_is_found_and_refunded(shop: Shop) -> None:
    if not isinstance(shop, StripeShop):
        return  # Cashfree has no bills, and those of the sandbox are tried on its page
    intent = an_intent(MONTHLY, amount_minor=129_900)
    started = await shop.provider.start_checkout(intent)
    await shop.pay(started)
    fetched = await shop.provider.fetch_payment(order_of(intent, started))
    assert fetched is not None
    assert fetched.subscription is not None
    bill_id = fetched.subscription.refs.invoice_id
    assert bill_id is not None
    bill = attrs.evolve(started, provider_order_id=bill_id)
    refund = await shop.provider.refund(a_refund(intent, bill, bill_id, 900, uuid7().hex))
    assert refund is not None
    of_bill = await shop.provider.fetch_payment(order_of(intent, bill))
    assert of_bill is not None
    [paid, found] = of_bill.reports
    assert found == refund
    assert (paid.charge_id, paid.invoice_id, paid.amount_minor) == (bill_id, bill_id, 129_900)
