"""Messages over HTTP: a sender edits for a while, deletes for good, and gets nothing back."""

from datetime import timedelta

import pytest

from tests.http import given
from tests.http.api import Api, refused
from tests.http.scene import a_scene, unchanged

WINDOW = timedelta(minutes=15)
MOMENT = timedelta(microseconds=1)


async def test_a_sender_may_edit_for_fifteen_minutes(api: Api) -> None:
    scene = await a_scene(api)
    pair, path = scene.pair, f"{scene.pair.path}/messages/{scene.message}"
    sent_at = await api.now()
    await api.move_to(sent_at + WINDOW)
    edited = await api.patch(path, sender_id=pair.a, text="In time")
    assert edited["text"] == "In time"
    assert given.instant(edited["edited_at"]) == sent_at + WINDOW
    await api.move_to(sent_at + WINDOW + MOMENT)
    async with unchanged(api, scene):
        late = {"sender_id": pair.a, "text": "Too late"}
        problem = refused(await api.ask("PATCH", path, json=late), 403, "edit_window_closed")
    (reason,) = problem["reasons"]
    assert (reason["rule"], reason["threshold"]) == ("edit_window", 900)


async def test_an_edit_counts_nothing(api: Api) -> None:
    pair = await given.a_pair(api)
    message = await given.a_message(api, pair, pair.a)
    before = await given.allowance(api, pair, pair.a)
    await api.patch(f"{pair.path}/messages/{message['id']}", sender_id=pair.a, text="Other")
    assert await given.allowance(api, pair, pair.a) == before


async def test_an_edit_is_free_when_nothing_is_left(api: Api) -> None:
    pair = await given.a_pair(api)
    message = await given.a_message(api, pair, pair.a)
    await given.use_up_day(api, pair, pair.a)
    path = f"{pair.path}/messages/{message['id']}"
    assert (await api.patch(path, sender_id=pair.a, text="Other"))["text"] == "Other"


async def test_deleting_blanks_the_text_and_gives_no_allowance_back(api: Api) -> None:
    pair = await given.a_pair(api)
    message = await given.a_message(api, pair, pair.a, "Forget this")
    used_up = await given.use_up_day(api, pair, pair.a)
    path = f"{pair.path}/messages/{message['id']}"
    for _ in range(2):
        await api.delete(path, sender_id=pair.a)
    assert await given.allowance(api, pair, pair.a) == used_up
    (deleted,) = (
        one for one in await api.all_of(f"{pair.path}/messages") if one["id"] == message["id"]
    )
    assert deleted["text"] == ""
    assert given.instant(deleted["deleted_at"]) == await api.now()
    answer = await api.post(f"{pair.path}/messages", {"sender_id": pair.a, "text": "Again"})
    refused(answer, 403, "daily_message_limit_reached")


async def test_a_deleted_message_is_not_edited(api: Api) -> None:
    scene = await a_scene(api)
    path = f"{scene.pair.path}/messages/{scene.message}"
    await api.delete(path, sender_id=scene.pair.a)
    async with unchanged(api, scene):
        change = {"sender_id": scene.pair.a, "text": "Back again"}
        refused(await api.ask("PATCH", path, json=change), 409, "message_deleted")


async def test_a_client_message_id_stands_for_one_message(api: Api) -> None:
    pair = await given.a_pair(api)
    path = f"{pair.path}/messages"
    body = {"sender_id": pair.a, "text": "Once", "client_message_id": "4711"}
    first, again = [await api.post(path, body) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    answer = await api.post(path, {**body, "text": "Twice"})
    refused(answer, 409, "client_message_id_reused")
    assert len(await api.all_of(path)) == 1


async def test_a_client_message_id_is_the_senders_and_the_conversations_own(api: Api) -> None:
    pair = await given.a_pair(api)
    other = await given.a_pair(api, a=pair.a)
    body = {"text": "Hello", "client_message_id": "4711"}
    for one, sender in ((pair, pair.a), (pair, pair.b), (other, pair.a)):
        answer = await api.post(f"{one.path}/messages", {**body, "sender_id": sender})
        assert answer.status_code == 201


@pytest.mark.parametrize("change", ["edit", "delete"])
async def test_a_repeat_is_known_by_the_text_as_it_was_sent(api: Api, change: str) -> None:
    pair = await given.a_pair(api)
    body = {"sender_id": pair.a, "text": "As sent", "client_message_id": "4711"}
    message = (await api.post(f"{pair.path}/messages", body)).json()["message"]
    path = f"{pair.path}/messages/{message['id']}"
    if change == "edit":
        await api.patch(path, sender_id=pair.a, text="As edited")
    else:
        await api.delete(path, sender_id=pair.a)
    again = await api.post(f"{pair.path}/messages", body)
    assert (again.status_code, again.json()["message"]["id"]) == (200, message["id"])
    edited = {**body, "text": "As edited"}
    answer = await api.post(f"{pair.path}/messages", edited)
    refused(answer, 409, "client_message_id_reused")


async def test_a_repeat_is_answered_when_nothing_is_left(api: Api) -> None:
    pair = await given.a_pair(api)
    body = {"sender_id": pair.a, "text": "Once", "client_message_id": "4711"}
    await api.post(f"{pair.path}/messages", body)
    await given.use_up_day(api, pair, pair.a)
    assert (await api.post(f"{pair.path}/messages", body)).status_code == 200


async def test_a_message_tells_what_it_was_decided_by(api: Api) -> None:
    pair = await given.a_pair(api, timezone="Asia/Kolkata")
    decision = await given.allowance(api, pair, pair.a)
    message = await given.a_message(api, pair, pair.a)
    assert message["policy_version"] == decision["policy_version"]
    assert message["counted_on"] == decision["counting_on"]
    assert (message["daily_number"], message["daily_limit"]) == (1, decision["limit"])
    assert (message["role"], message["tag"]) == ("user", "general")
