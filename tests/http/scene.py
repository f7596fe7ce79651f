"""A small world with one of everything, and a request for each operation that fits into it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from attrs import frozen

from tests.http import given
from tests.http.api import Api, Json
from tests.http.conformance import Operation
from tests.http.stored import looking_into

TAKES_BODY = (
    "register_person",
    "change_person",
    "set_tier",
    "suspend_person",
    "set_preferences",
    "file_report",
    "open_conversation",
    "send_message",
    "edit_message",
    "mark_read",
    "start_call",
    "report_presence",
    "decline_call",
    "end_call",
    "next_prompt",
    "act_on_prompt",
    "void_call",
    "start_usage_session",
    "settle_usage_session",
    "grant_seconds",
    "make_quote",
    "start_checkout",
    "refund_payment",
    "change_subscription",
    "grant_account_credit",
    "take_back_account_credit",
    "move_clock",
    "create_webhook_endpoint",
    "set_webhook_status",
    "request_code",
    "sign_in",
    "mint_token",
    "start_google",
    "finish_google",
    "send_video_message",
    "report_viewed",
    "grant_video_credits",
    "record_activity",
    "set_pause",
    "publish_achievement",
    "change_achievement",
    "show_award",
    "make_referral_code",
    "invite_person",
    "redeem_referral",
    "review_referral",
    "publish_referral_reward",
    "change_referral_reward",
    "choose_persona",
    "ask_companion",
    "record_call",
    "edit_companion_message",
)
TEXTS = {
    "register_person": "name",
    "change_person": "display_name",
    "suspend_person": "reason",
    "file_report": "reason",
    "void_call": "reason",
    "send_message": "text",
    "edit_message": "text",
    "edit_companion_message": "text",
    "create_webhook_endpoint": "description",
    "grant_video_credits": "reason",
    "publish_achievement": "description",
    "change_achievement": "description",
    "grant_seconds": "reason",
    "publish_referral_reward": "description",
    "change_referral_reward": "description",
    "grant_account_credit": "reason",
    "take_back_account_credit": "reason",
    "refund_payment": "reason",
}
"""What people write themselves, by operation."""


@frozen
class Scene:
    """Two persons in conversation, one of whom learns something, and one who takes no part.

    Attributes:
        pair: The two.
        stranger: Takes no part in anything.
        message: One of `pair.a`.
        call: `pair.a` calls, it rings.
        talk: A call that others completed; none in a scene beside another.
        prompt: What `pair.a` was prompted about; none in a scene beside another.
        soon: An hour from now.
        awaited: A video message of `pair.b`, whose upload is awaited.
        watchable: Another, which is uploaded.
        away: Two dates of next week.
        quote: One of `pair.a`.
        payment: One of `pair.a`, who has paid it.
        grant: Account credit of `pair.a`.
        usage_session: One of `pair.a`, who has seconds left for others.
        companion: The conversation of `pair.a` with their companion.
        companion_session: The chat that goes on there.
        companion_message: What `pair.a` said in it.
        now: The server's time when the scene began.
        endpoint: A webhook endpoint, the same for all scenes; nothing is sent to it.
        codes: The referral codes of the stranger and of `pair.b`; `pair.a` has one, too.
        reward: What is given for so many referrals, the same for all scenes.
    """

    pair: given.Pair
    stranger: str
    message: str
    call: str
    talk: str | None
    prompt: str | None
    soon: str
    awaited: str
    watchable: str
    away: tuple[str, str]
    usage_session: str
    quote: str
    payment: str
    grant: str
    endpoint: str
    codes: tuple[str, str]
    reward: str
    companion: str
    companion_session: str
    companion_message: str
    now: str

    @property
    def own_key(self) -> str:
        """The key of an achievement that nobody else publishes."""
        return f"said_{self.message.replace('-', '')}"

    def path(self, operation: Operation) -> str:
        """The operation's path, with ids of this scene."""
        voids = operation.described["operationId"] == "void_call"
        with_companion = "Companions" in operation.described.get("tags", ())
        return operation.path.format(
            person_id=self.pair.a,
            other_id=self.pair.b,
            conversation_id=self.companion if with_companion else self.pair.id,
            companion_session_id=self.companion_session,
            observation_id=nobody(),
            message_id=self.companion_message if with_companion else self.message,
            call_id=(self.talk or nobody()) if voids else self.call,
            video_message_id=self.watchable if operation.path.endswith("/viewed") else self.awaited,
            endpoint_id=self.endpoint,
            prompt_id=self.prompt or nobody(),
            event_id=nobody(),
            session_id=nobody(),
            kind="login",
            key="welcome",
            usage_session_id=self.usage_session,
            reward_id=self.reward,
            referral_id=nobody(),
            quote_id=self.quote,
            payment_id=self.payment,
            grant_key=self.grant,
            provider="sandbox",
        )

    def body(self, operation_id: str) -> dict[str, Any]:
        """A body that the operation takes here; empty for those that take none."""
        a, b = self.pair.a, self.pair.b
        bodies: dict[str, dict[str, Any]] = {
            "register_person": {"name": "Ana Lima"},
            "change_person": {"name": "Ana de Lima"},
            "set_tier": {"tier": "plus"},
            "suspend_person": {"reason": "Spam"},
            "set_preferences": {"target_language": "ja", "specific_goals": ["Order food"]},
            "file_report": {"reporter_id": b, "reported_id": a, "reason": "Spam"},
            "open_conversation": {"kind": "pair", "participants": [a, self.stranger]},
            "send_message": {"sender_id": a, "text": "Hello"},
            "edit_message": {"sender_id": a, "text": "Hello again"},
            "edit_companion_message": {"text": "Hello again"},
            "mark_read": {"person_id": b, "message_id": self.message},
            "start_call": {"initiator_id": a, "scheduled_for": self.soon},
            "report_presence": {"person_id": a, "event": "connected"},
            "decline_call": {"person_id": b},
            "end_call": {"person_id": a},
            "next_prompt": {"person_id": a, "conversation_id": self.pair.id},
            "act_on_prompt": {"action": "dismissed"},
            "void_call": {"reason": "Fraud"},
            "start_usage_session": {"person_id": a, "language": "ja"},
            "settle_usage_session": {"input_tokens": 100},
            "grant_seconds": {"seconds": 60, "reason": "Goodwill"},
            "make_quote": {"person_id": a, "item": "plus_monthly", "currency": "USD"},
            "start_checkout": {"quote_id": self.quote},
            "refund_payment": {"reason": "By mistake", "amount_minor": 1},
            "change_subscription": {"item": "plus_monthly"},
            "grant_account_credit": {
                "amount_minor": 500,
                "currency": "USD",
                "reason": "Goodwill",
            },
            "take_back_account_credit": {"reason": "By mistake"},
            "move_clock": {"now": self.soon},
            "create_webhook_endpoint": {"url": "https://receiver.invalid", "description": "x"},
            "set_webhook_status": {"status": "enabled"},
            "request_code": {"email": given.an_email()},
            "sign_in": {"email": given.an_email(), "nonce": "none", "code": "01234567"},
            "mint_token": {"lifetime_seconds": 900},
            "start_google": {},
            "send_video_message": {"sender_id": a, "upload_ref": "uploads/2"},
            "report_viewed": {"person_id": a},
            "grant_video_credits": {"credits": 5, "reason": "An upload was lost"},
            "record_activity": {"kind": "app_open"},
            "set_pause": {"starts_on": self.away[0], "ends_on": self.away[1]},
            "publish_achievement": {
                "key": self.own_key,
                "name": "Said a lot",
                "description": "Say a lot.",
                "category": "milestone",
                "points": 5,
                "requirements": {"metric": "messages_sent", "at_least": 1_000_000},
            },
            "change_achievement": {"name": "Welcome"},
            "show_award": {"is_public": True},
            "make_referral_code": {"replace": True},
            "invite_person": {"person_id": a, "method": "link", "source": "sms"},
            "redeem_referral": {"person_id": a, "code": self.codes[0]},
            "review_referral": {
                "verdict": "approve",
                "reviewed_by": "eve@example.org",
                "reason": "They share a flat.",
            },
            "publish_referral_reward": {
                "name": "A friend",
                "description": "For the first friend.",
                "type": "badge",
                "value": {"badge": "Friend"},
            },
            "change_referral_reward": {"description": "For the very first friend."},
            "choose_persona": {"baseline": "calm_mature", "sliders": {"depth": 1}},
            "ask_companion": {"text": "Hello again"},
            "record_call": {
                "started_at": self.now,
                "ended_at": self.now,
                "turns": [{"role": "user", "text": "Hello?"}],
            },
            "finish_google": {"state": "none", "code": "none", "nonce": "none"},
        }
        return bodies.get(operation_id, {})

    def other_body(self, operation_id: str) -> dict[str, Any]:
        """Another body that a POST takes here."""
        later = (datetime.fromisoformat(self.soon) + timedelta(hours=1)).isoformat()
        changes: dict[str, dict[str, Any]] = {
            "register_person": {"name": "Bo Chen"},
            "erase_person": {"takes": "no body, but its bytes are part of the request"},
            "file_report": {"reason": "Insults"},
            "open_conversation": {"participants": [self.pair.b, self.stranger]},
            "send_message": {"text": "Something else"},
            "start_call": {"scheduled_for": later},
            "report_presence": {"person_id": self.pair.b},
            "decline_call": {"person_id": self.pair.a},
            "end_call": {"person_id": self.pair.b},
            "next_prompt": {"draft_length": 300},
            "act_on_prompt": {"action": "continued_typing"},
            "void_call": {"reason": "Bots"},
            "start_usage_session": {"language": "pt"},
            "settle_usage_session": {"input_tokens": 200},
            "beat_usage_session": {"takes": "no body"},
            "extend_usage_session": {"takes": "no body"},
            "grant_seconds": {"seconds": 61},
            "make_quote": {"item": "premium_annual"},
            "start_checkout": {"quote_id": nobody()},
            "grant_account_credit": {"reason": "A mistake of ours"},
            "request_code": {"email": given.an_email()},
            "mint_token": {"lifetime_seconds": 901},
            "send_video_message": {"upload_ref": "uploads/3"},
            "report_uploaded": {"takes": "no body, but its bytes are part of the request"},
            "report_failed": {"takes": "no body, but its bytes are part of the request"},
            "report_viewed": {"person_id": self.pair.b},
            "grant_video_credits": {"credits": 6},
            "make_referral_code": {"expires_at": later},
            "invite_person": {"method": "qr_code"},
            "redeem_referral": {"code": self.codes[1]},
            "publish_referral_reward": {"name": "One friend"},
        }
        return {**self.body(operation_id), **changes[operation_id]}

    def params(self, operation_id: str) -> dict[str, str]:
        """The query that the operation needs here."""
        queries = {
            "list_conversations": {"person_id": self.pair.a},
            "get_allowance": {"person_id": self.pair.a},
            "get_prompt_analytics": {"from": "2026-01-01", "to": "2026-01-31"},
            "delete_message": {"sender_id": self.pair.a},
            "get_paywall": {"action": "session"},
            "judge_redemption": {"person_id": self.pair.a, "code": self.codes[0]},
            "get_catalogue": {"currency": "USD"},
            "get_revenue": {"from": "2026-01-01", "to": "2026-01-31"},
            "get_revenue_csv": {"from": "2026-01-01", "to": "2026-01-31"},
            "list_account_credit_lines": {"currency": "USD"},
        }
        return queries.get(operation_id, {})


async def a_scene(api: Api, *, a: str | None = None) -> Scene:
    # Time goes by only for a scene of its own: in one beside another, the other's call rings.
    talk = None if a else (await given.a_completed_call(api, await given.a_pair(api)))["id"]
    pair = await given.a_pair(api, a=a)
    message = await given.a_message(api, pair, pair.a)
    await api.put(f"/v1/persons/{pair.a}/learning-preferences", target_language="pt")
    watchable = await given.a_video_message(api, pair, pair.b)
    await given.uploaded(api, watchable)
    # Before the call, during which nobody is prompted; the other scene has one that rings.
    prompt = None if a else (await given.a_prompt(api, pair))["id"]
    now = await api.now()
    stranger = await given.a_person(api, name="Cy Ode")
    await given.a_referral_code(api, pair.a)
    companion = await given.a_companion(api, pair.a)
    talks = await api.get(f"/v1/conversations/{companion}/sessions")
    said = await api.get(f"/v1/conversations/{companion}/replies", limit=1)
    scene = Scene(
        pair=pair,
        stranger=stranger,
        codes=(
            await given.a_referral_code(api, stranger),
            await given.a_referral_code(api, pair.b),
        ),
        reward=await given.a_referral_reward(api),
        message=message["id"],
        call=await given.a_call(api, pair),
        awaited=(await given.a_video_message(api, pair, pair.b))["id"],
        watchable=watchable["id"],
        talk=talk,
        prompt=prompt,
        soon=(now + timedelta(hours=1)).isoformat(),
        away=(str((now + timedelta(days=7)).date()), str((now + timedelta(days=8)).date())),
        usage_session=await given.a_usage_session(api, pair.a),
        quote=(await given.a_quote(api, pair.a))["id"],
        payment=(await given.a_paid_payment(api, pair.a))["id"],
        grant=await given.a_credit_grant(api, pair.a),
        endpoint=await given.an_endpoint(api),
        companion=companion,
        companion_session=talks["items"][0]["id"],
        companion_message=said["items"][0]["id"],
        now=now.isoformat(),
    )
    # A read counts what is pending first: here the payment, for referrals.
    await api.get(f"/v1/persons/{pair.a}/referrals")
    return scene


@asynccontextmanager
async def unchanged(api: Api, *scenes: Scene) -> AsyncIterator[None]:
    """Nothing is stored or changed: on PostgreSQL at all, in memory of the three of each scene."""
    if api.served.database is None:
        before = [await _seen(api, scene) for scene in scenes]
        yield
        assert [await _seen(api, scene) for scene in scenes] == before, "something was stored"
    else:
        async with looking_into(api.served.database) as stored:
            kept = await stored.everything()
            yield
            assert await stored.everything() == kept, "something was stored"


async def _seen(api: Api, scene: Scene) -> list[Json]:
    persons = (scene.pair.a, scene.pair.b, scene.stranger)
    return [
        # Of one who was erased there is nothing more to read, which is an answer too.
        *[(await api.ask("GET", f"/v1/persons/{person}/export")).json() for person in persons],
        *[await api.get("/v1/reports", person_id=person) for person in persons],
        await api.get("/v1/test-clock"),
    ]


def nobody() -> str:
    """An id that stands for nothing."""
    return str(uuid4())
