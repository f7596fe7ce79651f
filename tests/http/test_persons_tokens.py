"""A person's token acts for that person only, on every operation there is."""

import pytest
import pytest_asyncio

from tests.http import given
from tests.http.api import Api, asking, refused
from tests.http.conformance import Operation
from tests.http.scene import TAKES_BODY, Scene, a_scene, nobody, unchanged
from tests.http.signing_in import a_token, bearer
from tests.http.test_bad_bodies import NEEDS_MORE
from tests.http.test_idempotency import POSTS

# Who acts in the scene's request; where nobody is named, both participants may.
NAMED = {
    "get_person": "a",
    "change_person": "a",
    "block_person": "a",
    "unblock_person": "a",
    "file_report": "b",
    "open_conversation": "a",
    "list_conversations": "a",
    "get_allowance": "a",
    "mark_read": "b",
    "send_message": "a",
    "edit_message": "a",
    "delete_message": "a",
    "start_call": "a",
    "decline_call": "b",
    "report_presence": "a",
    "end_call": "a",
    "next_prompt": "a",
    "act_on_prompt": "a",
    "get_reward": "a",
    "get_preferences": "a",
    "set_preferences": "a",
    "export_person": "a",
    "erase_person": "a",
    "send_video_message": "a",
    "report_viewed": "a",
    "get_video_allowance": "a",
    "get_credits": "a",
    "list_credit_moves": "a",
    "record_activity": "a",
    "get_streaks": "a",
    "get_calendar": "a",
    "repair_streak": "a",
    "set_pause": "a",
    "end_pause": "a",
    "get_achievements": "a",
    "show_award": "a",
    "display_award": "a",
    "celebrate_award": "a",
    "start_usage_session": "a",
    "beat_usage_session": "a",
    "extend_usage_session": "a",
    "settle_usage_session": "a",
    "get_usage": "a",
    "list_usage_history": "a",
    "list_usage_statement": "a",
    "get_usage_forecast": "a",
    "get_paywall": "a",
    "get_referral_code": "a",
    "make_referral_code": "a",
    "deactivate_referral_code": "a",
    "get_referral_qr_svg": "a",
    "get_referral_qr_png": "a",
    "invite_person": "a",
    "list_referrals": "a",
    "get_referral_progress": "a",
    "redeem_referral": "a",
    "judge_redemption": "a",
    "list_referral_rewards_of": "a",
    "claim_referral_reward": "a",
    "make_quote": "a",
    "get_quote": "a",
    "start_checkout": "a",
    "get_payment": "a",
    "list_payments": "a",
    "get_subscription": "a",
    "change_subscription": "a",
    "cancel_subscription": "a",
    "resume_subscription": "a",
    "get_entitlements": "a",
    "get_receipt": "a",
    "get_account_credit": "a",
    "list_account_credit_lines": "a",
    "get_persona": "a",
    "list_persona_versions": "a",
    "choose_persona": "a",
    "get_summary": "a",
    "delete_observation": "a",
    "reset_summary": "a",
    "ask_companion": "a",
    "list_replies": "a",
    "edit_companion_message": "a",
    "delete_companion_message": "a",
    "record_call": "a",
    "end_companion_session": "a",
    "list_companion_sessions": "a",
    "get_companion_session": "a",
}
REFUSED = {
    "repair_streak": 409,
    "get_subscription": 404,
    "change_subscription": 409,
    "cancel_subscription": 409,
    "resume_subscription": 409,
    "claim_referral_reward": 403,
    "delete_observation": 404,
}
"""What the scene's state does not admit, whoever asks."""
ACTS = [name for name in NAMED if not name.startswith(("get_", "list_", "export_", "judge_"))]
TRIED_BY_SERVICES = {*POSTS, *TAKES_BODY} - NEEDS_MORE
"""What a service key achieves is proven with the bodies and with the keys of requests."""
ENDS_SOMETHING = {
    *("erase_person", "block_person", "file_report", "decline_call", "end_call", "report_presence"),
    *("settle_usage_session", "delete_message", "delete_companion_message"),
    *("end_companion_session", "deactivate_referral_code"),
}
"""After it, not all of the others are admitted."""
PARTICIPANTS = (
    "get_conversation",
    "list_messages",
    "get_call",
    "get_history",
    "list_video_messages",
    "get_video_message",
)
WHOEVER = ("list_achievements", "list_tiers", "get_catalogue")
"""What is the same for all."""
SERVICES = (
    "register_person",
    "list_persons",
    "set_tier",
    "suspend_person",
    "reinstate_person",
    "list_reports",
    "report_uploaded",
    "report_failed",
    "grant_video_credits",
    "void_call",
    "mint_token",
    "get_prompt_analytics",
    "read_clock",
    "move_clock",
    "list_events",
    "create_webhook_endpoint",
    "list_webhook_endpoints",
    "get_webhook_endpoint",
    "delete_webhook_endpoint",
    "rotate_webhook_secret",
    "set_webhook_status",
    "list_webhook_deliveries",
    "redeliver_event",
    "requeue_dead_deliveries",
    "publish_achievement",
    "change_achievement",
    "grant_seconds",
    "list_referral_reviews",
    "review_referral",
    "list_referral_rewards",
    "publish_referral_reward",
    "change_referral_reward",
    "get_referral_analytics",
    "get_referral_analytics_csv",
    "grant_account_credit",
    "take_back_account_credit",
    "refund_payment",
    "reconcile_payments",
    "get_revenue",
    "get_revenue_csv",
)
STREAMS = ("stream_events",)
ME = (
    "get_me",
    "change_me",
    "list_sessions",
    "end_all_sessions",
    "end_session",
    "sign_out",
)
ANYONE = ("request_code", "sign_in", "start_google", "finish_google")
PUBLIC = ("live", "ready", "metrics", "take_payment_webhook")


def name_of(operation: Operation) -> str:
    return str(operation.described["operationId"])


@pytest_asyncio.fixture
async def scene(still: Scene) -> Scene:
    return still


@pytest_asyncio.fixture(scope="module")
async def tokens(api: Api, still: Scene) -> dict[str, str]:
    """A token of each in the scene."""
    persons = {"a": still.pair.a, "b": still.pair.b, "stranger": still.stranger}
    return {who: await a_token(api, person) for who, person in persons.items()}


async def ask(api: Api, name: str, scene: Scene, token: str | None) -> tuple[int, str]:
    """The scene's request with a token, or with the service key."""
    operation = api.operation(name)
    answer = await api.ask(
        operation.method,
        scene.path(operation),
        json=scene.body(name) if "requestBody" in operation.described else None,
        params=scene.params(name),
        headers={} if token is None else bearer(token),
    )
    return answer.status_code, answer.text


def test_every_operation_is_in_the_table(in_memory: Api) -> None:
    known = sorted((*NAMED, *PARTICIPANTS, *WHOEVER, *SERVICES, *STREAMS, *ME, *ANYONE, *PUBLIC))
    assert sorted(map(name_of, in_memory.description.operations)) == known


def test_the_description_names_the_credentials_of_each(in_memory: Api) -> None:
    service: dict[str, list[str]] = {"service_key": []}
    person: dict[str, list[str]] = {"user_token": []}
    document = in_memory.description.document
    for operation in in_memory.description.operations:
        name = name_of(operation)
        wanted = (
            [service, person]
            if name in NAMED or name in (*PARTICIPANTS, *STREAMS, *WHOEVER)
            else [service]
            if name in SERVICES
            else [person]
            if name in ME
            else [{}, person]
            if name in ANYONE
            else []
        )
        assert operation.described.get("security", document["security"]) == wanted, name


async def test_nobody_acts_for_another(api: Api, still: Scene, tokens: dict[str, str]) -> None:
    async with unchanged(api, still), asking(api.served, None) as unknown:
        for name, right in NAMED.items():
            for token in (token for who, token in tokens.items() if who != right):
                status, text = await ask(api, name, still, token)
                assert (status, '"not_found"' in text) == (404, True), (name, text)
            assert (await ask(unknown, name, still, None))[0] == 401


async def test_a_person_reads_what_is_theirs(
    api: Api, still: Scene, tokens: dict[str, str]
) -> None:
    for name, who in NAMED.items():
        assert (api.operation(name).method == "GET") == (name not in ACTS)
        if name not in ACTS:
            for token in (tokens[who], None):
                await is_admitted(api, name, still, token)


@pytest.mark.parametrize(
    "names",
    [{*ACTS} - ENDS_SOMETHING, *({name} for name in sorted(ENDS_SOMETHING))],
    ids=["all that go together", *sorted(ENDS_SOMETHING)],
)
async def test_a_person_acts_for_themself(in_memory: Api, names: set[str]) -> None:
    scene = await a_scene(in_memory)
    tokens = {"a": await a_token(in_memory, scene.pair.a)}
    tokens["b"] = await a_token(in_memory, scene.pair.b)
    for name in sorted(names):
        await is_admitted(in_memory, name, scene, tokens[NAMED[name]])
    by_services = sorted(names - {*TRIED_BY_SERVICES})
    if by_services:
        # What was done cannot be done again; another scene only now, as time goes by for it.
        scene = await a_scene(in_memory)
        for name in by_services:
            await is_admitted(in_memory, name, scene, None)


async def is_admitted(api: Api, name: str, scene: Scene, token: str | None) -> None:
    status, text = await ask(api, name, scene, token)
    assert 200 <= status < 300 or status == REFUSED.get(name), (name, text)


@pytest.mark.parametrize("name", PARTICIPANTS)
async def test_a_person_sees_what_they_take_part_in(
    api: Api, still: Scene, tokens: dict[str, str], name: str
) -> None:
    status, text = await ask(api, name, still, tokens["stranger"])
    assert (status, '"not_found"' in text) == (404, True), text
    for token in (tokens["a"], tokens["b"], None):
        assert (await ask(api, name, still, token))[0] == 200
    async with asking(api.served, None) as asked:
        assert (await ask(asked, name, still, None))[0] == 401


@pytest.mark.parametrize("name", WHOEVER)
async def test_a_person_sees_what_all_see(api: Api, scene: Scene, name: str) -> None:
    status, text = await ask(api, name, scene, await a_token(api, scene.stranger))
    assert (status, text) == await ask(api, name, scene, None)
    assert status == 200
    async with asking(api.served, None) as asked:
        assert (await ask(asked, name, scene, None))[0] == 401


@pytest.mark.parametrize("name", STREAMS)
async def test_a_person_follows_their_own_stream(api: Api, scene: Scene, name: str) -> None:
    path = scene.path(api.operation(name))
    own, others = await a_token(api, scene.pair.a), await a_token(api, scene.pair.b)
    # A stream has no end; HEAD asks for all but what streams.
    assert (await api.ask("HEAD", path, headers=bearer(own))).status_code == 200
    assert (await api.ask("HEAD", path, headers=bearer(others))).status_code == 404
    refused(await api.ask("GET", path, headers=bearer(others)), 404, "not_found")


async def test_what_is_for_services_is_closed_to_persons(
    api: Api, still: Scene, tokens: dict[str, str]
) -> None:
    async with unchanged(api, still):
        for name in SERVICES:
            status, text = await ask(api, name, still, tokens["a"])
            assert (status, '"scope_insufficient"' in text) == (403, True), (name, text)


@pytest.mark.parametrize("name", ["get_conversation", "list_messages"])
async def test_a_person_cannot_take_anothers_view(api: Api, scene: Scene, name: str) -> None:
    operation = api.operation(name)
    headers = bearer(await a_token(api, scene.pair.a))
    for other in (scene.pair.b, scene.stranger, nobody()):
        answer = await api.ask(
            "GET", scene.path(operation), params={"person_id": other}, headers=headers
        )
        refused(answer, 404, "not_found")


async def test_a_person_who_ends_a_call_ends_it_themself(api: Api) -> None:
    scene = await a_scene(api)
    path = f"/v1/video-calls/{scene.call}/end"
    stranger = bearer(await a_token(api, scene.stranger))
    refused(await api.ask("POST", path, json={}, headers=stranger), 404, "not_found")
    callee = bearer(await a_token(api, scene.pair.b))
    ended = await api.ask("POST", path, json={}, headers=callee)
    assert ended.json()["state"] == "ended"


async def test_a_person_does_not_open_a_conversation_of_others(api: Api, scene: Scene) -> None:
    headers = bearer(await a_token(api, scene.stranger))
    for pair in ([scene.pair.a, scene.pair.b], [scene.pair.a, scene.stranger]):
        body = {"kind": "pair", "participants": pair}
        answer = await api.ask("POST", "/v1/conversations", json=body, headers=headers)
        refused(answer, 404, "not_found")


async def test_an_idempotency_key_is_a_persons_whichever_token_they_use(api: Api) -> None:
    pair = await given.a_pair(api)
    path, body = f"{pair.path}/messages", {"sender_id": pair.a, "text": "Once"}
    first, again = [
        await api.ask(
            "POST",
            path,
            json=body,
            headers={**bearer(await a_token(api, pair.a)), "Idempotency-Key": "one"},
        )
        for _ in range(2)
    ]
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    others = {**bearer(await a_token(api, pair.b)), "Idempotency-Key": "one"}
    answer = await api.ask("POST", path, json={**body, "sender_id": pair.b}, headers=others)
    assert "idempotency-replayed" not in answer.headers
    assert answer.json()["message"]["sender_id"] == pair.b
    service = await api.post(path, body, key="one")
    assert "idempotency-replayed" not in service.headers
