"""Lengths of time in words."""

import pytest

from domain.shared.durations import in_words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (90, "90 seconds"),
        (900, "15 minutes"),
        (3599, "3599 seconds"),
        (3600, "1 hour"),
        (3660, "61 minutes"),
        (172_800, "48 hours"),
    ],
)
def test_a_length_of_time_is_given_exactly(seconds: int, words: str) -> None:
    assert in_words(seconds) == words
