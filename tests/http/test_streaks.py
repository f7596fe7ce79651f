"""Streaks, as rules page streaks has them, read over HTTP on the test clock."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
from attrs import define

from tests.http import given
from tests.http.api import Api, Json, fresh, invalid, pointers, refused, replayed
from tests.http.signing_in import a_token, bearer

DAY = timedelta(days=1)
NOBODY = "0198a5c4-7d1e-7c3a-9f00-5b2d6e8a1c44"


@define
class Diary:
    """A person, and days counted from tomorrow, which is day 0."""

    api: Api
    person: str
    zone: str
    first: date

    @property
    def path(self) -> str:
        return f"/v1/persons/{self.person}"

    async def at(self, day: int, hour: int = 12, *, minute: int = 0, zone: str = "") -> datetime:
        """Let it be an hour of a day."""
        local = datetime.combine(
            self.first + day * DAY, time(hour, minute), ZoneInfo(zone or self.zone)
        )
        return await self.api.move_to(local.astimezone(UTC))

    async def opens(self) -> Json:
        return await self.api.made(f"{self.path}/activity", kind="app_open")

    async def opens_on(self, *days: int) -> Json:
        """Open the app at noon of some days, and give the streak after the last."""
        done: Json = None
        for day in days:
            await self.at(day)
            done = await self.opens()
            assert done["credited"]
        return done["streak"]

    async def streak(self, kind: str = "login") -> Json:
        return (await self.api.get(f"{self.path}/streaks"))[kind]

    async def repair(self) -> httpx.Response:
        return await self.api.post(f"{self.path}/streaks/login/repair", None)

    async def pauses(self, first: int, last: int) -> httpx.Response:
        body = {"starts_on": str(self.on(first)), "ends_on": str(self.on(last))}
        return await self.api.ask("PUT", f"{self.path}/streaks/login/pause", json=body)

    async def states(self, last: int) -> list[str | None]:
        """What the days from 0 to the last were."""
        found: dict[str, str | None] = {}
        for month in sorted({f"{self.on(day):%Y-%m}" for day in range(last + 1)}):
            shown = await self.api.get(f"{self.path}/streaks/login/calendar", month=month)
            assert shown["month"] == month
            found |= {day["date"]: day["state"] for day in shown["days"]}
        return [found[str(self.on(day))] for day in range(last + 1)]

    def on(self, day: int) -> date:
        return self.first + day * DAY


async def a_diary(api: Api, zone: str = "UTC") -> Diary:
    person = await given.a_person(api, timezone=zone)
    now = await api.now()
    return Diary(api, person, zone, now.astimezone(ZoneInfo(zone)).date() + DAY)


def told(streak: Json, *names: str) -> list[object]:
    return [streak[name] for name in names]


async def test_before_anything_counts_there_is_no_streak(api: Api) -> None:
    diary = await a_diary(api)
    for kind in ("login", "chat"):
        streak = await diary.streak(kind)
        assert told(streak, "kind", "status", "current", "longest", "last_on", "freezes") == [
            *(kind, "none", 0, 0, None, 0)
        ]
        assert streak["next_milestone"] == 3


async def test_opening_the_app_begins_a_streak_with_a_freeze(api: Api) -> None:
    diary = await a_diary(api)
    streak = await diary.opens_on(0)
    assert told(streak, "status", "current", "longest", "freezes") == ["active", 1, 1, 1]
    assert streak["last_on"] == streak["today"] == str(diary.on(0))
    assert streak["time_left_seconds"] is None
    assert streak == await diary.streak()


async def test_a_date_is_credited_once(api: Api) -> None:
    diary = await a_diary(api)
    await diary.opens_on(0)
    done = await diary.opens()
    assert (done["credited"], done["streak"]["current"]) == (False, 1)


async def test_each_next_date_lengthens_it(api: Api) -> None:
    streak = await (await a_diary(api)).opens_on(0, 1, 2)
    assert told(streak, "current", "longest", "next_milestone") == [3, 3, 7]


async def test_it_is_at_risk_until_today_counts_and_the_time_left_is_told(api: Api) -> None:
    diary = await a_diary(api, "Asia/Kolkata")
    await diary.opens_on(0)
    await diary.at(1, 20)
    streak = await diary.streak()
    assert told(streak, "status", "current", "time_left_seconds") == ["at_risk", 1, 4 * 3600]
    assert given.instant(streak["ends_at"]) == await diary.api.now() + timedelta(hours=4)
    reasons = {reason["rule"]: reason for reason in streak["reasons"]}
    assert not reasons["counted_today"]["satisfied"]
    assert reasons["counted_today"]["changed_by"] == ["sign_in", "open_the_app"]


async def test_a_freeze_covers_a_missed_date(api: Api) -> None:
    diary = await a_diary(api)
    await diary.opens_on(0, 1)
    await diary.at(3)
    assert told(await diary.streak(), "status", "current", "freezes") == ["frozen", 2, 1]
    streak = await diary.opens_on(3)
    assert told(streak, "status", "current", "freezes") == ["active", 3, 0]
    assert await diary.states(4) == ["credited", "credited", "frozen", "credited", None]


async def test_what_freezes_do_not_cover_breaks_it_and_uses_none(api: Api) -> None:
    diary = await a_diary(api)
    await diary.opens_on(0, 1)
    await diary.at(4)
    assert told(await diary.streak(), "status", "current", "longest") == ["broken", 0, 2]
    streak = await diary.opens_on(4)
    assert told(streak, "current", "longest", "freezes") == [1, 2, 1]
    assert await diary.states(4) == ["credited", "credited", "missed", "missed", "credited"]


async def test_each_seventh_credit_earns_a_freeze_and_two_are_held(api: Api) -> None:
    diary = await a_diary(api)
    assert (await diary.opens_on(*range(6)))["freezes"] == 1
    assert (await diary.opens_on(6))["freezes"] == 2
    assert (await diary.opens_on(*range(7, 14)))["freezes"] == 2
    streak = await diary.opens_on(16)
    assert told(streak, "current", "freezes") == [15, 0]


async def moves(diary: Diary, zone: str) -> None:
    await diary.api.patch(diary.path, timezone=zone)
    diary.zone = zone


async def test_a_traveller_misses_nothing_within_36_hours(api: Api) -> None:
    diary = await a_diary(api, "America/Los_Angeles")
    await diary.opens_on(0)
    await diary.at(1, 8)
    await diary.opens()
    await moves(diary, "Pacific/Kiritimati")
    await diary.at(3, 9)
    seen = await diary.streak()
    assert told(seen, "status", "current") == ["at_risk", 2]
    assert "travel_grace" in {reason["rule"] for reason in seen["reasons"]}
    streak = (await diary.opens())["streak"]
    assert told(streak, "current", "freezes") == [3, 1]
    assert await diary.states(3) == ["credited", "credited", "excused", "credited"]


async def test_travel_grace_is_over_after_36_hours(api: Api) -> None:
    diary = await a_diary(api)
    opened_at = await diary.at(0, 20)
    await diary.opens()
    await moves(diary, "Asia/Kolkata")
    await api.move_to(opened_at + timedelta(hours=36) - timedelta(microseconds=1))
    assert (await diary.streak())["status"] == "at_risk"
    await api.move_to(opened_at + timedelta(hours=36))
    assert (await diary.streak())["status"] == "frozen"
    assert told((await diary.opens())["streak"], "current", "freezes") == [2, 0]


async def test_a_hop_to_the_west_opens_no_second_day(api: Api) -> None:
    diary = await a_diary(api, "Pacific/Kiritimati")
    await diary.opens_on(0)
    await moves(diary, "Pacific/Pago_Pago")
    done = await diary.opens()
    assert (done["credited"], done["streak"]["today"]) == (False, str(diary.on(0)))


async def test_a_repair_gives_the_old_length(api: Api) -> None:
    diary = await a_diary(api)
    await diary.opens_on(0, 1, 2)
    await diary.at(5)
    broken = await diary.streak()
    assert told(broken, "status", "current") == ["broken", 0]
    assert told(broken["repair"], "allowed", "length") == [True, 3]
    assert given.instant(broken["repair"]["broken_at"]) == datetime.combine(
        diary.on(5), time(), UTC
    )
    streak = (await diary.repair()).json()
    assert told(streak, "status", "current", "freezes", "repair") == ["at_risk", 3, 1, None]
    assert (await diary.opens_on(5))["current"] == 4
    assert await diary.states(5) == [*["credited"] * 3, "excused", "excused", "credited"]


async def test_a_repair_adds_what_was_counted_since(api: Api) -> None:
    diary = await a_diary(api)
    assert (await diary.opens_on(0, 1, 2, 5, 6))["current"] == 2
    streak = (await diary.repair()).json()
    assert told(streak, "status", "current", "longest") == ["active", 5, 5]


async def test_a_repair_comes_within_48_hours_of_the_break(api: Api) -> None:
    diary = await a_diary(api)
    await diary.opens_on(0)
    await diary.at(5)
    shown = (await diary.streak())["repair"]
    assert told(shown, "allowed", "length") == [False, 1]
    problem = refused(await diary.repair(), 403, "repair_refused")
    assert problem["reasons"] == shown["reasons"]
    assert [reason["satisfied"] for reason in shown["reasons"]] == [False, True]


async def test_a_repair_comes_once_in_30_days(api: Api) -> None:
    diary = await a_diary(api)
    await diary.opens_on(0)
    await diary.at(3)
    assert (await diary.repair()).is_success
    await diary.opens_on(3)
    await diary.at(6)
    problem = refused(await diary.repair(), 403, "repair_refused")
    assert [reason["satisfied"] for reason in problem["reasons"]] == [True, False]
    assert given.instant(problem["reasons"][1]["changes_at"]).date() == diary.on(33)


async def test_what_is_not_broken_is_not_repaired(api: Api) -> None:
    diary = await a_diary(api)
    refused(await diary.repair(), 409, "streak_not_broken")
    await diary.opens_on(0)
    refused(await diary.repair(), 409, "streak_not_broken")


async def test_a_repair_with_a_key_is_done_once(api: Api) -> None:
    diary, key = await a_diary(api), fresh()
    await diary.opens_on(0)
    await diary.at(3)
    path = f"{diary.path}/streaks/login/repair"
    answers = [await api.post(path, None, key=key) for _ in range(2)]
    assert [replayed(answer) for answer in answers] == [False, True]
    assert answers[0].content == answers[1].content


async def test_paused_dates_are_not_missed(api: Api) -> None:
    diary = await a_diary(api)
    await diary.opens_on(0)
    streak = (await diary.pauses(1, 4)).json()
    assert streak["pause"] == {"starts_on": str(diary.on(1)), "ends_on": str(diary.on(4))}
    await diary.at(3)
    assert told(await diary.streak(), "status", "current") == ["paused", 1]
    assert told(await diary.opens_on(5), "current", "freezes") == [2, 1]
    assert await diary.states(5) == ["credited", *["paused"] * 4, "credited"]


async def test_a_pause_lies_ahead_and_has_at_most_30_dates_of_a_year(api: Api) -> None:
    diary = await a_diary(api)
    await diary.at(0)
    assert pointers(invalid(await diary.pauses(0, 3))) == ["/starts_on"]
    assert pointers(invalid(await diary.pauses(3, 2))) == ["/ends_on"]
    assert pointers(invalid(await diary.pauses(360, 367))) == ["/ends_on"]
    year = date(diary.on(0).year + 1, 1, 1)
    first = (year - diary.first).days
    if first + 31 > 366:
        first = 1
    assert (await diary.pauses(first, first + 29)).is_success
    problem = refused(await diary.pauses(first, first + 30), 422, "too_many_paused_days")
    assert pointers(problem) == ["/ends_on"]


async def test_a_pause_ends_after_today(api: Api) -> None:
    diary = await a_diary(api)
    await diary.opens_on(0)
    await diary.pauses(1, 5)
    await diary.at(2)
    for _ in range(2):
        await api.delete(f"{diary.path}/streaks/login/pause")
    assert (await diary.streak())["status"] == "paused"
    await diary.at(3)
    assert told(await diary.streak(), "status", "pause") == ["at_risk", None]
    await diary.at(4)
    assert (await diary.streak())["status"] == "frozen"


async def test_the_first_message_of_a_date_counts_for_the_chat_streak(api: Api) -> None:
    pair = await given.a_pair(api)
    for day in range(2):
        for _ in range(2):
            await given.a_message(api, pair, pair.a)
        chat = (await api.get(f"/v1/persons/{pair.a}/streaks"))["chat"]
        assert told(chat, "status", "current") == ["active", day + 1]
        await api.pass_time(days=1)
    other = await api.get(f"/v1/persons/{pair.b}/streaks")
    assert [streak["status"] for streak in other.values()] == ["none", "none"]


async def test_a_completed_call_counts_for_the_chat_streak_of_both(api: Api) -> None:
    pair = await given.a_pair(api)
    await given.a_completed_call(api, pair)
    for person in (pair.a, pair.b):
        assert (await api.get(f"/v1/persons/{person}/streaks"))["chat"]["current"] == 1


async def test_a_sign_in_counts_for_the_login_streak(api: Api) -> None:
    diary = await a_diary(api)
    await diary.at(0)
    token = await a_token(api, diary.person)
    assert told(await diary.streak(), "status", "current") == ["active", 1]
    mine = await api.ask("GET", f"{diary.path}/streaks", headers=bearer(token))
    assert mine.json()["login"]["current"] == 1
    assert not (await diary.opens())["credited"]


async def test_a_change_of_zone_leaves_what_was_done_before_it_where_it_was(api: Api) -> None:
    diary = await a_diary(api, "Pacific/Kiritimati")
    await diary.at(0)
    await a_token(api, diary.person)
    await moves(diary, "Pacific/Pago_Pago")
    streak = await diary.streak()
    assert told(streak, "last_on", "today") == [str(diary.on(0))] * 2


async def test_twenty_activities_at_once_are_one_credit(api: Api) -> None:
    diary = await a_diary(api)
    done = await asyncio.gather(*(diary.opens() for _ in range(20)))
    assert [one["credited"] for one in done].count(True) == 1
    assert (await diary.streak())["current"] == 1


async def test_an_activity_with_a_key_is_answered_alike(api: Api) -> None:
    diary, key = await a_diary(api), fresh()
    path, body = f"{diary.path}/activity", {"kind": "app_open"}
    answers = [await api.post(path, body, key=key) for _ in range(2)]
    assert [replayed(answer) for answer in answers] == [False, True]
    assert answers[0].content == answers[1].content
    other = await given.a_person(api)
    problem = refused(
        await api.post(f"/v1/persons/{other}/activity", body, key=key),
        422,
        "idempotency_key_reused",
    )
    assert pointers(problem) == ["/Idempotency-Key"]


async def test_the_calendar_is_that_of_this_month_unless_one_is_named(api: Api) -> None:
    diary = await a_diary(api)
    shown = await api.get(f"{diary.path}/streaks/chat/calendar")
    assert shown["month"] == f"{await api.now():%Y-%m}"
    assert {day["state"] for day in shown["days"]} == {None}
    february = await api.get(f"{diary.path}/streaks/chat/calendar", month="2028-02")
    assert len(february["days"]) == 29


@pytest.mark.parametrize("month", ["2026-13", "2026-00", "0000-01", "9999-12", "1969-12"])
async def test_a_month_that_is_none_is_told(api: Api, month: str) -> None:
    diary = await a_diary(api)
    path = f"{diary.path}/streaks/login/calendar"
    problem = invalid(await api.ask("GET", path, params={"month": month}))
    assert pointers(problem) == ["/month"]


async def test_what_is_not_there_is_404(api: Api) -> None:
    for path in ("streaks", "streaks/login/calendar"):
        refused(await api.ask("GET", f"/v1/persons/{NOBODY}/{path}"), 404, "not_found")
    refused(
        await api.post(f"/v1/persons/{NOBODY}/activity", {"kind": "app_open"}), 404, "not_found"
    )
    diary = await a_diary(api)
    unknown = await api.ask("GET", f"{diary.path}/streaks/running/calendar")
    assert "login and chat" in refused(unknown, 404, "not_found")["detail"]


async def test_one_who_was_erased_has_no_streaks(api: Api) -> None:
    diary = await a_diary(api)
    await diary.opens_on(0)
    exported = await api.get(f"{diary.path}/export")
    assert [streak["current"] for streak in exported["streaks"]] == [1]
    assert [day["state"] for day in exported["streak_days"]] == ["credited"]
    assert (await api.post(f"{diary.path}/erase", None)).is_success
    refused(await api.ask("GET", f"{diary.path}/streaks"), 403, "person_deleted")
    refused(await api.post(f"{diary.path}/activity", {"kind": "app_open"}), 403, "person_deleted")
