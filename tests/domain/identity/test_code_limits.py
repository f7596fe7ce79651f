"""How many codes are sent, by example and by property."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identity.code_limits import (
    Tally,
    TooManyCodesError,
    Window,
    address_windows,
    client_windows,
    counted_code,
    longest_window,
    uncounted_code,
)
from domain.identity.sign_in_policy import SignInPolicy
from tests.domain.identity.values import NOW

POLICY = SignInPolicy()
MINUTE = timedelta(minutes=1)
MOMENT = timedelta(microseconds=1)


def counted(times: list[datetime], windows: tuple[Window, ...]) -> Tally:
    tally = Tally(b"ana")
    for at in times:
        tally = counted_code(tally, windows, at)
    return tally


def test_an_address_gets_three_in_fifteen_minutes() -> None:
    windows = address_windows(POLICY)
    tally = counted([NOW, NOW + MINUTE, NOW + 2 * MINUTE], windows)
    with pytest.raises(TooManyCodesError) as refusal:
        counted_code(tally, windows, NOW + 3 * MINUTE)
    assert refusal.value.retry_after_seconds == 12 * 60
    with pytest.raises(TooManyCodesError) as refusal:
        counted_code(tally, windows, NOW + 15 * MINUTE - MOMENT)
    assert refusal.value.retry_after_seconds == 1
    assert len(counted_code(tally, windows, NOW + 15 * MINUTE).times) == 4


def test_an_address_gets_ten_in_a_day() -> None:
    windows = address_windows(POLICY)
    times = [NOW + n * 15 * MINUTE for n in range(10)]
    tally = counted(times, windows)
    with pytest.raises(TooManyCodesError) as refusal:
        counted_code(tally, windows, times[-1] + 15 * MINUTE)
    assert refusal.value.retry_after_seconds == (24 * 60 - 150) * 60
    assert len(counted_code(tally, windows, NOW + timedelta(days=1)).times) == 10


def test_a_client_gets_twenty_in_an_hour() -> None:
    windows = client_windows(POLICY)
    tally = counted([NOW] * 20, windows)
    with pytest.raises(TooManyCodesError) as refusal:
        counted_code(tally, windows, NOW)
    assert refusal.value.retry_after_seconds == 3600
    assert counted_code(tally, windows, NOW + timedelta(hours=1)).times == (
        NOW + timedelta(hours=1),
    )


def test_a_code_that_was_not_sent_leaves_room() -> None:
    windows = address_windows(POLICY)
    tally = counted([NOW, NOW, NOW], windows)
    again = uncounted_code(tally, NOW)
    assert again.times == (NOW, NOW)
    assert counted_code(again, windows, NOW) == tally
    assert uncounted_code(again, NOW + MINUTE) == again


windows_of = st.lists(
    st.builds(Window, st.integers(1, 200), st.integers(1, 5)), min_size=1, max_size=3
).map(tuple)


@given(waits=st.lists(st.integers(0, 90), max_size=60), windows=windows_of)
def test_no_window_ever_holds_more_than_its_most(
    waits: list[int], windows: tuple[Window, ...]
) -> None:
    tally, now = Tally(b"ana"), NOW
    sent: list[datetime] = []
    for wait in waits:
        now += timedelta(seconds=wait)
        try:
            tally = counted_code(tally, windows, now)
        except TooManyCodesError as error:
            again = now + timedelta(seconds=error.retry_after_seconds)
            assert again in counted_code(tally, windows, again).times
        else:
            sent.append(now)
    for window in windows:
        for at in sent:
            end = at + timedelta(seconds=window.seconds)
            assert len([one for one in sent if at <= one < end]) <= window.most
    assert len(tally.times) <= len(sent)


def test_a_code_counts_for_the_longest_window_of_all() -> None:
    assert longest_window(POLICY) == timedelta(days=1)
    assert longest_window(SignInPolicy(address_long_seconds=900)) == timedelta(hours=1)


@given(st.lists(st.integers(60, 86_400), min_size=3, max_size=3))
def test_after_the_longest_window_nothing_counts(lengths: list[int]) -> None:
    short, long, client = lengths
    policy = SignInPolicy(
        address_short_seconds=short, address_long_seconds=long, client_seconds=client
    )
    for windows in (address_windows(policy), client_windows(policy)):
        full = Tally(b"ana", (NOW,) * 1000)
        assert counted_code(full, windows, NOW + longest_window(policy)).times[-1:] != (NOW,)
