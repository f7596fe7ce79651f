"""A person takes along what is theirs, and leaves without a trace of it."""

import hashlib
import json
from datetime import datetime
from typing import Any

import httpx
import pytest

from domain.identity.pepper import Pepper
from tests.http import given
from tests.http.api import Api, Json, asking, done, fresh, refused
from tests.http.running import PEPPER
from tests.http.signing_in import a_code, a_token, ask_for_code, bearer, signed_in, try_code
from tests.http.stored import Stored
from tests.http.test_parallel_changes import at_once, statuses

AT_ONCE = 12


async def preferences(api: Api, person: str, **changes: Any) -> Json:
    wanted = {"target_language": "ja", **changes}
    return await api.put(f"/v1/persons/{person}/learning-preferences", **wanted)


async def erased(api: Api, person: str) -> Json:
    return await api.made(f"/v1/persons/{person}/erase")


async def a_whole_life(api: Api, secret: str) -> given.Pair:
    """A person who used everything there is, all with a text that is theirs alone."""
    registered = await api.post(
        "/v1/persons",
        {"name": secret, "email": f"{secret}@example.org", "timezone": "Europe/Lisbon"},
        key=fresh(),
    )
    pair = await given.a_pair(api, a=registered.json()["id"])
    sent = await api.post(
        f"{pair.path}/messages",
        {"sender_id": pair.a, "text": secret, "client_message_id": secret},
        key=fresh(),
    )
    message = sent.json()["message"]["id"]
    await api.patch(f"{pair.path}/messages/{message}", sender_id=pair.a, text=f"{secret}!")
    await given.a_message(api, pair, pair.b, "What the other said")
    await api.put(f"{pair.path}/read", person_id=pair.a, message_id=message)
    await preferences(api, pair.a, specific_goals=[secret])
    report = {"reporter_id": pair.a, "reported_id": pair.b, "reason": secret}
    assert (await api.post("/v1/reports", report, key=fresh())).is_success
    await given.a_completed_call(api, pair)
    await given.a_call(api, pair)
    await signed_in(api, f"{secret}@example.org")
    await api.put(f"/v1/persons/{pair.a}/suspension", reason=secret)
    done(await ask_for_code(api, f"{secret}@example.org"))
    return pair


async def test_preferences_are_read_as_they_were_set(api: Api) -> None:
    person = await given.a_person(api)
    path = f"/v1/persons/{person}/learning-preferences"
    refused(await api.ask("GET", path), 404, "not_found")
    full = {
        "target_language": "pt-BR",
        "learning_goal": "Connection",
        "speaking_level": 1,
        "listening_level": 100,
        "reading_level": 50,
        "writing_level": 7,
        "challenge_preference": "comfortable",
        "correction_style": "immediate",
        "specific_goals": ["Order food", "Read signs"],
    }
    assert await api.put(path, **full) == {"person_id": person, **full}
    assert await api.get(path) == {"person_id": person, **full}
    least = await api.put(path, target_language="ja")
    assert least == await api.get(path)
    assert (least["learning_goal"], least["speaking_level"]) == (None, None)
    assert (least["challenge_preference"], least["correction_style"]) == ("moderate", "gentle")
    assert least["specific_goals"] == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("target_language", "Japanese!"),
        ("target_language", None),
        ("learning_goal", "connection"),
        ("speaking_level", 0),
        ("listening_level", 101),
        ("reading_level", 1.5),
        ("writing_level", "7"),
        ("challenge_preference", "hard"),
        ("correction_style", "never"),
        ("specific_goals", ["x" * 201]),
        ("specific_goals", [""]),
        ("specific_goals", [" "]),
        ("specific_goals", ["two\nlines"]),
        ("specific_goals", [str(number) for number in range(21)]),
        ("specific_goals", "Order food"),
    ],
)
async def test_a_wrong_preference_is_refused_by_its_place(
    api: Api, field: str, value: object
) -> None:
    person = await given.a_person(api)
    path = f"/v1/persons/{person}/learning-preferences"
    answer = await api.ask("PUT", path, json={"target_language": "ja", field: value})
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["pointer"].startswith(f"/{field}")
    refused(await api.ask("GET", path), 404, "not_found")


async def test_an_export_holds_what_is_theirs_and_nothing_else(api: Api) -> None:
    secret, other = fresh("secret"), fresh("other")
    pair = await a_whole_life(api, secret)
    await api.patch(f"/v1/persons/{pair.b}", name=other, display_name=None)
    await given.a_message(api, pair, pair.b, other)
    about = {"reporter_id": pair.b, "reported_id": pair.a, "reason": other}
    await api.made("/v1/reports", **about)

    answer = await api.ask("GET", f"/v1/persons/{pair.a}/export")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"] == f'attachment; filename="{pair.a}.json"'
    assert other not in answer.text
    export = answer.json()
    assert export["format"] == "kithkin-export-1"
    assert datetime.fromisoformat(export["exported_at"]) == await api.now()
    assert export["person"] == await api.get(f"/v1/persons/{pair.a}")
    assert export["learning_preferences"]["specific_goals"] == [secret]
    [talk] = export["conversations"]
    assert (talk["id"], talk["other_id"]) == (pair.id, pair.b)
    [message] = export["messages"]
    assert (message["text"], message["sender_id"]) == (f"{secret}!", pair.a)
    assert [count["messages_sent"] for count in export["daily_counts"]] == [1]
    assert [marker["message_id"] for marker in export["read_markers"]] == [message["id"]]
    assert [call["outcome"] for call in export["video_calls"]] == ["completed", None]
    assert [row["presence"] for row in export["presence"]] == ["connected"]
    assert [report["reason"] for report in export["reports"]] == [secret]
    assert export["blocks"] == []
    assert export["sessions"] == []
    kinds = [event["type"] for event in export["events"]]
    assert kinds[0] == "person_registered"
    assert {"message_sent", "message_edited", "learning_preferences_changed"} <= {*kinds}
    assert "person_reported" not in kinds


async def test_an_export_comes_in_pieces(on_postgres: Api) -> None:
    pair = await a_whole_life(on_postgres, fresh("secret"))
    path = f"/v1/persons/{pair.a}/export"
    async with on_postgres.client.stream("GET", path) as answer:
        assert "content-length" not in answer.headers
        pieces = [piece async for piece in answer.aiter_raw()]
    assert json.loads(b"".join(pieces))["person"]["id"] == pair.a
    head = await on_postgres.client.head(path)
    assert (head.status_code, head.content) == (200, b"")


async def test_nothing_is_left_of_the_erased(on_postgres: Api, stored: Stored) -> None:
    secret = fresh("secret")
    pair = await a_whole_life(on_postgres, secret)
    assert await stored.mentions(secret)
    email, pepper = f"{secret}@example.org", Pepper(PEPPER.encode())
    assert await stored.mentions(pepper.address(email).hex())

    record = await erased(on_postgres, pair.a)

    assert record == {"person_id": pair.a, "erased_at": record["erased_at"]}
    assert datetime.fromisoformat(record["erased_at"]) == await on_postgres.now()
    shapes = (secret, secret.encode().hex(), email.upper(), pepper.address(email).hex())
    for shape in shapes:
        assert not await stored.mentions(shape)
    # Known again, but under a key of its own.
    assert await stored.mentions(pepper.erased_email(email).hex())


async def test_a_person_takes_theirs_along_and_leaves_by_themself(api: Api) -> None:
    email = given.an_email()
    first, second = (
        await signed_in(api, email),
        done(await try_code(api, await a_code(api, email, 2))),
    )
    person, headers = first["person"]["id"], bearer(first["token"])
    path = f"/v1/persons/{person}"
    wanted = {"target_language": "ja"}
    done(await api.ask("PUT", f"{path}/learning-preferences", json=wanted, headers=headers))

    export = await api.ask("GET", f"{path}/export", headers=headers)

    assert export.json()["sessions"] == [first["session"], second["session"]]
    assert export.json()["learning_preferences"]["target_language"] == "ja"
    for secret in (first["token"], hashlib.sha256(first["token"].encode()).hexdigest()):
        assert secret not in export.text

    on_its_way = await a_code(api, email, 3)
    erase = f"{path}/erase"
    done(await api.ask("POST", erase, headers={**headers, "Idempotency-Key": fresh()}))

    for token in (first["token"], second["token"]):
        for method, route in (("GET", "/v1/me"), ("GET", path), ("POST", erase)):
            refused(await api.ask(method, route, headers=bearer(token)), 401, "unauthenticated")
    refused(await api.post(f"{path}/tokens", {}), 403, "person_deleted")
    refused(await try_code(api, on_its_way), 403, "sign_in_code_spent")
    newcomer = done(await try_code(api, await a_code(api, email, 4)))
    assert newcomer["created"]
    assert newcomer["person"]["id"] != person


async def test_one_who_left_is_nobody_elses_to_ask_about(api: Api) -> None:
    erased_one, other = await given.a_person(api), await given.a_person(api)
    headers = bearer(await a_token(api, other))
    await erased(api, erased_one)
    for method, act in (("GET", "export"), ("POST", "erase"), ("GET", "learning-preferences")):
        answer = await api.ask(method, f"/v1/persons/{erased_one}/{act}", headers=headers)
        refused(answer, 404, "not_found")


async def test_the_erased_stay_as_an_id(api: Api) -> None:
    secret = fresh("secret")
    pair = await a_whole_life(api, secret)
    before = await api.get(f"/v1/persons/{pair.a}")
    await erased(api, pair.a)
    after = await api.get(f"/v1/persons/{pair.a}")
    kept = {"id", "tier", "registered_at"}
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert (after["status"], after["name"], after["timezone"]) == ("deleted", "", "UTC")
    assert {after[name] for name in ("email", "display_name", "suspension_reason")} == {None}
    mine, theirs = await api.all_of(f"{pair.path}/messages")
    assert (mine["text"], mine["client_message_id"]) == ("", None)
    assert mine["deleted_at"] is not None
    assert theirs["text"] == "What the other said"
    refused(await api.ask("GET", f"/v1/persons/{pair.a}/learning-preferences"), 404, "not_found")
    [summary] = await api.all_of("/v1/conversations", person_id=pair.b)
    assert summary["other"] == {"person_id": pair.a, "display_name": None}
    assert summary["message_count"] == 1


async def test_an_address_can_be_registered_anew(api: Api) -> None:
    email = given.an_email()
    person = await given.a_person(api, email=email)
    await erased(api, person)
    assert await api.all_of("/v1/persons", email=email) == []
    newcomer = await given.a_person(api, email=email.upper())
    assert newcomer != person
    [found] = await api.all_of("/v1/persons", email=email)
    assert found["id"] == newcomer


async def test_erasing_again_answers_the_same(api: Api) -> None:
    person = await given.a_person(api)
    first = await erased(api, person)
    await api.pass_time(minutes=1)
    assert await erased(api, person) == first


async def test_a_reader_may_export_but_only_a_writer_erases(api: Api) -> None:
    person = await given.a_person(api)
    async with asking(api.served, "read") as reader:
        assert (await reader.get(f"/v1/persons/{person}/export"))["person"]["id"] == person
        refused(await reader.post(f"/v1/persons/{person}/erase", {}), 403, "scope_insufficient")
    async with asking(api.served, "write") as writer:
        await erased(writer, person)


@pytest.fixture
async def pair(api: Api) -> given.Pair:
    """Two persons of whom `a` was erased, after a call between them was over."""
    pair = await given.a_pair(api)
    await given.a_message(api, pair, pair.a)
    await given.a_completed_call(api, pair)
    await erased(api, pair.a)
    return pair


async def acts_of_the_erased(api: Api, pair: given.Pair) -> list[httpx.Response]:
    person, stranger = f"/v1/persons/{pair.a}", await given.a_person(api)
    message = (await api.all_of(f"{pair.path}/messages"))[0]["id"]
    text = f"{pair.path}/messages/{message}"
    pair_of = {"kind": "pair", "participants": [pair.a, pair.b]}
    return [
        await api.ask("PATCH", person, json={"name": "Back again"}),
        await api.ask("PUT", f"{person}/tier", json={"tier": "plus"}),
        await api.ask("PUT", f"{person}/suspension", json={"reason": "Spam"}),
        await api.ask("DELETE", f"{person}/suspension"),
        await api.ask("PUT", f"{person}/blocks/{pair.b}"),
        await api.ask("DELETE", f"{person}/blocks/{pair.b}"),
        await api.ask("PUT", f"{person}/learning-preferences", json={"target_language": "ja"}),
        await api.ask("GET", f"{person}/export"),
        await api.post(
            "/v1/reports", {"reporter_id": pair.a, "reported_id": pair.b, "reason": "Spam"}
        ),
        await api.post("/v1/conversations", pair_of),
        await api.post("/v1/conversations", {**pair_of, "participants": [pair.a, stranger]}),
        await api.post(f"{pair.path}/messages", {"sender_id": pair.a, "text": "Hello"}),
        await api.ask("PATCH", text, json={"sender_id": pair.a, "text": "Hello"}),
        await api.ask("DELETE", text, params={"sender_id": pair.a}),
        await api.ask(
            "PUT", f"{pair.path}/read", json={"person_id": pair.a, "message_id": message}
        ),
        await api.post(f"{pair.path}/video-calls", {"initiator_id": pair.a}),
    ]


async def test_every_act_of_the_erased_is_refused(api: Api, pair: given.Pair) -> None:
    for answer in await acts_of_the_erased(api, pair):
        problem = refused(answer, 403, "person_deleted")
        reason = problem["reasons"][0]
        assert (reason["rule"], reason["changed_by"]) == ("person_is_not_deleted", [])


async def test_the_erased_do_nothing_in_calls(api: Api) -> None:
    pair = await given.a_pair(api)
    call = await given.a_call(api, pair)
    await erased(api, pair.b)
    assert (await api.get(f"/v1/video-calls/{call}"))["state"] == "ended"
    path = f"/v1/video-calls/{call}"
    for event in ("connected", "disconnected"):
        report = {"person_id": pair.b, "event": event}
        refused(await api.post(f"{path}/presence", report), 403, "person_deleted")
    for act in ("decline", "end"):
        refused(await api.post(f"{path}/{act}", {"person_id": pair.b}), 403, "person_deleted")
    assert (await api.made(f"{path}/end", person_id=pair.a))["state"] == "ended"


async def test_nothing_reaches_the_erased(api: Api, pair: given.Pair) -> None:
    mine = await given.a_pair(api)
    message = await given.a_message(api, mine, mine.b)
    await erased(api, mine.a)
    stranger = await given.a_person(api)
    pair_of = {"kind": "pair", "participants": [stranger, pair.a]}
    edited = {"sender_id": mine.b, "text": "Hello again"}
    for answer in (
        await api.post(f"{pair.path}/messages", {"sender_id": pair.b, "text": "Hello"}),
        await api.post(f"{pair.path}/video-calls", {"initiator_id": pair.b}),
        await api.post("/v1/conversations", pair_of),
        await api.ask("PATCH", f"{mine.path}/messages/{message['id']}", json=edited),
    ):
        problem = refused(answer, 403, "partner_deleted")
        assert problem["reasons"][1]["rule"] == "partner_is_not_deleted"
    decision = await given.allowance(api, pair, pair.b)
    assert not decision["allowed"]
    assert not decision["reasons"][1]["satisfied"]


async def test_an_answer_about_the_erased_is_not_given_again(api: Api) -> None:
    key, body = fresh(), {"name": "Ana Lima", "email": given.an_email()}
    person = (await api.post("/v1/persons", body, key=key)).json()["id"]
    await erased(api, person)
    refused(await api.post("/v1/persons", body, key=key), 403, "person_deleted")
    assert await api.all_of("/v1/persons", email=body["email"]) == []


async def test_erasures_at_once_are_one(on_postgres: Api, beside_it: Api, stored: Stored) -> None:
    secret = fresh("secret")
    pair = await given.a_pair(on_postgres)
    everything: list[tuple[str, str, Any]] = [
        ("POST", f"/v1/persons/{pair.a}/erase", {}),
        *(
            (
                "POST",
                f"{pair.path}/messages",
                {
                    "json": {"sender_id": person, "text": f"{secret} {person}"},
                    "headers": {"Idempotency-Key": fresh()},
                },
            )
            for person in (pair.a, pair.b)
        ),
        ("PUT", f"/v1/persons/{pair.a}/blocks/{pair.b}", {}),
        ("DELETE", f"/v1/persons/{pair.a}/blocks/{pair.b}", {}),
        ("POST", f"{pair.path}/video-calls", {"json": {"initiator_id": pair.a}}),
        ("POST", f"{pair.path}/video-calls", {"json": {"initiator_id": pair.b}}),
        ("PATCH", f"/v1/persons/{pair.a}", {"json": {"name": f"{secret} {pair.a}"}}),
        (
            "PUT",
            f"/v1/persons/{pair.a}/learning-preferences",
            {"json": {"target_language": "ja", "specific_goals": [f"{secret} {pair.a}"]}},
        ),
    ]
    answers = await at_once((beside_it, on_postgres), *everything[1:], *everything * 3)
    assert set(statuses(answers)) <= {200, 201, 204, 403, 409}
    records = {answer.content for answer in answers if answer.request.url.path.endswith("/erase")}
    assert len(records) == 1
    assert not await stored.mentions(f"{secret} {pair.a}")
    assert not await stored.mentions(f"{secret} {pair.a}".encode().hex())
    assert await stored.events(pair.a, "person_erased") == 1
    assert await stored.messages(pair, pair.a) == await stored.counter(pair, pair.a)
