"""Seconds in use over HTTP: sessions that go on, and what is left after them."""

from datetime import timedelta
from typing import Any

import httpx

from tests.http import given
from tests.http.api import Api, Json

BEAT = 45
SILENCE = 60
FREE, PLUS = 900, 10_800


async def away_from_a_months_end(api: Api) -> None:
    """Let no month end while a test uses seconds, unless it is about that."""
    now = await api.now()
    if (now + timedelta(days=1)).month != now.month:
        await api.pass_time(days=1)


async def subscribed(api: Api, tier: str = "plus", **profile: Any) -> str:
    if "timezone" not in profile:
        await away_from_a_months_end(api)
    person = await given.a_person(api, **profile)
    await api.put(f"/v1/persons/{person}/tier", tier=tier)
    return person


async def usage(api: Api, person: str, **params: Any) -> Json:
    """A person's usage, which adds up."""
    found = await api.get(f"/v1/persons/{person}/usage", **params)
    there = found["granted"] + found["banked"] + found["purchased"]
    gone = found["used"] + found["banked_used"] + found["purchased_used"]
    assert found["total_used"] == gone
    left = found["remaining"]
    assert left["total"] == left["banked"] + left["monthly"] + left["purchased"]
    after = found["carried_over"] + found["forfeited"]
    assert there == gone + found["held"] + left["total"] + after
    return found


async def start(api: Api, person: str, **body: Any) -> Json:
    return await api.made("/v1/usage/sessions", person_id=person, **body)


async def try_start(api: Api, person: str, **body: Any) -> httpx.Response:
    return await api.post("/v1/usage/sessions", {"person_id": person, **body})


async def tell(api: Api, session: Json, what: str, **body: Any) -> Json:
    return await api.made(f"/v1/usage/sessions/{session['id']}/{what}", **body)


async def go_on(api: Api, session: Json, seconds: int) -> Json:
    """Let a session go on for so long, with a heartbeat when it is due."""
    beaten = session
    for _ in range(seconds // BEAT):
        await api.pass_time(seconds=BEAT)
        beaten = await tell(api, session, "heartbeat")
    await api.pass_time(seconds=seconds % BEAT)
    return beaten


async def use(api: Api, person: str, seconds: int) -> Json:
    """Use seconds, in one session."""
    session = await start(api, person)
    await go_on(api, session, seconds)
    return await tell(api, session, "settle")


async def grant(api: Api, person: str, seconds: int) -> Json:
    path = f"/v1/persons/{person}/usage/grants"
    return await api.made(path, seconds=seconds, reason="Goodwill")


async def paywall(api: Api, person: str, action: str = "session", **params: Any) -> Json:
    return await api.get(f"/v1/persons/{person}/paywall", action=action, **params)
