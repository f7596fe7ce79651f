"""Every event of sessions and months in full, and the account that it makes."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import attrs

from domain.shared.ids import ConversationId, UsageSessionId
from domain.shared.tier_limits import TierCatalogue
from domain.shared.tiers import Tier
from domain.usage.accounts import UsageAccount, evolve, opened
from domain.usage.commands import (
    EndAccount,
    Extend,
    Settle,
    StartSession,
)
from domain.usage.events import (
    UsageAccountEnded,
    UsageAccountOpened,
    UsagePeriodClosed,
    UsagePeriodOpened,
    UsageSessionBeat,
    UsageSessionCarriedOver,
    UsageSessionExtended,
    UsageSessionSettled,
    UsageSessionStarted,
)
from domain.usage.periods import ClosedPeriod, bank_cap
from domain.usage.policy import UsagePolicy, UsageRules
from domain.usage.sessions import OpenSession, SessionMode, SettledBy, SettledSession
from tests.domain.usage.script import PERSON, START, a_script
from tests.domain.usage.whole_accounts import (
    ENDS_AT,
    MAY,
    ONE,
    SECOND,
    about,
    april,
    happened,
    march,
    plus,
    used,
)

TALK = ConversationId(UUID(int=7))


def started(at: datetime, session_id: UsageSessionId = ONE, **more: Any) -> UsageSessionStarted:
    plain: dict[str, Any] = {
        "mode": SessionMode.TRADITIONAL,
        "language": None,
        "conversation_id": None,
        "period": "2026-03",
        "held_seconds": 1800,
        "conversations_counted": 1,
    }
    return UsageSessionStarted(**about(at), session_id=session_id, **(plain | more))


def settled(at: datetime, session_id: UsageSessionId = ONE, **more: Any) -> UsageSessionSettled:
    plain: dict[str, Any] = {
        "ended_at": at,
        "settled_by": SettledBy.REQUEST,
        "extensions_used": 0,
        "input_tokens": None,
    }
    return UsageSessionSettled(**about(at), session_id=session_id, **(plain | more))


def test_an_account_opens_with_its_month() -> None:
    script = a_script(Tier.PLUS, "Asia/Kolkata", START + 20 * SECOND)
    at = START + 20 * SECOND
    begins, ends = START - timedelta(hours=5.5), ENDS_AT - timedelta(hours=5.5)
    event = UsageAccountOpened(**about(at), tier=Tier.PLUS, timezone="Asia/Kolkata")
    assert script.events == [
        event,
        UsagePeriodOpened(
            **about(at),
            period="2026-03",
            starts_at=begins,
            ends_at=ends,
            tier=Tier.PLUS,
            monthly_seconds=10_800,
        ),
    ]
    period = march(timezone="Asia/Kolkata", starts_at=begins, ends_at=ends)
    account = UsageAccount(person_id=PERSON, tier=Tier.PLUS, timezone="Asia/Kolkata")
    assert opened(event) == evolve(account, event) == account
    assert script.account == attrs.evolve(account, current=period)


def test_a_session_from_beginning_to_end() -> None:
    script = plus()
    script.put(
        StartSession(
            session_id=ONE,
            mode=SessionMode.REALTIME,
            language="pt",
            conversation_id=TALK,
        )
    )
    start = started(START, mode=SessionMode.REALTIME, language="pt", conversation_id=TALK)
    assert happened(script) == [start]
    facts: dict[str, Any] = {
        "id": ONE,
        "person_id": PERSON,
        "mode": SessionMode.REALTIME,
        "language": "pt",
        "conversation_id": TALK,
        "period": "2026-03",
        "started_at": START,
        "policy_version": "v1",
    }
    session = OpenSession(**facts, held_seconds=1800, last_beat_at=START)
    period = march(conversations_used=1, realtime_sessions_used=1)
    assert script.account == UsageAccount(
        person_id=PERSON, tier=Tier.PLUS, timezone="UTC", current=period, sessions=(session,)
    )
    at = script.wait(seconds=40).put(Extend(session_id=ONE)).now
    assert happened(script) == [
        UsageSessionBeat(**about(at), session_id=ONE),
        UsageSessionExtended(
            **about(at),
            session_id=ONE,
            seconds_added=300,
            held_seconds=2100,
        ),
    ]
    extended = attrs.evolve(session, held_seconds=2100, last_beat_at=at, extensions_used=1)
    assert script.open(ONE) == extended
    at = script.wait(seconds=30.5).put(Settle(session_id=ONE, input_tokens=55)).now
    came_to: dict[str, Any] = {"duration_seconds": 71, "seconds_consumed": 71, "input_tokens": 55}
    end = settled(at, extensions_used=1, **came_to)
    assert happened(script) == [used(at, monthly=71), end]
    over = SettledSession(
        **facts,
        **came_to,
        ended_at=at,
        settled_at=at,
        settled_by=SettledBy.REQUEST,
        extensions_used=1,
    )
    assert not script.account.sessions
    assert script.account.settled == (over,)
    assert script.account.period == attrs.evolve(period, seconds_used=71)
    script.put(Settle(session_id=ONE))
    assert happened(script) == []


def test_of_two_sessions_only_the_one_named_changes() -> None:
    script = plus()
    one, other = script.start(), script.start()
    before = script.open(one)
    script.wait(seconds=20).beat(other)
    assert script.open(one) == before
    assert script.open(other).last_beat_at == script.now
    script.settle(other)
    assert script.account.sessions == (before,)


def test_a_conversation_that_is_known_is_not_counted_again() -> None:
    script = plus().put(StartSession(session_id=ONE, conversation_known=True))
    assert happened(script) == [started(START, conversations_counted=0)]
    assert script.account.period == march()


def test_silence_and_a_hold_that_is_used_up() -> None:
    script = plus()
    session = script.start()
    script.wait(seconds=20).beat(session)
    happened(script)
    script.wait(seconds=100).look()
    at, ended = START + 80 * SECOND, START + 20 * SECOND
    came_to: dict[str, Any] = {"duration_seconds": 20, "seconds_consumed": 20}
    silent = settled(at, ended_at=ended, settled_by=SettledBy.SILENCE, **came_to)
    assert happened(script) == [used(at, monthly=20), silent]
    script = plus()
    script.go_on(script.start(), 1785)
    happened(script)
    late = script.wait(seconds=20).beat(ONE).now
    came_to = {"duration_seconds": 1800, "seconds_consumed": 1800}
    end: dict[str, Any] = {"ended_at": START + 1800 * SECOND, "settled_by": SettledBy.HOLD_USED_UP}
    assert happened(script) == [used(late, monthly=1800), settled(late, **end, **came_to)]


def test_a_hold_is_used_up_at_its_very_end() -> None:
    rules = UsageRules(
        tiers=TierCatalogue(), policy=UsagePolicy(silence_seconds=3600), version="v1"
    )
    script = a_script(rules=rules)
    session = script.start()
    assert script.wait(seconds=899).beat(session).open(session).held_seconds == 900
    assert script.wait(seconds=1).beat(session).account.session(session) is None


def test_a_month_ends_while_a_session_goes_on() -> None:
    script = plus().grant(500).until(ENDS_AT - 25 * SECOND)
    session = script.start()
    happened(script)
    script.until(ENDS_AT + 10 * SECOND).look()
    assert happened(script) == [
        UsagePeriodOpened(
            **about(ENDS_AT),
            period="2026-04",
            starts_at=ENDS_AT,
            ends_at=MAY,
            tier=Tier.PLUS,
            monthly_seconds=10_800,
        ),
        UsageSessionCarriedOver(
            **about(ENDS_AT),
            session_id=ONE,
            earlier_seconds=25,
            held_seconds=1800,
        ),
    ]
    waiting = march(conversations_used=1, purchased_seconds=500)
    assert (script.account.closing, script.account.current) == (waiting, april())
    known = script.open(session)
    assert (known.holds_now, known.holds_earlier, known.held_seconds) == (1775, 25, 1800)
    at = script.beat(session).now
    closed: dict[str, Any] = {
        "seconds_banked": 5400,
        "seconds_forfeited": 5375,
        "banked_seconds_forfeited": 0,
    }
    assert happened(script) == [
        used(at, monthly=25),
        UsagePeriodClosed(
            **about(at),
            period="2026-03",
            next_period="2026-04",
            **closed,
        ),
        UsageSessionBeat(**about(at), session_id=ONE),
    ]
    over: dict[str, Any] = attrs.asdict(waiting) | {"seconds_used": 25}
    assert script.account.closed == (ClosedPeriod(**over, closed_at=at, **closed),)
    assert (script.account.closing, script.account.period) == (None, april(banked_seconds=5400))
    assert script.open(session).settled_seconds == 25
    at = script.wait(seconds=5).put(Settle(session_id=session)).now
    came_to: dict[str, Any] = {"duration_seconds": 40, "seconds_consumed": 40}
    assert happened(script) == [
        used(at, period="2026-04", banked=15),
        settled(at, **came_to),
    ]


def test_a_session_that_settles_after_the_month_uses_of_both() -> None:
    script = plus().until(ENDS_AT - 25 * SECOND)
    session = script.start()
    script.until(ENDS_AT).look()
    happened(script)
    at = script.wait(seconds=10).put(Settle(session_id=session)).now
    assert script.account.period == april(banked_seconds=5400, banked_seconds_used=10)
    assert script.account.settled[-1].seconds_consumed == 35
    assert script.closed("2026-03").seconds_used == 25
    assert script.closed("2026-03").closed_at == at


def test_the_month_waits_for_the_last_of_its_sessions() -> None:
    script = plus().until(ENDS_AT - 25 * SECOND)
    one, other = script.start(), script.start()
    script.until(ENDS_AT + 10 * SECOND).beat(one)
    waiting = script.account
    assert waiting.closing is not None
    assert (waiting.closing.seconds_used, waiting.held) == (25, 2 * 1800 - 25 - 25)
    assert script.beat(other).account.closing is None
    assert script.closed("2026-03").seconds_used == 50


def test_an_erased_account_settles_what_goes_on() -> None:
    script = plus().until(ENDS_AT - 25 * SECOND)
    one = script.start()
    script.until(ENDS_AT + 10 * SECOND)
    happened(script)
    script.put(EndAccount())
    events, at = happened(script), script.now
    assert {event.at for event in events} == {ENDS_AT, at}
    came_to: dict[str, Any] = {"duration_seconds": 35, "seconds_consumed": 35}
    assert events[-2:] == [
        settled(at, settled_by=SettledBy.ERASURE, **came_to),
        UsageAccountEnded(**about(at)),
    ]
    assert script.account.session(one) is None
    assert script.account.ended_at == at
    assert script.closed("2026-03").seconds_used == 25


def test_sessions_share_what_a_new_month_has() -> None:
    script = a_script(Tier.PREMIUM).until(ENDS_AT - 10 * SECOND).hold(Tier.FREE)
    sessions = [script.start() for _ in range(3)]
    account = script.until(ENDS_AT).look()
    assert [script.open(session).holds_now for session in sessions] == [900, 0, 0]
    assert [script.open(session).held_seconds for session in sessions] == [910, 10, 10]
    assert account.available == 0


def test_a_bank_is_of_whole_seconds() -> None:
    odd = attrs.evolve(TierCatalogue().plus, monthly_seconds=10_801)
    assert bank_cap(odd, 50) == 5400
    assert bank_cap(TierCatalogue().free, 50) == 0
