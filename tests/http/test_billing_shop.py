"""The catalogue, quotes and account credit over HTTP."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.http import given
from tests.http.api import Api, Json, asking, done, invalid, pointers, refused, replayed
from tests.http.signing_in import a_token, bearer


def usd(amount_minor: int) -> Json:
    return {"amount_minor": amount_minor, "currency": "USD"}


async def a_rewarded_person(api: Api) -> str:
    """One who completed calls with three partners this month."""
    now, soon = await api.now(), timedelta(hours=1)
    if (now + soon).month != now.month:  # other tests left the clock where a month ends
        await api.pass_time(hours=1)
    person = await given.a_person(api)
    for _ in range(3):
        await given.a_completed_call(api, await given.a_pair(api, a=person))
    return person


async def test_the_catalogue_is_that_of_the_rules(api: Api) -> None:
    shown = await api.get("/v1/catalogue", currency="USD")
    assert shown["discount"] is None
    assert [tier["id"] for tier in shown["tiers"]] == ["free", "plus", "premium"]
    prices = {item["key"]: item["price"]["amount_minor"] for item in shown["items"]}
    assert prices == {
        "plus_monthly": 999,
        "plus_annual": 9_900,
        "premium_monthly": 2_499,
        "premium_annual": 24_900,
        "premium_daily_pass": 99,
        "premium_weekly_pass": 399,
        "seconds_3600": 299,
        "seconds_18000": 1_199,
        "video_credits_5": 199,
        "video_credits_20": 599,
        "video_credits_50": 1_199,
    }
    rupees = await api.get("/v1/catalogue", currency="INR")
    assert rupees["items"][1]["price"] == {"amount_minor": 499_000, "currency": "INR"}
    by_key = {item["key"]: item for item in shown["items"]}
    weekly = by_key["premium_weekly_pass"]
    assert (weekly["kind"], weekly["tier"], weekly["days"], weekly["cycle"]) == (
        "pass",
        "premium",
        7,
        None,
    )
    assert (by_key["video_credits_5"]["credits"], by_key["seconds_3600"]["seconds"]) == (5, 3600)


async def test_a_person_sees_their_own_discount(api: Api) -> None:
    person = await a_rewarded_person(api)
    for shown in (
        await api.get("/v1/catalogue", currency="USD", person_id=person),
        (
            await api.ask(
                "GET",
                "/v1/catalogue",
                params={"currency": "USD"},
                headers=bearer(await a_token(api, person)),
            )
        ).json(),
    ):
        assert shown["discount"] == {"label": "monthly_reward", "percent": 20}
        assert shown["items"][0]["price"] == usd(999)
        assert shown["items"][0]["to_pay"] == usd(799)


async def test_a_quote_is_made_of_lines(api: Api) -> None:
    person = await a_rewarded_person(api)
    await given.account_credit(api, person, 300)
    quote = await given.a_quote(api, person)
    assert [(line["kind"], line["label"], line["amount"]) for line in quote["lines"]] == [
        ("price", "plus_monthly", usd(999)),
        ("discount", "monthly_reward", usd(-200)),
        ("account_credit", "account_credit", usd(-300)),
    ]
    assert (quote["total"], quote["credit_applied"]) == (usd(499), usd(300))
    assert quote["item"]["cycle"] == "monthly"
    lasts = given.instant(quote["valid_until"]) - given.instant(quote["created_at"])
    assert lasts.total_seconds() == 15 * 60
    assert await api.get(f"/v1/quotes/{quote['id']}") == quote


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"currency": "usd"}, "/currency"),
        ({"currency": "EUR"}, "/currency"),
        ({"item": ""}, "/item"),
        ({"person_id": "x"}, "/person_id"),
        ({"price": 1}, ""),
    ],
)
async def test_a_quote_that_makes_no_sense_says_where(
    api: Api, changes: dict[str, Any], pointer: str
) -> None:
    body = {"person_id": await given.a_person(api), "item": "plus_monthly", "currency": "USD"}
    assert pointers(invalid(await api.post("/v1/quotes", {**body, **changes}))) == [pointer]


async def test_what_is_not_sold_is_not_quoted(api: Api) -> None:
    person = await given.a_person(api)
    body = {"person_id": person, "item": "gold_monthly", "currency": "USD"}
    problem = refused(await api.post("/v1/quotes", body), 404, "not_found")
    assert "gold_monthly" in problem["detail"]
    await api.put(f"/v1/persons/{person}/suspension", reason="Spam")
    answer = await api.post("/v1/quotes", {**body, "item": "plus_monthly"})
    refused(answer, 403, "person_suspended")
    unknown = await api.ask("GET", "/v1/catalogue", params={"currency": "EUR"})
    assert "INR, USD" in invalid(unknown)["detail"]


async def test_account_credit_is_granted_and_listed(api: Api) -> None:
    person = await given.a_person(api)
    path = f"/v1/persons/{person}/account-credit"
    assert await api.get(path) == {"person_id": person, "accounts": []}
    await given.account_credit(api, person, 500)
    shown = await given.account_credit(api, person, 250)
    assert shown == {
        "person_id": person,
        "accounts": [{"balance": usd(750), "credit": usd(750), "owed": usd(0)}],
    }
    assert await api.get(path) == shown
    lines = await api.all_of(f"{path}/ledger", currency="USD", limit=1)
    assert [(line["number"], line["move"], line["amount"], line["balance"]) for line in lines] == [
        (2, "grant", usd(250), usd(750)),
        (1, "grant", usd(500), usd(500)),
    ]
    assert lines[0]["reason"] == "Goodwill"
    assert await api.all_of(f"{path}/ledger", currency="INR") == []


async def test_a_repeated_grant_is_given_once(api: Api) -> None:
    person = await given.a_person(api)
    path = f"/v1/persons/{person}/account-credit"
    body = {**usd(500), "reason": "Goodwill"}
    first, again = [await api.post(f"{path}/grants", body, key="once") for _ in range(2)]
    assert (first.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    assert again.content == first.content
    assert len(await api.all_of(f"{path}/ledger", currency="USD")) == 1


@pytest.mark.parametrize(
    ("amount_minor", "currency", "pointer"),
    [
        (0, "USD", "/amount_minor"),
        (1_000_001, "USD", "/amount_minor"),
        (5, "EUR", "/currency"),
        (5, "usd", "/currency"),
    ],
)
async def test_a_grant_has_its_bounds(
    api: Api, amount_minor: int, currency: str, pointer: str
) -> None:
    path = f"/v1/persons/{await given.a_person(api)}/account-credit/grants"
    body = {"amount_minor": amount_minor, "currency": currency, "reason": "Goodwill"}
    assert pointers(invalid(await api.post(path, body))) == [pointer]


async def test_a_grant_is_taken_back_once_and_what_was_spent_is_owed(api: Api) -> None:
    person = await given.a_person(api)
    key = await given.a_credit_grant(api, person)
    quote = await given.a_quote(api, person, item="video_credits_5", currency="INR")
    assert quote["credit_applied"]["amount_minor"] == 500
    await api.made("/v1/checkouts", quote_id=quote["id"])
    path = f"/v1/persons/{person}/account-credit/grants/{key}/take-back"
    once, body = str(uuid4()), {"reason": "By mistake"}
    made = done(await api.post(path, body, key=once))
    [account] = made["accounts"]
    assert account["balance"] == {"amount_minor": -500, "currency": "INR"}
    again = await api.post(path, body, key=once)
    assert (replayed(again), again.json()) == (True, made)
    assert done(await api.post(path, body)) == made
    ledger = await api.get(f"/v1/persons/{person}/account-credit/ledger", currency="INR")
    assert [(it["move"], it["reason"]) for it in ledger["items"]] == [
        ("take_back", "By mistake"),
        ("spend", None),
        ("grant", "Goodwill"),
    ]
    for other in (await given.a_person(api), str(uuid4())):
        answer = await api.post(path.replace(person, other), body)
        refused(answer, 404, "not_found")
    async with asking(api.served, "write") as writer:
        refused(await writer.post(path, body), 403, "scope_insufficient")


async def test_only_an_admin_grants(api: Api) -> None:
    path = f"/v1/persons/{await given.a_person(api)}/account-credit/grants"
    async with asking(api.served, "write") as writer:
        answer = await writer.post(path, {**usd(5), "reason": "Goodwill"})
        refused(answer, 403, "scope_insufficient")


async def test_revenue_is_an_admins_to_read(api: Api) -> None:
    asked = {"from": "2031-05-01", "to": "2031-05-03", "timezone": "Asia/Kolkata"}
    report = await api.get("/v1/analytics/revenue", **asked)
    assert (report["from"], report["to"], report["timezone"]) == tuple(asked.values())
    assert (report["items"], report["totals"]) == ([], [])
    table = await api.ask("GET", "/v1/analytics/revenue.csv", params=asked)
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert table.text == (
        "date,item,kind,currency,payments,charged_minor,refunded_minor,net_minor\r\n"
    )
    async with asking(api.served, "write") as writer:
        answer = await writer.ask("GET", "/v1/analytics/revenue", params=asked)
        refused(answer, 403, "scope_insufficient")
    for name, value in (
        ("from", "1970-01-01"),
        ("from", "the first"),
        ("to", "2031-04-30"),
        ("to", "2032-05-02"),
        ("to", "9000-01-01"),
        ("to", "2031-02-30"),
        ("timezone", "Mars"),
    ):
        answer = await api.ask("GET", "/v1/analytics/revenue", params={**asked, name: value})
        assert pointers(invalid(answer)) == [f"/{name}"]
    last = {"from": "8999-12-31", "to": "8999-12-31", "timezone": "Pacific/Niue"}
    assert (await api.get("/v1/analytics/revenue", **last))["items"] == []
