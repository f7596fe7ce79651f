"""What a call unlocks fades by the sender's local dates, as rules page video has it."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.http import given
from tests.http.api import Api, Json

TIERS = ("free", "plus", "premium")
PERCENT = {0: 100, 7: 100, 8: 75, 14: 75, 15: 50, 21: 50, 22: 25, 30: 25, 31: 0}
LIMITS = {
    100: (30, 50, 100),
    75: (25, 40, 78),
    50: (20, 30, 55),
    25: (15, 20, 33),
    0: (10, 10, 10),
}
STEPS = (8, 15, 22, 31)
MOMENT = timedelta(microseconds=1)
LATE = time(23, 30)
CHANGING = [
    ("America/New_York", 3),  # an hour is skipped on the second Sunday
    ("Europe/Lisbon", 10),  # an hour comes twice on the last Sunday
    ("Australia/Lord_Howe", 10),  # half an hour is skipped on the first Sunday
]


def midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


async def next_first_of(api: Api, month: int) -> date:
    now = await api.now()
    first = date(now.year, month, 1)
    return first if first > now.date() + timedelta(days=2) else first.replace(year=now.year + 1)


async def pairs_of_each_tier(api: Api, zone: str) -> list[given.Pair]:
    pairs = [await given.a_pair(api, timezone=zone) for _ in TIERS]
    for tier, pair in zip(TIERS, pairs, strict=True):
        await api.put(f"/v1/persons/{pair.a}/tier", tier=tier)
    return pairs


async def complete_calls_at(api: Api, pairs: list[given.Pair], at: datetime) -> None:
    await api.move_to(at - timedelta(seconds=given.TALK_SECONDS))
    calls = [await given.an_answered_call(api, pair) for pair in pairs]
    await api.move_to(at)
    for call in calls:
        assert (await api.made(f"/v1/video-calls/{call}/end"))["outcome"] == "completed"


async def decisions(api: Api, pairs: list[given.Pair]) -> list[Json]:
    return await asyncio.gather(*(given.allowance(api, pair, pair.a) for pair in pairs))


@pytest.mark.parametrize(("zone", "month"), [("UTC", 1), *CHANGING])
async def test_the_decay_table(api: Api, zone: str, month: int) -> None:
    called_on = await next_first_of(api, month)
    pairs = await pairs_of_each_tier(api, zone)
    late = datetime.combine(called_on, LATE, ZoneInfo(zone)).astimezone(UTC)
    await complete_calls_at(api, pairs, late)
    for days, percent in PERCENT.items():
        day = called_on + timedelta(days=days)
        over = midnight(day + timedelta(days=1), zone)
        for at in (max(late, midnight(day, zone)), over - MOMENT):
            await api.move_to(at)
            for tier, limit, decision in zip(
                TIERS, LIMITS[percent], await decisions(api, pairs), strict=True
            ):
                assert (decision["limit"], decision["percent"]) == (limit, percent), (tier, days)
                assert decision["days_since_call"] == days
                assert decision["counting_on"] == day.isoformat()
                assert given.instant(decision["resets_at"]) == over
                assert decision["tier"] == tier


@pytest.mark.parametrize(("zone", "month"), CHANGING)
async def test_the_zones_tried_change_within_the_table(zone: str, month: int) -> None:
    for year in (2026, 2036):
        first = date(year, month, 1)
        last = midnight(first + timedelta(days=31), zone)
        assert last - midnight(first, zone) != timedelta(days=31)


async def test_each_decision_names_the_next_step_down_and_when_it_comes(api: Api) -> None:
    zone = "America/New_York"
    called_on = await next_first_of(api, 3)
    (_, pair, _) = pairs = await pairs_of_each_tier(api, zone)
    at = datetime.combine(called_on, LATE, ZoneInfo(zone)).astimezone(UTC)
    await complete_calls_at(api, pairs, at)
    for step in STEPS:
        change = (await given.allowance(api, pair, pair.a))["next_change"]
        day = called_on + timedelta(days=step)
        assert change["on"] == day.isoformat()
        assert given.instant(change["at"]) == midnight(day, zone)
        await api.move_to(given.instant(change["at"]) - MOMENT)
        assert (await given.allowance(api, pair, pair.a))["limit"] > change["limit"]
        await api.move_to(given.instant(change["at"]))
        then = await given.allowance(api, pair, pair.a)
        assert (then["limit"], then["percent"]) == (change["limit"], change["percent"])
    assert (await given.allowance(api, pair, pair.a))["next_change"] is None


async def test_each_side_decays_by_their_own_dates(api: Api) -> None:
    east, west = "Pacific/Kiritimati", "Pacific/Pago_Pago"  # 25 hours apart
    pair = await given.a_pair(api, timezone=east)
    await api.patch(f"/v1/persons/{pair.b}", timezone=west)
    called_on = (await api.now()).date() + timedelta(days=3)
    await complete_calls_at(api, [pair], midnight(called_on, east) + timedelta(minutes=30))
    for days in STEPS:
        for person, zone, date_there in (
            (pair.b, west, called_on - timedelta(days=2)),
            (pair.a, east, called_on),
        ):
            fall = midnight(date_there + timedelta(days=days), zone)
            await api.move_to(fall - MOMENT)
            before = await given.allowance(api, pair, person)
            await api.move_to(fall)
            after = await given.allowance(api, pair, person)
            assert (before["days_since_call"], after["days_since_call"]) == (days - 1, days)
            assert before["limit"] > after["limit"]


async def test_a_new_call_starts_the_table_anew(api: Api) -> None:
    pair = await given.a_pair(api)
    await given.a_completed_call(api, pair)
    await api.pass_time(days=15)
    assert (await given.allowance(api, pair, pair.a))["limit"] == 20
    await given.a_completed_call(api, pair)
    assert (await given.allowance(api, pair, pair.a))["limit"] == 30
