"""How sure a summary is."""

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.personas.confidence import MOST_CONFIDENCE, confidence, counted_gain, gain_of
from domain.personas.policy import PersonaPolicy

POLICY = PersonaPolicy()


@pytest.mark.parametrize(
    ("messages", "supports", "gain"),
    [
        (30, (100,), 1000),
        (300, (100, 100), 1000),
        (0, (0,), 500),
        (0, (), 500),
        (6, (60, 70), 712),  # 500 + 500 * (6/60 + 65/200) = 712.5
        (15, (80,), 825),
    ],
)
def test_a_session_gives_five_to_ten_percent(
    messages: int, supports: tuple[int, ...], gain: int
) -> None:
    assert gain_of(messages, supports, POLICY) == gain


@given(st.integers(0, 200), st.lists(st.integers(0, 100), min_size=1))
def test_the_gain_is_the_rules_formula_floored_once(messages: int, supports: list[int]) -> None:
    mean = Fraction(sum(supports), len(supports))
    q = min(Fraction(messages, 30), Fraction(1)) / 2 + mean / 100 / 2
    assert gain_of(messages, supports, POLICY) == floor((5 + 5 * q) * 100)


def test_three_sessions_of_a_day_count() -> None:
    assert [counted_gain(700, before, POLICY) for before in range(5)] == [700, 700, 700, 0, 0]


@given(st.lists(st.integers(0, 1000)))
def test_confidence_never_falls_and_never_fills_its_column(gains: list[int]) -> None:
    path = [confidence(gains[:number]) for number in range(len(gains) + 1)]
    assert path == sorted(path)
    assert 0 <= path[0] <= path[-1] <= MOST_CONFIDENCE


def test_near_its_end_it_stays_there() -> None:
    assert confidence([9990]) == 9990
    assert confidence([9990, 500]) == MOST_CONFIDENCE
    assert confidence([9990, 500, 1000]) == MOST_CONFIDENCE
