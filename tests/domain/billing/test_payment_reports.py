"""Which of two reports stands, what each comes to, and what money is left of a charge."""

from typing import Any

import pytest

from domain.billing.payments import (
    Payment,
    PaymentStatus,
    Report,
    ReportKind,
)
from domain.billing.reviews import Review, ReviewReason
from tests.domain.billing.reports import (
    PRICE,
    START,
    a_payment,
    a_report,
    chargeback,
    refund,
    success,
)

FAILED, PENDING = a_report(ReportKind.FAILED), a_report(ReportKind.PENDING)


def told(*reports: Report) -> Payment:
    return a_payment().told(reports)


@pytest.mark.parametrize(
    ("stands", "other"),
    [
        # What matches the order, though it is later.
        (success(5), success(1, amount_minor=PRICE - 1)),
        (success(5), success(1, currency="USD")),
        (refund(5), refund(1, currency="USD")),
        (chargeback(5), chargeback(1, currency="USD")),
        # Of refunds, the one that gives back more.
        (refund(5, amount_minor=PRICE), refund(1, amount_minor=PRICE - 1)),
        # A charge taken back matches whatever its amount is.
        (chargeback(1, amount_minor=1), chargeback(5)),
        # The earlier.
        (success(1, fingerprint="z"), success(5)),
        (a_report(ReportKind.FAILED, 1, failure_code="z"), a_report(ReportKind.FAILED, 5)),
        # And the rest, one after the other.
        (success(amount_minor=1, currency="USD"), success(amount_minor=2, currency="EUR")),
        (success(currency="EUR", fingerprint="z"), success(currency="USD")),
        (success(invoice_id="z"), success(fingerprint="a")),
        (success(fingerprint="a", invoice_id="z"), success(fingerprint="b")),
        (success(failure_code="z"), success(invoice_id="a")),
        (success(invoice_id="a", failure_code="z"), success(invoice_id="b")),
        (FAILED, a_report(ReportKind.FAILED, failure_code="a")),
        (
            a_report(ReportKind.FAILED, failure_code="a"),
            a_report(ReportKind.FAILED, failure_code="b"),
        ),
    ],
)
def test_of_two_reports_about_the_same_one_stands(stands: Report, other: Report) -> None:
    kept = stands if stands.of_a_charge else a_report(stands.kind, charge="", **rest(stands))
    assert told(stands, other).reports == (kept,)
    assert told(other, stands).reports == (kept,)
    assert told(other).told((stands,)).reports == (kept,)


def rest(report: Report) -> dict[str, Any]:
    return {"occurred_at": report.occurred_at, "failure_code": report.failure_code}


def test_what_was_only_tried_is_kept_without_what_it_was_tried_with() -> None:
    tried = a_report(ReportKind.FAILED, charge="b", refund_id="1", failure_code="declined")
    kept = a_report(ReportKind.FAILED, charge="", failure_code="declined")
    assert told(tried).reports == (kept,)
    assert told(success(refund_id="1")).reports == (success(refund_id="1"),)


def test_reports_are_kept_by_what_they_are_about() -> None:
    mixed = (success(1, "b"), refund(3, "a", "2"), chargeback(), refund(2, "a", "1"), success(1))
    assert told(*mixed).reports == (
        chargeback(),
        refund(2, "a", "1"),
        refund(3, "a", "2"),
        success(1),
        success(1, "b"),
    )


def test_a_payment_before_it_was_taken_back_has_all_else() -> None:
    payment = told(success(), FAILED, refund(), chargeback())
    assert payment.before_it_was_taken_back() == told(success(), FAILED)


@pytest.mark.parametrize(
    ("reports", "status"),
    [
        ((), PaymentStatus.PENDING),
        ((PENDING,), PaymentStatus.PENDING),
        ((PENDING, FAILED), PaymentStatus.FAILED),
        ((FAILED, success()), PaymentStatus.SUCCESS),
        ((success(), refund(amount_minor=PRICE - 1)), PaymentStatus.SUCCESS),
        ((success(), refund()), PaymentStatus.REFUNDED),
        ((success(), chargeback()), PaymentStatus.REFUNDED),
        ((success(), refund(currency="USD")), PaymentStatus.SUCCESS),
        # Of a charge that we have not heard of.
        ((FAILED, chargeback()), PaymentStatus.REFUNDED),
        ((FAILED, refund()), PaymentStatus.REFUNDED),
        ((FAILED, refund(amount_minor=PRICE - 1)), PaymentStatus.FAILED),
        ((FAILED, refund(currency="USD")), PaymentStatus.FAILED),
        (
            (
                FAILED,
                refund(number="1", amount_minor=1),
                refund(number="2", amount_minor=PRICE - 1),
            ),
            PaymentStatus.REFUNDED,
        ),
        # Of a charge that did not match.
        ((FAILED, success(amount_minor=1), refund(amount_minor=1)), PaymentStatus.FAILED),
        ((FAILED, success(currency="USD"), chargeback()), PaymentStatus.FAILED),
    ],
)
def test_a_payment_gets_as_far_as_its_reports_say(
    reports: tuple[Report, ...], status: PaymentStatus
) -> None:
    assert told(*reports).status is status


@pytest.mark.parametrize(
    ("reports", "left"),
    [
        ((), PRICE),
        ((refund(amount_minor=100),), PRICE - 100),
        ((refund(amount_minor=PRICE - 1),), 1),
        ((refund(),), 0),
        ((refund(amount_minor=PRICE + 100),), 0),
        ((refund(currency="USD"),), PRICE),
        ((refund(charge="b"),), PRICE),
        ((chargeback(),), 0),
        ((chargeback(charge="b"),), PRICE),
    ],
)
def test_of_the_charge_that_pays_is_left_what_was_not_given_back(
    reports: tuple[Report, ...], left: int
) -> None:
    assert told(success(), *reports).left_of("a") == left


@pytest.mark.parametrize(
    ("reports", "refunded"),
    [
        ((), 0),
        ((refund(charge="b", currency="USD", amount_minor=30),), 30),
        (
            (
                refund(charge="b", number="1", currency="USD", amount_minor=30),
                refund(charge="b", number="2", currency="USD", amount_minor=19),
            ),
            49,
        ),
        ((refund(charge="b", currency="USD", amount_minor=50),), 50),
        ((refund(charge="b", currency="USD", amount_minor=60),), 60),
        # In another currency, or of another charge.
        ((refund(charge="b", amount_minor=30),), 0),
        ((refund(charge="a", currency="USD", amount_minor=30),), 0),
        ((chargeback(charge="a"),), 0),
        ((chargeback(charge="b", currency="USD", amount_minor=0),), 50),
    ],
)
def test_of_what_came_in_besides_all_is_to_be_given_back(
    reports: tuple[Report, ...], refunded: int
) -> None:
    payment = told(success(1), success(4, "b", amount_minor=50, currency="USD"), *reports)
    [review] = payment.reviews
    assert review == Review(
        charge_id="b",
        reason=ReviewReason.CURRENCY_MISMATCH,
        amount_minor=50,
        currency="USD",
        occurred_at=success(4).occurred_at,
        refunded_minor=refunded,
    )
    assert review.open is (refunded < 50)
    assert payment.left_of("b") == max(0, 50 - refunded)


def test_what_came_in_besides_is_told_in_its_order_with_why() -> None:
    payment = told(
        success(6, "e"),
        success(3, "d", amount_minor=1),
        success(2, "c", amount_minor=1, currency="USD"),
        success(3, "b"),
        success(1, "a"),
    )
    assert [(it.charge_id, it.reason) for it in payment.reviews] == [
        ("c", ReviewReason.CURRENCY_MISMATCH),
        ("b", ReviewReason.SECOND_SUCCESS),
        ("d", ReviewReason.AMOUNT_MISMATCH),
        ("e", ReviewReason.SECOND_SUCCESS),
    ]
    assert payment.created_at == START
