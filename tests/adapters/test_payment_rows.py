"""Payments are stored the same in whatever order their reports came."""

from hypothesis import given, settings

from adapters.postgres.payment_rows import payment_to_row
from domain.billing.payments import Report
from tests.domain.billing.reports import told, told_and_told_otherwise


@settings(max_examples=200)
@given(told_and_told_otherwise())
def test_the_row_is_the_same_in_any_order(orders: tuple[list[Report], list[Report]]) -> None:
    reports, otherwise = orders
    assert payment_to_row(told(*reports)) == payment_to_row(told(*otherwise))
