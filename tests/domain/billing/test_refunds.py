"""How much of a payment can be given back, whatever was asked for and told before."""

from uuid import UUID

import pytest

from domain.billing.payments import Report
from domain.billing.refunds import Refund, RefundNotPossibleError, RefundState, refund_of
from domain.shared.ids import PaymentId, QuoteId, RefundId
from tests.domain.billing.reports import PRICE, START, a_payment, chargeback, refund, success

HALF = PRICE // 2
REST = PRICE - HALF


def asked(amount: int, state: RefundState, charge: str = "a") -> Refund:
    return Refund(
        id=RefundId(UUID(int=1)),
        payment_id=PaymentId(UUID(int=1)),
        charge_id=charge,
        amount_minor=amount,
        currency="INR",
        reason="Sorry.",
        requested_at=START,
        state=state,
    )


WAITING = asked(HALF, RefundState.REQUESTED)
DONE = asked(HALF, RefundState.DONE)
REFUSED = asked(HALF, RefundState.REFUSED)
OTHERS = asked(HALF, RefundState.REQUESTED, charge="b")
BACK = refund(amount_minor=HALF)


@pytest.mark.parametrize(
    ("before", "told", "left"),
    [
        ([], (), PRICE),
        ([WAITING], (), REST),
        ([DONE], (), REST),
        # What was done and what the provider told of it are one.
        ([DONE], (BACK,), REST),
        # Given back besides what was asked for.
        ([], (BACK,), REST),
        ([asked(1, RefundState.DONE)], (BACK,), REST),
        ([asked(100, RefundState.REQUESTED)], (BACK,), REST - 100),
        ([asked(100, RefundState.DONE), asked(200, RefundState.REQUESTED)], (), PRICE - 300),
        # What was refused, or asked for of another charge, takes nothing.
        ([REFUSED], (), PRICE),
        ([OTHERS], (), PRICE),
    ],
)
def test_what_is_left_can_be_given_back_and_no_more(
    before: list[Refund], told: tuple[Report, ...], left: int
) -> None:
    payment = a_payment().told((success(), *told))
    assert refund_of(payment, None, before) == left
    assert refund_of(payment, left, before) == left
    assert refund_of(payment, 1, before) == 1
    for wrong in (left + 1, -1):
        with pytest.raises(RefundNotPossibleError) as refusal:
            refund_of(payment, wrong, before)
        assert refusal.value.detail == (
            f"{left} of 49900 INR in minor units can be given back; ask for no more."
        )


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ([], (refund(),)),
        ([], (chargeback(),)),
        ([], (BACK, refund(number="2", amount_minor=REST))),
        ([WAITING, asked(REST, RefundState.DONE)], ()),
        ([WAITING, asked(PRICE, RefundState.REQUESTED)], ()),
        ([asked(HALF, RefundState.REQUESTED), asked(1, RefundState.REQUESTED)], (refund(),)),
    ],
)
def test_of_what_was_taken_back_nothing_is_left(
    before: list[Refund], told: tuple[Report, ...]
) -> None:
    payment = a_payment().told((success(), *told))
    for amount in (None, 0, 1):
        with pytest.raises(RefundNotPossibleError) as refusal:
            refund_of(payment, amount, before)
        assert (
            refusal.value.detail
            == "0 of 49900 INR in minor units can be given back; ask for no more."
        )


def test_what_was_free_is_given_back_once() -> None:
    free = a_payment(amount_minor=0, quote_id=QuoteId(UUID(int=1))).told((success(amount_minor=0),))
    assert refund_of(free, None, []) == 0
    assert refund_of(free, 0, []) == 0


def test_what_was_not_paid_cannot_be_given_back() -> None:
    with pytest.raises(RefundNotPossibleError) as refusal:
        refund_of(a_payment(), None, [])
    assert refusal.value.detail == "Nothing was paid, so nothing can be given back."
