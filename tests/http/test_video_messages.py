"""Video messages and credits, as an app meets them."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.http import given
from tests.http.api import Api, Json, invalid, pointers, refused
from tests.http.given import (
    a_video_message,
    credits_for,
    uploaded,
    video_allowance,
    video_path,
)

BUNDLES = {5: (199, 9_900), 20: (599, 29_900), 50: (1_199, 59_900)}


async def credits_of(api: Api, person: str) -> Json:
    return await api.get(f"/v1/persons/{person}/video-credits")


async def ledger_of(api: Api, person: str) -> list[Json]:
    """All rows, the newest first."""
    return await api.all_of(f"/v1/persons/{person}/video-credits/ledger", limit=2)


async def failed(api: Api, message: Json) -> httpx.Response:
    return await api.post(f"{video_path(message)}/failed", {})


async def viewed(api: Api, message: Json, person: str) -> httpx.Response:
    return await api.post(f"{video_path(message)}/viewed", {"person_id": person})


async def sends(api: Api, pair: given.Pair, number: int, **request: Any) -> list[Json]:
    return [await a_video_message(api, pair, pair.a, **request) for _ in range(number)]


@pytest.fixture
async def pair(api: Api) -> given.Pair:
    return await given.a_pair(api)


async def test_three_are_free_and_then_credits_are_needed(api: Api, pair: given.Pair) -> None:
    sent = await sends(api, pair, 3)
    assert [message["source"] for message in sent] == ["free"] * 3
    assert [message["allowance"]["free_remaining"] for message in sent] == [2, 1, 0]
    body = {"sender_id": pair.a, "upload_ref": "uploads/4"}
    problem = refused(
        await api.post(f"{pair.path}/video-messages", body), 402, "video_credits_needed"
    )

    decision = problem["video_allowance"]
    assert decision == await video_allowance(api, pair.a) | {
        "reasons": decision["reasons"],
    }
    assert not decision["allowed"]
    assert (decision["available"], decision["needed"], decision["credits"]) == (0, 1, 0)
    assert problem["reasons"] == decision["reasons"]
    assert "buy_5_video_credits" in problem["reasons"][-1]["changed_by"]
    for bundle in decision["bundles"]:
        usd, inr = BUNDLES[bundle["credits"]]
        assert bundle["prices"] == [
            {"amount_minor": usd, "currency": "USD"},
            {"amount_minor": inr, "currency": "INR"},
        ]
        assert bundle["available"] == bundle["credits"]
    assert len(await api.all_of(f"{pair.path}/video-messages", limit=2)) == 3

    await credits_for(api, pair.a, 5)
    paid = await a_video_message(api, pair, pair.a)
    assert (paid["source"], paid["state"]) == ("credit", "pending")
    assert (await credits_of(api, pair.a))["balance"] == 4


async def test_free_units_come_back_at_the_senders_midnight(api: Api) -> None:
    pair = await given.a_pair(api, timezone="Asia/Kolkata")
    await sends(api, pair, 3)
    decision = await video_allowance(api, pair.a)
    await api.move_to(given.instant(decision["resets_at"]) - timedelta(seconds=1))
    assert (await video_allowance(api, pair.a))["available"] == 0
    await api.pass_time(seconds=1)
    assert (await video_allowance(api, pair.a))["available"] == 3


async def test_a_failure_gives_back_its_own_source(api: Api, pair: given.Pair) -> None:
    await credits_for(api, pair.a, 1)
    free, *_, paid = await sends(api, pair, 4)
    for message in (paid, free):
        answer = (await failed(api, message)).json()
        assert (answer["state"], answer["given_back"]) == ("failed", True)
    decision = await video_allowance(api, pair.a)
    assert (decision["free_remaining"], decision["credits"]) == (1, 1)
    for message in (paid, free):
        assert (await failed(api, message)).status_code == 200
    again = await video_allowance(api, pair.a)
    assert (again["free_remaining"], again["credits"]) == (1, 1)
    moves = [(row["move"], row["amount"]) for row in await ledger_of(api, pair.a)]
    assert moves == [("give_back", 1), ("spend", -1), ("grant", 1)]


async def test_a_free_unit_given_back_the_next_day_is_gone(api: Api, pair: given.Pair) -> None:
    [message] = await sends(api, pair, 1)
    await api.pass_time(days=1)
    answer = (await failed(api, message)).json()
    assert (answer["state"], answer["given_back"]) == ("failed", False)
    assert (await video_allowance(api, pair.a))["free_remaining"] == 3


async def test_only_a_pending_upload_fails(api: Api, pair: given.Pair) -> None:
    [message] = await sends(api, pair, 1)
    refused(await viewed(api, message, pair.b), 409, "video_message_pending")
    assert (await uploaded(api, message))["state"] == "uploaded"
    refused(await failed(api, message), 409, "video_message_uploaded")
    not_theirs = refused(await viewed(api, message, pair.a), 404, "not_found")
    assert "may see or watch" in not_theirs["detail"]
    seen = (await viewed(api, message, pair.b)).json()
    assert (seen["state"], seen["viewed_at"] is None) == ("viewed", False)
    refused(await failed(api, message), 409, "video_message_uploaded")
    assert (await viewed(api, message, pair.b)).json() == seen
    assert await api.get(video_path(message)) == seen
    [lost] = await sends(api, pair, 1)
    await failed(api, lost)
    refused(await api.post(f"{video_path(lost)}/uploaded", {}), 409, "video_message_failed")
    refused(await viewed(api, lost, pair.b), 409, "video_message_failed")


async def test_a_send_to_several_needs_a_unit_each(api: Api, pair: given.Pair) -> None:
    others = [await given.a_pair(api, a=pair.a) for _ in range(3)]
    body = {
        "sender_id": pair.a,
        "upload_ref": "uploads/1",
        "recipients": [other.b for other in others],
    }
    problem = refused(
        await api.post(f"{pair.path}/video-messages", body), 402, "video_credits_needed"
    )
    assert problem["video_allowance"]["needed"] == 4
    assert not (await video_allowance(api, pair.a, 4))["allowed"]
    assert (await video_allowance(api, pair.a, 3))["allowed"]

    await credits_for(api, pair.a, 1)
    sent = await api.made(f"{pair.path}/video-messages", **body)
    assert [message["source"] for message in (sent, *sent["others"])] == ["free"] * 3 + ["credit"]
    for other, message in zip(others, sent["others"], strict=True):
        assert (message["conversation_id"], message["recipient_id"]) == (other.id, other.b)
        [listed] = (await api.get(f"{other.path}/video-messages"))["items"]
        assert listed == message
    await uploaded(api, sent)
    assert (await api.get(video_path(sent["others"][2])))["state"] == "uploaded"


async def test_a_recipient_needs_an_open_unblocked_conversation(api: Api, pair: given.Pair) -> None:
    stranger = await given.a_person(api)
    path = f"{pair.path}/video-messages"
    body = {"sender_id": pair.a, "upload_ref": "uploads/1", "recipients": [stranger]}
    refused(await api.post(path, body), 404, "not_found")
    problem = invalid(await api.post(path, {**body, "recipients": [pair.a]}))
    assert pointers(problem) == ["/recipients"]
    many = [await given.a_person(api)] * 101
    assert pointers(invalid(await api.post(path, {**body, "recipients": many}))) == ["/recipients"]
    await given.a_pair_of(api, pair.a, stranger)
    await api.ask("PUT", f"/v1/persons/{stranger}/blocks/{pair.a}")
    problem = refused(await api.post(path, body), 403, "pair_blocked")
    assert problem["video_allowance"]["needed"] == 2
    assert (await video_allowance(api, pair.a))["free_used"] == 0


@pytest.mark.parametrize("reference", ["", " ", "a b", "x" * 513, "é", "a\x00b", "a\n"])
async def test_an_upload_reference_is_short_and_printable(
    api: Api, pair: given.Pair, reference: str
) -> None:
    body = {"sender_id": pair.a, "upload_ref": reference}
    problem = invalid(await api.post(f"{pair.path}/video-messages", body))
    assert pointers(problem) == ["/upload_ref"]


async def test_credits_and_their_ledger_are_shown(api: Api, pair: given.Pair) -> None:
    zero = {"balance": 0, "debt": 0, "purchased": 0, "granted": 0, "spent": 0, "refunded": 0}
    assert await credits_of(api, pair.a) == {"person_id": pair.a, **zero}
    granted = await credits_for(api, pair.a, 5)
    assert (granted["credits"], granted["balance"]) == (5, 5)
    await sends(api, pair, 5)
    now = await credits_of(api, pair.a)
    assert now == {"person_id": pair.a, **zero, "balance": 3, "granted": 5, "spent": 2}
    rows = await ledger_of(api, pair.a)
    assert [row["number"] for row in rows] == [3, 2, 1]
    assert [row["balance"] for row in rows] == [3, 4, 5]
    assert rows[-1]["reason"] == "An upload was lost"
    assert {row["lot_id"] for row in rows} == {granted["lot_id"]}


@pytest.mark.parametrize("number", [0, -1, 1001, 100_001, "5", 1.5])
async def test_a_grant_has_bounds(api: Api, pair: given.Pair, number: object) -> None:
    path = f"/v1/persons/{pair.a}/video-credits/grants"
    problem = invalid(await api.post(path, {"credits": number, "reason": "x"}))
    assert pointers(problem) == ["/credits"]


@pytest.mark.parametrize("needed", [0, 21, 101])
async def test_an_allowance_is_for_as_many_as_a_send_may_reach(
    api: Api, pair: given.Pair, needed: int
) -> None:
    path = f"/v1/persons/{pair.a}/video-messages/allowance"
    problem = invalid(await api.ask("GET", path, params={"needed": needed}))
    assert pointers(problem) == ["/needed"]


async def test_a_cursor_beyond_the_ledger_is_no_fault(api: Api, pair: given.Pair) -> None:
    await credits_for(api, pair.a, 1)
    await credits_for(api, pair.a, 1)
    path = f"/v1/persons/{pair.a}/video-credits/ledger"
    messages = await sends(api, pair, 3)
    assert messages
    listed = await api.get(f"{pair.path}/video-messages", limit=1)
    # A cursor of another list stands for a place that this one has not.
    answer = await api.ask("GET", path, params={"cursor": listed["next_cursor"]})
    assert answer.status_code == 200


async def test_an_active_reward_lowers_the_bundles_prices_at_once(
    api: Api, pair: given.Pair
) -> None:
    [full] = {bundle["discount_percent"] for bundle in (await bundles_of(api, pair.a))}
    assert full == 0
    for other in (pair, *[await given.a_pair(api, a=pair.a) for _ in range(2)]):
        await given.a_completed_call(api, other)
    await sends(api, pair, (await video_allowance(api, pair.a))["free_remaining"])
    body = {"sender_id": pair.a, "upload_ref": "uploads/4"}
    problem = refused(
        await api.post(f"{pair.path}/video-messages", body), 402, "video_credits_needed"
    )
    lower = problem["video_allowance"]["bundles"]
    assert lower == await bundles_of(api, pair.a)
    for bundle in lower:
        assert bundle["discount_percent"] == 20
        assert [price["amount_minor"] for price in bundle["full_prices"]] == [
            *BUNDLES[bundle["credits"]]
        ]
        assert [price["amount_minor"] for price in bundle["prices"]] == [
            price * 80 // 100 for price in BUNDLES[bundle["credits"]]
        ]


async def bundles_of(api: Api, person: str) -> list[Json]:
    bundles: list[Json] = (await video_allowance(api, person))["bundles"]
    return bundles
