"""Referrals over HTTP: codes, invites, what comes of them, and what they come to."""

import csv
import io
import struct
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID

import httpx
import pytest
from uuid_utils.compat import uuid7

from application.shared.outbox import outgoing
from domain.billing.events import PaymentRefunded, PaymentSettled
from domain.shared.ids import PaymentId, PersonId
from entrypoints.settings import Settings
from entrypoints.wiring.kithkin import Kithkin, on_postgres
from tests.http import given
from tests.http.api import Api, Json, asking, done, fresh, invalid, pointers, refused, replayed
from tests.http.running import served
from tests.http.signing_in import a_token, bearer

WEEK = timedelta(days=7)
REDEEM = "/v1/referrals/redeem"


async def redeem(api: Api, person: str, code: str, **more: str) -> Json:
    return done(await api.post(REDEEM, {"person_id": person, "code": code, **more}))


async def progress(api: Api, person: str) -> Json:
    return await api.get(f"/v1/persons/{person}/referrals/progress")


async def a_referee(api: Api, code: str) -> str:
    person = await given.a_person(api)
    foreseen = await api.get(REDEEM, person_id=person, code=code)
    answer = await redeem(api, person, code)
    assert answer["outcome"] == "accepted", answer["reasons"]
    assert (foreseen["outcome"], foreseen["reasons"]) == ("accepted", answer["reasons"])
    return person


def refusing(answer: Json) -> list[str]:
    return [reason["rule"] for reason in answer["reasons"] if not reason["satisfied"]]


async def test_a_code_is_made_replaced_and_deactivated(api: Api) -> None:
    person = await given.a_person(api)
    path = f"/v1/persons/{person}/referral-code"
    refused(await api.ask("GET", path), 404, "not_found")
    first = await api.post(path, {})
    assert first.status_code == 201
    code = done(first)
    assert len(code["code"]) == 8
    assert not set("01OIL") & set(code["code"])
    assert code["link"] is None
    again = await api.post(path, {})
    assert (again.status_code, done(again)) == (200, code)
    assert await api.get(path) == code
    ends = (await api.now()) + timedelta(hours=1)
    other = done(await api.post(path, {"replace": True, "expires_at": ends.isoformat()}))
    assert other["code"] != code["code"]
    answer = await redeem(api, await given.a_person(api), code["code"])
    assert (answer["outcome"], refusing(answer)) == ("rejected", ["code_is_usable"])
    assert answer["referral"] is None
    gone = done(await api.post(f"{path}/deactivate", {}))
    assert gone["deactivated_at"] is not None
    refused(await api.post(f"{path}/deactivate", {}), 409, "no_active_code")
    past = (await api.now()) - timedelta(seconds=1)
    wrong = await api.post(path, {"expires_at": past.isoformat()})
    assert pointers(invalid(wrong)) == ["/expires_at"]


async def test_a_deactivation_is_answered_once(api: Api) -> None:
    person, key = await given.a_person(api), fresh()
    await given.a_referral_code(api, person)
    path = f"/v1/persons/{person}/referral-code/deactivate"
    first = await api.post(path, {}, key=key)
    repeat = await api.post(path, {}, key=key)
    assert (repeat.content, replayed(repeat)) == (first.content, True)


async def test_qr_codes_are_pictures(api: Api) -> None:
    person = await given.a_person(api)
    await given.a_referral_code(api, person)
    path = f"/v1/persons/{person}/referral-code"
    svg = await api.ask("GET", f"{path}/qr.svg")
    assert svg.headers["content-type"].startswith("image/svg+xml")
    assert ET.fromstring(svg.content).tag.endswith("svg")
    png = await api.ask("GET", f"{path}/qr.png")
    assert png.headers["content-type"] == "image/png"
    assert png.content[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png.content[16:24])
    assert width == height > 100
    invite = await api.made("/v1/referrals/invites", person_id=person, method="qr_code")
    of_invite = await api.ask("GET", f"{path}/qr.png", params={"invite_id": invite["id"]})
    assert of_invite.content != png.content
    other = await given.a_person(api)
    absent = await api.ask(
        "GET", f"/v1/persons/{other}/referral-code/qr.svg", params={"invite_id": invite["id"]}
    )
    refused(absent, 404, "not_found")


async def test_links_carry_codes_and_tokens() -> None:
    link = "https://app.example.org/join?from=kithkin"
    with served(Settings(memory=True, test_clock=True, referral_link=link)) as server:
        async with asking(server) as api:
            person = await given.a_person(api)
            code = await given.a_referral_code(api, person)
            shown = await api.get(f"/v1/persons/{person}/referral-code")
            assert shown["link"] == f"{link}&code={code}"
            invite = await api.made("/v1/referrals/invites", person_id=person, method="link")
            assert invite["link"] == f"{link}&invite={invite['token']}"


async def test_an_invite_is_taken_up_and_listed(api: Api) -> None:
    referrer, referee = await given.a_person(api), await given.a_person(api)
    invite = await api.made(
        "/v1/referrals/invites",
        person_id=referrer,
        method="contact_share",
        source="sms",
        metadata={"campaign": "spring"},
    )
    assert (invite["state"], invite["referee_id"]) == ("invited", None)
    answer = done(await api.post(REDEEM, {"person_id": referee, "token": invite["token"]}))
    assert answer["outcome"] == "accepted"
    came = answer["referral"]
    assert (came["id"], came["state"], came["referee_id"]) == (invite["id"], "signed_up", referee)
    assert (came["token"], came["metadata"]) == (None, {})
    [listed] = await api.all_of(f"/v1/persons/{referrer}/referrals")
    assert (listed["id"], listed["metadata"]) == (invite["id"], {"campaign": "spring"})
    assert listed["as_status"] == {
        "status": "pending",
        "reward_claimed": False,
        "reward_claimed_at": None,
    }
    assert listed["as_reward"]["reward_status"] == "pending"
    found = await progress(api, referee)
    assert (found["was_referred"], found["referred_by"]) == (True, referrer)
    assert (await progress(api, referrer))["pending"] == 1


async def test_hard_rules_and_wrong_requests(api: Api) -> None:
    person = await given.a_person(api)
    own = await given.a_referral_code(api, person)
    assert "another_person" in refusing(await redeem(api, person, own))
    referee = await a_referee(api, own)
    theirs = await given.a_referral_code(api, referee)
    assert refusing(await redeem(api, person, theirs)) == ["no_cycle"]
    third = await given.a_referral_code(api, await given.a_person(api))
    assert refusing(await redeem(api, referee, third)) == ["not_referred"]
    late = await given.a_person(api)
    await api.pass_time(hours=72)
    assert refusing(await redeem(api, late, own)) == ["entered_in_time"]
    unknown = await api.post(REDEEM, {"person_id": person, "code": "ZZZZZZZZ"})
    refused(unknown, 404, "not_found")
    for body, pointer in (
        ({"person_id": person}, "/code"),
        ({"person_id": person, "code": own, "token": "x"}, "/code"),
        ({"person_id": person, "code": "short"}, "/code"),
        ({"person_id": person, "code": own, "ip": "300.1.1.1"}, "/ip"),
        ({"person_id": person, "code": own, "device": "a\nb"}, "/device"),
        ({"person_id": person, "token": "a\0b"}, "/token"),
    ):
        assert pointers(invalid(await api.post(REDEEM, body))) == [pointer]
    asked = await api.ask(
        "GET", "/v1/referrals/redeem", params={"person_id": person, "token": "a\0b"}
    )
    assert pointers(invalid(asked)) == ["/token"]
    suspended = await given.a_person(api)
    await api.put(f"/v1/persons/{suspended}/suspension", reason="Spam")
    refused(await api.post(REDEEM, {"person_id": suspended, "code": own}), 403, "person_suspended")


async def test_codes_are_taken_as_they_are_typed(api: Api) -> None:
    code = await given.a_referral_code(api, await given.a_person(api))
    typed = f" {code[:4].lower()}-{code[4:].lower()} "
    assert (await redeem(api, await given.a_person(api), typed))["outcome"] == "accepted"


async def a_held_one(api: Api) -> tuple[str, Json]:
    """Two of a referrer's are on one device and network; the second is held."""
    code = await given.a_referral_code(api, await given.a_person(api))
    where = {"device": fresh("phone"), "ip": "203.0.113.7"}
    await redeem(api, await given.a_person(api), code, **where)
    second = await given.a_person(api)
    return second, await redeem(api, second, code, **where)


async def test_reviews_decide_with_who_and_why(api: Api) -> None:
    _, held = await a_held_one(api)
    assert held["outcome"] == "held"
    assert refusing(held) == ["same_network", "same_device"]
    listed = await api.all_of("/v1/referrals/reviews")
    [found] = [one for one in listed if one["referral"]["id"] == held["referral"]["id"]]
    assert (found["score"], found["signs"]) == (60, ["same_network", "same_device"])
    path, key = f"/v1/referrals/{held['referral']['id']}/review", fresh()
    body = {"verdict": "approve", "reviewed_by": "eve@example.org", "reason": "Flatmates."}
    decided = await api.post(path, body, key=key)
    review = done(decided)["review"]
    assert (review["verdict"], review["reviewed_by"], review["reason"]) == (
        "approve",
        "eve@example.org",
        "Flatmates.",
    )
    assert done(decided)["referral"]["state"] == "signed_up"
    assert replayed(await api.post(path, body, key=key))
    refused(await api.post(path, body), 409, "referral_not_held")
    _, other = await a_held_one(api)
    path = f"/v1/referrals/{other['referral']['id']}/review"
    rejected = done(await api.post(path, {**body, "verdict": "reject"}))["referral"]
    assert (rejected["state"], rejected["reasons"]) == ("rejected", ["rejected_by_review"])
    assert rejected["as_reward"]["reason"] == "rejected: rejected_by_review"


@pytest.fixture
async def billing(database: str) -> AsyncIterator[Kithkin]:
    """Where payments come from, beside the server."""
    kithkin = on_postgres(Settings(test_clock=True), database)
    await kithkin.open()
    yield kithkin
    await kithkin.close()


async def pays(billing: Kithkin, person: str, at: datetime, amount: int = 49_900) -> str:
    payment_id = PaymentId(uuid7())
    settled = PaymentSettled(
        at=at,
        person_id=PersonId(UUID(person)),
        policy_version="test",
        payment_id=payment_id,
        item_key="video_credits_20",
        item_kind="video_credits",
        amount_minor=amount,
        currency="INR",
        credit_applied_minor=0,
        settled_at=at,
        fingerprint=None,
        plan_ends_at=None,
    )
    await _tell(billing, settled)
    return str(payment_id)


async def gets_back(billing: Kithkin, person: str, payment: str, at: datetime) -> None:
    await _tell(
        billing,
        PaymentRefunded(
            at=at,
            person_id=PersonId(UUID(person)),
            policy_version="test",
            payment_id=PaymentId(UUID(payment)),
            item_key="video_credits_20",
            item_kind="video_credits",
            amount_minor=49_900,
            currency="INR",
            refunded_minor=49_900,
            in_full=True,
        ),
    )


async def _tell(billing: Kithkin, event: PaymentSettled | PaymentRefunded) -> None:
    persons = billing.ports.persons()
    known = await persons.get(event.person_id)
    assert known is not None
    events = outgoing(billing.ports.new_id(), [event])
    await billing.ports.transactions().run(lambda: persons.save(known, known, events))


async def credit(api: Api, person: str) -> int:
    found = (await api.get(f"/v1/persons/{person}/account-credit"))["accounts"]
    return sum(one["balance"]["amount_minor"] for one in found)


async def test_from_the_purchase_to_the_reward_and_back(on_postgres: Api, billing: Kithkin) -> None:
    api = on_postgres
    referrer = await given.a_person(api)
    referee = await a_referee(api, await given.a_referral_code(api, referrer))
    bought = await api.pass_time(hours=1)
    payment = await pays(billing, referee, bought)
    # Reading what is the referee's takes their purchase in.
    await progress(api, referee)
    [held] = await api.all_of(f"/v1/persons/{referrer}/referrals")
    assert held["state"] == "qualified"
    assert held["as_reward"]["reward_status"] == "earned"
    assert datetime.fromisoformat(held["hold_ends_at"]) == bought + WEEK
    assert await credit(api, referrer) == 0
    await api.move_to(bought + WEEK)
    await api.pass_time(minutes=1)
    [paid] = await api.all_of(f"/v1/persons/{referrer}/referrals")
    assert (paid["state"], paid["ordinal"]) == ("rewarded", 1)
    assert paid["as_reward"]["reward_amount"] == {"amount_minor": 10_000, "currency": "INR"}
    assert paid["as_status"]["reward_claimed"]
    assert (await credit(api, referrer), await credit(api, referee)) == (10_000, 5_000)
    found = await progress(api, referrer)
    assert (found["referral_count"], found["purchases"], found["tier"]) == (1, 1, 1)
    assert found["referral_credits_earned"] == [{"amount_minor": 10_000, "currency": "INR"}]
    await gets_back(billing, referee, payment, await api.now())
    await progress(api, referee)
    [reversed_one] = await api.all_of(f"/v1/persons/{referrer}/referrals")
    assert (reversed_one["state"], reversed_one["cause"]) == ("reversed", "refund")
    assert reversed_one["owed"] == {"amount_minor": 0, "currency": "INR"}
    assert (await credit(api, referrer), await credit(api, referee)) == (0, 0)


async def test_milestones_are_claimed_and_applied(on_postgres: Api, billing: Kithkin) -> None:
    api = on_postgres
    path = "/v1/referral-rewards"
    reward = await api.made(
        path, name="First", description="Credits.", type="credits", value={"credits": 5}
    )
    far = await api.made(
        path,
        name="Hundred",
        description="Days.",
        type="premium_days",
        value={"days": 30},
        required_referrals=100,
    )
    referrer = await given.a_person(api)
    claim = f"/v1/persons/{referrer}/referral-rewards/{reward['id']}/claim"
    refused(await api.post(claim, {}), 403, "refused")
    referee = await a_referee(api, await given.a_referral_code(api, referrer))
    bought = await api.pass_time(hours=1)
    await pays(billing, referee, bought)
    await api.move_to(bought + WEEK + timedelta(minutes=1))
    await progress(api, referee)
    await api.pass_time(minutes=1)
    key = fresh()
    made = await api.post(claim, {}, key=key)
    assert made.status_code == 201
    assert done(made)["value"] == {"credits": 5}
    assert replayed(await api.post(claim, {}, key=key))
    refused(await api.post(claim, {}), 409, "referral_reward_claimed")
    await billing.referrals.drain_claims()(PersonId(UUID(referrer)))
    wallet = await api.get(f"/v1/persons/{referrer}/video-credits")
    assert wallet["balance"] == 5
    standing = {
        one["reward"]["id"]: one
        for one in (await api.get(f"/v1/persons/{referrer}/referral-rewards"))["items"]
    }
    assert standing[reward["id"]]["claim"]["applied_at"] is not None
    assert standing[far["id"]]["claim"] is None
    assert standing[far["id"]]["reason"]["threshold"] == 100
    changed = await api.patch(f"{path}/{reward['id']}", is_active=False)
    assert not changed["is_active"]
    other = f"/v1/persons/{referee}/referral-rewards/{reward['id']}/claim"
    refused(await api.post(other, {}), 409, "referral_reward_not_active")
    wrong = await api.ask("PATCH", f"{path}/{far['id']}", json={"value": {"percent_off": 5}})
    assert pointers(invalid(wrong)) == ["/value"]


async def test_analytics(on_postgres: Api, billing: Kithkin) -> None:
    api = on_postgres
    referrer = await given.a_person(api)
    referee = await a_referee(api, await given.a_referral_code(api, referrer))
    await api.made("/v1/referrals/invites", person_id=referrer, method="link", source="email")
    bought = await api.pass_time(hours=6)
    await pays(billing, referee, bought)
    await progress(api, referee)
    found = await api.get("/v1/analytics/referrals", limit=1)
    items = list(found["items"])
    while found["next_cursor"]:
        found = await api.get("/v1/analytics/referrals", limit=100, cursor=found["next_cursor"])
        items += found["items"]
    [ours] = [one for one in items if one["referrer_id"] == referrer]
    assert ours == {
        "referrer_id": referrer,
        "total_referrals": 2,
        "successful_signups": 1,
        "converted_purchases": 1,
        "total_rewards_earned": [],
        "avg_conversion_days": "0.25",
    }
    steps = {(one["method"], one["source"]): one for one in found["funnel"]}
    assert steps["link", "email"]["invited"] >= 1
    rows = await table(api, "referrers")
    [row] = [one for one in rows if one["referrer_id"] == referrer]
    assert (row["total_referrals"], row["avg_conversion_days"]) == ("2", "0.25")
    assert {one["method"] for one in await table(api, "funnel")} >= {"code", "link"}
    await api.pass_time(days=91)
    assert referrer not in {one["referrer_id"] for one in await table(api, "referrers")}


async def table(api: Api, view: str) -> list[dict[str, str]]:
    answer = await api.ask("GET", "/v1/analytics/referrals.csv", params={"view": view})
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text)))


async def test_a_person_sees_their_own_only(api: Api) -> None:
    person, other = await given.a_person(api), await given.a_person(api)
    token = bearer(await a_token(api, person))
    for path in ("referral-code", "referrals", "referrals/progress", "referral-rewards"):
        answer: httpx.Response = await api.ask("GET", f"/v1/persons/{other}/{path}", headers=token)
        refused(answer, 404, "not_found")
    refused(await api.ask("GET", "/v1/referrals/reviews", headers=token), 403, "scope_insufficient")
