"""What Stripe's events say, in the forms that its documentation gives them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.payments.signatures import STRIPE_HEADER, signed_as_stripe
from adapters.payments.stripe import Stripe
from application.billing.provider_ports import (
    InvalidSignatureError,
    Notification,
    OtherNotification,
    PaymentNotification,
    SubscriptionNotification,
)
from domain.billing.payments import Report, ReportKind
from domain.billing.subscriptions import SubscriptionStatus

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
SECRET = "whsec_test_secret"
OURS = UUID("01909c6e-3f1b-7c7e-8a1f-7d6e8f9a0b1c")
STRIPE = Stripe("http://127.0.0.1:1", "sk_test_1", [SECRET], timedelta(seconds=300))

CHARGE: dict[str, Any] = {
    "id": "ch_1",
    "object": "charge",
    "amount": 599,
    "amount_refunded": 0,
    "captured": True,
    "created": SECONDS - 2,
    "currency": "usd",
    "disputed": False,
    "failure_code": None,
    "metadata": {"payment_id": str(OURS), "item": "video_credits_20"},
    "payment_intent": "pi_1",
    "payment_method_details": {"type": "card", "card": {"last4": "4242", "fingerprint": "Xt5E"}},
    "status": "succeeded",
}
REFUND: dict[str, Any] = {
    "id": "re_1",
    "object": "refund",
    "amount": 200,
    "charge": "ch_1",
    "created": SECONDS - 1,
    "currency": "usd",
    "metadata": {},
    "payment_intent": "pi_1",
    "status": "succeeded",
}
DISPUTE: dict[str, Any] = {
    "id": "dp_1",
    "object": "dispute",
    "amount": 599,
    "charge": "ch_1",
    "created": SECONDS - 1,
    "currency": "usd",
    "payment_intent": "pi_1",
    "status": "lost",
}
INVOICE: dict[str, Any] = {
    "id": "in_2",
    "object": "invoice",
    "amount_due": 2499,
    "amount_paid": 2499,
    "billing_reason": "subscription_cycle",
    "currency": "usd",
    "parent": {"type": "subscription_details", "subscription_details": {"subscription": "sub_1"}},
    "status": "paid",
    "status_transitions": {"paid_at": SECONDS - 3, "finalized_at": SECONDS - 9},
}
SUBSCRIPTION: dict[str, Any] = {
    "id": "sub_1",
    "object": "subscription",
    "cancel_at_period_end": True,
    "customer": "cus_1",
    "items": {
        "object": "list",
        "data": [
            {
                "id": "si_1",
                "current_period_start": SECONDS,
                "current_period_end": SECONDS + 2_592_000,
                "plan": {"id": "kithkin_premium_monthly_usd_2499", "product": "kithkin_premium"},
            }
        ],
    },
    "latest_invoice": "in_2",
    "metadata": {"payment_id": str(OURS)},
    "status": "active",
}


def read(kind: str, given: dict[str, Any], **changes: Any) -> Notification:
    event = {"id": "evt_1", "object": "event", "type": kind, "created": SECONDS}
    body = json.dumps({**event, "data": {"object": {**given, **changes}}}).encode()
    headers = {STRIPE_HEADER: signed_as_stripe(body, SECRET, NOW)}
    [news] = STRIPE.read(body, headers, NOW).notifications
    assert news.event_key == "evt_1"
    return news


def payment(kind: str, given: dict[str, Any], **changes: Any) -> PaymentNotification:
    news = read(kind, given, **changes)
    assert isinstance(news, PaymentNotification)
    return news


def test_a_charge_is_the_payment_at_its_own_time() -> None:
    news = payment("charge.succeeded", CHARGE)
    assert (news.payment_id, news.provider_order_id, news.renews) == (OURS, "pi_1", None)
    assert news.report == Report(
        kind=ReportKind.SUCCESS,
        occurred_at=NOW - timedelta(seconds=2),
        charge_id="ch_1",
        amount_minor=599,
        currency="USD",
        fingerprint="Xt5E",
    )


def test_a_failed_charge_says_why() -> None:
    news = payment("charge.failed", CHARGE, status="failed", failure_code="card_declined")
    assert (news.report.kind, news.report.failure_code) == (ReportKind.FAILED, "card_declined")


@pytest.mark.parametrize("status", ["pending", "succeeded"])
def test_a_charge_that_only_holds_the_money_is_no_payment_yet(status: str) -> None:
    captured = status == "pending"
    news = read("charge.succeeded", CHARGE, status=status, captured=captured)
    assert isinstance(news, OtherNotification)


def test_a_charge_of_a_later_bill_is_told_by_the_bill_alone() -> None:
    assert isinstance(read("charge.succeeded", CHARGE, metadata={}), OtherNotification)
    news = payment("invoice.paid", INVOICE)
    assert (news.payment_id, news.provider_order_id, news.renews) == (None, "in_2", "sub_1")
    assert news.report == Report(
        kind=ReportKind.SUCCESS,
        occurred_at=NOW - timedelta(seconds=3),
        charge_id="in_2",
        amount_minor=2499,
        currency="USD",
        invoice_id="in_2",
    )
    assert payment("invoice.payment_succeeded", INVOICE) == news


def test_the_bill_of_a_renewal_may_go_unpaid() -> None:
    news = payment("invoice.payment_failed", INVOICE, status="open", status_transitions={})
    assert (news.report.kind, news.renews) == (ReportKind.FAILED, "sub_1")


@pytest.mark.parametrize("reason", ["subscription_create", "manual", None])
def test_other_bills_are_no_renewals(reason: str | None) -> None:
    assert isinstance(read("invoice.paid", INVOICE, billing_reason=reason), OtherNotification)


def test_bills_of_older_versions_are_read() -> None:
    assert payment("invoice.paid", INVOICE, parent=None, subscription="sub_1").renews == "sub_1"


@pytest.mark.parametrize("kind", ["refund.created", "refund.updated", "charge.refund.updated"])
def test_a_refund_names_its_charge(kind: str) -> None:
    news = payment(kind, REFUND)
    assert (news.provider_order_id, news.payment_id) == ("pi_1", None)
    assert news.report == Report(
        kind=ReportKind.REFUND,
        occurred_at=NOW - timedelta(seconds=1),
        charge_id="ch_1",
        refund_id="re_1",
        amount_minor=200,
        currency="USD",
    )


@pytest.mark.parametrize("status", ["pending", "requires_action"])
def test_a_refund_counts_once_it_is_made(status: str) -> None:
    assert isinstance(read("refund.created", REFUND, status=status), OtherNotification)


@pytest.mark.parametrize("status", ["failed", "canceled"])
def test_a_refund_that_came_to_nothing_is_told_under_the_id_it_was_asked_for(status: str) -> None:
    made = payment("refund.created", {**REFUND, "metadata": {"refund_id": "ours"}}).report
    failed = payment(
        "refund.failed", {**REFUND, "metadata": {"refund_id": "ours"}, "status": status}
    ).report
    assert (made.kind, failed.kind) == (ReportKind.REFUND, ReportKind.REFUND_FAILED)
    assert made.refund_id == failed.refund_id == "ours"
    assert payment("refund.updated", {**REFUND, "status": status}).report.refund_id == "re_1"


def test_a_lost_dispute_takes_the_money_back_and_a_won_one_does_not() -> None:
    report = payment("charge.dispute.closed", DISPUTE).report
    assert (report.kind, report.charge_id, report.refund_id, report.amount_minor) == (
        ReportKind.CHARGEBACK,
        "ch_1",
        "dp_1",
        599,
    )
    for status in ("won", "warning_closed"):
        assert isinstance(read("charge.dispute.closed", DISPUTE, status=status), OtherNotification)
    assert isinstance(read("charge.dispute.created", DISPUTE), OtherNotification)


def test_an_order_says_only_what_no_charge_says() -> None:
    order = {
        "id": "pi_1",
        "amount": 599,
        "currency": "usd",
        "created": SECONDS - 60,
        "status": "succeeded",
        "latest_charge": "ch_1",
        "metadata": CHARGE["metadata"],
    }
    assert isinstance(read("payment_intent.succeeded", order), OtherNotification)
    declined = {"status": "requires_payment_method", "last_payment_error": {"charge": "ch_1"}}
    assert isinstance(read("payment_intent.payment_failed", order, **declined), OtherNotification)
    unproven = {"last_payment_error": {"code": "payment_intent_authentication_failure"}}
    news = payment("payment_intent.payment_failed", order, latest_charge=None, **unproven)
    assert news.report.failure_code == "payment_intent_authentication_failure"
    assert (news.report.kind, news.payment_id) == (ReportKind.FAILED, OURS)
    gone = {"status": "canceled", "canceled_at": SECONDS - 5, "latest_charge": None}
    canceled = payment("payment_intent.canceled", order, **gone).report
    assert (canceled.failure_code, canceled.occurred_at) == (
        "canceled",
        NOW - timedelta(seconds=5),
    )


@pytest.mark.parametrize(
    ("status", "ours"),
    [
        ("trialing", SubscriptionStatus.TRIALING),
        ("active", SubscriptionStatus.ACTIVE),
        ("past_due", SubscriptionStatus.PAST_DUE),
        ("unpaid", SubscriptionStatus.PAST_DUE),
        ("canceled", SubscriptionStatus.EXPIRED),
        ("paused", SubscriptionStatus.EXPIRED),
    ],
)
def test_a_subscription_is_as_it_was_when_it_was_told(
    status: str, ours: SubscriptionStatus
) -> None:
    news = read("customer.subscription.updated", SUBSCRIPTION, status=status)
    assert isinstance(news, SubscriptionNotification)
    snapshot = news.snapshot
    assert (snapshot.status, snapshot.created, snapshot.payment_id) == (ours, NOW, OURS)
    assert (snapshot.period_starts_at, snapshot.period_ends_at) == (NOW, NOW + timedelta(days=30))
    assert snapshot.cancels_at_period_end
    refs = snapshot.refs
    assert (refs.customer_id, refs.subscription_id, refs.invoice_id) == ("cus_1", "sub_1", "in_2")
    assert (refs.product_id, refs.price_id) == (
        "kithkin_premium",
        "kithkin_premium_monthly_usd_2499",
    )


@pytest.mark.parametrize("status", ["incomplete", "incomplete_expired", "of tomorrow"])
def test_a_subscription_that_nobody_paid_for_is_none(status: str) -> None:
    news = read("customer.subscription.created", SUBSCRIPTION, status=status)
    assert isinstance(news, OtherNotification)


@given(
    body=st.one_of(
        st.binary(),
        st.dictionaries(st.text(), st.none() | st.integers() | st.text()).map(
            lambda it: json.dumps(it).encode()
        ),
        st.sampled_from(["charge.succeeded", "refund.created", "invoice.paid", "payment_intent.x"])
        .map(lambda kind: {"id": "evt_1", "type": kind, "created": 1, "data": {"object": []}})
        .map(lambda it: json.dumps(it).encode()),
    )
)
def test_what_is_signed_but_of_no_known_form_is_refused(body: bytes) -> None:
    headers = {STRIPE_HEADER: signed_as_stripe(body, SECRET, NOW)}
    with pytest.raises(InvalidSignatureError):
        STRIPE.read(body, headers, NOW)


@pytest.mark.parametrize("seconds", [10**12, 10**17, 10**18, -(10**17)])
def test_times_that_no_calendar_has_are_refused(seconds: int) -> None:
    with pytest.raises(InvalidSignatureError):
        read("charge.succeeded", CHARGE, created=seconds)
