"""Usage over HTTP: seconds are held, used, banked and bought, and each answer adds up."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from entrypoints.settings import Settings
from tests.http import given
from tests.http.api import Api, asking, invalid, pointers, refused
from tests.http.running import served
from tests.http.stored import Stored
from tests.http.using import (
    FREE,
    PLUS,
    SILENCE,
    away_from_a_months_end,
    go_on,
    grant,
    paywall,
    start,
    subscribed,
    tell,
    try_start,
    usage,
    use,
)
from tests.postgres import migrated_database


@pytest.fixture
async def person(api: Api) -> str:
    await away_from_a_months_end(api)
    return await given.a_person(api)


async def test_the_tiers_are_listed(api: Api) -> None:
    tiers = (await api.get("/v1/tiers"))["items"]
    assert [
        (
            tier["id"],
            tier["monthly_conversations"],
            tier["monthly_seconds"],
            tier["monthly_realtime_sessions"],
            tier["longest_session_seconds"],
            tier["banks"],
        )
        for tier in tiers
    ] == [
        ("free", 30, 900, 0, 900, False),
        ("plus", 300, 10_800, 20, 1800, True),
        ("premium", None, 36_000, 200, 3600, True),
    ]


async def test_a_session_holds_uses_and_gives_back(api: Api, person: str) -> None:
    session = await start(api, person, language="ja")
    assert (session["state"], session["held_seconds"], session["language"]) == ("open", FREE, "ja")
    held = await usage(api, person)
    assert (held["held"], held["remaining"]["total"]) == (FREE, 0)
    assert [one["id"] for one in held["sessions"]] == [session["id"]]
    await go_on(api, session, 100)
    await api.pass_time(milliseconds=1)
    settled = await tell(api, session, "settle", input_tokens=321)
    assert (settled["state"], settled["settled_by"]) == ("settled", "request")
    assert (settled["duration_seconds"], settled["seconds_consumed"]) == (101, 101)
    assert (settled["input_tokens"], settled["was_extended"]) == (321, False)
    after = await usage(api, person)
    assert (after["used"], after["held"]) == (101, 0)
    assert after["remaining"] == {"banked": 0, "monthly": 799, "purchased": 0, "total": 799}
    assert after["conversations"] == {"used": 1, "limit": 30}
    assert await tell(api, session, "settle") == settled


async def test_without_seconds_no_session_starts(api: Api, person: str) -> None:
    await use(api, person, FREE - 29)
    problem = refused(await try_start(api, person), 402, "seconds_missing")
    (reason,) = [one for one in problem["reasons"] if not one["satisfied"]]
    assert (reason["rule"], reason["threshold"]) == ("seconds_available", 30)
    assert reason["inputs"]["available"] == 29
    assert reason["changed_by"] == ["buy_seconds", "upgrade_to_plus", "upgrade_to_premium"]
    await grant(api, person, 1)
    assert (await start(api, person))["held_seconds"] == 30


async def test_the_order_is_bank_then_month_then_purchased(api: Api) -> None:
    person = await subscribed(api)
    await grant(api, person, 500)
    await api.move_to(given.instant((await usage(api, person))["resets_at"]))
    assert (await usage(api, person))["banked"] == PLUS // 2
    await api.put(f"/v1/persons/{person}/tier", tier="free")
    await api.move_to(given.instant((await usage(api, person))["resets_at"]))
    month = await usage(api, person)
    assert (month["tier"], month["granted"], month["banked"]) == ("free", FREE, 0)
    await use(api, person, FREE)
    await use(api, person, 200)
    after = await usage(api, person)
    assert (after["used"], after["purchased_used"]) == (FREE, 200)
    assert after["remaining"] == {"banked": 0, "monthly": 0, "purchased": 300, "total": 300}


async def test_a_bank_lives_one_month(api: Api) -> None:
    person = await subscribed(api)
    first = await usage(api, person)
    await api.move_to(given.instant(first["resets_at"]))
    await use(api, person, 60)
    second = await usage(api, person)
    assert (second["banked"], second["banked_used"], second["used"]) == (PLUS // 2, 60, 0)
    await api.move_to(given.instant(second["resets_at"]))
    third = await usage(api, person)
    assert (third["banked"], third["banked_used"]) == (PLUS // 2, 0)
    closed = await usage(api, person, period=second["period"])
    assert closed["carried_over"] == PLUS // 2
    assert closed["forfeited"] == PLUS // 2 + PLUS // 2 - 60
    history = await api.all_of(f"/v1/persons/{person}/usage/history", limit=1)
    assert [one["period"] for one in history] == [
        third["period"],
        second["period"],
        first["period"],
    ]
    refused(
        await api.ask("GET", f"/v1/persons/{person}/usage", params={"period": "2001-01"}),
        404,
        "not_found",
    )


async def test_a_statement_adds_up_line_by_line(api: Api) -> None:
    person = await subscribed(api)
    await grant(api, person, 100)
    await use(api, person, 45)
    month = await usage(api, person)
    path = f"/v1/persons/{person}/usage/statement"
    lines = await api.all_of(path, limit=2)
    assert [line["kind"] for line in lines] == ["monthly_granted", "purchased", "used"]
    assert lines[1]["reason"] == "Goodwill"
    sums = {name: sum(line[name] for line in lines) for name in ("banked", "monthly", "purchased")}
    assert sums == {name: month["remaining"][name] for name in sums}
    await api.move_to(given.instant(month["resets_at"]))
    closed = await api.all_of(path, period=month["period"])
    assert [line["kind"] for line in closed[3:]] == ["carried_over", "forfeited"]
    assert sum(line["monthly"] + line["banked"] for line in closed) == 0
    (opened, banked) = await api.all_of(path)
    assert (opened["monthly"], banked["banked"]) == (PLUS, PLUS // 2)


async def test_an_upgrade_adds_its_part_of_the_month_at_once(api: Api, person: str) -> None:
    await use(api, person, 15)
    month = await usage(api, person)
    await api.put(f"/v1/persons/{person}/tier", tier="plus")
    now = await api.now()
    starts, ends = given.instant(month["starts_at"]), given.instant(month["resets_at"])
    added = (PLUS - FREE) * (ends - now) // (ends - starts)
    assert (await usage(api, person))["granted"] == FREE + added
    await api.put(f"/v1/persons/{person}/tier", tier="free")
    kept = await usage(api, person)
    assert (kept["granted"], kept["tier"]) == (FREE + added, "plus")


async def test_silence_settles_a_session_as_of_its_last_heartbeat(api: Api, person: str) -> None:
    session = await start(api, person)
    await go_on(api, session, 45)
    await api.pass_time(seconds=SILENCE)
    answer = await api.post(f"/v1/usage/sessions/{session['id']}/heartbeat", {})
    refused(answer, 409, "usage_session_settled")
    settled = await tell(api, session, "settle", input_tokens=9)
    assert (settled["settled_by"], settled["seconds_consumed"]) == ("silence", 45)
    assert settled["input_tokens"] == 9
    assert (await usage(api, person))["used"] == 45


async def test_a_session_ends_when_all_that_it_holds_is_used(api: Api, person: str) -> None:
    session = await start(api, person)
    last = await go_on(api, session, FREE)
    assert (last["state"], last["settled_by"]) == ("settled", "hold_used_up")
    assert last["seconds_consumed"] == FREE
    answer = await api.post(f"/v1/usage/sessions/{session['id']}/extend", {})
    refused(answer, 409, "usage_session_settled")


async def test_a_session_is_extended_twice(api: Api) -> None:
    person = await subscribed(api)
    session = await start(api, person)
    for number in (1, 2):
        longer = await tell(api, session, "extend")
        assert (longer["held_seconds"], longer["extensions_used"]) == (1800 + 300 * number, number)
    answer = await api.post(f"/v1/usage/sessions/{session['id']}/extend", {})
    problem = refused(answer, 403, "usage_limit_reached")
    (reason,) = [one for one in problem["reasons"] if not one["satisfied"]]
    assert (reason["rule"], reason["threshold"]) == ("extensions_per_session", 2)
    assert (await tell(api, session, "settle"))["was_extended"] is True


async def test_an_extension_needs_seconds(api: Api, person: str) -> None:
    session = await start(api, person)
    answer = await api.post(f"/v1/usage/sessions/{session['id']}/extend", {})
    refused(answer, 402, "seconds_missing")
    await grant(api, person, 100)
    assert (await tell(api, session, "extend"))["held_seconds"] == FREE + 100


async def test_conversations_and_realtime_sessions_are_limited(api: Api, person: str) -> None:
    problem = refused(await try_start(api, person, mode="realtime"), 403, "usage_limit_reached")
    (reason,) = [one for one in problem["reasons"] if not one["satisfied"]]
    assert reason["rule"] == "monthly_realtime_sessions"
    assert reason["changed_by"] == ["upgrade_to_plus", "upgrade_to_premium"]
    asked = await paywall(api, person, mode="realtime")
    assert (asked["outcome"], asked["reason"]) == ("block", reason)
    assert (asked["remaining"], asked["remedy"]) == (0, "upgrade_to_plus")
    assert (await paywall(api, person))["outcome"] == "allow"
    for _ in range(30):
        await tell(api, await start(api, person), "settle")
    problem = refused(await try_start(api, person), 403, "usage_limit_reached")
    (reason,) = [one for one in problem["reasons"] if not one["satisfied"]]
    assert (reason["rule"], reason["threshold"]) == ("monthly_conversations", 30)
    assert (await paywall(api, person))["outcome"] == "block"
    await api.put(f"/v1/persons/{person}/tier", tier="premium")
    session = await start(api, person, mode="realtime")
    assert (await usage(api, person))["realtime_sessions"] == {"used": 1, "limit": 200}
    assert session["mode"] == "realtime"


async def test_whoever_is_suspended_starts_and_extends_nothing(api: Api, person: str) -> None:
    await grant(api, person, 1000)
    session = await start(api, person)
    await api.put(f"/v1/persons/{person}/suspension", reason="Spam")
    refused(await try_start(api, person), 403, "person_suspended")
    answer = await api.post(f"/v1/usage/sessions/{session['id']}/extend", {})
    refused(answer, 403, "person_suspended")
    assert (await paywall(api, person))["reason"]["rule"] == "person_is_active"


async def test_the_paywall_allows_warns_and_blocks(api: Api, person: str) -> None:
    allowed = await paywall(api, person)
    assert (allowed["outcome"], allowed["remaining"], allowed["remedy"]) == ("allow", FREE, None)
    await use(api, person, 719)
    assert (await paywall(api, person))["outcome"] == "allow"
    await use(api, person, 1)
    warned = await paywall(api, person)
    assert (warned["outcome"], warned["remaining"]) == ("warn", 180)
    assert warned["remedy"] == "buy_seconds"
    await use(api, person, 180)
    blocked = await paywall(api, person)
    assert (blocked["outcome"], blocked["remaining"]) == ("block", 0)
    assert blocked["reason"]["rule"] == "seconds_available"
    assert blocked["resets_at"] == (await usage(api, person))["resets_at"]


async def test_calls_and_messages_need_a_purchase_from_a_point_on(api: Api) -> None:
    person = await given.a_person(api)
    companion = await given.a_companion(api, person)
    assert (await paywall(api, person, "message"))["remaining"] == 99
    for seconds, outcome in ((239, "allow"), (60, "warn"), (60, "block")):
        started = await api.now()
        ended = await api.pass_time(seconds=seconds)
        call = await api.made(
            f"/v1/conversations/{companion}/calls",
            started_at=started.isoformat(),
            ended_at=ended.isoformat(),
            turns=[],
        )
        assert call["duration_seconds"] == seconds
        if outcome != "block":
            assert (await paywall(api, person, "call"))["outcome"] == outcome
    blocked = await paywall(api, person, "call")
    assert (blocked["reason"]["rule"], blocked["remedy"]) == (
        "free_call_seconds",
        "upgrade_to_plus",
    )
    seen = await usage(api, person)
    assert seen["totals"] == {"total_messages": 1, "total_call_seconds": 300}
    assert seen["used"] == 300
    await api.put(f"/v1/persons/{person}/tier", tier="plus")
    assert (await paywall(api, person, "call"))["outcome"] == "allow"
    assert (await paywall(api, person, "message"))["remaining"] is None


async def test_the_forecast_follows_todays_pace(api: Api, person: str) -> None:
    path = f"/v1/persons/{person}/usage/forecast"
    assert (await api.get(path))["runs_out_at"] is None
    now = await api.now()
    midnight = datetime(now.year, now.month, 10, tzinfo=UTC) + timedelta(days=31)
    await api.move_to(midnight)
    await use(api, person, 300)
    at = await api.move_to(midnight + timedelta(hours=6))
    found = await api.get(path)
    assert (found["used_today"], found["pace_seconds_per_day"]) == (300, 1200)
    assert found["remaining"] == 600
    assert given.instant(found["runs_out_at"]) == at + timedelta(hours=12)


async def test_a_grant_is_bounded_and_has_a_reason(api: Api, person: str) -> None:
    path = f"/v1/persons/{person}/usage/grants"
    for body, pointer in (
        ({"seconds": 0, "reason": "x"}, "/seconds"),
        ({"seconds": 1_000_001, "reason": "x"}, "/seconds"),
        ({"seconds": 10, "reason": ""}, "/reason"),
        ({"seconds": 10, "reason": " \n"}, "/reason"),
    ):
        assert pointers(invalid(await api.post(path, body))) == [pointer]
    given_to = await grant(api, person, 1_000_000)
    assert given_to["remaining"]["purchased"] == 1_000_000


@pytest.mark.parametrize("period", ["2026", "2026-13", "2026-00", "26-01", "2026-1", "x"])
async def test_a_period_is_a_month(api: Api, person: str, period: str) -> None:
    for path in ("usage", "usage/statement"):
        answer = await api.ask("GET", f"/v1/persons/{person}/{path}", params={"period": period})
        invalid(answer)


async def test_a_session_over_a_months_end_on_a_night_of_a_changed_clock(cluster: str) -> None:
    """In Cairo the clock goes back from midnight on the last night of October 2030."""
    database = await migrated_database(cluster)
    with served(Settings(database_url=database, test_clock=True, relay=False)) as server:
        async with asking(server) as api:
            await api.move_to(datetime(2030, 10, 30, 12, tzinfo=UTC))
            person = await subscribed(api, timezone="Africa/Cairo")
            october = await usage(api, person)
            assert october["period"] == "2030-10"
            ends_at = datetime(2030, 10, 31, 22, tzinfo=UTC)
            assert given.instant(october["resets_at"]) == ends_at
            await api.move_to(ends_at - timedelta(seconds=100))
            session = await start(api, person)
            await go_on(api, session, 90)
            await api.move_to(ends_at + timedelta(seconds=5))
            waiting = await usage(api, person, period="2030-10")
            assert (waiting["closed_at"], waiting["held"]) == (None, 100)
            assert (await usage(api, person))["banked"] == 0
            await tell(api, session, "heartbeat")
            closed = await usage(api, person, period="2030-10")
            assert given.instant(closed["closed_at"]) == ends_at + timedelta(seconds=5)
            assert (closed["used"], closed["carried_over"]) == (100, PLUS // 2)
            await go_on(api, session, 45)
            settled = await tell(api, session, "settle")
            assert settled["seconds_consumed"] == 150
            november = await usage(api, person)
            assert (november["period"], november["banked"]) == ("2030-11", PLUS // 2)
            assert (november["used"], november["banked_used"]) == (0, 50)


async def test_a_move_settles_what_is_silent_and_closes_months(
    on_postgres: Api, stored: Stored
) -> None:
    person = await subscribed(on_postgres)
    await start(on_postgres, person)
    ids = UUID(person)
    settled = "SELECT count(*) FROM usage_sessions WHERE person_id = $1 AND state = 'settled'"
    closed = "SELECT count(*) FROM usage_periods WHERE person_id = $1 AND closed_at IS NOT NULL"
    assert await stored.connection.fetchval(settled, ids) == 0
    ends_at = given.instant((await usage(on_postgres, person))["resets_at"])
    # Not by the events: the job that forgets old ones may run after this one.
    await on_postgres.move_to(ends_at + timedelta(days=32))
    assert await stored.connection.fetchval(settled, ids) == 1
    assert await stored.connection.fetchval(closed, ids) == 2


async def test_whoever_is_erased_leaves_numbers_only(on_postgres: Api, stored: Stored) -> None:
    person = await given.a_person(on_postgres, timezone="Asia/Kolkata")
    await grant(on_postgres, person, 5)
    await start(on_postgres, person, language="ja", conversation_id=person)
    exported = await on_postgres.get(f"/v1/persons/{person}/export")
    assert [one["language"] for one in exported["usage_sessions"]] == ["ja"]
    assert [one["kind"] for one in exported["usage_ledger"]] == ["monthly_granted", "purchased"]
    await on_postgres.made(f"/v1/persons/{person}/erase")
    refused(await on_postgres.ask("GET", f"/v1/persons/{person}/usage"), 403, "person_deleted")
    rows = await stored.connection.fetch(
        "SELECT reason FROM usage_ledger WHERE person_id = $1", UUID(person)
    )
    assert {row["reason"] for row in rows} == {None}
    about = "SELECT count(*) FROM outbox WHERE person_id = $1 AND type = 'usage_session_started'"
    nothing = " AND data->>'language' IS NULL AND data->>'conversation_id' IS NULL"
    assert await stored.connection.fetchval(about + nothing, UUID(person)) == 1
