"""What Cashfree says, beyond what every provider does."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.payments.amounts import in_major_units, in_minor_units, shown
from adapters.payments.cashfree import Cashfree
from adapters.payments.signatures import signed_as_cashfree
from application.billing.provider_ports import (
    InvalidSignatureError,
    OtherNotification,
    PaymentNotification,
    ProviderAwayError,
    ProviderRefusedError,
)
from domain.billing.payments import ReportKind
from tests.adapters.cashfree_server import CLIENT_ID, CLIENT_SECRET, CashfreeServer, Sent
from tests.adapters.small_server import small_server
from tests.contracts.payment_shops import SKEW, a_refund, an_intent, order_of


@pytest.fixture
def server() -> CashfreeServer:
    return CashfreeServer()


@pytest.fixture
def cashfree(server: CashfreeServer) -> Iterator[Cashfree]:
    with small_server(server) as url:
        yield Cashfree(url, CLIENT_ID, CLIENT_SECRET, [CLIENT_SECRET], SKEW, "9999999999")


def told(cashfree: Cashfree, sent: Sent) -> PaymentNotification:
    [news] = cashfree.read(*sent, datetime.now(UTC)).notifications
    assert isinstance(news, PaymentNotification)
    return news


async def test_amounts_go_out_in_major_units_to_the_digit(
    cashfree: Cashfree, server: CashfreeServer
) -> None:
    intent = an_intent(amount_minor=17_000)
    started = await cashfree.start_checkout(intent)
    assert str(server.orders[str(intent.payment_id)]["order_amount"]) == "170.00"
    body, _ = server.paid(started.provider_order_id)
    assert b'"payment_amount": 170.00' in body


async def test_whoever_dropped_out_may_pay_after_that(
    cashfree: Cashfree, server: CashfreeServer
) -> None:
    intent = an_intent()
    order_id = (await cashfree.start_checkout(intent)).provider_order_id
    dropped = told(cashfree, server.paid(order_id, "USER_DROPPED")).report
    assert (dropped.kind, dropped.failure_code) == (ReportKind.FAILED, "transaction_declined")
    paid = told(cashfree, server.paid(order_id)).report
    fetched = await cashfree.fetch_payment(order_of(intent, None))
    assert fetched is not None
    assert fetched.reports == (dropped, paid)
    assert fetched.checkout.client_token is None


async def test_an_old_webhook_is_only_a_hint(cashfree: Cashfree, server: CashfreeServer) -> None:
    order_id = (await cashfree.start_checkout(an_intent())).provider_order_id
    body, headers = server.paid(order_id)
    now = datetime.now(UTC)
    fresh = cashfree.read(body, headers, now + timedelta(seconds=290))
    late = cashfree.read(body, headers, now + timedelta(seconds=310))
    assert (fresh.stale, late.stale) == (False, True)
    assert fresh.notifications == late.notifications


async def test_a_refund_may_take_its_time(cashfree: Cashfree, server: CashfreeServer) -> None:
    intent = an_intent()
    started = await cashfree.start_checkout(intent)
    paid = told(cashfree, server.paid(started.provider_order_id)).report
    server.later = True
    assert await cashfree.refund(a_refund(intent, started, paid.charge_id, 100, "key-1")) is None
    fetched = await cashfree.fetch_payment(order_of(intent, started))
    assert fetched is not None
    assert fetched.reports == (paid,)
    refund = told(cashfree, server.refunded(started.provider_order_id)).report
    assert (refund.kind, refund.amount_minor, refund.charge_id) == (
        ReportKind.REFUND,
        100,
        paid.charge_id,
    )
    fetched = await cashfree.fetch_payment(order_of(intent, started))
    assert fetched is not None
    assert fetched.reports == (paid, refund)


async def test_no_more_is_refunded_than_was_paid(
    cashfree: Cashfree, server: CashfreeServer
) -> None:
    intent = an_intent()
    started = await cashfree.start_checkout(intent)
    paid = told(cashfree, server.paid(started.provider_order_id)).report
    with pytest.raises(ProviderRefusedError, match="refund_amount_invalid"):
        await cashfree.refund(a_refund(intent, started, paid.charge_id, 29_901, "key-1"))


async def test_a_lost_dispute_is_told_and_found_alike(
    cashfree: Cashfree, server: CashfreeServer
) -> None:
    intent = an_intent()
    started = await cashfree.start_checkout(intent)
    paid = told(cashfree, server.paid(started.provider_order_id)).report
    lost = told(cashfree, server.disputed(started.provider_order_id)).report
    assert (lost.kind, lost.charge_id, lost.amount_minor) == (
        ReportKind.CHARGEBACK,
        paid.charge_id,
        29_900,
    )
    fetched = await cashfree.fetch_payment(order_of(intent, started))
    assert fetched is not None
    assert fetched.reports == (paid, lost)


@pytest.mark.parametrize(
    "status", ["CHARGEBACK_CREATED", "CHARGEBACK_MERCHANT_WON", "RETRIEVAL_MERCHANT_LOST"]
)
async def test_other_disputes_take_nothing_back(
    cashfree: Cashfree, server: CashfreeServer, status: str
) -> None:
    started = await cashfree.start_checkout(an_intent())
    server.paid(started.provider_order_id)
    sent = server.disputed(started.provider_order_id, status)
    [news] = cashfree.read(*sent, datetime.now(UTC)).notifications
    assert isinstance(news, OtherNotification)


async def test_the_means_of_payment_is_known_again_and_not_shown(
    cashfree: Cashfree, server: CashfreeServer
) -> None:
    prints = set()
    for _ in range(2):
        started = await cashfree.start_checkout(an_intent())
        report = told(cashfree, server.paid(started.provider_order_id)).report
        prints.add(report.fingerprint)
    [fingerprint] = prints
    assert fingerprint is not None
    assert "okbank" not in fingerprint.lower()


async def test_wrong_credentials_are_no_answer(cashfree: Cashfree, server: CashfreeServer) -> None:
    stranger = Cashfree(cashfree.url, CLIENT_ID, "another", ["another"], SKEW, "9999999999")
    with pytest.raises(ProviderAwayError):
        await stranger.start_checkout(an_intent())
    with pytest.raises(ProviderAwayError):
        await stranger.fetch_payment(order_of(an_intent(), None))


@given(body=st.binary() | st.dictionaries(st.text(), st.text()).map(lambda it: str(it).encode()))
def test_what_is_signed_but_of_no_known_form_is_refused(body: bytes) -> None:
    cashfree = Cashfree("http://127.0.0.1:1", CLIENT_ID, CLIENT_SECRET, [CLIENT_SECRET], SKEW, "9")
    now = datetime(2026, 3, 1, tzinfo=UTC)
    with pytest.raises(InvalidSignatureError):
        cashfree.read(body, signed_as_cashfree(body, CLIENT_SECRET, now), now)


@pytest.mark.parametrize("amount", ["1e400", "1e999999", "0.001", "NaN"])
def test_amounts_that_are_none_are_refused(amount: str) -> None:
    cashfree = Cashfree("http://127.0.0.1:1", CLIENT_ID, CLIENT_SECRET, [CLIENT_SECRET], SKEW, "9")
    payment = {"cf_payment_id": 1, "payment_status": "SUCCESS", "payment_time": "2026-03-01T00:00"}
    data = {"order": {"order_id": "o-1"}, "payment": {**payment, "payment_amount": "@"}}
    text = json.dumps({"type": "PAYMENT_SUCCESS_WEBHOOK", "data": data})
    now = datetime(2026, 3, 1, tzinfo=UTC)
    for given_amount, refused in ((amount, True), ("1.80", False)):
        body = text.replace('"@"', given_amount).encode()
        headers = signed_as_cashfree(body, CLIENT_SECRET, now)
        if refused:
            with pytest.raises(InvalidSignatureError):
                cashfree.read(body, headers, now)
        else:
            assert cashfree.read(body, headers, now).notifications


@given(st.integers(0, 10**12), st.sampled_from(["INR", "USD", "JPY", "KWD"]))
def test_amounts_survive_the_way_there_and_back(amount_minor: int, currency: str) -> None:
    assert in_minor_units(in_major_units(amount_minor, currency), currency) == amount_minor


def test_amounts_are_shown_as_people_write_them() -> None:
    assert shown(129_900, "INR") == "1,299.00 INR"
    assert shown(500, "JPY") == "500 JPY"
    assert shown(1_500, "KWD") == "1.500 KWD"
    assert in_major_units(99, "USD") == Decimal("0.99")
