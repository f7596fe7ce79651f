"""Local dates, as properties: in every zone, on every date, for every traveller."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.shared.calendar import (
    CountingDay,
    counted,
    counting_date,
    local_date,
    next_midnight,
    start_of,
)
from tests.domain.strategies import dates, instants, zones

MOMENT = timedelta(microseconds=1)

journeys = st.lists(st.tuples(st.integers(0, 40 * 3600), zones), min_size=1, max_size=12)
"""Seconds that pass, then the zone in which something is counted."""


def offset(at: datetime, timezone: str) -> timedelta:
    found = at.astimezone(ZoneInfo(timezone)).utcoffset()
    assert found is not None
    return found


@settings(max_examples=200)
@given(dates, zones)
def test_a_date_starts_at_the_first_instant_of_it_or_of_a_later_one(
    day: date, timezone: str
) -> None:
    starts = start_of(day, timezone)
    assert local_date(starts, timezone) >= day
    assert local_date(starts - MOMENT, timezone) < day


@given(dates, zones)
def test_a_date_is_over_when_the_next_one_starts(day: date, timezone: str) -> None:
    ends = next_midnight(day, timezone)
    assert ends == start_of(day + timedelta(days=1), timezone)
    assert ends >= start_of(day, timezone)


@settings(max_examples=200)
@given(instants, zones)
def test_an_instant_lies_within_its_date_unless_the_clock_was_set_back_over_midnight(
    at: datetime, timezone: str
) -> None:
    day = local_date(at, timezone)
    ends = next_midnight(day, timezone)
    set_back = offset(at, timezone) < offset(ends, timezone)
    assert start_of(day, timezone) <= at
    assert at < ends or set_back


@given(instants, journeys)
def test_dates_never_go_back_on_a_journey_and_each_is_opened_once(
    at: datetime, journey: list[tuple[int, str]]
) -> None:
    day: CountingDay | None = None
    opened: dict[date, datetime] = {}
    latest = date.min
    for seconds, timezone in journey:
        at += timedelta(seconds=seconds)
        expected = max(latest, local_date(at, timezone))
        assert counting_date(at, timezone, day) == expected
        day = counted(at, timezone, day)
        latest = expected
        assert day == CountingDay(latest, opened.setdefault(latest, at))


@given(instants, journeys, instants, zones)
def test_nothing_taken_in_late_closes_a_day(
    at: datetime, journey: list[tuple[int, str]], late: datetime, timezone: str
) -> None:
    day: CountingDay | None = None
    for seconds, zone_then in journey:
        at += timedelta(seconds=seconds)
        day = counted(at, zone_then, day)
    assert day is not None
    after = counted(late, timezone, day)
    assert after.date == max(day.date, counting_date(late, timezone, day))
    assert counted(late, timezone, after) == after
