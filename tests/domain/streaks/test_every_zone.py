"""Whoever is there daily at 20:00 never loses a streak, wherever the clocks change."""

import hashlib
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo, available_timezones

import pytest

from domain.streaks.gaps import exists
from tests.domain.streaks.script import NEW, count

FIRST, LAST = datetime(1970, 1, 3, tzinfo=UTC), datetime(2037, 12, 25, tzinfo=UTC)
_STEP = timedelta(days=9)
_STRIDE = timedelta(days=90)
"""Where a few changes are enough: it steps over some that are soon taken back."""
_SAMPLED = 3
_ONE_DAY = timedelta(days=1)
NAMED = (
    "Africa/Casablanca",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Kwajalein",
)
_NO_PLACES = {"localtime", "posixrules", "Factory"}


def _rules(zone: str) -> bytes:
    """Give what tells zones apart: many are other names of the same."""
    for folder in TZPATH:
        path = Path(folder, *zone.split("/"))
        if path.is_file():
            return hashlib.sha256(path.read_bytes()).digest()
    resource = files("tzdata").joinpath("zoneinfo", *zone.split("/"))
    return hashlib.sha256(resource.read_bytes()).digest()


@cache
def _zones_by_rules() -> dict[bytes, list[str]]:
    found: dict[bytes, list[str]] = {}
    for zone in sorted(available_timezones() - _NO_PLACES):
        found.setdefault(_rules(zone), []).append(zone)
    return found


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    found = at.astimezone(zone).utcoffset()
    assert found is not None
    return found


def _spans(zone: ZoneInfo, step: timedelta = _STEP) -> Iterator[datetime]:
    """Give instants followed within a step by a change of the clocks."""
    at, before = FIRST, _offset(FIRST, zone)
    while at < LAST:
        after = _offset(at + step, zone)
        if after != before:
            yield at
        at, before = at + step, after


def _transition(at: datetime, zone: ZoneInfo, step: timedelta = _STEP) -> datetime:
    """Narrow a change within a step down to the second."""
    early, late, before = at, at + step, _offset(at, zone)
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        early, late = (middle, late) if _offset(middle, zone) == before else (early, middle)
    return late.replace(microsecond=0)


def _evenings(around: datetime, zone: str) -> Iterator[datetime]:
    """Give 20:00 on each date that the zone has, five days before and after an instant."""
    first = around.astimezone(ZoneInfo(zone)).date() - 5 * _ONE_DAY
    for number in range(11):
        day = first + number * _ONE_DAY
        if exists(day, zone):
            yield datetime.combine(day, time(20), ZoneInfo(zone)).astimezone(UTC)


def _never_breaks(transitions: Sequence[datetime], zone: str) -> None:
    for transition in transitions:
        streak = NEW
        evenings = tuple(_evenings(transition, zone))
        for evening in evenings:
            streak = count(streak, evening, zone)
        assert streak.current == streak.longest == len(evenings), (zone, transition)
        assert len(streak.freezes) == 2, (zone, transition)


def test_daily_at_20_never_breaks_in_any_zone() -> None:
    chance = random.Random(7)
    seen = 0
    for names in _zones_by_rules().values():
        zone = ZoneInfo(names[0])
        spans = list(_spans(zone, _STRIDE))
        some = chance.sample(spans, min(_SAMPLED, len(spans)))
        _never_breaks([_transition(at, zone, _STRIDE) for at in some], chance.choice(names))
        seen += len(some)
    assert seen > 500


@pytest.mark.parametrize("name", NAMED)
def test_daily_at_20_never_breaks_at_any_change_of_the_strangest_zones(name: str) -> None:
    zone = ZoneInfo(name)
    transitions = [_transition(at, zone) for at in _spans(zone)]
    _never_breaks(transitions, name)
    assert len(transitions) > 3 or name == "Pacific/Kwajalein"


@pytest.mark.parametrize(
    ("zone", "day"), [("Pacific/Apia", (2011, 12, 30)), ("Pacific/Kwajalein", (1993, 8, 21))]
)
def test_the_dates_that_two_zones_never_had(zone: str, day: tuple[int, int, int]) -> None:
    missing = datetime(*day, tzinfo=UTC).date()
    assert not exists(missing, zone)
    assert exists(missing - _ONE_DAY, zone)
    assert exists(missing + _ONE_DAY, zone)
