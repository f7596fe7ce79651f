"""Video calls over HTTP: how each ends, and that only a completed one unlocks anything."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.http import given
from tests.http.api import Api, Json, refused

MINUTE = timedelta(seconds=60)
MOMENT = timedelta(microseconds=1)
BASE, UNLOCKED = 10, 30


@pytest.fixture
async def pair(api: Api) -> given.Pair:
    return await given.a_pair(api)


async def read(api: Api, call: str) -> Json:
    return await api.get(f"/v1/video-calls/{call}")


async def end(api: Api, call: str, **body: Any) -> Json:
    return await api.made(f"/v1/video-calls/{call}/end", **body)


async def limit(api: Api, pair: given.Pair) -> int:
    decision = await given.allowance(api, pair, pair.a)
    found: int = decision["limit"]
    return found


async def try_to(api: Api, call: str, do: str, **body: Any) -> httpx.Response:
    return await api.post(f"/v1/video-calls/{call}/{do}", body)


async def test_a_call_rings_goes_on_and_ends(api: Api, pair: given.Pair) -> None:
    call = await given.a_call(api, pair)
    ringing = await read(api, call)
    assert (ringing["state"], ringing["answered_at"], ringing["outcome"]) == ("ringing", None, None)
    assert (ringing["initiator_id"], ringing["callee_id"]) == (pair.a, pair.b)
    assert ringing["rings_at"] == ringing["created_at"]
    await given.report(api, call, pair.a)
    answered_at = await api.pass_time(seconds=5)
    ongoing = await given.report(api, call, pair.b)
    assert (ongoing["state"], given.instant(ongoing["answered_at"])) == ("ongoing", answered_at)
    ended_at = await api.pass_time(seconds=90)
    ended = await end(api, call, person_id=pair.b)
    assert (ended["state"], ended["outcome"], ended["overlap_seconds"]) == (
        "ended",
        "completed",
        90,
    )
    assert given.instant(ended["ended_at"]) == ended_at
    assert await read(api, call) == ended


@pytest.mark.parametrize(
    ("talk", "outcome", "unlocked"),
    [
        (timedelta(), "too_short", BASE),
        (MINUTE - MOMENT, "too_short", BASE),
        (MINUTE, "completed", UNLOCKED),
        (timedelta(hours=3), "completed", UNLOCKED),
    ],
)
async def test_a_minute_in_overlap_completes_a_call(
    api: Api, pair: given.Pair, talk: timedelta, outcome: str, unlocked: int
) -> None:
    call = await given.an_answered_call(api, pair)
    await api.move_to(await api.now() + talk)
    ended = await end(api, call)
    assert (ended["outcome"], ended["overlap_seconds"]) == (outcome, int(talk.total_seconds()))
    assert await limit(api, pair) == unlocked


async def test_overlaps_are_summed_and_nothing_else(api: Api, pair: given.Pair) -> None:
    call = await given.an_answered_call(api, pair)
    for person in (pair.a, pair.b):
        await api.pass_time(seconds=25)
        await given.report(api, call, person, "disconnected")
        await api.pass_time(seconds=50)
        await given.report(api, call, person)
    await api.pass_time(seconds=10)
    ended = await end(api, call)
    assert (ended["overlap_seconds"], ended["outcome"]) == (60, "completed")


@pytest.mark.parametrize("connected", ["nobody", "initiator", "callee"])
async def test_a_call_unanswered_for_a_minute_is_missed(
    api: Api, pair: given.Pair, connected: str
) -> None:
    call = await given.a_call(api, pair)
    if connected != "nobody":
        await given.report(api, call, pair.a if connected == "initiator" else pair.b)
    rang_at = await api.now()
    await api.move_to(rang_at + MINUTE - MOMENT)
    assert (await read(api, call))["state"] == "ringing"
    await api.pass_time(days=2)
    missed = await read(api, call)
    assert (missed["outcome"], missed["overlap_seconds"]) == ("missed", 0)
    assert given.instant(missed["ended_at"]) == rang_at + MINUTE
    assert await limit(api, pair) == BASE


async def test_a_call_ended_before_it_is_answered_is_missed(api: Api, pair: given.Pair) -> None:
    assert (await end(api, await given.a_call(api, pair), person_id=pair.a))["outcome"] == "missed"


async def test_a_declined_call_unlocks_nothing(api: Api, pair: given.Pair) -> None:
    call = await given.a_call(api, pair)
    await given.report(api, call, pair.a)
    for _ in range(2):
        declined = await api.made(f"/v1/video-calls/{call}/decline", person_id=pair.b)
        assert (declined["state"], declined["outcome"]) == ("ended", "declined")
    assert await limit(api, pair) == BASE


async def test_only_the_callee_declines_and_only_what_rings(api: Api, pair: given.Pair) -> None:
    call = await given.a_call(api, pair)
    refused(await try_to(api, call, "decline", person_id=pair.a), 409, "not_the_callee")
    await given.report(api, call, pair.a)
    await given.report(api, call, pair.b)
    refused(await try_to(api, call, "decline", person_id=pair.b), 409, "video_call_answered")
    await end(api, call)
    refused(await try_to(api, call, "decline", person_id=pair.b), 409, "video_call_ended")


async def test_reporting_the_same_presence_again_changes_nothing(
    api: Api, pair: given.Pair
) -> None:
    call = await given.an_answered_call(api, pair)
    await api.pass_time(seconds=30)
    before = await read(api, call)
    assert await given.report(api, call, pair.a) == before
    await api.pass_time(seconds=30)
    await given.report(api, call, pair.b, "disconnected")
    await api.pass_time(seconds=30)
    await given.report(api, call, pair.b, "disconnected")
    assert (await end(api, call))["overlap_seconds"] == 60


async def test_a_call_that_is_over_takes_nothing_more(api: Api, pair: given.Pair) -> None:
    call = await given.an_answered_call(api, pair)
    ended = await end(api, call)
    for event in ("connected", "disconnected"):
        answer = await try_to(api, call, "presence", person_id=pair.a, event=event)
        refused(answer, 409, "video_call_ended")
    await api.pass_time(seconds=60)
    assert await end(api, call) == ended


async def test_a_call_ends_a_minute_after_the_last_disconnect(api: Api, pair: given.Pair) -> None:
    call = await given.an_answered_call(api, pair)
    await api.pass_time(seconds=70)
    await given.report(api, call, pair.a, "disconnected")
    left_at = await api.pass_time(seconds=10)
    await given.report(api, call, pair.b, "disconnected")
    await api.move_to(left_at + MINUTE - MOMENT)
    assert (await read(api, call))["state"] == "ongoing"
    await api.move_to(left_at + MINUTE)
    ended = await read(api, call)
    assert (ended["outcome"], ended["overlap_seconds"]) == ("completed", 70)
    assert given.instant(ended["ended_at"]) == left_at + MINUTE


async def test_who_comes_back_in_time_keeps_the_call_going(api: Api, pair: given.Pair) -> None:
    call = await given.an_answered_call(api, pair)
    await api.pass_time(seconds=40)
    for person in (pair.a, pair.b):
        await given.report(api, call, person, "disconnected")
    await api.pass_time(seconds=59)
    for person in (pair.a, pair.b):
        assert (await given.report(api, call, person))["state"] == "ongoing"
    await api.pass_time(seconds=20)
    assert (await end(api, call))["overlap_seconds"] == 60


@pytest.mark.parametrize("look", ["allowance", "video", "call again", "send"])
async def test_an_overdue_call_counts_for_whoever_looks_next(
    api: Api, pair: given.Pair, look: str
) -> None:
    call = await given.an_answered_call(api, pair)
    await api.pass_time(seconds=60)
    for person in (pair.a, pair.b):
        await given.report(api, call, person, "disconnected")
    over_at = await api.pass_time(seconds=60)
    await api.pass_time(hours=1)
    if look == "allowance":
        assert await limit(api, pair) == UNLOCKED
    elif look == "video":
        video = await api.get(f"{pair.path}/video")
        assert given.instant(video["last_video_call_at"]) == over_at
    elif look == "send":
        body = {"sender_id": pair.a, "text": "Hello"}
        sent = (await api.post(f"{pair.path}/messages", body)).json()
        assert sent["message"]["daily_limit"] == sent["allowance"]["limit"] == UNLOCKED
    else:
        answer = await api.post(f"{pair.path}/video-calls", {"initiator_id": pair.b})
        assert answer.status_code == 201
    assert (await read(api, call))["outcome"] == "completed"


async def test_one_call_at_a_time(api: Api, pair: given.Pair) -> None:
    call = await given.a_call(api, pair)
    for initiator in (pair.a, pair.b):
        answer = await api.post(f"{pair.path}/video-calls", {"initiator_id": initiator})
        assert call in refused(answer, 409, "video_call_in_progress")["detail"]
    await end(api, call)
    await given.a_call(api, pair)


async def test_a_scheduled_call_rings_at_its_time(api: Api, pair: given.Pair) -> None:
    at = await api.now() + timedelta(days=2)
    call = await given.a_call(api, pair, scheduled_for=at.isoformat())
    scheduled = await read(api, call)
    assert scheduled["scheduled_for"] == scheduled["rings_at"]
    assert given.instant(scheduled["rings_at"]) == at
    await end(api, await given.a_call(api, pair))
    await api.move_to(at + MINUTE - MOMENT)
    assert (await read(api, call))["state"] == "ringing"
    await api.move_to(at + MINUTE)
    missed = await read(api, call)
    assert (missed["outcome"], given.instant(missed["ended_at"])) == ("missed", at + MINUTE)


async def test_a_scheduled_call_can_be_taken_and_completed(api: Api, pair: given.Pair) -> None:
    at = await api.now() + timedelta(hours=5)
    offset = at.astimezone().isoformat()
    call = await given.a_call(api, pair, scheduled_for=offset)
    await api.move_to(at)
    for person in (pair.a, pair.b):
        await given.report(api, call, person)
    await api.pass_time(seconds=60)
    assert (await end(api, call))["outcome"] == "completed"
    assert await limit(api, pair) == UNLOCKED


async def test_a_scheduled_call_may_be_declined_before(api: Api, pair: given.Pair) -> None:
    soon = (await api.now() + timedelta(hours=5)).isoformat()
    call = await given.a_call(api, pair, scheduled_for=soon)
    declined = await api.made(f"/v1/video-calls/{call}/decline", person_id=pair.b)
    assert declined["outcome"] == "declined"


async def test_the_history_counts_days_with_a_completed_call(api: Api, pair: given.Pair) -> None:
    video = await api.get(f"{pair.path}/video")
    assert (video["first_video_call_at"], video["video_call_count"]) == (None, 0)
    noon = (await api.now() + timedelta(days=1)).replace(hour=12)
    await api.move_to(noon)
    first = await given.a_completed_call(api, pair)
    second = await given.a_completed_call(api, pair)
    assert (await api.get(f"{pair.path}/video"))["video_call_count"] == 1
    await api.pass_time(days=1)
    third = await given.a_completed_call(api, pair)
    video = await api.get(f"{pair.path}/video")
    assert video["video_call_count"] == 2
    assert video["first_video_call_at"] == first["ended_at"]
    assert video["last_video_call_at"] == third["ended_at"] > second["ended_at"]
