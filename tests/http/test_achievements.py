"""Achievements, as rules page achievements has them, read over HTTP on the test clock."""

import asyncio
import json
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from tests.http import given
from tests.http.api import Api, Json, invalid, pointers, refused, replayed
from tests.http.scene import nobody
from tests.http.signing_in import a_token, bearer

NEVER = 1_000_000
WORDS = {"metric": "messages_sent", "at_least": 1}


def a_key() -> str:
    return f"k{uuid7().hex}"


def an_achievement(**changes: Any) -> dict[str, Any]:
    known = {
        "key": a_key(),
        "name": "Some words",
        "description": "Say something.",
        "category": "milestone",
        "points": 10,
        "requirements": {"metric": "messages_sent", "at_least": NEVER},
    }
    return known | changes


async def published(api: Api, **changes: Any) -> Json:
    return await api.made("/v1/achievements", **an_achievement(**changes))


async def earner(api: Api, person: str, **params: Any) -> Json:
    return await api.get(f"/v1/persons/{person}/achievements", **params)


def keys(found: Json) -> set[str]:
    return {one["key"] for one in found["earned"]}


def the(found: Json, key: str, where: str = "earned") -> Json:
    (one,) = [one for one in found[where] if one["key"] == key]
    return one


async def test_the_catalogue_is_there_from_the_start(api: Api) -> None:
    found = await api.all_of("/v1/achievements", limit=10)
    by_key = {one["key"]: one for one in found}
    assert len(by_key) == len(found) >= 20
    assert by_key["chat_streak_7"]["requirements"] == {
        "metric": "chat_streak.longest",
        "at_least": 7,
    }
    assert {one["category"] for one in found} == {
        *("streak", "milestone", "quality", "special", "social")
    }
    assert not any(one["repeatable"] for one in found)
    assert by_key["circle_of_3"]["achievement_type"] == "circle_grown"


async def test_what_is_earned_says_what_met_it_and_the_rest_how_far_it_is(api: Api) -> None:
    pair = await given.a_pair(api)
    before = await earner(api, pair.a)
    assert keys(before) == {"welcome"}
    (condition,) = the(before, "chatterbox", "progress")["conditions"]
    assert condition == {
        "metric": "messages_sent",
        "current": 0,
        "needed": 100,
        "satisfied": False,
    }
    await given.messages(api, pair, pair.a, 2)
    found = await earner(api, pair.a)
    assert keys(found) == {"welcome", "first_words"}
    award = the(found, "first_words")
    assert award["inputs"] == [
        {"metric": "messages_sent", "current": 1, "needed": 1, "satisfied": True}
    ]
    assert [award["displayed"], award["celebration_shown"], award["is_public"]] == [
        *(False, False, True)
    ]
    assert the(found, "chatterbox", "progress")["conditions"][0]["current"] == 2
    assert (found["points"], found["count"]) == (15, 2)
    assert found == await earner(api, pair.a)


async def test_calls_streaks_and_partners_count_as_they_happen(api: Api) -> None:
    pair = await given.a_pair(api)
    await given.a_completed_call(api, pair)
    for _ in range(2):
        await given.a_message(api, pair, pair.a)
        await api.pass_time(days=1)
    await given.a_message(api, pair, pair.a)
    others = [
        await given.a_pair_of(api, pair.a, await given.a_person(api, name=name))
        for name in ("Cy", "Di")
    ]
    for other in others:
        await given.a_message(api, other, pair.a)
    found = await earner(api, pair.a)
    assert keys(found) == {"welcome", "first_words", "face_to_face", "chat_streak_3", "circle_of_3"}
    circle = the(found, "circle_of_3")
    assert circle["badge"] == "Small circle"
    assert circle["related_entity_type"] == "conversation"
    assert circle["related_entity_id"] == others[-1].id
    assert circle["social_context"]["came_of"] == "message"
    assert not circle["shared_publicly"]
    assert the(found, "face_to_face")["social_context"] is None
    met = the(found, "first_week", "progress")["conditions"]
    assert [(one["metric"], one["satisfied"]) for one in met] == [
        ("chat_streak.longest", True),
        ("completed_calls", True),
        ("messages_sent", False),
    ]


async def test_time_alone_awards_when_somebody_looks(api: Api) -> None:
    person = await given.a_person(api)
    await api.pass_time(days=29, hours=23)
    assert "month_member" not in keys(await earner(api, person))
    looked_at = await api.pass_time(hours=1)
    award = the(await earner(api, person), "month_member")
    assert given.instant(award["earned_at"]) == looked_at
    await api.pass_time(days=1)
    assert the(await earner(api, person), "month_member") == award


async def test_twenty_at_once_award_once(api: Api) -> None:
    achievement = await published(api, requirements={"metric": "messages_sent", "at_least": 8})
    pair = await given.a_pair(api)

    async def act() -> None:
        await api.post(f"{pair.path}/messages", {"sender_id": pair.a, "text": "Hello"})
        await earner(api, pair.a)

    await asyncio.gather(*(act() for _ in range(20)))
    found = await earner(api, pair.a)
    shown = [one["key"] for one in found["earned"]]
    assert sorted(shown) == sorted({"welcome", "first_words", achievement["key"]})
    assert found["points"] == sum(one["points"] for one in found["earned"]) == 25


async def test_displaying_and_celebrating_are_told_once(api: Api) -> None:
    person = await given.a_person(api)
    path = f"/v1/persons/{person}/achievements"
    shown_at = await api.pass_time(minutes=1)
    first = await api.made(f"{path}/welcome/displayed")
    assert (first["displayed"], first["celebration_shown"]) == (True, False)
    assert given.instant(first["displayed_at"]) == shown_at
    await api.pass_time(minutes=1)
    assert await api.made(f"{path}/welcome/displayed") == first
    both = await api.made(f"{path}/welcome/celebrated")
    assert both == {**first, "celebration_shown": True}
    assert the(await earner(api, person), "welcome") == both
    refused(await api.post(f"{path}/chat_streak_365/displayed", None), 404, "not_found")
    refused(await api.post(f"{path}/no_such_thing/celebrated", None), 404, "not_found")
    absent = f"/v1/persons/{nobody()}/achievements"
    refused(await api.post(f"{absent}/welcome/displayed", None), 404, "not_found")


@pytest.mark.parametrize("action", ["displayed", "celebrated"])
async def test_a_repeat_gets_the_same_answer(api: Api, action: str) -> None:
    person, key = await given.a_person(api), a_key()
    path = f"/v1/persons/{person}/achievements/welcome/{action}"
    first, again = [await api.post(path, None, key=key) for _ in range(2)]
    assert (first.status_code, again.content) == (200, first.content)
    assert (replayed(first), replayed(again)) == (False, True)
    elsewhere = f"/v1/persons/{await given.a_person(api)}/achievements/welcome/{action}"
    refused(await api.post(elsewhere, None, key=key), 422, "idempotency_key_reused")


async def test_publishing_is_repeated_with_the_same_answer(api: Api) -> None:
    body, key = an_achievement(), a_key()
    first, again = [await api.post("/v1/achievements", body, key=key) for _ in range(2)]
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert (replayed(first), replayed(again)) == (False, True)
    other = await api.post("/v1/achievements", {**body, "points": 11}, key=key)
    refused(other, 422, "idempotency_key_reused")
    refused(await api.post("/v1/achievements", body, key=a_key()), 409, "achievement_key_taken")


async def test_others_see_what_privacy_and_the_owner_let_them(api: Api) -> None:
    pair = await given.a_pair(api)
    path = f"/v1/persons/{pair.a}"
    viewer, owner = bearer(await a_token(api, pair.b)), bearer(await a_token(api, pair.a))
    stranger = await given.a_person(api, name="Cy")

    async def seen(headers: dict[str, str] = viewer) -> Json:
        return await api.ask("GET", f"{path}/achievements", headers=headers)

    await given.a_message(api, pair, pair.a)
    refused(await seen(), 404, "not_found")
    await given.a_message(api, pair, pair.b)
    found = (await seen()).json()
    assert keys(found) == {"welcome", "first_words"}
    assert found["progress"] == []
    assert found == await earner(api, pair.a, viewer_id=pair.b)
    assert not {"inputs", "is_public", "displayed", "social_context"} & set(found["earned"][0])
    refused(
        await api.ask("GET", f"{path}/achievements", params={"viewer_id": stranger}),
        404,
        "not_found",
    )
    hide = await api.ask(
        "PATCH", f"{path}/achievements/welcome", json={"is_public": False}, headers=owner
    )
    assert not hide.json()["is_public"]
    found = (await seen()).json()
    assert (keys(found), found["points"]) == ({"first_words"}, 10)
    assert keys((await seen(owner)).json()) == {"welcome", "first_words"}

    await api.patch(path, privacy_level="public")
    assert keys(await earner(api, pair.a, viewer_id=stranger)) == {"first_words"}
    await api.patch(path, social_sharing_enabled=False)
    refused(await seen(), 404, "not_found")
    await api.patch(path, social_sharing_enabled=True, privacy_level="private")
    refused(await seen(), 404, "not_found")
    await api.patch(path, privacy_level="public")
    assert (await seen()).status_code == 200
    await api.put(f"{path}/blocks/{pair.b}")
    refused(await seen(), 404, "not_found")


async def test_a_social_award_is_shared_by_its_owner(api: Api) -> None:
    social = {"category": "social", "achievement_type": "circle_grown", "badge": "First friend"}
    achievement = await published(
        api,
        **social,
        special_reward={"credits": 50, "gold": True},
        requirements={
            "all": [
                {"metric": "distinct_partners", "at_least": 1},
                {"metric": "completed_calls", "at_least": 1},
            ]
        },
    )
    pair = await given.a_pair(api, privacy_level="public")
    ended = await given.a_completed_call(api, pair)
    path = f"/v1/persons/{pair.a}/achievements/{achievement['key']}"
    own = the(await earner(api, pair.a), achievement["key"])
    assert own["related_entity_id"] == ended["id"]
    assert own["special_reward"] == {"credits": 50, "gold": True}
    seen = the(await earner(api, pair.a, viewer_id=pair.b), achievement["key"])
    assert "social_context" not in seen
    await api.patch(path, shared_publicly=True)
    seen = the(await earner(api, pair.a, viewer_id=pair.b), achievement["key"])
    assert seen["shared_publicly"]
    assert seen["related_entity_type"] == "video_call"
    assert seen["social_context"] == own["social_context"]
    hidden = await api.patch(path, is_public=False)
    assert not hidden["shared_publicly"]
    problem = invalid(await api.ask("PATCH", path, json={"shared_publicly": True}))
    assert pointers(problem) == ["/shared_publicly"]
    plain = f"/v1/persons/{pair.a}/achievements/welcome"
    problem = invalid(await api.ask("PATCH", plain, json={"shared_publicly": True}))
    assert pointers(problem) == ["/shared_publicly"]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"requirements": {"metric": "likes", "at_least": 1}}, "/requirements/metric"),
        ({"requirements": {"all": [WORDS, {"any": []}]}}, "/requirements/all/1/any"),
        (
            {"requirements": {"any": [{**WORDS, "at_least": -1}]}},
            "/requirements/any/0/at_least",
        ),
        ({"requirements": {"all": [{"metric": "messages_sent"}]}}, "/requirements/all/0"),
        ({"requirements": []}, "/requirements"),
        ({"requirements": {}}, "/requirements"),
        ({"points": -1}, "/points"),
        ({"points": 1.5}, "/points"),
        ({"key": "Two Words"}, "/key"),
        ({"name": "two\nlines"}, "/name"),
        ({"category": "luck"}, "/category"),
        ({"category": "social"}, "/achievement_type"),
        ({"badge": "Gold"}, "/badge"),
        ({"repeatable": True}, "/repeatable"),
        ({"icon_url": "javascript:alert(1)"}, "/icon_url"),
    ],
)
async def test_what_is_no_achievement_is_told_at_its_place(
    api: Api, changes: dict[str, Any], pointer: str
) -> None:
    problem = invalid(await api.post("/v1/achievements", an_achievement(**changes)))
    assert pointers(problem) == [pointer]


@pytest.mark.parametrize("key", ["%00", "a%00b", "%FF", "A", "x" * 5000])
async def test_what_can_be_no_key_is_404(api: Api, key: str) -> None:
    person = await given.a_person(api)
    of_theirs = f"/v1/persons/{person}/achievements/{key}"
    for method, path, body in (
        ("PATCH", f"/v1/achievements/{key}", {"name": "Mine"}),
        ("PATCH", of_theirs, {"is_public": False}),
        ("POST", f"{of_theirs}/displayed", None),
        ("POST", f"{of_theirs}/celebrated", None),
    ):
        problem = refused(await api.ask(method, path, json=body), 404, "not_found")
        assert len(problem["detail"]) < 200


async def test_groups_lie_four_deep_and_no_deeper(api: Api) -> None:
    nested: dict[str, Any] = {"metric": "messages_sent", "at_least": NEVER}
    for _ in range(4):
        nested = {"all": [nested]}
    made = await published(api, requirements=nested)
    assert made["requirements"] == nested
    deeper = an_achievement(requirements={"all": [nested]})
    invalid(await api.post("/v1/achievements", deeper))
    for levels, status in ((300, 422), (3000, 400)):
        text = '{"all": [' * levels + "{}" + "]}" * levels
        answer = await api.ask(
            "POST",
            "/v1/achievements",
            content=json.dumps(an_achievement())[:-1] + f', "requirements": {text}}}',
            headers={"Content-Type": "application/json"},
        )
        assert answer.status_code == status, answer.text


async def test_a_published_one_keeps_what_it_asks_and_gives(api: Api) -> None:
    made = await published(api, icon_url="/icons/x.svg")
    path = f"/v1/achievements/{made['key']}"
    refused(
        await api.post("/v1/achievements", an_achievement(key=made["key"])),
        409,
        "achievement_key_taken",
    )
    for change in ({"points": 11}, {"requirements": WORDS}, {"category": "special"}):
        answer = await api.ask("PATCH", path, json=change)
        problem = refused(answer, 409, "achievement_published")
        assert "withdraw it and add another" in problem["detail"]
    same = {name: made[name] for name in ("points", "requirements", "category")}
    after = await api.patch(path, **same, name="Words", icon_url=None, is_public=False)
    assert after == {**made, "name": "Words", "icon_url": None, "is_public": False}
    wrong = await api.ask("PATCH", path, json={"requirements": {"metric": "likes"}})
    assert pointers(invalid(wrong)) == ["/requirements"]
    withdrawn = await api.patch(path, withdrawn=True)
    assert given.instant(withdrawn["withdrawn_at"]) == await api.now()
    refused(await api.ask("PATCH", path, json={"withdrawn": False}), 409, "achievement_withdrawn")
    for key in (a_key(), "%00", "%ED%A0%80", "Two%20Words", "x" * 500):
        refused(await api.ask("PATCH", f"/v1/achievements/{key}", json={}), 404, "not_found")
        person = f"/v1/persons/{await given.a_person(api)}/achievements"
        refused(await api.ask("PATCH", f"{person}/{key}", json={}), 404, "not_found")


async def test_a_new_one_is_awarded_back_by_a_job(api: Api) -> None:
    pair = await given.a_pair(api)
    await given.messages(api, pair, pair.a, 3)
    before = await earner(api, pair.a)
    late = await published(api, points=7, requirements={"metric": "messages_sent", "at_least": 3})
    await api.pass_time(seconds=1)
    events = (await api.get(f"/v1/persons/{pair.a}/export"))["events"]
    told = [event for event in events if event["type"] == "achievement_earned"]
    assert (told[-1]["data"]["key"], told[-1]["data"]["points"]) == (late["key"], 7)
    assert told[-1]["data"]["points_total"] == before["points"] + 7
    found = await earner(api, pair.a)
    assert found["points"] == before["points"] + 7
    await api.patch(f"/v1/achievements/{late['key']}", withdrawn=True)
    kept = await earner(api, pair.a)
    assert kept == found
    other = await given.a_pair(api)
    await given.messages(api, other, other.a, 3)
    assert late["key"] not in keys(await earner(api, other.a))
    progress = (await earner(api, other.a))["progress"]
    assert late["key"] not in {one["key"] for one in progress}


async def test_what_was_earned_is_exported_and_erased(api: Api) -> None:
    pair = await given.a_pair(api)
    await given.a_message(api, pair, pair.a)
    found = await earner(api, pair.a)
    exported = await api.get(f"/v1/persons/{pair.a}/export")
    assert {one["key"] for one in exported["achievements"]} == keys(found)
    (totals,) = exported["achievement_totals"]
    assert totals["points"] == found["points"]
    assert totals["counted"]["messages_sent"] == 1
    assert (await api.post(f"/v1/persons/{pair.a}/erase", None)).is_success
    refused(await api.ask("GET", f"/v1/persons/{pair.a}/achievements"), 403, "person_deleted")
    seen = {"viewer_id": pair.b}
    path = f"/v1/persons/{pair.a}/achievements"
    refused(await api.ask("GET", path, params=seen), 404, "not_found")
    refused(await api.ask("GET", f"/v1/persons/{nobody()}/achievements"), 404, "not_found")
