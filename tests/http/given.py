"""What tests find on the server before they begin, all of it their own."""

from datetime import datetime
from typing import Any

from attrs import frozen

from tests.http.api import Api, Json, done, fresh

TALK_SECONDS = 60
SEE_OTHER = 303


@frozen
class Pair:
    """Two persons and their conversation.

    Attributes:
        a: The id of the one who opened it.
        b: The other's id.
        id: The conversation's id.
        path: Where it is found.
    """

    a: str
    b: str
    id: str

    @property
    def path(self) -> str:
        return f"/v1/conversations/{self.id}"


async def a_person(api: Api, **profile: Any) -> str:
    person = await api.made("/v1/persons", **{"name": "Ana Lima", **profile})
    ident: str = person["id"]
    return ident


def an_email() -> str:
    return f"{fresh('ana')}@example.org"


async def a_pair(api: Api, *, a: str | None = None, **profile: Any) -> Pair:
    """Two persons in conversation; a profile is that of both."""
    one = a or await a_person(api, **profile)
    two = await a_person(api, **{**profile, "name": "Bo Chen"})
    return await a_pair_of(api, one, two)


async def a_pair_of(api: Api, one: str, two: str) -> Pair:
    opened = await api.made("/v1/conversations", kind="pair", participants=[one, two])
    return Pair(one, two, opened["id"])


async def a_message(api: Api, pair: Pair, sender: str, text: str = "Hello") -> Json:
    sent = await api.made(f"{pair.path}/messages", sender_id=sender, text=text)
    return sent["message"]


async def messages(api: Api, pair: Pair, sender: str, number: int) -> list[Json]:
    """Messages one after the other."""
    sent = []
    for _ in range(number):
        await api.pass_time(microseconds=1)
        sent.append(await a_message(api, pair, sender))
    return sent


async def use_up_day(api: Api, pair: Pair, sender: str) -> Json:
    """Send until nothing is left; give the decision on the next message."""
    decision = await allowance(api, pair, sender)
    for _ in range(decision["remaining"]):
        await a_message(api, pair, sender)
    return await allowance(api, pair, sender)


async def allowance(api: Api, pair: Pair, person: str) -> Json:
    return await api.get(f"{pair.path}/allowance", person_id=person)


async def a_call(api: Api, pair: Pair, **request: Any) -> str:
    call = await api.made(f"{pair.path}/video-calls", **{"initiator_id": pair.a, **request})
    ident: str = call["id"]
    return ident


async def report(api: Api, call: str, person: str, event: str = "connected") -> Json:
    return await api.made(f"/v1/video-calls/{call}/presence", person_id=person, event=event)


async def an_answered_call(api: Api, pair: Pair) -> str:
    """A call that both are connected to."""
    call = await a_call(api, pair)
    await report(api, call, pair.a)
    await report(api, call, pair.b)
    return call


async def a_completed_call(api: Api, pair: Pair) -> Json:
    """A call just long enough, which ends now."""
    call = await an_answered_call(api, pair)
    await api.pass_time(seconds=TALK_SECONDS)
    ended = await api.made(f"/v1/video-calls/{call}/end")
    assert ended["outcome"] == "completed"
    return ended


async def a_video_message(api: Api, pair: Pair, sender: str, **request: Any) -> Json:
    path = f"{pair.path}/video-messages"
    return await api.made(path, sender_id=sender, **{"upload_ref": "uploads/1", **request})


def video_path(message: Json) -> str:
    return f"/v1/conversations/{message['conversation_id']}/video-messages/{message['id']}"


async def uploaded(api: Api, message: Json) -> Json:
    return await api.made(f"{video_path(message)}/uploaded")


async def video_allowance(api: Api, person: str, needed: int = 1) -> Json:
    return await api.get(f"/v1/persons/{person}/video-messages/allowance", needed=needed)


async def credits_for(api: Api, person: str, number: int) -> Json:
    path = f"/v1/persons/{person}/video-credits/grants"
    return await api.made(path, credits=number, reason="An upload was lost")


async def a_usage_session(api: Api, person: str) -> str:
    """A session that goes on, of a person who has seconds left for others."""
    await api.made(f"/v1/persons/{person}/usage/grants", seconds=100_000, reason="A gift")
    session = await api.made("/v1/usage/sessions", person_id=person)
    return str(session["id"])


async def a_companion(api: Api, person: str, text: str = "Hello") -> str:
    """A conversation with a companion, in which a chat goes on."""
    opened = await api.made("/v1/conversations", kind="companion", person_id=person)
    answer = await api.post(f"/v1/conversations/{opened['id']}/replies", {"text": text})
    assert answer.status_code == 200, answer.text
    return str(opened["id"])


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def an_endpoint(api: Api) -> str:
    """The first webhook endpoint there is; a server takes a hundred."""
    path = "/v1/webhook-endpoints"
    known = (await api.get(path, limit=1))["items"]
    made = known or [await api.made(path, url="https://receiver.invalid/kithkin")]
    return str(made[0]["id"])


async def a_referral_code(api: Api, person_id: str) -> str:
    """The code that a person gives on."""
    answer = await api.post(f"/v1/persons/{person_id}/referral-code", {})
    return str(done(answer)["code"])


async def a_referral_reward(api: Api) -> str:
    """The first milestone's reward there is; a server keeps two hundred."""
    path = "/v1/referral-rewards"
    known = (await api.get(path))["items"]
    made = known or [
        await api.made(
            path,
            name="Many friends",
            description="For many friends.",
            type="badge",
            value={"badge": "Ambassador"},
            required_referrals=1000,
        )
    ]
    return str(made[0]["id"])


async def asked_for_prompt(api: Api, pair: Pair, **request: Any) -> Json:
    """What the one who opened the conversation is answered there."""
    where = {"person_id": pair.a, "conversation_id": pair.id}
    return await api.made("/v1/prompts/next", **{**where, **request})


async def a_prompt(api: Api, pair: Pair) -> Json:
    """A prompt about a long message, which is shown."""
    answer = await asked_for_prompt(api, pair, draft_length=300)
    assert answer["prompt"] is not None, answer
    return answer["prompt"]


async def a_paid_payment(api: Api, person: str, item: str = "seconds_3600") -> Json:
    """A payment that the person made on the sandbox's page."""
    quote = await a_quote(api, person, item=item)
    payment = await api.made("/v1/checkouts", quote_id=quote["id"])
    paid = await api.client.post(payment["page_url"], data={"action": "pay"})
    assert paid.status_code == SEE_OTHER, paid.text
    return await api.get(f"/v1/payments/{payment['id']}")


async def a_quote(api: Api, person: str, item: str = "plus_monthly", currency: str = "USD") -> Json:
    return await api.made("/v1/quotes", person_id=person, item=item, currency=currency)


async def a_credit_grant(api: Api, person: str) -> str:
    """The key under which a person has account credit in rupees."""
    await account_credit(api, person, 500, "INR")
    path = f"/v1/persons/{person}/account-credit/ledger"
    key: str = (await api.get(path, currency="INR"))["items"][0]["key"]
    return key


async def account_credit(api: Api, person: str, amount_minor: int, currency: str = "USD") -> Json:
    """Give a person credit, and give what they have."""
    path = f"/v1/persons/{person}/account-credit/grants"
    return await api.made(path, amount_minor=amount_minor, currency=currency, reason="Goodwill")
