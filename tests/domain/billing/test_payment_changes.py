"""What changes with a payment as reports of it come in, and what is told of that."""

from datetime import timedelta

import attrs
import pytest

from domain.billing.events import (
    PaymentChargedBack,
    PaymentEvent,
    PaymentFailed,
    PaymentNeedsReview,
    PaymentRefunded,
    PaymentRefundFailed,
    PaymentSettled,
)
from domain.billing.payment_changes import PaymentChange, paid_by_nobody, payment_started
from domain.billing.payments import Payment, PaymentStatus, Provider, Report, ReportKind
from tests.domain.billing.reports import (
    PRICE,
    START,
    a_payment,
    a_report,
    chargeback,
    refund,
    refund_failed,
    success,
)

LATER = START + timedelta(days=3)
PENDING = a_payment()
PAID = PENDING.told((success(),))
REFUNDED = PAID.told((refund(),))


def told(change: PaymentChange) -> dict[type[object], object]:
    events = change.events(plan_ends_at=LATER, policy_version="7", now=LATER)
    assert all(isinstance(event, PaymentEvent) for event in events)
    return {type(event): event for event in events}


@pytest.mark.parametrize(
    ("before", "reports", "kinds"),
    [
        (PENDING, (), set()),
        (PENDING, (a_report(ReportKind.FAILED),), {PaymentFailed}),
        (PENDING, (success(),), {PaymentSettled}),
        (PAID, (success(),), set()),
        (PAID, (success(2, "b"),), {PaymentNeedsReview}),
        (PAID, (refund(amount_minor=1),), {PaymentRefunded}),
        (PAID, (refund(),), {PaymentRefunded}),
        (PAID, (chargeback(),), {PaymentChargedBack}),
        (REFUNDED, (refund_failed(),), {PaymentRefundFailed}),
        (PENDING, (success(), refund()), {PaymentSettled, PaymentRefunded}),
    ],
)
def test_each_change_is_told_once_by_its_own_event(
    before: Payment, reports: tuple[Report, ...], kinds: set[type[object]]
) -> None:
    after = before.told(reports)
    assert set(told(PaymentChange(before, after))) == kinds
    assert told(PaymentChange(after, after)) == {}


def test_what_is_told_names_the_payment_and_what_it_pays_for() -> None:
    [settled] = told(PaymentChange(PENDING, PAID)).values()
    assert settled == PaymentSettled(
        at=LATER,
        person_id=PAID.person_id,
        policy_version="7",
        payment_id=PAID.id,
        item_key="plus_monthly",
        item_kind="subscription",
        amount_minor=PRICE,
        currency="INR",
        credit_applied_minor=0,
        settled_at=START + timedelta(minutes=1),
        fingerprint=None,
        plan_ends_at=LATER,
    )
    started = payment_started(PENDING, "7", LATER)
    assert (started.item_key, started.provider) == ("plus_monthly", "sandbox")


def test_a_payment_is_settled_reversed_and_restored_one_after_the_other() -> None:
    restored = REFUNDED.told((refund_failed(),))
    first, second, third = (
        PaymentChange(PENDING, PAID),
        PaymentChange(PAID, REFUNDED),
        PaymentChange(REFUNDED, restored),
    )
    assert [one.settled for one in (first, second, third)] == [True, False, False]
    assert [one.reversed for one in (first, second, third)] == [False, True, False]
    assert [one.restored for one in (first, second, third)] == [False, False, True]
    assert all(one.moves_plans for one in (first, second, third))


def test_only_what_gives_a_tier_moves_plans() -> None:
    seconds = a_payment("seconds_3600")
    assert not PaymentChange(seconds, seconds.told((success(),))).moves_plans


@pytest.mark.parametrize(("before", "given_up"), [(PENDING, True), (PAID, False)])
def test_only_what_was_not_paid_is_given_up(before: Payment, *, given_up: bool) -> None:
    closed = attrs.evolve(before, closed_at=LATER)
    assert PaymentChange(before, closed).given_up is given_up
    assert not PaymentChange(closed, closed).given_up


def test_what_costs_nothing_is_settled_without_a_provider() -> None:
    free = a_payment(amount_minor=0, provider=Provider.NONE)
    paid = free.told((paid_by_nobody(free, LATER),))
    assert (paid.status, paid.settled_at) == (PaymentStatus.SUCCESS, LATER)
