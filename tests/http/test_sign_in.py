"""Signing in by email, sessions and guests, through real servers."""

import asyncio
from collections import Counter

import pytest

from tests.http import given
from tests.http.api import Api, a_client, asking, done, fresh, invalid, pointers, refused
from tests.http.scene import a_scene, nobody, unchanged
from tests.http.signing_in import (
    a_code,
    a_token,
    ask_for_code,
    bearer,
    shown_code,
    signed_in,
    try_code,
    wrong,
)
from tests.http.stored import Stored

AT_ONCE = 20


async def test_a_new_address_is_a_new_person_who_can_sign_out(api: Api) -> None:
    email = given.an_email()
    answer = await try_code(api, await a_code(api, email))
    assert answer.headers["cache-control"] == "no-store"
    first = done(answer)
    assert (first["created"], first["claimed"]) == (True, False)
    assert first["person"]["email"] == email
    assert first["person"]["name"] == email.partition("@")[0]
    headers = bearer(first["token"])
    me = done(await api.ask("GET", "/v1/me", headers=headers))
    assert me == first["person"] == await api.get(f"/v1/persons/{me['id']}")
    sessions = done(await api.ask("GET", "/v1/me/sessions", headers=headers))
    assert sessions == {"items": [first["session"]], "next_cursor": None}
    assert (await api.ask("DELETE", "/v1/auth/session", headers=headers)).status_code == 204
    for method, path in (("GET", "/v1/me"), ("DELETE", "/v1/auth/session")):
        gone = await api.ask(method, path, headers=headers)
        assert "sign in again" in refused(gone, 401, "unauthenticated")["detail"]
    again = done(await try_code(api, await a_code(api, email.upper(), 1)))
    assert (again["created"], again["person"]["id"]) == (False, me["id"])


async def test_a_new_person_begins_with_what_was_sent(api: Api) -> None:
    code = await a_code(api, given.an_email())
    profile = {"name": "Ana Lima", "locale": "pt-PT", "timezone": "Europe/Lisbon"}
    person = done(await try_code(api, {**code, **profile}))["person"]
    assert {name: person[name] for name in profile} == profile


@pytest.mark.parametrize("bad", [{"timezone": "Mars/Olympus"}, {"name": " "}, {"locale": "pt-"}])
async def test_what_a_new_person_cannot_begin_with_costs_no_try(
    api: Api, bad: dict[str, str]
) -> None:
    code = await a_code(api, given.an_email())
    for _ in range(5):
        assert pointers(invalid(await try_code(api, {**code, **bad}))) == [
            f"/{name}" for name in bad
        ]
    assert done(await try_code(api, code))["created"] is True


async def test_a_known_address_is_answered_as_a_new_one(api: Api) -> None:
    known, new = given.an_email(), given.an_email()
    await given.a_person(api, email=known)
    answers = [await ask_for_code(api, email) for email in (known, new)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json().keys() == answers[1].json().keys() == {"nonce", "expires_at"}
    assert answers[0].json()["expires_at"] == answers[1].json()["expires_at"]
    assert len(answers[0].content) == len(answers[1].content)
    assert set(answers[0].headers) == set(answers[1].headers)


async def test_a_wrong_code_counts_and_the_sixth_try_is_refused_unseen(api: Api) -> None:
    right = await a_code(api, given.an_email())
    for left in (4, 3, 2, 1):
        problem = refused(await try_code(api, wrong(right)), 403, "sign_in_code_wrong")
        assert f"tries left: {left}" in problem["detail"]
    for _ in range(3):
        invalid(await try_code(api, {**right, "code": "1234567"}))
    refused(await try_code(api, wrong(right)), 403, "sign_in_code_wrong")
    refused(await try_code(api, right), 403, "sign_in_code_spent")


async def test_a_code_is_good_for_ten_minutes(api: Api) -> None:
    right = await a_code(api, given.an_email())
    await api.pass_time(minutes=10)
    refused(await try_code(api, right), 403, "sign_in_code_spent")


async def test_a_used_and_a_replaced_code_are_spent(api: Api) -> None:
    email = given.an_email()
    replaced, used = await a_code(api, email), await a_code(api, email, 2)
    refused(await try_code(api, replaced), 403, "sign_in_code_spent")
    assert (await try_code(api, used)).is_success
    refused(await try_code(api, used), 403, "sign_in_code_spent")


@pytest.mark.parametrize(
    "code", ["", "1", "123456789", "1234567a", "12345678\n", "١٢٣٤٥٦٧٨", " 1234567"]
)
async def test_what_is_no_code_is_invalid(api: Api, code: str) -> None:
    body = {"email": given.an_email(), "nonce": "x", "code": code}
    assert pointers(invalid(await try_code(api, body))) == ["/code"]


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ana",
        "ana@",
        "a b@example.org",
        "a@example.org\r\nBcc: b",
        "=?utf-8?q?ana?=@example.org",
    ],
)
async def test_what_is_no_address_is_sent_nothing(api: Api, email: str) -> None:
    assert pointers(invalid(await ask_for_code(api, email))) == ["/email"]


@pytest.mark.parametrize(
    ("given_as", "known_as"),
    [
        ("{}@\uff45xample.org", "{}@example.org"),
        ("{}@example\u3002org", "{}@example.org"),
        ("{}@xn--mnchen-3ya.example", "{}@m\xfcnchen.example"),
        ("zoe\u0308.{}@example.org", "zo\xeb.{}@example.org"),
    ],
    ids=ascii,
)
async def test_the_spellings_of_an_address_are_one(api: Api, given_as: str, known_as: str) -> None:
    tag = fresh("ana")
    given_as, known_as = given_as.format(tag), known_as.format(tag)
    registered = await given.a_person(api, email=given_as)
    for email in (given_as, known_as):
        found = await api.get("/v1/persons", email=email)
        assert [person["id"] for person in found["items"]] == [registered]
        assert found["items"][0]["email"] == known_as
    asked = done(await ask_for_code(api, given_as))
    body = {"email": given_as, "nonce": asked["nonce"], "code": await shown_code(api, known_as)}
    assert done(await try_code(api, body))["person"]["id"] == registered
    for email in (known_as, given_as):
        assert (await ask_for_code(api, email)).status_code == 201
    for email in (known_as, given_as):
        refused(await ask_for_code(api, email), 429, "too_many_codes")


async def test_a_domain_that_only_folds_to_anothers_signs_nobody_in(api: Api) -> None:
    tag = fresh("ana")
    known, alike = f"{tag}@strasse.example", f"{tag}@stra\xdfe.example"
    await given.a_person(api, email=known)
    body = await a_code(api, alike)
    refused(await try_code(api, {**body, "email": known}), 403, "sign_in_code_wrong")
    refused(await try_code(api, body), 409, "email_alike")


async def test_parallel_uses_of_one_code_on_two_servers_give_one_sign_in(
    on_postgres: Api, beside_it: Api, stored: Stored
) -> None:
    right = await a_code(on_postgres, given.an_email())
    answers = await asyncio.gather(
        *(try_code((on_postgres, beside_it)[number % 2], right) for number in range(AT_ONCE))
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 403: AT_ONCE - 1}
    query = "SELECT count(*) FROM persons WHERE email = $1"
    assert await stored.connection.fetchval(query, right["email"]) == 1


async def test_parallel_guesses_on_two_servers_are_compared_five_times(
    on_postgres: Api, beside_it: Api
) -> None:
    right = await a_code(on_postgres, given.an_email())
    answers = await asyncio.gather(
        *(try_code((on_postgres, beside_it)[number % 2], wrong(right)) for number in range(AT_ONCE))
    )
    assert Counter(answer.json()["code"] for answer in answers) == {
        "sign_in_code_wrong": 5,
        "sign_in_code_spent": AT_ONCE - 5,
    }


async def test_parallel_requests_on_two_servers_never_exceed_the_limits(
    on_postgres: Api, beside_it: Api
) -> None:
    email, client = given.an_email(), a_client()
    apis = (on_postgres, beside_it)
    for_address = await asyncio.gather(
        *(ask_for_code(apis[number % 2], email) for number in range(AT_ONCE))
    )
    assert Counter(answer.status_code for answer in for_address) == {201: 3, 429: AT_ONCE - 3}
    of_client = await asyncio.gather(
        *(ask_for_code(apis[number % 2], given.an_email(), client) for number in range(2 * AT_ONCE))
    )
    assert Counter(answer.status_code for answer in of_client) == {201: 20, 429: 20}


async def test_a_refusal_says_when_there_is_room(api: Api) -> None:
    email = given.an_email()
    for _ in range(3):
        done(await ask_for_code(api, email))
    answer = await ask_for_code(api, email)
    assert "900 seconds" in refused(answer, 429, "too_many_codes")["detail"]
    assert answer.headers["retry-after"] == "900"
    await api.pass_time(seconds=900)
    done(await ask_for_code(api, email))


async def test_an_idle_session_ends_and_a_used_one_goes_on(api: Api) -> None:
    idle, used = [bearer((await signed_in(api))["token"]) for _ in range(2)]
    for _ in range(2):
        await api.pass_time(days=13)
        done(await api.ask("GET", "/v1/me", headers=used))
    refused(await api.ask("GET", "/v1/me", headers=idle), 401, "unauthenticated")
    await api.pass_time(days=4)
    refused(await api.ask("GET", "/v1/me", headers=used), 401, "unauthenticated")


async def test_one_session_or_all_can_be_ended(api: Api) -> None:
    person = await given.a_person(api)
    tokens = [await a_token(api, person) for _ in range(3)]
    headers = [bearer(token) for token in tokens]
    listed = done(await api.ask("GET", "/v1/me/sessions", headers=headers[0]))["items"]
    assert len(listed) == 3
    path = f"/v1/me/sessions/{listed[1]['id']}"
    stranger = bearer(await a_token(api, await given.a_person(api)))
    refused(await api.ask("DELETE", path, headers=stranger), 404, "not_found")
    assert (await api.ask("DELETE", path, headers=headers[0])).status_code == 204
    refused(await api.ask("DELETE", path, headers=headers[0]), 404, "not_found")
    refused(await api.ask("GET", "/v1/me", headers=headers[1]), 401, "unauthenticated")
    assert (await api.ask("DELETE", "/v1/me/sessions", headers=headers[2])).status_code == 204
    for one in headers:
        refused(await api.ask("GET", "/v1/me", headers=one), 401, "unauthenticated")


async def test_sessions_come_page_by_page(api: Api) -> None:
    person = await given.a_person(api)
    for _ in range(2):
        await a_token(api, person)
        await api.pass_time(microseconds=1)
    token = await a_token(api, person)
    seen, cursor = [], None
    while True:
        params = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = done(await api.ask("GET", "/v1/me/sessions", params=params, headers=bearer(token)))
        seen += [given.instant(session["created_at"]) for session in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == 3
    assert seen == sorted(seen, reverse=True)


async def test_a_suspension_ends_sessions_at_once_in_all_processes(
    on_postgres: Api, beside_it: Api
) -> None:
    signed = await signed_in(on_postgres)
    headers, person = bearer(signed["token"]), f"/v1/persons/{signed['person']['id']}"
    for api in (on_postgres, beside_it):
        done(await api.ask("GET", "/v1/me", headers=headers))
    await on_postgres.put(f"{person}/suspension", reason="Spam")
    for api in (beside_it, on_postgres):
        refused(await api.ask("GET", "/v1/me", headers=headers), 401, "unauthenticated")
    refused(await on_postgres.post(f"{person}/tokens", {}), 403, "person_suspended")
    await on_postgres.delete(f"{person}/suspension")
    refused(await beside_it.ask("GET", "/v1/me", headers=headers), 401, "unauthenticated")


async def test_a_guest_is_claimed_by_signing_in_with_their_token(api: Api) -> None:
    pair, email = await given.a_pair(api), given.an_email()
    token = await a_token(api, pair.a)
    claimed = done(await try_code(api, await a_code(api, email), token))
    assert (claimed["created"], claimed["claimed"]) == (False, True)
    assert (claimed["person"]["id"], claimed["person"]["email"]) == (pair.a, email)
    mine = await api.ask(
        "GET",
        "/v1/conversations",
        params={"person_id": pair.a},
        headers=bearer(claimed["token"]),
    )
    assert [one["id"] for one in done(mine)["items"]] == [pair.id]


async def test_a_guest_is_not_merged_into_another_person(api: Api) -> None:
    guest, email = await given.a_person(api), given.an_email()
    other = await given.a_person(api, email=email)
    token, code = await a_token(api, guest), await a_code(api, email)
    problem = refused(await try_code(api, code, token), 409, "guest_not_merged")
    assert "another person" in problem["detail"]
    assert (await api.get(f"/v1/persons/{guest}"))["email"] is None
    assert done(await try_code(api, code))["person"]["id"] == other


async def test_with_a_token_that_is_not_taken_nobody_signs_in(api: Api) -> None:
    code = await a_code(api, given.an_email())
    refused(await try_code(api, code, "kk_user_nonsense"), 401, "unauthenticated")
    assert (await try_code(api, code)).is_success


async def test_a_minted_token_lives_as_long_as_was_asked(api: Api) -> None:
    person = await given.a_person(api)
    headers = bearer(await a_token(api, person, 60))
    await api.pass_time(seconds=59)
    done(await api.ask("GET", "/v1/me", headers=headers))
    await api.pass_time(seconds=1)
    refused(await api.ask("GET", "/v1/me", headers=headers), 401, "unauthenticated")
    path = f"/v1/persons/{person}/tokens"
    for seconds in (59, 86_401, 10**9, -1):
        invalid(await api.post(path, {"lifetime_seconds": seconds}))
    refused(await api.post(f"/v1/persons/{nobody()}/tokens", {}), 404, "not_found")


@pytest.mark.parametrize("path", ["/v1/me", "/v1/persons/{id}"])
async def test_nobody_gives_themself_an_address(api: Api, path: str) -> None:
    scene = await a_scene(api)
    headers = bearer(await a_token(api, scene.pair.a))
    own = path.format(id=scene.pair.a)
    async with unchanged(api, scene):
        for email in (given.an_email(), None):
            answer = await api.ask("PATCH", own, json={"email": email}, headers=headers)
            refused(answer, 403, "email_not_proven")
    changed = await api.ask("PATCH", own, json={"display_name": "Ana"}, headers=headers)
    assert done(changed)["display_name"] == "Ana"


async def test_no_secret_is_stored_or_logged_but_in_the_mail(
    on_postgres: Api, stored: Stored
) -> None:
    email = given.an_email()
    code = await a_code(on_postgres, email)
    assert not await stored.mentions(email)
    signed = done(await try_code(on_postgres, code))
    assert await stored.mentions(email)
    log = on_postgres.served.log.read_text()
    for secret in (code["nonce"], signed["token"]):
        assert secret not in log
        assert not await stored.mentions(secret)
    assert log.count(code["code"]) == 1
    query = "SELECT count(*) FROM sign_in_codes AS row WHERE strpos(row::text, $1) > 0"
    assert await stored.connection.fetchval(query, code["code"]) == 0


async def test_signing_in_needs_no_key(api: Api) -> None:
    async with asking(api.served, None) as asked:
        answer = await asked.post("/v1/auth/codes", {"email": given.an_email()})
        assert answer.status_code == 201
