"""Payments are what their reports come to, in whatever order and however often they come."""

from hypothesis import given, settings

from domain.billing.payments import (
    PaymentStatus,
    Report,
    ReportKind,
)
from domain.billing.reviews import ReviewReason
from tests.domain.billing.reports import (
    PRICE,
    START,
    a_payment,
    a_report,
    chargeback,
    refund,
    refund_failed,
    some_reports,
    success,
    told,
    told_and_told_otherwise,
)

FAILED = a_report(ReportKind.FAILED, failure_code="declined")


@settings(max_examples=200)
@given(told_and_told_otherwise())
def test_order_and_repetition_change_nothing(orders: tuple[list[Report], list[Report]]) -> None:
    reports, otherwise = orders
    one, other = told(*reports), told(*otherwise)
    assert one == other
    assert (one.reviews, one.status, one.charge) == (other.reviews, other.status, other.charge)


@settings(max_examples=200)
@given(some_reports)
def test_what_was_paid_stays_paid_and_what_was_taken_back_taken_back(reports: list[Report]) -> None:
    payment = a_payment()
    for report in reports:
        before, payment = payment, payment.told((report,))
        if before.charge is not None and payment.charge is not None:
            assert payment.status.rank >= PaymentStatus.SUCCESS.rank
            assert payment.charge.occurred_at <= before.charge.occurred_at
        failed = report.kind is ReportKind.REFUND_FAILED
        if before.charge == payment.charge and before.reversed_at is not None and not failed:
            assert payment.reversed_at is not None
        assert (before.charge is None) or (payment.charge is not None)
        assert payment.told((report,)) == payment


@settings(max_examples=200)
@given(some_reports)
def test_every_success_pays_for_the_order_or_is_to_be_given_back(reports: list[Report]) -> None:
    payment = told(*reports)
    paid = {it.charge_id for it in payment.reports if it.kind is ReportKind.SUCCESS}
    counted = {payment.provider_payment_id} - {None}
    reviewed = {review.charge_id for review in payment.reviews}
    assert counted | reviewed == paid
    assert not counted & reviewed
    if payment.charge is not None:
        assert (payment.charge.amount_minor, payment.charge.currency) == (PRICE, "INR")


def test_a_failure_is_overtaken_by_a_success_and_never_the_other_way() -> None:
    assert told(FAILED).status is PaymentStatus.FAILED
    assert told(FAILED, success()).status is PaymentStatus.SUCCESS
    payment = told(success(), FAILED)
    assert payment.status is PaymentStatus.SUCCESS
    assert (payment.failed_at, payment.failure_code) == (FAILED.occurred_at, "declined")


def test_a_refund_that_comes_first_is_kept_for_the_success() -> None:
    early = told(refund())
    assert (early.status, early.settled_at) == (PaymentStatus.REFUNDED, None)
    late = early.told((success(),))
    assert late == told(success(), refund())
    assert late.settled_at == success().occurred_at
    assert late.reversed_at == refund().occurred_at


def test_what_was_paid_for_is_taken_back_at_the_last_part_of_a_refund() -> None:
    part = told(success(), refund(2, number="1", amount_minor=PRICE // 2))
    assert (part.status, part.refunded_minor) == (PaymentStatus.SUCCESS, PRICE // 2)
    rest = refund(5, number="2", amount_minor=PRICE - PRICE // 2)
    whole = part.told((rest,))
    assert (whole.status, whole.reversed_at) == (PaymentStatus.REFUNDED, rest.occurred_at)


def test_a_refund_that_failed_gives_nothing_back_whichever_is_heard_first() -> None:
    for reports in (
        (success(), refund(), refund_failed()),
        (refund_failed(), refund(), success()),
    ):
        payment = told(*reports)
        assert (payment.status, payment.refunded_minor) == (PaymentStatus.SUCCESS, 0)
        assert payment.reversed_at is None
        assert payment.failed_refunds == {"1"}
        again = payment.told((refund(9, number="2"),))
        assert (again.status, again.refunded_minor) == (PaymentStatus.REFUNDED, PRICE)


def test_what_nobody_asked_for_pays_for_nothing_and_is_given_back() -> None:
    payment = a_payment(amount_minor=0, lines=(), closed_at=START).told((success(),))
    assert (payment.status, payment.settled_at) == (PaymentStatus.PENDING, None)
    [review] = payment.reviews
    assert (review.reason, review.amount_minor, review.open) == (
        ReviewReason.NOT_ASKED_FOR,
        PRICE,
        True,
    )
    assert payment.told((refund(),)).status is PaymentStatus.REFUNDED
    assert payment.told((refund(), refund_failed())).status is PaymentStatus.PENDING


def test_a_chargeback_takes_back_at_once() -> None:
    payment = told(success(), chargeback(3), refund(7))
    assert payment.reversed_at == chargeback(3).occurred_at
    assert payment.charged_back_at == chargeback(3).occurred_at


def test_of_two_successes_the_earlier_pays_and_the_other_is_given_back() -> None:
    payment = told(success(5, "b"), success(1, "a"))
    assert payment.provider_payment_id == "a"
    [review] = payment.reviews
    assert (review.charge_id, review.reason, review.open) == (
        "b",
        ReviewReason.SECOND_SUCCESS,
        True,
    )
    given_back = payment.told((refund(8, "b"),))
    assert given_back.status is PaymentStatus.SUCCESS
    assert not given_back.reviews[0].open
    assert (given_back.left_of("b"), given_back.left_of("a")) == (0, PRICE)


def test_money_that_does_not_match_pays_for_nothing() -> None:
    payment = told(success(amount_minor=PRICE - 1), success(2, "b", currency="USD"))
    assert payment.status is PaymentStatus.PENDING
    assert [review.reason for review in payment.reviews] == [
        ReviewReason.AMOUNT_MISMATCH,
        ReviewReason.CURRENCY_MISMATCH,
    ]
    assert payment.settled_at is None


def test_the_earliest_of_what_is_said_twice_stands() -> None:
    payment = told(success(5), success(3), success(9))
    assert payment.settled_at == success(3).occurred_at
    assert payment.created_at == START
    assert len(payment.reports) == 1
