"""Companions over HTTP: what is said, what is known, and what the person may do about it."""

import asyncio
from typing import Any

import msgspec
import pytest

from tests.http import given
from tests.http.api import Api, Json, done, fresh, invalid, pointers, refused, replayed
from tests.http.figures import read, read_once

LONG = (
    "I love honest people, who tell me what they think and never play games.",
    "I value honesty most of all.",
    "I snapped at my sister and lost my temper, I shout too much.",
    "I need kind people, kindness matters to me more than looks do.",
    "Please be more direct with me, just tell me what you see.",
    "Come to the point with me, I like it straight.",
)


def events_of(text: str) -> list[tuple[str, Json]]:
    """The server-sent events of a stream."""
    blocks = [block for block in text.split("\n\n") if block and not block.startswith(":")]
    found = []
    for block in blocks:
        name, data = block.split("\n", 1)
        found.append(
            (name.removeprefix("event: "), msgspec.json.decode(data.removeprefix("data: ")))
        )
    return found


async def said(api: Api, companion: str, text: str, **more: Any) -> list[tuple[str, Json]]:
    answer = await api.post(f"/v1/conversations/{companion}/replies", {"text": text}, **more)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/event-stream")
    return events_of(answer.text)


async def opened(api: Api, persona: str = "playful_flirty") -> tuple[str, str]:
    """Somebody, and their conversation with a companion."""
    person = await given.a_person(api)
    body = await api.made("/v1/conversations", kind="companion", person_id=person, persona=persona)
    assert body["persona"] == {
        "baseline": persona,
        "sliders": dict.fromkeys(("warmth", "playfulness", "directness", "pace", "depth"), 0),
        "version": 1,
    }
    return person, str(body["id"])


async def summarised(api: Api, person: str) -> Json:
    """What is known once all sessions that wait are summarised."""
    await api.pass_time(seconds=1)
    view = await api.get(f"/v1/persons/{person}/summary")
    assert view["waiting"] == 0
    return view


async def test_a_reply_comes_in_pieces_and_is_stored(api: Api) -> None:
    _, companion = await opened(api)
    events = await said(api, companion, "Hello there")
    names = [name for name, _ in events]
    assert (names[0], names[-1]) == ("message", "done")
    assert set(names[1:-1]) == {"delta"}
    reply = events[-1][1]["reply"]
    assert "".join(data["text"] for name, data in events if name == "delta") == reply["text"]
    stored = await api.all_of(f"/v1/conversations/{companion}/replies", limit=1)
    assert [one["text"] for one in stored] == ["Hello there", reply["text"]]
    assert [one["state"] for one in stored] == ["answered", "said"]
    assert stored[1]["reply_to_id"] == stored[0]["id"]
    assert (await api.get(f"/v1/conversations/{companion}"))["kind"] == "companion"


async def test_a_repeat_gives_the_finished_reply(api: Api) -> None:
    _, companion = await opened(api)
    key, path = fresh(), f"/v1/conversations/{companion}/replies"
    first = events_of((await api.post(path, {"text": "Hello"}, key=key)).text)
    again = await api.post(path, {"text": "Hello"}, key=key)
    assert replayed(again)
    assert [name for name, _ in events_of(again.text)] == ["message", "delta", "done"]
    assert events_of(again.text)[-1] == first[-1]
    refused(await api.post(path, {"text": "Other"}, key=key), 422, "idempotency_key_reused")
    assert len(await api.all_of(path)) == 2


async def test_who_leaves_in_the_middle_finds_the_reply_when_they_come_again(api: Api) -> None:
    _, companion = await opened(api)
    key, path = fresh(), f"/v1/conversations/{companion}/replies"
    headers = {"Idempotency-Key": key}
    async with api.client.stream("POST", path, json={"text": "Hi"}, headers=headers) as stream:
        async for _ in stream.aiter_raw():
            break
    while (again := await api.post(path, {"text": "Hi"}, key=key)).status_code == 409:
        assert again.json()["code"] == "request_in_progress"
        await asyncio.sleep(0)
    assert events_of(again.text)[-1][0] == "done"
    assert len(await api.all_of(path)) == 2


async def test_a_talk_is_summarised_with_its_evidence(api: Api) -> None:
    person, companion = await opened(api)
    for text in LONG:
        await said(api, companion, text)
    key, path = fresh(), f"/v1/conversations/{companion}/sessions/end"
    ended = await api.post(path, None, key=key)
    session = done(ended)
    assert (session["growth"], session["ended_by"], session["user_messages"]) == (
        "pending",
        "told",
        6,
    )
    assert replayed(again := await api.post(path, None, key=key))
    assert again.content == ended.content
    refused(await api.post(path, None), 409, "companion_session_ended")
    view = await summarised(api, person)
    assert view["summary"]["top_3_traits_you_value"] == ["Honesty", "Kindness"]
    assert view["summary"]["communication_fit"] == "direct"
    line = next(one for one in view["lines"] if one["value"] == "Kindness")
    assert [word["text"] for word in line["evidence"][0]["words"]] == [LONG[3]]
    read = await api.get(f"/v1/sessions/{session['id']}")
    assert read["summary"] == view["summary"]
    assert read["persona_snapshot"]["baseline"] == "playful_flirty"
    persona = await api.get(f"/v1/persons/{person}/persona")
    assert persona["sliders"]["directness"] == 1
    assert [one["cause"] for one in persona["history"]] == ["session", "chosen"]
    # What is deleted is gone, and the confidence stays.
    observation = line["evidence"][0]["observation_id"]
    await api.delete(f"/v1/persons/{person}/summary/observations/{observation}")
    after = await api.get(f"/v1/persons/{person}/summary")
    assert after["summary"]["top_3_traits_you_value"] == ["Honesty"]
    assert after["summary"]["confidence_score"] == view["summary"]["confidence_score"]
    reset = await api.post(f"/v1/persons/{person}/summary/reset", None, key=(key := fresh()))
    assert done(reset)["summary"]["confidence_score"] == "0.00"
    assert done(reset)["lines"] == []
    assert replayed(await api.post(f"/v1/persons/{person}/summary/reset", None, key=key))


async def test_a_short_talk_gives_nothing_and_says_why(api: Api) -> None:
    person, companion = await opened(api)
    await said(api, companion, "Hello")
    await api.pass_time(minutes=30)
    sessions = await api.all_of(f"/v1/conversations/{companion}/sessions")
    assert [(one["ended_by"], one["growth"], one["gain"]) for one in sessions] == [
        ("idle", "too_short", "0.00")
    ]
    told = {reason["rule"]: reason for reason in sessions[0]["reasons"]}
    assert (told["own_messages"]["inputs"], told["own_messages"]["threshold"]) == ({"number": 1}, 6)
    assert told["own_characters"]["satisfied"] is False
    assert (await api.get(f"/v1/persons/{person}/summary"))["updated_at"] is None


async def test_without_a_purchase_the_hundred_and_first_message_is_refused(api: Api) -> None:
    person, companion = await opened(api)
    for _ in range(100):
        await said(api, companion, "Hello")
    problem = refused(
        await api.post(f"/v1/conversations/{companion}/replies", {"text": "Hello"}),
        402,
        "purchase_needed",
    )
    reason = problem["reasons"][0]
    assert (reason["rule"], reason["inputs"]["used"], reason["threshold"]) == (
        "free_messages",
        100,
        100,
    )
    assert reason["changed_by"][0] == "upgrade_to_plus"
    assert (problem["paywall"]["outcome"], problem["paywall"]["remaining"]) == ("block", 0)
    assert problem["paywall"] == await api.get(f"/v1/persons/{person}/paywall", action="message")
    await api.put(f"/v1/persons/{person}/tier", tier="plus")
    assert (await said(api, companion, "Hello"))[-1][0] == "done"


async def test_twenty_messages_at_once_are_answered_once(api: Api) -> None:
    _, companion = await opened(api)
    path = f"/v1/conversations/{companion}/replies"
    answers = await asyncio.gather(
        *(api.post(path, {"text": f"Hello {number}"}) for number in range(20))
    )
    whole = [one for one in answers if one.status_code == 200]
    assert whole
    for one in answers:
        if one.status_code != 200:
            refused(one, 409, "reply_in_progress")
    assert len(await api.all_of(path)) == 2 * len(whole)


async def test_a_call_is_repeated_without_effect(api: Api) -> None:
    person, companion = await opened(api)
    now = (await api.now()).isoformat()
    turns = [{"role": "user", "text": "Hello?"}, {"role": "assistant", "text": "Hi!"}]
    body = {"started_at": now, "ended_at": now, "turns": turns}
    key, path = fresh(), f"/v1/conversations/{companion}/calls"
    first = await api.post(path, body, key=key)
    assert (first.status_code, first.json()["kind"]) == (201, "call")
    again = await api.post(path, body, key=key)
    assert replayed(again)
    assert again.content == first.content
    assert len(await api.all_of(f"/v1/conversations/{companion}/replies")) == 2
    await api.get(f"/v1/persons/{person}/usage")


async def test_a_persona_is_chosen_within_its_bounds(api: Api) -> None:
    person, companion = await opened(api)
    path = f"/v1/persons/{person}/persona"
    chosen = await api.put(path, baseline="bold_confident", sliders={"depth": -2})
    assert (chosen["baseline"], chosen["sliders"]["depth"], chosen["version"]) == (
        "bold_confident",
        -2,
        2,
    )
    assert chosen["conversation_id"] == companion
    versions = await api.all_of(f"{path}/history", limit=1)
    assert versions == chosen["history"]
    assert [one["version"] for one in versions] == [2, 1]
    for sliders in ({"depth": 3}, {"depth": "1"}, {"charm": 1}):
        answer = await api.ask("PUT", path, json={"baseline": "calm_mature", "sliders": sliders})
        invalid(answer)
    nobody_yet = await given.a_person(api)
    fresh_one = await api.get(f"/v1/persons/{nobody_yet}/persona")
    assert (fresh_one["baseline"], fresh_one["version"]) == ("sweet_supportive", 0)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"kind": "companion"}, "/person_id"),
        ({"kind": "companion", "participants": ["a", "b"]}, "/participants"),
        ({"kind": "pair", "person_id": "a"}, "/participants"),
        ({"kind": "pair", "participants": ["a", "b"], "person_id": "a"}, "/person_id"),
        ({"kind": "pair", "participants": ["a", "b"], "persona": "calm_mature"}, "/persona"),
    ],
)
async def test_a_conversation_is_of_one_kind(api: Api, body: dict[str, Any], pointer: str) -> None:
    ids = {"a": await given.a_person(api), "b": await given.a_person(api)}
    if "participants" in body:
        body = {**body, "participants": [ids[one] for one in body["participants"]]}
    if "person_id" in body:
        body = {**body, "person_id": ids[body["person_id"]]}
    problem = invalid(await api.post("/v1/conversations", body))
    assert pointers(problem) == [pointer]


async def test_what_was_said_is_changed_and_deleted_with_what_was_learned(api: Api) -> None:
    person, companion = await opened(api)
    for text in LONG:
        await said(api, companion, text)
    done(await api.post(f"/v1/conversations/{companion}/sessions/end", None))
    await summarised(api, person)
    path = f"/v1/conversations/{companion}/replies"
    own = [one for one in await api.all_of(path) if one["role"] == "user"]
    edited = done(await api.ask("PATCH", f"{path}/{own[0]['id']}", json={"text": "Hm."}))
    assert (edited["text"], edited["deleted_at"]) == ("Hm.", None)
    await api.delete(f"{path}/{own[3]['id']}")
    await api.delete(f"{path}/{own[3]['id']}")
    again = {one["id"]: one for one in await api.all_of(path)}
    assert again[own[0]["id"]] == edited
    assert again[own[3]["id"]]["text"] == ""
    view = await api.get(f"/v1/persons/{person}/summary")
    assert view["summary"]["top_3_traits_you_value"] == ["Honesty"]
    words = [
        word["text"] for line in view["lines"] for one in line["evidence"] for word in one["words"]
    ]
    assert LONG[0] not in words
    assert LONG[1] in words
    refused(
        await api.ask("PATCH", f"{path}/{own[3]['id']}", json={"text": "Anew"}),
        409,
        "message_deleted",
    )
    await api.pass_time(minutes=16)
    problem = refused(
        await api.ask("PATCH", f"{path}/{own[1]['id']}", json={"text": "Anew"}),
        403,
        "edit_window_closed",
    )
    assert problem["reasons"][0]["rule"] == "edit_window"
    reply = next(one for one in again.values() if one["role"] == "assistant")
    refused(await api.ask("DELETE", f"{path}/{reply['id']}"), 404, "not_found")


async def test_calls_of_the_model_are_told_as_figures(api: Api) -> None:
    _, companion = await opened(api)
    before = (await read(api)).value("kithkin_model_calls_total", task="reply", outcome="done")
    await said(api, companion, "Hello")
    await read_once(
        api,
        lambda now: now.value("kithkin_model_calls_total", task="reply", outcome="done") > before,
    )
