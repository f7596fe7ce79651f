"""Service keys: what each scope covers, and what is no key."""

from datetime import datetime
from typing import Any

import httpx
import pytest

from domain.identity.service_keys import Scope
from entrypoints.settings import Settings
from entrypoints.wiring.database import opened
from tests.http.api import Api, asking, fresh, invalid, refused
from tests.http.conformance import Operation
from tests.http.scene import a_scene, nobody, unchanged
from tests.http.stored import Stored

ADMIN = {
    "set_tier",
    "suspend_person",
    "reinstate_person",
    "list_reports",
    "get_prompt_analytics",
    "void_call",
    "move_clock",
} | {
    "grant_video_credits",
    "grant_seconds",
    "grant_account_credit",
    "take_back_account_credit",
    "refund_payment",
    "reconcile_payments",
    "get_revenue",
    "get_revenue_csv",
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
    "list_referral_reviews",
    "review_referral",
    "list_referral_rewards",
    "publish_referral_reward",
    "change_referral_reward",
    "get_referral_analytics",
    "get_referral_analytics_csv",
}
MOST_BEFORE_IT_IS_TOLD = 1000
PUBLIC = {"live", "ready", "metrics", "take_payment_webhook"}
COVERED = {"read": {"read"}, "write": {"read", "write"}, "admin": {"read", "write", "admin"}}


def name_of(operation: Operation) -> str:
    return str(operation.described["operationId"])


def needed(operation: Operation) -> str:
    if name_of(operation) in ADMIN:
        return "admin"
    return "read" if operation.method == "GET" else "write"


async def ask(api: Api, operation: Operation, **request: Any) -> httpx.Response:
    """Ask for what is absent, so that whoever is let in changes nothing."""
    return await api.ask(operation.method, operation.filled(nobody), **request)


@pytest.mark.parametrize("scope", COVERED)
async def test_a_key_may_do_what_its_scope_covers_and_nothing_else(api: Api, scope: str) -> None:
    async with asking(api.served, scope) as asked:
        for operation in api.description.operations:
            answer = await ask(asked, operation, json={"surprise": 1})
            if operation.for_persons_only:
                assert "person's token" in refused(answer, 403, "scope_insufficient")["detail"]
            elif operation.for_anyone:
                invalid(answer)
            elif name_of(operation) in PUBLIC or needed(operation) in COVERED[scope]:
                assert answer.status_code not in {401, 403}, (operation, answer.text)
            else:
                problem = refused(answer, 403, "scope_insufficient")
                assert f"'{needed(operation)}'" in problem["detail"]
                assert f"'{scope}'" in problem["detail"]


def test_the_operations_for_admins_exist(in_memory: Api) -> None:
    names = {name_of(operation) for operation in in_memory.description.operations}
    assert names >= ADMIN | PUBLIC


@pytest.mark.parametrize("key", [None, "revoked"])
async def test_without_a_key_that_is_taken_only_health_answers(api: Api, key: str | None) -> None:
    scene = await a_scene(api)
    async with unchanged(api, scene), asking(api.served, key) as asked:
        for operation in api.description.operations:
            name = name_of(operation)
            if key is None and name == "request_code":
                continue  # it would do what it is for
            body = scene.body(name) if "requestBody" in operation.described else None
            answer = await asked.ask(
                operation.method, scene.path(operation), json=body, params=scene.params(name)
            )
            if name == "take_payment_webhook":
                refused(answer, 400, "invalid_signature")  # a signature is its credential
            elif name in PUBLIC:
                assert answer.status_code == 200
            elif key is None and operation.for_anyone:
                assert answer.status_code not in {401, 500}
            else:
                refused(answer, 401, "unauthenticated")
                assert answer.headers["www-authenticate"].startswith("Bearer")


MALFORMED = {
    "empty": "",
    "no scheme": "{key}",
    "no key": "Bearer",
    "another scheme": "Basic {key}",
    "another credential": "Token {key}",
    "cut off": "Bearer {cut}",
    "with more": "Bearer {key}x",
    "two keys": "Bearer {key}, Bearer {key}",
    "quoted": 'Bearer "{key}"',
    "no ASCII": "Bearer kk_service_é",
    "only the prefix": "Bearer kk_service_",
    "a person's": "Bearer kk_user_abc",
    "long": "Bearer kk_service_" + "x" * 10_000,
    "SQL": "Bearer kk_service_' OR '1'='1",
}


@pytest.mark.parametrize("header", MALFORMED.values(), ids=MALFORMED)
async def test_what_is_no_key_is_401(api: Api, header: str) -> None:
    key = api.served.keys["admin"]
    value = header.format(key=key, cut=key[:-1]).encode("latin-1")
    async with asking(api.served, None) as asked:
        answer = await asked.ask("GET", "/v1/persons", headers={"Authorization": value})
        problem = refused(answer, 401, "unauthenticated")
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert key not in answer.text
        hint = "sign in again" if "kk_user_" in header else "kithkin keys create"
        assert hint in problem["detail"]


async def test_of_two_credentials_none_is_taken(api: Api) -> None:
    right = f"Bearer {api.served.keys['admin']}"
    async with asking(api.served, None) as asked:
        for other in (right, "Bearer kk_service_x"):
            headers = [("Authorization", right), ("Authorization", other)]
            answer = await asked.ask("GET", "/v1/persons", headers=headers)
            refused(answer, 401, "unauthenticated")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_the_scheme_is_taken_in_any_case(api: Api, scheme: str) -> None:
    async with asking(api.served, None) as asked:
        header = {"Authorization": f"{scheme} {api.served.keys['read']}"}
        answer = await asked.ask("GET", "/v1/persons", params={"limit": 1}, headers=header)
        assert answer.status_code == 200


async def test_who_may_not_ask_does_not_learn_what_is_wrong_with_the_request(api: Api) -> None:
    async with asking(api.served, None) as asked:
        answer = await asked.ask("POST", "/v1/persons", content=b"{")
        refused(answer, 401, "unauthenticated")
    async with asking(api.served, "read") as asked:
        answer = await asked.ask("POST", "/v1/persons", content=b"{")
        refused(answer, 403, "scope_insufficient")


async def test_a_revoked_key_is_taken_no_longer_by_any_process(
    on_postgres: Api, beside_it: Api, database: str
) -> None:
    async with opened(Settings(test_clock=True), database) as kithkin:
        made = await kithkin.identity.create_key()(Scope.READ)
        header = {"Authorization": f"Bearer {made.secret}"}
        request: dict[str, Any] = {"params": {"limit": 1}, "headers": header}
        for api in (on_postgres, beside_it):
            assert (await api.ask("GET", "/v1/persons", **request)).status_code == 200
        await kithkin.identity.revoke_key()(made.stored.id)
        for api in (on_postgres, beside_it):
            refused(await last_answer(api, request), 401, "unauthenticated")


async def last_answer(api: Api, request: dict[str, Any]) -> httpx.Response:
    """What is answered once it is no success: PostgreSQL tells of a revocation as it commits."""
    for _ in range(MOST_BEFORE_IT_IS_TOLD):
        answer = await api.ask("GET", "/v1/persons", **request)
        if not answer.is_success:
            return answer
    pytest.fail(f"{MOST_BEFORE_IT_IS_TOLD} requests were taken")


async def test_the_last_use_of_a_key_is_known_to_the_minute(
    on_postgres: Api, database: str, stored: Stored
) -> None:
    async with opened(Settings(test_clock=True), database) as kithkin:
        made = await kithkin.identity.create_key()(Scope.READ)

    async def last_used() -> datetime | None:
        query = "SELECT last_used_at FROM service_keys WHERE id = $1"
        found: datetime | None = await stored.connection.fetchval(query, made.stored.id)
        return found

    async def use() -> datetime:
        header = {"Authorization": f"Bearer {made.secret}"}
        answer = await on_postgres.ask("GET", "/v1/test-clock", headers=header)
        return datetime.fromisoformat(answer.json()["now"])

    assert await last_used() is None
    first = await use()
    assert await last_used() == first
    await on_postgres.pass_time(seconds=59)
    await use()
    assert await last_used() == first
    await on_postgres.pass_time(seconds=1)
    assert await use() == await last_used()


async def test_no_key_is_stored_or_logged_in_clear(on_postgres: Api, stored: Stored) -> None:
    await on_postgres.get("/v1/persons", limit=1)
    log = on_postgres.served.log.read_text()
    for secret in on_postgres.served.keys.values():
        assert secret not in log
        assert not await stored.mentions(secret)
    name = fresh()
    await on_postgres.made("/v1/persons", name=name)
    assert await stored.mentions(name)


async def test_a_query_is_no_place_for_a_key(api: Api) -> None:
    async with asking(api.served, None) as asked:
        key = api.served.keys["admin"]
        answer = await asked.ask("GET", "/v1/persons", params={"access_token": key, "key": key})
        refused(answer, 401, "unauthenticated")
