"""What a person's list of conversations shows them of the other, and what they have not read."""

from typing import Any

import pytest

from tests.http import given
from tests.http.api import Api, Json, refused
from tests.http.scene import nobody


async def seen(api: Api, pair: given.Pair, person: str) -> Json:
    """The conversation as a participant's list has it, which is as they read it alone."""
    (listed,) = (await api.get("/v1/conversations", person_id=person))["items"]
    assert listed == await api.get(pair.path, person_id=person)
    return listed


async def shown_name(api: Api, pair: given.Pair) -> str | None:
    """The display name of the other, as `pair.a` sees it."""
    other = (await seen(api, pair, pair.a))["other"]
    assert other["person_id"] == pair.b
    name: str | None = other["display_name"]
    return name


async def a_pair_in_which_b_is(api: Api, level: str) -> given.Pair:
    pair = await given.a_pair(api)
    await api.patch(f"/v1/persons/{pair.b}", display_name="Bo", privacy_level=level)
    return pair


async def become_friends(api: Api, pair: given.Pair) -> None:
    for person in (pair.a, pair.b):
        await given.a_message(api, pair, person)


@pytest.mark.parametrize(
    ("level", "to_a_stranger", "to_a_friend"),
    [("public", "Bo", "Bo"), ("friends_only", None, "Bo"), ("private", None, None)],
)
async def test_the_others_name_is_shown_as_their_privacy_has_it(
    api: Api, level: str, to_a_stranger: str | None, to_a_friend: str | None
) -> None:
    pair = await a_pair_in_which_b_is(api, level)
    assert await shown_name(api, pair) == to_a_stranger
    await given.a_message(api, pair, pair.a)
    assert await shown_name(api, pair) == to_a_stranger
    await given.a_message(api, pair, pair.b)
    assert await shown_name(api, pair) == to_a_friend


@pytest.mark.parametrize("blocker", ["a", "b"])
async def test_a_blocked_pair_does_not_see_each_others_name(api: Api, blocker: str) -> None:
    pair = await a_pair_in_which_b_is(api, "public")
    await become_friends(api, pair)
    one, two = (pair.a, pair.b) if blocker == "a" else (pair.b, pair.a)
    await api.put(f"/v1/persons/{one}/blocks/{two}")
    assert await shown_name(api, pair) is None
    await api.delete(f"/v1/persons/{one}/blocks/{two}")
    assert await shown_name(api, pair) == "Bo"


async def test_friends_in_another_conversation_are_no_friends_here(api: Api) -> None:
    pair = await a_pair_in_which_b_is(api, "friends_only")
    other = await given.a_pair(api, a=pair.a)
    await become_friends(api, other)
    (listed,) = [
        one
        for one in (await api.get("/v1/conversations", person_id=pair.a))["items"]
        if one["id"] == pair.id
    ]
    assert listed["other"]["display_name"] is None


async def test_the_name_itself_is_never_shown(api: Api) -> None:
    pair = await a_pair_in_which_b_is(api, "public")
    await api.patch(f"/v1/persons/{pair.b}", display_name=None)
    assert await shown_name(api, pair) is None


async def test_the_app_itself_reads_a_conversation_in_nobodys_view(api: Api) -> None:
    pair = await given.a_pair(api)
    assert set(await api.get(pair.path)) == {"id", "kind", "participants", "started_at"}


async def test_a_conversation_is_listed_for_both_and_nobody_else(api: Api) -> None:
    pair = await given.a_pair(api)
    stranger = await given.a_person(api)
    for person in (pair.a, pair.b):
        assert (await seen(api, pair, person))["id"] == pair.id
    assert (await api.get("/v1/conversations", person_id=stranger))["items"] == []


async def unread(api: Api, pair: given.Pair, person: str) -> int:
    number: int = (await seen(api, pair, person))["unread_count"]
    return number


async def read(api: Api, pair: given.Pair, person: str, message: Json) -> None:
    await api.put(f"{pair.path}/read", person_id=person, message_id=message["id"])


async def test_what_the_other_wrote_is_unread_until_it_is_read(api: Api) -> None:
    pair = await given.a_pair(api)
    _, second, third = await given.messages(api, pair, pair.a, 3)
    assert (await unread(api, pair, pair.a), await unread(api, pair, pair.b)) == (0, 3)
    await read(api, pair, pair.b, second)
    assert await unread(api, pair, pair.b) == 1
    await read(api, pair, pair.b, third)
    assert await unread(api, pair, pair.b) == 0
    await given.messages(api, pair, pair.a, 1)
    assert await unread(api, pair, pair.b) == 1


async def test_a_read_marker_never_moves_back(api: Api) -> None:
    pair = await given.a_pair(api)
    first, second, _ = await given.messages(api, pair, pair.a, 3)
    await read(api, pair, pair.b, second)
    for again in (first, second):
        await read(api, pair, pair.b, again)
        assert await unread(api, pair, pair.b) == 1


async def test_markers_are_each_participants_own(api: Api) -> None:
    pair = await given.a_pair(api)
    (mine,) = await given.messages(api, pair, pair.a, 1)
    await given.messages(api, pair, pair.b, 1)
    await read(api, pair, pair.b, mine)
    assert (await unread(api, pair, pair.a), await unread(api, pair, pair.b)) == (1, 0)


async def test_a_marker_stands_at_a_message_of_the_conversation(api: Api) -> None:
    pair = await given.a_pair(api)
    body: dict[str, Any] = {"person_id": pair.b, "message_id": nobody()}
    refused(await api.ask("PUT", f"{pair.path}/read", json=body), 404, "not_found")


async def test_a_deleted_message_is_neither_counted_nor_unread(api: Api) -> None:
    pair = await given.a_pair(api)
    message = await given.a_message(api, pair, pair.a)
    await given.a_message(api, pair, pair.a)
    await api.delete(f"{pair.path}/messages/{message['id']}", sender_id=pair.a)
    view = await seen(api, pair, pair.b)
    assert (view["message_count"], view["unread_count"]) == (1, 1)
