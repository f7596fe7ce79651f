"""The monthly reward over HTTP, through a month by the test clock."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from domain.shared.calendar import month_after
from tests.http import given
from tests.http.api import Api, Json, asking, refused
from tests.http.signing_in import a_token, bearer
from tests.http.test_decay import midnight, next_first_of

MOMENT = timedelta(microseconds=1)
BERLIN = "Europe/Berlin"


async def the_reward(api: Api, person: str) -> Json:
    return await api.get(f"/v1/persons/{person}/reward")


async def notices(
    api: Api, person: str, since: datetime | None = None
) -> list[tuple[str, datetime, dict[str, Any]]]:
    export = await api.get(f"/v1/persons/{person}/export")
    return [
        (event["type"], given.instant(event["at"]), event["data"])
        for event in export["events"]
        if event["type"].startswith("reward_")
        and (since is None or given.instant(event["at"]) >= since)
    ]


async def talks(api: Api, person: str, number: int) -> list[Json]:
    """Completed calls with others, one after the other."""
    return [
        await given.a_completed_call(api, await given.a_pair(api, a=person)) for _ in range(number)
    ]


def hours_of(day: date, zone: str) -> int:
    length = midnight(day + timedelta(days=1), zone) - midnight(day, zone)
    return length // timedelta(hours=1)


@pytest.mark.parametrize(("carried", "hours"), [(3, 23), (10, 25)])
async def test_a_carried_month_with_its_warnings(api: Api, carried: int, hours: int) -> None:
    earned_on = (await next_first_of(api, carried - 1)) + timedelta(days=13)
    ends_on = month_after(month_after(earned_on))
    warned = [midnight(ends_on - timedelta(days=days), BERLIN) for days in (7, 3, 1)]
    over = midnight(ends_on, BERLIN)
    last_week = [ends_on - timedelta(days=days) for days in range(1, 8)]
    assert hours in {hours_of(day, BERLIN) for day in last_week}
    await api.move_to(midnight(earned_on, BERLIN))
    ana = await given.a_person(api, timezone=BERLIN)
    await talks(api, ana, 3)
    earned = await the_reward(api, ana)
    assert (earned["status"], earned["needed"], earned["discount_percent"]) == ("earned", 0, 20)
    assert (earned["partners_this_month"], earned["partners_last_month"]) == (3, 0)
    assert given.instant(earned["valid_until"]) == over
    assert [name for name, _, _ in await notices(api, ana)] == ["reward_earned"]

    await api.move_to(midnight(month_after(earned_on), BERLIN))
    shown = await the_reward(api, ana)
    assert (shown["status"], shown["needed"], shown["discount_percent"]) == ("carried", 3, 20)
    assert (shown["partners_this_month"], shown["partners_last_month"]) == (0, 3)
    assert given.instant(shown["next_change"]["at"]) == over

    since = await api.now()
    for number, (at, days) in enumerate(zip(warned, (7, 3, 1), strict=True)):
        await api.move_to(at - MOMENT)
        assert len(await notices(api, ana, since)) == number
        await api.move_to(at)
        name, told_at, data = (await notices(api, ana))[-1]
        assert (name, told_at) == ("reward_warned", at)
        assert (data["days_before"], data["days_left"], data["needed"]) == (days, days, 3)
        assert given.instant(data["valid_until"]) == over
        await api.pass_time(hours=20)
        assert len(await notices(api, ana, since)) == number + 1

    await api.move_to(over - MOMENT)
    assert (await the_reward(api, ana))["status"] == "carried"
    assert len(await notices(api, ana, since)) == 3
    await api.move_to(over)
    name, told_at, data = (await notices(api, ana))[-1]
    assert (name, told_at, data["lapsed_on"]) == ("reward_lapsed", over, ends_on.isoformat())
    ended = await the_reward(api, ana)
    assert (ended["status"], ended["needed"], ended["discount_percent"]) == ("inactive", 3, 0)
    assert (ended["valid_until"], ended["next_change"]) == (None, None)
    await api.pass_time(days=40)
    assert await notices(api, ana, over + MOMENT) == []


async def test_the_decision_explains_itself(api: Api) -> None:
    ana = await given.a_person(api)
    await talks(api, ana, 1)
    [reason] = (await the_reward(api, ana))["reasons"]
    assert (reason["rule"], reason["satisfied"], reason["threshold"]) == (
        "monthly_reward",
        False,
        3,
    )
    assert reason["inputs"]["this_month"] == 1
    assert reason["changed_by"] == ["complete_video_calls_with_new_partners"]


async def test_a_person_sees_their_own_reward_alone(api: Api) -> None:
    pair = await given.a_pair(api)
    path = f"/v1/persons/{pair.a}/reward"
    mine, theirs = await a_token(api, pair.a), await a_token(api, pair.b)
    assert (await api.ask("GET", path, headers=bearer(mine))).is_success
    refused(await api.ask("GET", path, headers=bearer(theirs)), 404, "not_found")


async def test_an_erased_person_has_none(api: Api) -> None:
    ana = await given.a_person(api)
    await api.made(f"/v1/persons/{ana}/erase")
    refused(await api.ask("GET", f"/v1/persons/{ana}/reward"), 403, "person_deleted")


async def test_a_voided_call_changes_later_prices_only(api: Api) -> None:
    now = await api.now()
    # Away from the end of a month, that all calls fall into one.
    await api.move_to(datetime.combine(month_after(now.date()), time(12), UTC))
    ana = await given.a_person(api)
    [first, second, _] = await talks(api, ana, 3)
    path = f"/v1/video-calls/{first['id']}/void"
    voided = await api.made(path, reason="Both ends were one device")
    assert given.instant(voided["voided_at"]) == await api.now()
    assert voided["void_reason"] == "Both ends were one device"
    assert await api.made(path, reason="Something else") == voided
    shown = await the_reward(api, ana)
    assert (shown["status"], shown["partners_this_month"]) == ("inactive", 2)
    assert [name for name, _, _ in await notices(api, ana)] == ["reward_earned", "reward_withdrawn"]
    limit = f"/v1/conversations/{first['conversation_id']}/allowance"
    assert (await api.get(limit, person_id=ana))["limit"] == 30

    token = await a_token(api, ana)
    seen = await api.ask("GET", f"/v1/video-calls/{first['id']}", headers=bearer(token))
    assert (seen.json()["voided_at"], seen.json()["void_reason"]) == (voided["voided_at"], None)
    async with asking(api.served, "write") as writing:
        path = f"/v1/video-calls/{second['id']}/void"
        refused(await writing.post(path, {"reason": "Fraud"}), 403, "scope_insufficient")


async def test_only_a_completed_call_is_voided(api: Api) -> None:
    call = await given.a_call(api, await given.a_pair(api))
    answer = await api.post(f"/v1/video-calls/{call}/void", {"reason": "Fraud"})
    refused(answer, 409, "video_call_not_completed")
