"""What is well-formed but not so: refused with a reason, and nothing is stored."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from tests.http import given
from tests.http.api import Api, Json, fresh, invalid, pointers, refused
from tests.http.scene import Scene, a_scene, nobody, unchanged


@pytest.fixture
async def same(api: Api, still: Scene) -> AsyncIterator[Scene]:
    """A scene in which nothing is to change, whatever its time."""
    async with unchanged(api, still):
        yield still


async def refuse(api: Api, method: str, path: str, **request: Any) -> Json:
    """The problem with a value."""
    answer = await api.ask(method, path, **request)
    return invalid(answer)


PROFILE = [
    ("timezone", "Mars/Olympus"),
    ("timezone", ""),
    ("timezone", "utc+1"),
    ("timezone", "../../etc/passwd"),
    ("timezone", "/usr/share/zoneinfo/UTC"),
    ("timezone", "posixrules"),
    ("timezone", "Europe/Lisbon "),
    ("timezone", "x" * 65),
    ("email", ""),
    ("email", "ana"),
    ("email", "ana@"),
    ("email", "@example.org"),
    ("email", "ana@example"),
    ("email", "ana@exa mple.org"),
    ("email", "ana@@example.org"),
    ("email", "ana@example.org\n"),
    ("email", "ana@example.org, bo@example.org"),
    ("email", f"{'a' * 250}@example.org"),
    ("display_name", "x" * 51),
    ("display_name", "two\nlines"),
    ("username", "x" * 201),
    ("phone_number", "0351912345678"),
    ("phone_number", "+0351912345678"),
    ("phone_number", "+35191234567890123"),
    ("phone_number", "+351 912 345 678"),
    ("phone_number", "+३५१९१२३४५६७८"),
    ("avatar_url", "javascript:alert(1)"),
    ("avatar_url", "ftp://example.org/a.png"),
    ("avatar_url", "https://"),
    ("avatar_url", "/a.png"),
    ("avatar_url", "https://example.org/" + "a" * 2048),
    ("gender", "unknown"),
    ("gender", "Male"),
    ("privacy_level", "hidden"),
    ("locale", "e"),
    ("locale", "en_US"),
    ("locale", ""),
    ("native_language", "pt-"),
    ("ui_language", "p t"),
]


@pytest.mark.parametrize(("field", "value"), PROFILE)
async def test_a_profile_takes_no_such_value(api: Api, same: Scene, field: str, value: str) -> None:
    person = {"name": "Ana Lima", field: value}
    made = await refuse(api, "POST", "/v1/persons", json=person)
    changed = await refuse(api, "PATCH", f"/v1/persons/{same.pair.a}", json={field: value})
    assert pointers(made) == pointers(changed) == [f"/{field}"]


async def test_a_zone_that_is_none_is_named_and_one_that_is_suggested(
    api: Api, same: Scene
) -> None:
    person = {"name": "Ana Lima", "timezone": "Mars/Olympus"}
    problem = await refuse(api, "POST", "/v1/persons", json=person)
    assert "Mars/Olympus" in problem["detail"]
    assert "Asia/Kolkata" in problem["detail"]


@pytest.mark.parametrize("field", ["name", "timezone", "locale", "privacy_level"])
async def test_what_everyone_has_cannot_be_taken_away(api: Api, same: Scene, field: str) -> None:
    problem = await refuse(api, "PATCH", f"/v1/persons/{same.pair.a}", json={field: None})
    assert pointers(problem) == [f"/{field}"]


async def test_an_email_address_belongs_to_one_person(api: Api) -> None:
    scene, email = await a_scene(api), given.an_email()
    await given.a_person(api, email=email)
    async with unchanged(api, scene):
        for same in (email, email.upper()):
            answer = await api.post("/v1/persons", {"name": "Bo", "email": same})
            refused(answer, 409, "email_taken")
            answer = await api.ask("PATCH", f"/v1/persons/{scene.pair.a}", json={"email": same})
            refused(answer, 409, "email_taken")


async def test_a_person_is_found_by_email_in_any_case(api: Api) -> None:
    email = f"{fresh('Zoë')}@example.org"
    person = await given.a_person(api, email=email)
    for spelt in (email, email.upper(), email.lower()):
        (found,) = (await api.get("/v1/persons", email=spelt))["items"]
        assert (found["id"], found["email"]) == (person, email)


@pytest.mark.parametrize("number", [0, 1, 3, 4])
async def test_a_pair_is_of_two(api: Api, same: Scene, number: int) -> None:
    participants = [same.pair.a, same.stranger, same.pair.b, nobody()][:number]
    body = {"kind": "pair", "participants": participants}
    problem = await refuse(api, "POST", "/v1/conversations", json=body)
    assert pointers(problem) == ["/participants"]


async def test_nobody_converses_with_themself(api: Api, same: Scene) -> None:
    one = same.stranger
    for two in (one, one.upper()):
        body = {"kind": "pair", "participants": [one, two]}
        problem = await refuse(api, "POST", "/v1/conversations", json=body)
        assert pointers(problem) == ["/participants"]


async def test_a_conversation_is_of_a_kind_there_is(api: Api, same: Scene) -> None:
    body = {"kind": "trio", "participants": [same.pair.a, same.stranger]}
    problem = await refuse(api, "POST", "/v1/conversations", json=body)
    assert pointers(problem) == ["/kind"]


async def test_nobody_blocks_themself(api: Api, same: Scene) -> None:
    path = f"/v1/persons/{same.pair.a}/blocks/{same.pair.a}"
    assert pointers(await refuse(api, "PUT", path)) == ["/other_id"]


async def test_nobody_reports_themself(api: Api, same: Scene) -> None:
    body = {**same.body("file_report"), "reporter_id": same.pair.a}
    problem = await refuse(api, "POST", "/v1/reports", json=body)
    assert pointers(problem) == ["/reported_id"]


async def test_evidence_stands_in_a_conversation_of_the_two(api: Api) -> None:
    scene = await a_scene(api)
    elsewhere = await given.a_pair(api, a=scene.pair.a)
    foreign = (await given.a_message(api, elsewhere, scene.pair.a))["id"]
    async with unchanged(api, scene):
        for evidence in ([foreign], [nobody()], [scene.message, foreign], [nobody()] * 51):
            body = {**scene.body("file_report"), "evidence_message_ids": evidence}
            problem = await refuse(api, "POST", "/v1/reports", json=body)
            assert pointers(problem) == ["/evidence_message_ids"]


@pytest.mark.parametrize("tier", ["gold", "", "Plus", "free "])
async def test_a_tier_is_one_there_is(api: Api, same: Scene, tier: str) -> None:
    path = f"/v1/persons/{same.pair.a}/tier"
    problem = await refuse(api, "PUT", path, json={"tier": tier})
    assert pointers(problem) == ["/tier"]
    assert problem["detail"] == (
        f"There is no value '{tier}' here; give one of: free, plus, premium."
    )


TIMES = [
    "2027-02-29T10:00:00Z",
    "2027-04-31T10:00:00Z",
    "2027-13-01T10:00:00Z",
    "2027-00-10T10:00:00Z",
    "2027-01-01T25:00:00Z",
    "2027-01-01T10:61:00Z",
    "2027-01-01T10:00:00+24:00",
    "2027-01-01T10:00:00",
    "2027-01-01",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+23:59",
    "1969-12-31T23:59:59Z",
    "9999-12-31T23:59:59-23:59",
    "10000-01-01T00:00:00Z",
    "tomorrow",
    "",
]


@pytest.mark.parametrize("time", TIMES)
async def test_a_time_is_one_there_is(api: Api, same: Scene, time: str) -> None:
    call = {"initiator_id": same.pair.a, "scheduled_for": time}
    problem = await refuse(api, "POST", f"{same.pair.path}/video-calls", json=call)
    assert pointers(problem) == ["/scheduled_for"]
    problem = await refuse(api, "PUT", "/v1/test-clock", json={"now": time})
    assert pointers(problem) == ["/now"]


async def test_a_call_is_scheduled_for_the_coming_year(api: Api, same: Scene) -> None:
    now = await api.now()
    for at in (now, now - timedelta(seconds=1), now + timedelta(days=366, seconds=1)):
        call = {"initiator_id": same.pair.a, "scheduled_for": at.isoformat()}
        problem = await refuse(api, "POST", f"{same.pair.path}/video-calls", json=call)
        assert pointers(problem) == ["/scheduled_for"]


@pytest.mark.parametrize("event", ["join", "", "Connected"])
async def test_presence_is_connected_or_disconnected(api: Api, same: Scene, event: str) -> None:
    path = f"/v1/video-calls/{same.call}/presence"
    body = {"person_id": same.pair.a, "event": event}
    assert pointers(await refuse(api, "POST", path, json=body)) == ["/event"]
