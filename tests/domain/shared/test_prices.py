"""Prices after a discount."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.shared.prices import discounted


@pytest.mark.parametrize(
    ("price", "percent", "expected"),
    [(9900, 20, 7920), (9999, 20, 7999), (1, 20, 0), (4, 20, 3), (0, 20, 0), (99, 0, 99)],
)
def test_a_price_is_floored_to_a_minor_unit(price: int, percent: int, expected: int) -> None:
    assert discounted(price, percent) == expected


@given(st.integers(0, 10**12), st.integers(0, 100))
def test_a_discount_takes_off_its_part_and_less_than_a_minor_unit_more(
    price: int, percent: int
) -> None:
    off = price - discounted(price, percent)
    assert 0 <= 100 * off - price * percent < 100
