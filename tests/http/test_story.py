"""Two people talk, meet on video, and see their limit rise and fall again."""

from datetime import timedelta

from tests.http import given
from tests.http.api import Api, refused
from tests.http.given import a_message, a_person, allowance

BASE = 10
AFTER_A_CALL = 30


async def test_the_main_story(api: Api) -> None:
    ana = await a_person(api, email=given.an_email(), display_name="Ana", timezone="Europe/Lisbon")
    bo = await a_person(api, email=given.an_email(), display_name="Bo", timezone="Asia/Kolkata")
    participants = {"kind": "pair", "participants": [ana, bo]}
    opened = await api.post("/v1/conversations", participants)
    again = await api.post("/v1/conversations", participants)
    assert (opened.status_code, again.status_code) == (201, 200)
    assert opened.json() == again.json()
    pair = given.Pair(ana, bo, opened.json()["id"])

    for number in range(1, BASE + 1):
        await api.pass_time(microseconds=1)
        sent = await api.post(f"{pair.path}/messages", {"sender_id": ana, "text": f"No. {number}"})
        assert sent.status_code == 201
        assert sent.json()["message"]["daily_number"] == number
        assert sent.json()["allowance"]["remaining"] == BASE - number

    asked = await allowance(api, pair, ana)
    told = refused(
        await api.post(f"{pair.path}/messages", {"sender_id": ana, "text": "One more"}),
        403,
        "daily_message_limit_reached",
    )
    assert not asked["allowed"]
    assert told["allowance"] == asked
    assert told["reasons"] == asked["reasons"]
    assert {one["action"]: one["limit"] for one in asked["unlockers"]} == {
        "complete_a_video_call": AFTER_A_CALL
    }

    call = await given.a_completed_call(api, pair)
    assert call["overlap_seconds"] == given.TALK_SECONDS
    after = await allowance(api, pair, ana)
    assert (after["limit"], after["sent"], after["remaining"]) == (30, 10, 20)
    assert after["allowed"]
    assert (await allowance(api, pair, bo))["limit"] == AFTER_A_CALL
    await a_message(api, pair, ana, "That was nice")
    video = await api.get(f"{pair.path}/video")
    assert video["first_video_call_at"] == video["last_video_call_at"] == call["ended_at"]
    assert video["video_call_count"] == 1

    await api.pass_time(days=31)
    later = await allowance(api, pair, ana)
    assert (later["limit"], later["sent"], later["percent"]) == (BASE, 0, 0)
    assert [one["text"] for one in await api.all_of(f"{pair.path}/messages")] == [
        *(f"No. {number}" for number in range(1, BASE + 1)),
        "That was nice",
    ]


async def test_the_two_limits_are_independent(api: Api) -> None:
    pair = await given.a_pair(api)
    await given.use_up_day(api, pair, pair.a)
    assert (await allowance(api, pair, pair.a))["remaining"] == 0
    assert (await allowance(api, pair, pair.b))["remaining"] == BASE
    await a_message(api, pair, pair.b)


async def test_the_limit_is_per_conversation(api: Api) -> None:
    pair = await given.a_pair(api)
    other = await given.a_pair(api, a=pair.a)
    await given.use_up_day(api, pair, pair.a)
    assert (await allowance(api, other, pair.a))["sent"] == 0
    await a_message(api, other, pair.a)


async def test_a_day_ends_at_the_persons_midnight_and_the_next_one_is_full(api: Api) -> None:
    pair = await given.a_pair(api, timezone="Asia/Kolkata")
    await given.use_up_day(api, pair, pair.a)
    resets_at = given.instant((await allowance(api, pair, pair.a))["resets_at"])
    assert resets_at.strftime("%H:%M") == "18:30"
    await api.move_to(resets_at - timedelta(microseconds=1))
    assert (await allowance(api, pair, pair.a))["remaining"] == 0
    await api.move_to(resets_at)
    assert (await allowance(api, pair, pair.a))["remaining"] == BASE


async def test_moving_west_opens_no_second_day(api: Api) -> None:
    pair = await given.a_pair(api, timezone="Pacific/Kiritimati")
    now = await api.now()
    await api.move_to((now + timedelta(days=1)).replace(hour=10, minute=30, second=0))
    used_up = await given.use_up_day(api, pair, pair.a)
    await api.patch(f"/v1/persons/{pair.a}", timezone="Pacific/Pago_Pago")
    there = await allowance(api, pair, pair.a)
    assert there["counting_on"] == used_up["counting_on"]
    assert there["remaining"] == 0


async def test_an_upgrade_counts_at_once_and_a_downgrade_from_midnight(api: Api) -> None:
    pair = await given.a_pair(api)
    await given.a_completed_call(api, pair)
    person = f"/v1/persons/{pair.a}"
    await api.put(f"{person}/tier", tier="premium")
    assert (await allowance(api, pair, pair.a))["limit"] == 100
    await api.put(f"{person}/tier", tier="free")
    kept = await allowance(api, pair, pair.a)
    assert (kept["limit"], kept["tier"], kept["next_change"]["limit"]) == (100, "premium", 30)
    await api.move_to(given.instant(kept["resets_at"]))
    assert (await allowance(api, pair, pair.a))["limit"] == 30
