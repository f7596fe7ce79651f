"""Local dates, by example: the nights on which clocks do odd things."""

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.shared.calendar import (
    CountingDay,
    counted,
    counting_date,
    instant,
    local_date,
    month_after,
    month_before,
    month_of,
    next_midnight,
    start_of,
)
from domain.shared.errors import InvalidValueError

MOMENT = timedelta(microseconds=1)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TODAY, TOMORROW = date(2026, 3, 2), date(2026, 3, 3)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("timezone", "day"),
    [
        ("Pacific/Honolulu", TODAY),
        ("UTC", TODAY),
        ("Asia/Kolkata", TODAY),
        ("Pacific/Auckland", TOMORROW),
        ("Pacific/Kiritimati", TOMORROW),
    ],
)
def test_one_instant_has_two_dates_around_the_world(timezone: str, day: date) -> None:
    assert local_date(NOON, timezone) == day


@pytest.mark.parametrize(
    "name",
    ["", "Mars/Olympus", "asia/kolkata", "UTC ", "+05:30", "../UTC", "localtime", "Factory", "\0"],
)
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(InvalidValueError) as refusal:
        local_date(NOON, name)
    assert refusal.value.field == "timezone"


@pytest.mark.parametrize(
    ("timezone", "day", "starts"),
    [
        ("Asia/Kolkata", "2026-03-02", "2026-03-01T18:30"),
        ("Pacific/Kiritimati", "2026-03-02", "2026-03-01T10:00"),
        ("Pacific/Honolulu", "2026-03-02", "2026-03-02T10:00"),
    ],
)
def test_an_ordinary_day_starts_at_midnight(timezone: str, day: str, starts: str) -> None:
    assert start_of(date.fromisoformat(day), timezone) == utc(starts)


@pytest.mark.parametrize(
    ("timezone", "day", "starts"),
    [
        ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00"),
        ("America/Havana", "2026-03-08", "2026-03-08T05:00"),
        ("America/Santiago", "2026-09-06", "2026-09-06T04:00"),
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00"),
    ],
)
def test_a_day_without_a_midnight_starts_when_the_clock_is_set_forward(
    timezone: str, day: str, starts: str
) -> None:
    starting = start_of(date.fromisoformat(day), timezone)
    assert starting == utc(starts)
    assert local_date(starting - MOMENT, timezone) < local_date(starting, timezone)


@pytest.mark.parametrize(
    ("timezone", "day", "starts"),
    [
        # One o'clock becomes midnight: the day starts at the first midnight.
        ("America/Havana", "2026-11-01", "2026-11-01T04:00"),
        # Midnight becomes eleven: the day starts an hour later.
        ("America/Sao_Paulo", "2018-02-18", "2018-02-18T03:00"),
        # A minute past midnight becomes a minute past eleven of the day before.
        ("America/St_Johns", "2010-11-07", "2010-11-07T02:30"),
    ],
)
def test_a_day_with_two_midnights_starts_at_the_first(timezone: str, day: str, starts: str) -> None:
    assert start_of(date.fromisoformat(day), timezone) == utc(starts)


def test_the_date_that_apia_skipped_starts_and_ends_in_the_same_instant() -> None:
    change = utc("2011-12-30T10:00")
    assert start_of(date(2011, 12, 30), "Pacific/Apia") == change
    assert next_midnight(date(2011, 12, 30), "Pacific/Apia") == change
    assert next_midnight(date(2011, 12, 29), "Pacific/Apia") == change
    assert local_date(change - MOMENT, "Pacific/Apia") == date(2011, 12, 29)
    assert local_date(change, "Pacific/Apia") == date(2011, 12, 31)


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-04-05", 24.5), ("2026-10-04", 23.5), ("2026-10-05", 24)]
)
def test_lord_howe_moves_its_clock_by_half_an_hour(day: str, hours: float) -> None:
    on = date.fromisoformat(day)
    length = next_midnight(on, "Australia/Lord_Howe") - start_of(on, "Australia/Lord_Howe")
    assert length == timedelta(hours=hours)


def test_the_first_thing_is_counted_on_the_local_date() -> None:
    assert counting_date(NOON, "Pacific/Kiritimati", None) == TOMORROW


def test_hopping_west_counts_on_the_day_already_opened() -> None:
    opened = counted(NOON, "Pacific/Kiritimati", None)
    hopped = counted(NOON + MOMENT, "Pacific/Honolulu", opened)
    assert opened == hopped == CountingDay(TOMORROW, NOON)


def test_hopping_to_and_fro_opens_each_date_once() -> None:
    at, day, opened = NOON, None, []
    for timezone in ["Pacific/Honolulu", "Pacific/Kiritimati"] * 3:
        at += timedelta(minutes=1)
        day = counted(at, timezone, day)
        opened.append(day.date)
    assert opened == [TODAY] + [TOMORROW] * 5


def test_a_day_stays_open_until_the_zone_has_caught_up() -> None:
    ahead = counted(NOON, "Pacific/Kiritimati", None)
    ends = next_midnight(TOMORROW, "Pacific/Honolulu")
    assert counting_date(ends - MOMENT, "Pacific/Honolulu", ahead) == TOMORROW
    assert counting_date(ends, "Pacific/Honolulu", ahead) == TOMORROW + timedelta(days=1)


def test_what_is_taken_in_late_counts_on_its_own_date() -> None:
    opened_later = CountingDay(TOMORROW, NOON + timedelta(days=1))
    assert counting_date(NOON, "UTC", opened_later) == TODAY


def test_what_is_taken_in_late_does_not_move_the_day_back() -> None:
    opened_later = CountingDay(TOMORROW, NOON + timedelta(days=1))
    assert counted(NOON, "UTC", opened_later) == opened_later


def test_a_day_counts_from_the_instant_it_was_opened() -> None:
    assert counting_date(NOON, "UTC", CountingDay(TOMORROW, NOON)) == TOMORROW
    assert counting_date(NOON - MOMENT, "UTC", CountingDay(TOMORROW, NOON)) == TODAY


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("2026-03-02T12:00:00Z", "2026-03-02T12:00"),
        ("2026-03-02T23:30:00-10:00", "2026-03-03T09:30"),
        ("1970-01-01T00:00:00+14:00", "1969-12-31T10:00"),
        ("8999-12-31T23:59:59-12:00", "9000-01-01T11:59:59"),
    ],
)
def test_an_instant_from_outside_is_taken_in_utc(given: str, taken: str) -> None:
    found = instant("when", datetime.fromisoformat(given))
    assert found == utc(taken)
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "given",
    [
        "2026-03-02T12:00:00",
        "0001-01-01T00:00:00+10:00",
        "1969-12-31T23:59:59Z",
        "9000-01-01T00:00:00Z",
        "9999-12-31T23:59:59-10:00",
    ],
)
def test_an_instant_without_offset_or_beyond_the_calendar_is_refused(given: str) -> None:
    with pytest.raises(InvalidValueError) as refusal:
        instant("when", datetime.fromisoformat(given))
    assert refusal.value.field == "when"


@pytest.mark.parametrize(
    ("day", "before", "first", "after"),
    [
        (date(2026, 1, 31), date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)),
        (date(2026, 12, 1), date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)),
        (date(2028, 2, 29), date(2028, 1, 1), date(2028, 2, 1), date(2028, 3, 1)),
    ],
)
def test_each_month_has_its_first_day_and_neighbours(
    day: date, before: date, first: date, after: date
) -> None:
    assert (month_before(day), month_of(day), month_after(day)) == (before, first, after)
