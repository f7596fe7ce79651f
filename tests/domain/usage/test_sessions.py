"""Sessions: what they hold, how they end, and what they come to."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.shared.errors import InvalidValueError
from domain.shared.tiers import Tier
from domain.usage.commands import EndAccount, Extend, Settle, UsageSessionSettledError, decide
from domain.usage.events import UsageAccountEnded
from domain.usage.purchased import Grant, TooManySecondsError
from domain.usage.seconds import Seconds
from domain.usage.sessions import SettledBy
from domain.usage.starting import OutOfSecondsError, UsageRefusedError
from tests.domain.usage.script import RULES, a_script

MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(("tier", "held"), [("free", 900), ("plus", 1800), ("premium", 3600)])
def test_a_start_holds_the_longest_session_of_the_tier(tier: str, held: int) -> None:
    script = a_script(Tier(tier))
    assert script.open(script.start()).held_seconds == held
    assert script.account.held == held


def test_a_start_holds_what_is_there_if_that_is_less() -> None:
    script = a_script()
    script.use(870)
    assert script.open(script.start()).held_seconds == 30
    assert script.account.available == 0


def test_under_thirty_seconds_nothing_starts() -> None:
    script = a_script()
    script.use(871)
    with pytest.raises(OutOfSecondsError) as refused:
        script.start()
    assert refused.value.reasons[-1].inputs["available"] == 29


def test_of_parallel_sessions_none_holds_anothers_seconds() -> None:
    script = a_script(Tier.PLUS)
    holds = [script.open(script.start()).held_seconds for _ in range(6)]
    assert holds == [1800] * 6
    with pytest.raises(OutOfSecondsError):
        script.start()


def test_no_more_than_twenty_sessions_go_on() -> None:
    script = a_script().grant(1_000_000)
    for _ in range(20):
        script.start()
    with pytest.raises(UsageRefusedError) as refused:
        script.start()
    assert [one.rule for one in refused.value.reasons if not one.satisfied] == ["open_sessions"]


def test_silence_settles_as_of_the_last_heartbeat() -> None:
    script = a_script()
    session = script.start()
    script.go_on(session, 30).wait(seconds=60)
    script.look()
    settled = script.settled(session)
    assert (settled.settled_by, settled.seconds_consumed) == (SettledBy.SILENCE, 30)
    assert settled.settled_at - settled.ended_at == timedelta(seconds=60)


def test_a_heartbeat_just_in_time_keeps_it_going() -> None:
    script = a_script()
    session = script.start()
    script.wait(seconds=60).until(script.now - MOMENT).beat(session)
    assert script.open(session).last_beat_at == script.now
    script.until(script.open(session).last_beat_at).wait(seconds=60)
    with pytest.raises(UsageSessionSettledError):
        script.beat(session)


def test_a_heartbeat_by_a_clock_behind_takes_nothing_back() -> None:
    script = a_script()
    session = script.start()
    last = script.wait(seconds=30).beat(session).now
    script.wait(seconds=-1).beat(session)
    assert script.open(session).last_beat_at == last


def test_what_it_holds_ends_it() -> None:
    script = a_script()
    session = script.start()
    script.go_on(session, 900)
    settled = script.settled(session)
    assert (settled.settled_by, settled.seconds_consumed) == (SettledBy.HOLD_USED_UP, 900)
    assert settled.duration_seconds == 900


def test_whoever_settles_late_pays_what_was_held() -> None:
    script = a_script()
    session = script.start()
    settled = script.go_on(session, 885).wait(seconds=40).settle(session)
    assert (settled.duration_seconds, settled.seconds_consumed) == (925, 900)


def test_two_extensions_hold_more_each() -> None:
    script = a_script(Tier.PLUS)
    session = script.start()
    for _ in range(2):
        script.put(Extend(session_id=session))
    assert script.open(session).held_seconds == script.account.held == 2400
    with pytest.raises(UsageRefusedError):
        script.put(Extend(session_id=session))
    assert script.settle(session).extensions_used == 2


def test_an_extension_is_held_like_a_start() -> None:
    script = a_script()
    session = script.start()
    with pytest.raises(OutOfSecondsError):
        script.grant(29).put(Extend(session_id=session))
    assert script.grant(1).put(Extend(session_id=session)).open(session).held_seconds == 930


def test_bank_goes_before_month_and_month_before_purchased() -> None:
    script = a_script(Tier.PLUS).grant(50)
    script.until(script.account.period.ends_at).hold(Tier.FREE)
    assert script.account.left == Seconds(5400, 10_800, 50)
    for _ in range(9):
        script.use(1800)
    assert script.account.left == Seconds(0, 0, 50)
    assert script.use(40).seconds_consumed == 40
    period = script.account.period
    assert (period.banked_seconds_used, period.seconds_used) == (5400, 10_800)
    assert period.purchased_seconds_used == 40


@given(st.lists(st.integers(1, 200), min_size=1, max_size=10))
def test_parts_of_a_session_settle_what_the_whole_does(parts: list[int]) -> None:
    whole, split = a_script(Tier.PREMIUM), a_script(Tier.PREMIUM)
    whole.use(sum(parts))
    for part in parts:
        split.use(part)
    assert split.account.left == whole.account.left


@pytest.mark.parametrize("seconds", [0, -1, 1_000_001])
def test_a_grant_is_within_its_range(seconds: int) -> None:
    with pytest.raises(InvalidValueError):
        a_script().grant(seconds)


def test_purchased_seconds_have_an_end() -> None:
    script = a_script()
    for _ in range(1000):
        script.grant(1_000_000)
    with pytest.raises(TooManySecondsError):
        script.put(Grant(seconds=1))


@pytest.mark.parametrize("tokens", [-1, 1_000_000_001])
def test_tokens_are_within_their_range(tokens: int) -> None:
    script = a_script()
    session = script.start()
    with pytest.raises(InvalidValueError):
        script.put(Settle(session_id=session, input_tokens=tokens))


def test_an_account_that_ended_settles_all_and_changes_no_more() -> None:
    script = a_script()
    session = script.start()
    script.wait(seconds=20).put(EndAccount())
    assert script.settled(session).settled_by is SettledBy.ERASURE
    assert isinstance(script.events[-1], UsageAccountEnded)
    later = script.wait(days=400)
    assert decide(later.account, Grant(seconds=5), RULES, later.now).events == ()
