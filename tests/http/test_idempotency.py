"""A POST that is repeated with its Idempotency-Key has one effect and one answer."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from tests.http import given
from tests.http.api import Api, asking, fresh, invalid, pointers, refused, replayed
from tests.http.scene import Scene, a_scene, unchanged

IN_ONE_SCENE = {
    "what goes together": (
        "register_person",
        "open_conversation",
        "send_message",
        "start_call",
        "decline_call",
        "send_video_message",
        "report_uploaded",
        "report_viewed",
        "grant_video_credits",
        "next_prompt",
        "act_on_prompt",
        "void_call",
        "start_usage_session",
        "beat_usage_session",
        "extend_usage_session",
        "grant_seconds",
        "make_referral_code",
        "invite_person",
        "redeem_referral",
        "publish_referral_reward",
        "make_quote",
        "start_checkout",
        "grant_account_credit",
    ),
    "what ends something": (
        "end_call",
        "report_failed",
        "settle_usage_session",
        "file_report",
    ),
    "who is there": ("report_presence",),
    "the end of a person": ("erase_person",),
}
POSTS = tuple(name for names in IN_ONE_SCENE.values() for name in names)
ELSEWHERE = (
    "redeliver_event",
    "requeue_dead_deliveries",
    "record_activity",
    "repair_streak",
    "publish_achievement",
    "display_award",
    "celebrate_award",
    "refund_payment",
    "take_back_account_credit",
    "reconcile_payments",
    "change_subscription",
    "cancel_subscription",
    "resume_subscription",
    "take_payment_webhook",
    "deactivate_referral_code",
    "review_referral",
    "claim_referral_reward",
    "ask_companion",
    "record_call",
    "end_companion_session",
    "reset_summary",
)
"""Tried with the webhooks, streaks, achievements, payments, referrals and companions: they take one
body only, or none, or a job follows them."""
SECRETS = (
    "request_code",
    "sign_in",
    "mint_token",
    "start_google",
    "finish_google",
    "create_webhook_endpoint",
    "rotate_webhook_secret",
)
KEPT_FOR = timedelta(hours=24)
MOMENT = timedelta(microseconds=1)


@pytest.fixture
async def scene(api: Api) -> Scene:
    return await a_scene(api)


async def post(api: Api, scene: Scene, name: str, key: str) -> httpx.Response:
    return await api.post(scene.path(api.operation(name)), scene.body(name), key=key)


def reused(response: httpx.Response) -> None:
    problem = refused(response, 422, "idempotency_key_reused")
    assert pointers(problem) == ["/Idempotency-Key"]


async def test_all_posts_are_tried(api: Api) -> None:
    posts = [one for one in api.description.operations if one.method == "POST"]
    assert sorted(one.described["operationId"] for one in posts) == sorted(
        (*POSTS, *ELSEWHERE, *SECRETS)
    )


@pytest.mark.parametrize("name", ["request_code", "mint_token"])
async def test_an_answer_that_holds_a_secret_is_not_given_twice(
    api: Api, scene: Scene, name: str
) -> None:
    key, path, body = fresh(), scene.path(api.operation(name)), scene.body(name)
    first = await api.post(path, body, key=key)
    assert first.status_code == 201
    assert first.headers["cache-control"] == "no-store"
    async with unchanged(api, scene):
        refused(await api.post(path, body, key=key), 409, "answer_not_repeated")
        reused(await api.post(path, scene.other_body(name), key=key))
    await api.pass_time(hours=24)
    assert (await api.post(path, body, key=key)).status_code == 201


async def test_after_a_refusal_the_key_of_a_secret_is_free(api: Api, scene: Scene) -> None:
    key, path = fresh(), scene.path(api.operation("sign_in"))
    body = scene.body("sign_in")
    async with unchanged(api, scene):
        for _ in range(2):
            refused(await api.post(path, body, key=key), 403, "sign_in_code_spent")


async def test_of_equal_requests_at_once_one_is_told_the_secret(api: Api, scene: Scene) -> None:
    key, path = fresh(), scene.path(api.operation("mint_token"))
    answers = await asyncio.gather(
        *(api.post(path, scene.body("mint_token"), key=key) for _ in range(20))
    )
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 19]
    for answer in answers:
        if answer.status_code == 409:
            assert answer.json()["code"] in {"answer_not_repeated", "request_in_progress"}


@pytest.mark.parametrize("names", IN_ONE_SCENE.values(), ids=IN_ONE_SCENE)
async def test_a_key_stands_for_one_request_of_one_service_key_through_24_hours(
    api: Api, scene: Scene, names: tuple[str, ...]
) -> None:
    elsewhere = await a_scene(api, a=scene.pair.a)
    keys = {name: fresh(name) for name in names}
    firsts = {name: await post(api, scene, name, key) for name, key in keys.items()}
    used_at = await api.now()
    for name, first in firsts.items():
        assert (first.is_success, replayed(first)) == (True, False), (name, first.text)
    async with unchanged(api, scene, elsewhere):
        await all_are_repeated(api, scene, keys, firsts)
        for name, key in keys.items():
            await is_taken(api, scene, elsewhere, name, key)
    async with asking(api.served, "write") as other:
        for name, key in keys.items():
            mine = await post(other, scene, name, key)
            assert not replayed(mine), name
            if mine.is_success:
                assert replayed(await post(other, scene, name, key)), name
    await api.move_to(used_at + KEPT_FOR - MOMENT)
    await all_are_repeated(api, scene, keys, firsts)
    await api.move_to(used_at + KEPT_FOR)
    for name, key in keys.items():
        anew = await api.post(scene.path(api.operation(name)), scene.other_body(name), key=key)
        assert not replayed(anew), name
        assert anew.json().get("code") != "idempotency_key_reused", name


async def all_are_repeated(
    api: Api, scene: Scene, keys: dict[str, str], firsts: dict[str, httpx.Response]
) -> None:
    for name, key in keys.items():
        is_repeated(await post(api, scene, name, key), firsts[name])


def is_repeated(again: httpx.Response, first: httpx.Response) -> None:
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["content-type"] == first.headers["content-type"]
    assert replayed(again), again.request.url


async def is_taken(api: Api, scene: Scene, elsewhere: Scene, name: str, key: str) -> None:
    """A key that a request came with stands for no other body, path or operation."""
    operation = api.operation(name)
    reused(await api.post(scene.path(operation), scene.other_body(name), key=key))
    if elsewhere.path(operation) != scene.path(operation):
        reused(await api.post(elsewhere.path(operation), scene.body(name), key=key))
    other = next(one for one in POSTS if one != name)
    reused(await post(api, scene, other, key))


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb", "é"])
async def test_a_key_is_short_and_printable(api: Api, still: Scene, key: str) -> None:
    headers = {"Idempotency-Key": key.encode("latin-1")}
    async with unchanged(api, still):
        for name in POSTS:
            path, body = still.path(api.operation(name)), still.body(name)
            problem = invalid(await api.ask("POST", path, json=body, headers=headers))
            assert pointers(problem) == ["/Idempotency-Key"]


async def test_of_two_keys_none_is_taken(api: Api, still: Scene) -> None:
    headers = [("Idempotency-Key", fresh()), ("Idempotency-Key", fresh())]
    async with unchanged(api, still):
        for name in POSTS:
            path, body = still.path(api.operation(name)), still.body(name)
            problem = invalid(await api.ask("POST", path, json=body, headers=headers))
            assert pointers(problem) == ["/Idempotency-Key"]


async def test_the_answer_to_a_repeated_client_message_id_is_kept_too(api: Api) -> None:
    pair, key = await given.a_pair(api), fresh()
    path = f"{pair.path}/messages"
    body = {"sender_id": pair.a, "text": "Once", "client_message_id": "4711"}
    assert (await api.post(path, body)).status_code == 201
    first, again = [await api.post(path, body, key=key) for _ in range(2)]
    assert (first.status_code, replayed(first)) == (200, False)
    assert (again.status_code, replayed(again), again.content) == (200, True, first.content)
    reused(await api.post(path, {**body, "text": "Other"}, key=key))


async def test_a_key_may_be_255_characters_of_any_printable_kind(api: Api) -> None:
    marks = "".join(map(chr, range(0x21, 0x7F))) + " and more "
    key = (fresh() + marks + "x" * 255)[:255]
    path, body = "/v1/persons", {"name": "Ana Lima"}
    first, again = [await api.post(path, body, key=key) for _ in range(2)]
    assert first.content == again.content
    assert replayed(again)


async def test_a_replay_tells_what_was_even_if_it_changed_since(api: Api) -> None:
    key, body = fresh(), {"name": "Ana Lima"}
    first = await api.post("/v1/persons", body, key=key)
    await api.patch(f"/v1/persons/{first.json()['id']}", name="Ana Souza")
    again = await api.post("/v1/persons", body, key=key)
    assert again.content == first.content


async def test_a_refused_send_may_be_repeated_when_it_is_allowed(api: Api) -> None:
    pair, key = await given.a_pair(api), fresh()
    decision = await given.use_up_day(api, pair, pair.a)
    path, body = f"{pair.path}/messages", {"sender_id": pair.a, "text": "Tomorrow then"}
    for _ in range(2):
        answer = await api.post(path, body, key=key)
        refused(answer, 403, "daily_message_limit_reached")
        assert not replayed(answer)
    await api.move_to(given.instant(decision["resets_at"]))
    assert (await api.post(path, body, key=key)).status_code == 201


async def test_a_refused_registration_may_be_repeated(api: Api) -> None:
    email, key = given.an_email(), fresh()
    other = await given.a_person(api, email=email)
    body = {"name": "Ana Lima", "email": email}
    refused(await api.post("/v1/persons", body, key=key), 409, "email_taken")
    await api.patch(f"/v1/persons/{other}", email=None)
    assert (await api.post("/v1/persons", body, key=key)).status_code == 201


async def test_a_refused_conversation_may_be_repeated(api: Api) -> None:
    a, b, key = await given.a_person(api), await given.a_person(api), fresh()
    await api.put(f"/v1/persons/{a}/blocks/{b}")
    body = {"kind": "pair", "participants": [a, b]}
    refused(await api.post("/v1/conversations", body, key=key), 403, "pair_blocked")
    await api.delete(f"/v1/persons/{a}/blocks/{b}")
    assert (await api.post("/v1/conversations", body, key=key)).status_code == 201


async def test_a_refused_call_may_be_repeated(api: Api) -> None:
    pair, key = await given.a_pair(api), fresh()
    ringing = await given.a_call(api, pair)
    path, body = f"{pair.path}/video-calls", {"initiator_id": pair.b}
    assert (await api.post(path, body, key=key)).status_code == 409
    await api.made(f"/v1/video-calls/{ringing}/end")
    assert (await api.post(path, body, key=key)).status_code == 201
