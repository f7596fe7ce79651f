"""Smart prompts over HTTP, on the test clock."""

import asyncio
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.shared.calendar import month_after
from tests.http import given
from tests.http.api import Api, Json, invalid, pointers, refused
from tests.http.figures import read, read_once
from tests.http.signing_in import a_token, bearer
from tests.http.test_decay import midnight, next_first_of
from tests.http.test_rewards import talks

MOMENT = timedelta(microseconds=1)
LONG_DRAFT = 300


async def ask(api: Api, pair: given.Pair, **request: Any) -> Json:
    return await given.asked_for_prompt(api, pair, **request)


async def prompted(api: Api, pair: given.Pair, **request: Any) -> str | None:
    prompt = (await ask(api, pair, **request))["prompt"]
    return None if prompt is None else prompt["prompt_type"]


async def act(api: Api, prompt: Json, action: str) -> Json:
    return await api.made(f"/v1/prompts/{prompt['id']}/action", action=action)


def held(answer: Json, kind: str) -> Json:
    (found,) = (one for one in answer["held_back"] if one["prompt_type"] == kind)
    return found


def rules(answer: Json, kind: str) -> set[str]:
    return {reason["rule"] for reason in held(answer, kind)["reasons"]}


async def test_few_messages_left_are_told_at_three_and_at_none(api: Api) -> None:
    pair = await given.a_pair(api)
    await given.messages(api, pair, pair.a, 6)
    answer = await ask(api, pair)
    assert answer["prompt"] is None
    assert rules(answer, "message_count_warning") == {"few_messages_left"}
    await given.a_message(api, pair, pair.a)
    answer = await ask(api, pair)
    prompt = answer["prompt"]
    assert (prompt["prompt_type"], prompt["threshold"]) == ("message_count_warning", 3)
    assert (prompt["person_id"], prompt["conversation_id"]) == (pair.a, pair.id)
    assert all(reason["satisfied"] for reason in answer["reasons"])
    assert given.instant(prompt["shown_at"]) == await api.now()
    await api.pass_time(seconds=30)
    again = await ask(api, pair)
    assert rules(again, "message_count_warning") == {"message_count_warning_once_a_day"}
    await given.messages(api, pair, pair.a, 3)
    none_left = (await ask(api, pair))["prompt"]
    assert none_left["threshold"] == 0
    assert (await ask(api, pair))["prompt"] is None


async def test_a_call_is_proposed_once_much_was_written_for_three_days(api: Api) -> None:
    pair = await given.a_pair(api)
    await given.messages(api, pair, pair.a, 10)
    await given.messages(api, pair, pair.b, 9)
    await api.pass_time(days=3)
    waiting = await ask(api, pair)
    assert rules(waiting, "video_scheduling") == {"call_is_worth_proposing"}
    await given.a_message(api, pair, pair.b)
    assert await prompted(api, pair) == "video_scheduling"
    await given.a_completed_call(api, pair)
    after = held(await ask(api, pair), "video_scheduling")
    assert "call_is_worth_proposing" in {reason["rule"] for reason in after["reasons"]}


async def test_a_call_is_proposed_two_days_before_the_bonus_falls(api: Api) -> None:
    pair = await given.a_pair(api)
    await given.a_completed_call(api, pair)
    await api.pass_time(days=5)
    early = await ask(api, pair)
    assert early["prompt"] is None
    at = held(early, "video_scheduling")["may_come_at"]
    await api.move_to(given.instant(at) - MOMENT)
    assert await prompted(api, pair) is None
    await api.move_to(given.instant(at))
    soon = await given.a_call(
        api, pair, scheduled_for=(await api.now() + timedelta(hours=5)).isoformat()
    )
    assert rules(await ask(api, pair), "video_scheduling") == {"no_call_is_planned"}
    await api.made(f"/v1/video-calls/{soon}/end")
    assert await prompted(api, pair) == "video_scheduling"


async def test_dismissals_double_the_wait_and_a_purchase_ends_that(api: Api) -> None:
    pair = await given.a_pair(api)
    hours = 24
    for action, after in (("dismissed", 48), ("dismissed", 96), ("purchased_credits", 24)):
        prompt = await given.a_prompt(api, pair)
        answer = await act(api, prompt, action)
        assert (answer["action_taken"], answer["acted_at"]) == (action, prompt["shown_at"])
        hours = after
        came = given.instant(prompt["shown_at"]) + timedelta(hours=hours)
        at = held(await ask(api, pair, draft_length=LONG_DRAFT), "long_message")["may_come_at"]
        assert given.instant(at) == came
        await api.move_to(came - MOMENT)
        assert await prompted(api, pair, draft_length=LONG_DRAFT) is None
        await api.move_to(came)
    assert await prompted(api, pair, draft_length=LONG_DRAFT) == "long_message"


async def test_an_action_is_taken_once(api: Api) -> None:
    pair = await given.a_pair(api)
    prompt = await given.a_prompt(api, pair)
    first = await act(api, prompt, "scheduled_video")
    await api.pass_time(seconds=5)
    assert await act(api, prompt, "scheduled_video") == first
    path = f"/v1/prompts/{prompt['id']}/action"
    for other in ("dismissed", "continued_typing", "purchased_credits"):
        problem = refused(await api.post(path, {"action": other}), 409, "prompt_answered")
        assert "scheduled_video" in problem["detail"]
    assert pointers(invalid(await api.post(path, {"action": "shrugged"}))) == ["/action"]


async def test_nobody_is_prompted_during_a_call(api: Api) -> None:
    pair, other = await given.a_pair(api), await given.a_pair(api)
    here = await given.a_pair_of(api, pair.a, other.b)
    call = await given.an_answered_call(api, pair)
    answer = await ask(api, here, draft_length=LONG_DRAFT)
    assert answer["prompt"] is None
    assert [one["rule"] for one in answer["reasons"] if not one["satisfied"]] == ["no_call_goes_on"]
    await api.made(f"/v1/video-calls/{call}/end")
    assert await prompted(api, here, draft_length=LONG_DRAFT) == "long_message"


@pytest.mark.parametrize(
    ("zone", "month", "hours"), [("America/New_York", 3, 23), ("Europe/Lisbon", 10, 25)]
)
async def test_four_a_day_however_long_the_day_is(
    api: Api, zone: str, month: int, hours: int
) -> None:
    first = await next_first_of(api, month)
    day = next(
        day
        for day in (first + timedelta(days=number) for number in range(31))
        if midnight(day + timedelta(days=1), zone) - midnight(day, zone) == timedelta(hours=hours)
    )
    await api.move_to(midnight(day, zone))
    pair = await given.a_pair(api, timezone=zone)
    pairs = [pair, *[await given.a_pair(api, a=pair.a) for _ in range(4)]]
    for one in pairs[:4]:
        assert (await given.a_prompt(api, one))["shown_on"] == day.isoformat()
        await api.pass_time(seconds=30)
    full = await ask(api, pairs[4], draft_length=LONG_DRAFT)
    over = midnight(day + timedelta(days=1), zone)
    assert rules(full, "long_message") == {"prompts_per_day"}
    assert given.instant(held(full, "long_message")["may_come_at"]) == over
    await api.move_to(over - MOMENT)
    assert await prompted(api, pairs[4], draft_length=LONG_DRAFT) is None
    await api.move_to(over)
    assert await prompted(api, pairs[4], draft_length=LONG_DRAFT) == "long_message"


async def test_a_change_of_zone_opens_no_second_day(api: Api) -> None:
    noon = datetime.combine((await api.now()).date() + timedelta(days=1), time(12))
    await api.move_to(noon.replace(tzinfo=ZoneInfo("UTC")))
    pair = await given.a_pair(api, timezone="Pacific/Kiritimati")
    pairs = [pair, *[await given.a_pair(api, a=pair.a) for _ in range(4)]]
    for one in pairs[:4]:
        await given.a_prompt(api, one)
        await api.pass_time(seconds=30)
    await api.patch(f"/v1/persons/{pair.a}", timezone="Pacific/Pago_Pago")
    answer = await ask(api, pairs[4], draft_length=LONG_DRAFT)
    assert rules(answer, "long_message") == {"prompts_per_day"}
    east = noon.date() + timedelta(days=1)
    over = midnight(east + timedelta(days=1), "Pacific/Pago_Pago")
    assert given.instant(held(answer, "long_message")["may_come_at"]) == over


async def test_the_warnings_of_the_reward_and_its_lapse_are_prompts(api: Api) -> None:
    zone = "Europe/Berlin"
    earned_on = (await next_first_of(api, 2)) + timedelta(days=13)
    await api.move_to(midnight(earned_on, zone))
    ana = await given.a_person(api, timezone=zone)
    await talks(api, ana, 3)
    ends_on: date = month_after(month_after(earned_on))
    for days in (7, 3, 1, 0):
        at = midnight(ends_on - timedelta(days=days), zone)
        await api.move_to(at - MOMENT)
        assert (await api.made("/v1/prompts/next", person_id=ana))["prompt"] is None
        await api.move_to(at)
        prompt = (await api.made("/v1/prompts/next", person_id=ana))["prompt"]
        assert (prompt["prompt_type"], prompt["threshold"]) == ("reward_warning", days)
        assert (prompt["lapses_on"], prompt["conversation_id"]) == (ends_on.isoformat(), None)
        await api.pass_time(hours=21)
        again = await api.made("/v1/prompts/next", person_id=ana)
        assert rules(again, "reward_warning") == {"reward_warning_once"}


async def test_of_many_who_ask_at_once_one_is_shown_a_prompt(api: Api) -> None:
    pair = await given.a_pair(api)
    answers = await asyncio.gather(*(ask(api, pair, draft_length=LONG_DRAFT) for _ in range(20)))
    assert sum(answer["prompt"] is not None for answer in answers) == 1
    token = bearer(await a_token(api, pair.a))
    export = (await api.ask("GET", f"/v1/persons/{pair.a}/export", headers=token)).json()
    assert len(export["prompts"]) == 1
    assert [one["type"] for one in export["events"]].count("prompt_shown") == 1


async def test_a_person_asks_and_answers_for_themself_alone(api: Api) -> None:
    pair = await given.a_pair(api)
    mine, theirs = [bearer(await a_token(api, one)) for one in (pair.a, pair.b)]
    body = {"person_id": pair.a, "conversation_id": pair.id, "draft_length": LONG_DRAFT}
    answer = await api.ask("POST", "/v1/prompts/next", json=body, headers=theirs)
    refused(answer, 404, "not_found")
    answer = await api.ask("POST", "/v1/prompts/next", json=body, headers=mine)
    path = f"/v1/prompts/{answer.json()['prompt']['id']}/action"
    dismissed = {"action": "dismissed"}
    refused(await api.ask("POST", path, json=dismissed, headers=theirs), 404, "not_found")
    assert (await api.ask("POST", path, json=dismissed, headers=mine)).is_success


async def test_a_repeat_is_no_second_showing(api: Api) -> None:
    pair = await given.a_pair(api)
    body = {"person_id": pair.a, "conversation_id": pair.id, "draft_length": LONG_DRAFT}
    first = await api.post("/v1/prompts/next", body, key=f"next {pair.id}")
    await api.pass_time(hours=1)
    again = await api.post("/v1/prompts/next", body, key=f"next {pair.id}")
    assert again.content == first.content
    assert first.json()["prompt"] is not None


@pytest.mark.parametrize("length", [-1, 1_000_001, "long", 1.5])
async def test_a_draft_has_a_length(api: Api, length: object) -> None:
    pair = await given.a_pair(api)
    body = {"person_id": pair.a, "conversation_id": pair.id, "draft_length": length}
    assert pointers(invalid(await api.post("/v1/prompts/next", body))) == ["/draft_length"]


async def test_how_prompts_fare_is_added_up(api: Api) -> None:
    # On a date that no other test comes to on this server.
    await api.pass_time(days=2)
    day = (await api.now()).date().isoformat()
    for action in ("dismissed", "purchased_credits", None):
        prompt = await given.a_prompt(api, await given.a_pair(api))
        assert prompt["shown_on"] == day
        if action is not None:
            await act(api, prompt, action)
    found = await api.get("/v1/analytics/prompts", **{"from": day, "to": day})
    assert (found["from"], found["to"]) == (day, day)
    assert found["total"] == found["by_type"]["long_message"]
    assert found["total"] == {
        "shown": 3,
        "acted_on": 2,
        "actions": {
            "dismissed": 1,
            "continued_typing": 0,
            "purchased_credits": 1,
            "scheduled_video": 0,
        },
        "converted": 1,
        "conversion_percent": 33,
    }
    assert found["by_type"]["reward_warning"]["conversion_percent"] is None
    await api.pass_time(days=2)


@pytest.mark.parametrize(
    ("first", "last"), [("2026-01-02", "2026-01-01"), ("2026-01-01", "2027-01-02")]
)
async def test_a_range_of_dates_is_bounded(api: Api, first: str, last: str) -> None:
    path, params = "/v1/analytics/prompts", {"from": first, "to": last}
    assert pointers(invalid(await api.ask("GET", path, params=params))) == ["/to"]


async def test_prompts_are_counted_for_operators(api: Api) -> None:
    name, before = "kithkin_prompts_total", await read(api)
    prompt = await given.a_prompt(api, await given.a_pair(api))
    await act(api, prompt, "dismissed")
    await act(api, prompt, "dismissed")

    def grown(event: str) -> dict[str, str]:
        return {"prompt_type": "long_message", "event": event}

    now = await read_once(
        api,
        lambda now: (
            now.value(name, **grown("dismissed")) > before.value(name, **grown("dismissed"))
        ),
    )
    for event in ("shown", "dismissed"):
        assert now.value(name, **grown(event)) - before.value(name, **grown(event)) == 1
