"""The paywall and the forecast."""

import pytest

from domain.shared.tiers import Tier
from domain.usage.forecast import forecast
from domain.usage.paywall import (
    Paywall,
    PaywallAction,
    PaywallOutcome,
    UsageTotals,
    paywall,
)
from tests.domain.usage.script import RULES, Script, a_script

ALLOW, WARN, BLOCK = PaywallOutcome


def asked(script: Script, action: PaywallAction, **totals: int) -> Paywall:
    return paywall(script.look(), UsageTotals(**totals), RULES, action)


@pytest.mark.parametrize(
    ("messages", "outcome", "remaining"),
    [(0, ALLOW, 100), (79, ALLOW, 21), (80, WARN, 20), (99, WARN, 1), (100, BLOCK, 0)],
)
def test_messages_without_a_subscription(
    messages: int, outcome: PaywallOutcome, remaining: int
) -> None:
    found = asked(a_script(), PaywallAction.MESSAGE, total_messages=messages)
    assert (found.outcome, found.remaining) == (outcome, remaining)
    assert found.remedy == (None if outcome is ALLOW else "upgrade_to_plus")
    subscribed = asked(a_script(Tier.PLUS), PaywallAction.MESSAGE, total_messages=messages)
    assert (subscribed.outcome, subscribed.remaining) == (ALLOW, None)


@pytest.mark.parametrize(("seconds", "outcome"), [(239, ALLOW), (240, WARN), (300, BLOCK)])
def test_calls_without_a_subscription(seconds: int, outcome: PaywallOutcome) -> None:
    found = asked(a_script(), PaywallAction.CALL, total_call_seconds=seconds)
    assert (found.outcome, found.reason.rule) == (outcome, "free_call_seconds")


def test_calls_need_seconds_too() -> None:
    script = a_script()
    script.use(900)
    found = asked(script, PaywallAction.CALL)
    assert (found.outcome, found.reason.rule) == (BLOCK, "seconds_available")
    assert found.remedies == ("buy_seconds", "upgrade_to_plus", "upgrade_to_premium")


@pytest.mark.parametrize(("used", "outcome"), [(719, ALLOW), (720, WARN), (871, BLOCK)])
def test_sessions_by_seconds(used: int, outcome: PaywallOutcome) -> None:
    script = a_script()
    script.use(used)
    found = asked(script, PaywallAction.SESSION)
    assert (found.outcome, found.remaining) == (outcome, 900 - used)
    assert found.resets_at == script.account.period.ends_at


def test_what_is_held_is_not_left() -> None:
    script = a_script()
    script.start()
    assert asked(script, PaywallAction.SESSION).outcome is BLOCK


def test_sessions_by_conversations() -> None:
    script = a_script()
    for _ in range(24):
        script.settle(script.start())
    warned = asked(script, PaywallAction.SESSION)
    assert (warned.outcome, warned.reason.rule) == (WARN, "monthly_conversations")
    assert warned.remedies == ("upgrade_to_plus", "upgrade_to_premium")


def test_without_use_nothing_runs_out() -> None:
    script = a_script()
    found = forecast(script.account, 0, script.wait(hours=5).now)
    assert (found.runs_out_at, found.pace_seconds_per_day) == (None, 0)


def test_what_ran_out_has_run_out_whatever_the_pace() -> None:
    script = a_script()
    script.use(900)
    for used_today in (0, 900):
        assert forecast(script.account, used_today, script.now).runs_out_at == script.now


def test_the_pace_of_today_goes_on() -> None:
    script = a_script().wait(hours=12)
    found = forecast(script.account, 450, script.now)
    assert found.pace_seconds_per_day == 900
    assert found.runs_out_at == script.wait(hours=24).now


def test_a_session_that_goes_on_is_used_so_far() -> None:
    script = a_script().wait(hours=12)
    session = script.start()
    script.go_on(session, 300)
    found = forecast(script.account, 100, script.now)
    assert (found.used_today, found.remaining) == (400, 600)


def test_a_slow_pace_lasts_until_the_month_ends() -> None:
    script = a_script().wait(hours=12)
    assert forecast(script.account, 10, script.now).runs_out_at is None


def test_the_first_hour_counts_as_a_whole_one() -> None:
    script = a_script().wait(minutes=1)
    found = forecast(script.account, 60, script.now)
    assert found.pace_seconds_per_day == 60 * 24
