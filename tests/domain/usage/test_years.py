"""Every second is conserved, whatever a year brings."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.usage.years import a_random_year


@settings(max_examples=8)
@given(st.integers(0, 2**32))
def test_a_random_year_conserves_every_second_however_it_is_looked_at(seed: int) -> None:
    a_random_year(seed)
