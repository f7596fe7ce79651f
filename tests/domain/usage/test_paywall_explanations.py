"""What the paywall and the forecast say, word by word, and the words of errors."""

from datetime import timedelta

import attrs
import pytest

from domain.shared.decisions import Reason
from domain.shared.errors import InvalidValueError, NotFoundError
from domain.shared.standing import activity_reason
from domain.shared.tier_limits import TierCatalogue
from domain.shared.tiers import Tier
from domain.usage.commands import (
    MOST_INPUT_TOKENS,
    Beat,
    Extend,
    UsageSessionSettledError,
    checked_tokens,
    no_such_session,
)
from domain.usage.forecast import Forecast, forecast
from domain.usage.paywall import (
    PaywallAction,
    PaywallError,
    PaywallOutcome,
    UsageTotals,
    paywall,
    require_paid,
)
from domain.usage.policy import UsagePolicy
from domain.usage.purchased import MOST_PURCHASED_SECONDS, Grant, Purchase, TooManySecondsError
from domain.usage.sessions import SessionMode
from tests.domain.usage.script import RULES, a_script
from tests.domain.usage.whole_reasons import (
    ENDS_AT,
    UPGRADES,
    conversations,
    missing,
    open_sessions,
    seconds,
    shown,
    with_period,
)

ALLOW, WARN, BLOCK = PaywallOutcome


def free(rule: str, what: str, used: int, most: int) -> Reason:
    return Reason(
        rule=rule,
        satisfied=used < most,
        detail=f"{used} of {most} {what} in all, without a subscription.",
        inputs={"used": used, "tier": "free"},
        threshold=most,
        changed_by=() if used < most else UPGRADES,
    )


@pytest.mark.parametrize(
    ("messages", "outcome", "remedies"),
    [(79, ALLOW, ()), (80, WARN, UPGRADES), (100, BLOCK, UPGRADES), (101, BLOCK, UPGRADES)],
)
def test_messages_at_the_paywall(
    messages: int, outcome: PaywallOutcome, remedies: tuple[str, ...]
) -> None:
    totals = UsageTotals(total_messages=messages)
    left = max(0, 100 - messages)
    assert paywall(a_script().account, totals, RULES, PaywallAction.MESSAGE) == shown(
        PaywallAction.MESSAGE,
        outcome,
        reasons=(free("free_messages", "messages", messages, 100),),
        remaining=left,
        remedies=remedies,
        free_left=left,
    )


def test_messages_of_a_subscriber_at_the_paywall() -> None:
    totals = UsageTotals(total_messages=5000)
    unlimited = Reason(
        rule="free_messages",
        satisfied=True,
        detail="5000 messages in all; the tier plus has no limit on them.",
        inputs={"used": 5000, "tier": "plus"},
    )
    assert paywall(a_script(Tier.PLUS).account, totals, RULES, PaywallAction.MESSAGE) == shown(
        PaywallAction.MESSAGE, ALLOW, reasons=(unlimited,)
    )


def test_calls_at_the_paywall() -> None:
    call = PaywallAction.CALL
    script = with_period(a_script(), seconds_used=100)
    assert paywall(script.account, UsageTotals(total_call_seconds=239), RULES, call) == shown(
        call,
        ALLOW,
        reasons=(free("free_call_seconds", "seconds of calls", 239, 300), seconds(800)),
        remaining=61,
        free_left=61,
    )
    assert paywall(script.account, UsageTotals(total_call_seconds=300), RULES, call) == shown(
        call,
        BLOCK,
        reasons=(free("free_call_seconds", "seconds of calls", 300, 300), seconds(800)),
        remaining=0,
        remedies=UPGRADES,
        free_left=0,
    )


def test_seconds_that_are_used_up_block_first_among_the_reasons() -> None:
    call = PaywallAction.CALL
    script = with_period(a_script(), seconds_used=880)
    blocked = paywall(script.account, UsageTotals(), RULES, call)
    ways = ("buy_seconds", *UPGRADES)
    assert blocked == shown(
        call,
        BLOCK,
        reasons=(
            missing(seconds(20), *ways),
            free("free_call_seconds", "seconds of calls", 0, 300),
        ),
        remaining=20,
        resets_at=ENDS_AT,
        remedies=ways,
        free_left=300,
    )
    with pytest.raises(PaywallError) as refused:
        require_paid(blocked)
    assert refused.value.detail == (
        "20 seconds are available; a start needs 30. "
        "To go on: buy seconds or upgrade to plus or upgrade to premium."
    )
    assert (refused.value.reasons, refused.value.decision) == (blocked.reasons, blocked)


def test_a_block_without_a_remedy_gives_no_advice() -> None:
    refusal = Reason(rule="some_rule", satisfied=False, detail="It is not so.")
    blocked = shown(PaywallAction.CALL, BLOCK, reasons=(refusal,))
    assert blocked.remedy is None
    with pytest.raises(PaywallError) as refused:
        require_paid(blocked)
    assert refused.value.detail == "It is not so."


def test_a_session_at_the_paywall() -> None:
    action = PaywallAction.SESSION
    reasons = (seconds(900), conversations(0), open_sessions(0))
    account = a_script().account
    assert paywall(account, UsageTotals(), RULES, action) == shown(
        action, ALLOW, reasons=reasons, remaining=900, resets_at=ENDS_AT
    )
    realtime = Reason(
        rule="monthly_realtime_sessions",
        satisfied=False,
        detail="0 of 0 realtime sessions of the month are used.",
        inputs={"used": 0, "tier": "free"},
        threshold=0,
        changes_at=ENDS_AT,
        changed_by=UPGRADES,
    )
    blocked = paywall(account, UsageTotals(), RULES, action, mode=SessionMode.REALTIME)
    assert blocked == shown(
        action,
        BLOCK,
        reasons=(realtime, *reasons),
        remaining=0,
        resets_at=ENDS_AT,
        remedies=UPGRADES,
    )


@pytest.mark.parametrize(("used", "outcome"), [(159, ALLOW), (160, WARN), (200, BLOCK)])
def test_realtime_sessions_at_the_paywall(used: int, outcome: PaywallOutcome) -> None:
    script = with_period(a_script(Tier.PREMIUM), realtime_sessions_used=used)
    found = paywall(
        script.account, UsageTotals(), RULES, PaywallAction.SESSION, mode=SessionMode.REALTIME
    )
    assert found.outcome is outcome
    if outcome is not ALLOW:
        assert (found.reason.rule, found.remaining) == ("monthly_realtime_sessions", 200 - used)
        assert (found.resets_at, found.remedies) == (ENDS_AT, ())


def test_open_sessions_at_the_paywall() -> None:
    script = a_script(Tier.PREMIUM).grant(100_000)
    for _ in range(20):
        script.start()
    found = paywall(script.account, UsageTotals(), RULES, PaywallAction.SESSION)
    assert (found.outcome, found.reason) == (BLOCK, open_sessions(20))
    assert (found.remaining, found.resets_at) == (None, None)
    assert found.remedies == ("end_a_session",)


def test_every_source_of_seconds_counts_at_the_paywall() -> None:
    script = with_period(
        a_script(Tier.PLUS).grant(200),
        seconds_used=800,
        banked_seconds=600,
        banked_seconds_used=600,
        purchased_seconds_used=100,
    )
    script.account = attrs.evolve(script.account, purchased_seconds_used=100)
    script.start()
    found = paywall(script.account, UsageTotals(), RULES, PaywallAction.SESSION)
    assert (found.outcome, found.remaining) == (ALLOW, 8300)
    # 11,600 in all, of which 80 percent are 9,280: 1,500 are used, 1,800 held each time.
    for held, outcome in ((2, ALLOW), (3, ALLOW), (4, ALLOW), (5, WARN)):
        script.start()
        found = paywall(script.account, UsageTotals(), RULES, PaywallAction.SESSION)
        assert (found.outcome, found.remaining) == (outcome, 10_100 - held * 1800)
    assert found.remedies == ("buy_seconds", "upgrade_to_premium")


def test_standing_at_the_paywall() -> None:
    suspended = activity_reason(active=False)
    active = activity_reason(active=True)
    account, message = a_script().account, PaywallAction.MESSAGE
    limit = free("free_messages", "messages", 90, 100)
    totals = UsageTotals(total_messages=90)
    assert paywall(account, totals, RULES, message, (suspended,)) == shown(
        message,
        BLOCK,
        reasons=(suspended, limit),
        remaining=10,
        remedies=("reinstate_person",),
        free_left=10,
    )
    assert paywall(account, UsageTotals(), RULES, message, (active,)) == shown(
        message,
        ALLOW,
        reasons=(free("free_messages", "messages", 0, 100), active),
        remaining=100,
        free_left=100,
    )


def test_a_forecast_in_full() -> None:
    script = a_script().wait(hours=12)
    session = script.start()
    script.go_on(session, 300)
    assert forecast(script.account, 100, script.now) == Forecast(
        used_today=400,
        pace_seconds_per_day=400 * 86_400 // 43_500,
        remaining=600,
        # 600 seconds at 400 in 43,500 seconds.
        runs_out_at=script.wait(seconds=65_250).now,
        resets_at=ENDS_AT,
    )


def test_a_forecast_rounds_the_time_that_is_left_up() -> None:
    script = a_script().wait(hours=2)
    found = forecast(script.account, 7, script.now)
    # 900 seconds at 7 in 7,200 seconds: 925,714.3 seconds.
    assert found.runs_out_at == script.wait(seconds=925_715).now


@pytest.mark.parametrize(("used", "lasts"), [(20_700, None), (20_706, 3599)])
def test_what_lasts_until_the_month_ends_does_not_run_out(used: int, lasts: int | None) -> None:
    script = a_script().until(ENDS_AT - timedelta(hours=1))
    runs_out_at = None if lasts is None else script.now + timedelta(seconds=lasts)
    assert forecast(script.account, used, script.now).runs_out_at == runs_out_at


def test_errors_say_what_to_do() -> None:
    absent = no_such_session()
    assert isinstance(absent, NotFoundError)
    assert absent.detail == "There is no such usage session; check the id."
    script = a_script()
    session = script.start()
    script.settle(session)
    for command in (Beat(session_id=session), Extend(session_id=session)):
        with pytest.raises(UsageSessionSettledError) as over:
            script.put(command)
        assert over.value.detail == "This usage session is settled; start a new one."


@pytest.mark.parametrize("tokens", [None, 0, MOST_INPUT_TOKENS])
def test_tokens_that_are_taken(tokens: int | None) -> None:
    assert checked_tokens(tokens) == tokens


@pytest.mark.parametrize("tokens", [-1, MOST_INPUT_TOKENS + 1])
def test_tokens_that_are_not_taken(tokens: int) -> None:
    with pytest.raises(InvalidValueError) as wrong:
        checked_tokens(tokens)
    assert wrong.value.field == "input_tokens"
    assert wrong.value.detail == "Give a number from 0 to 1000000000."


@pytest.mark.parametrize("number", [0, 1_000_001])
def test_a_grant_of_too_few_or_too_many(number: int) -> None:
    with pytest.raises(InvalidValueError) as wrong:
        a_script().grant(number)
    assert wrong.value.field == "seconds"
    assert wrong.value.detail == "Give a number of seconds from 1 to 1000000."


def test_a_grant_at_the_ends_of_its_range() -> None:
    assert a_script().grant(1).grant(1_000_000).account.purchased_seconds == 1_000_001


def test_purchased_seconds_may_be_a_thousand_million() -> None:
    script = a_script().put(Purchase(seconds=MOST_PURCHASED_SECONDS))
    assert script.account.purchased_seconds == MOST_PURCHASED_SECONDS
    for command in (Grant(seconds=1), Purchase(seconds=1)):
        with pytest.raises(TooManySecondsError) as wrong:
            script.put(command)
        advice = "The person would have more than 1000000000 purchased seconds; grant fewer."
        assert wrong.value.detail == advice


def test_a_heartbeat_comes_before_silence() -> None:
    message = r"^heartbeat_seconds must be less than silence_seconds$"
    with pytest.raises(ValueError, match=message):
        UsagePolicy(heartbeat_seconds=60, silence_seconds=60)
    assert UsagePolicy(heartbeat_seconds=59, silence_seconds=60).heartbeat_seconds == 59


@pytest.mark.parametrize(
    "used",
    [
        {"seconds_used": 8000, "monthly_seconds": 10_000},
        {"banked_seconds": 8000, "banked_seconds_used": 8000, "monthly_seconds": 2000},
        {"purchased_seconds_used": 8000, "monthly_seconds": 2000},
    ],
)
def test_eighty_percent_of_any_source_warns(used: dict[str, int]) -> None:
    script = with_period(a_script(Tier.PLUS), **used)
    found = paywall(script.account, UsageTotals(), RULES, PaywallAction.SESSION)
    assert (found.outcome, found.reason.rule) == (WARN, "seconds_available")
    assert (found.remaining, found.resets_at) == (2000, ENDS_AT)


def test_conversations_come_back_when_the_month_ends() -> None:
    script = with_period(a_script(), conversations_used=24)
    found = paywall(script.account, UsageTotals(), RULES, PaywallAction.SESSION)
    assert (found.outcome, found.remaining, found.resets_at) == (WARN, 6, ENDS_AT)


def test_no_realtime_session_is_left_without_access() -> None:
    closed = attrs.evolve(TierCatalogue().plus, has_realtime_access=False)
    rules = attrs.evolve(RULES, tiers=TierCatalogue(plus=closed))
    found = paywall(
        a_script(Tier.PLUS).account,
        UsageTotals(),
        rules,
        PaywallAction.SESSION,
        mode=SessionMode.REALTIME,
    )
    assert (found.outcome, found.reason.threshold, found.remaining) == (BLOCK, 0, 0)


def test_a_forecast_counts_whole_seconds() -> None:
    script = a_script().wait(hours=2, seconds=0.5)
    assert forecast(script.account, 7, script.now).pace_seconds_per_day == 84
    script = a_script().until(ENDS_AT - timedelta(seconds=3599.5))
    # It lasts for 3,599 whole seconds, and so many are left of the month.
    assert forecast(script.account, 20_706, script.now).runs_out_at is None


def test_a_session_of_before_midnight_is_used_today_from_there_on() -> None:
    script = a_script().wait(hours=23, minutes=58)
    session = script.start()
    just_begun = forecast(script.account, 0, script.now)
    assert (just_begun.used_today, just_begun.remaining) == (0, 900)
    script.go_on(session, 240)
    found = forecast(script.account, 0, script.now)
    assert (found.used_today, found.remaining) == (120, 660)


def test_what_was_used_of_the_month_before_is_not_used_of_this_one() -> None:
    script = a_script(Tier.PLUS).until(ENDS_AT - timedelta(seconds=25))
    script.start()
    account = script.until(ENDS_AT + timedelta(seconds=10)).look()
    found = forecast(account, 0, script.now)
    assert (found.used_today, found.remaining) == (10, 10_790)
