"""What every rule of usage says, word by word."""

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from domain.shared.decisions import Reason
from domain.shared.errors import InvalidValueError, NotFoundError
from domain.shared.standing import PersonSuspendedError, activity_reason
from domain.shared.tier_limits import TierCatalogue
from domain.shared.tiers import Tier
from domain.usage.commands import (
    MOST_INPUT_TOKENS,
    Beat,
    Extend,
    StartSession,
    UsageSessionSettledError,
    checked_tokens,
    no_such_session,
)
from domain.usage.forecast import Forecast, forecast
from domain.usage.paywall import (
    Paywall,
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
from domain.usage.starting import (
    OutOfSecondsError,
    SessionDecision,
    UsageRefusedError,
    extension_decision,
    require,
    start_decision,
)
from tests.domain.usage.script import RULES, Script, a_script

ENDS_AT = datetime(2026, 4, 1, tzinfo=UTC)
UPGRADES = ("upgrade_to_plus", "upgrade_to_premium")
ALLOW, WARN, BLOCK = PaywallOutcome


def open_sessions(number: int) -> Reason:
    return Reason(
        rule="open_sessions",
        satisfied=number < 20,
        detail=f"{number} of at most 20 sessions go on.",
        inputs={"open_sessions": number},
        threshold=20,
        changed_by=() if number < 20 else ("end_a_session",),
    )


def conversations(
    used: int, tier: str = "free", counted: int = 1, most: int | None = 30, **more: Any
) -> Reason:
    shown = f"{used} conversations" if most is None else f"{used} of {most} conversations"
    plain = Reason(
        rule="monthly_conversations",
        satisfied=True,
        detail=f"{shown} of the month are used.",
        inputs={"used": used, "counted": counted, "tier": tier},
        threshold=most,
        changes_at=ENDS_AT,
    )
    return attrs.evolve(plain, **more)


def seconds(available: int, tier: str = "free", **inputs: int) -> Reason:
    amounts = {"banked": 0, "monthly": available, "purchased": 0, "held": 0} | inputs
    return Reason(
        rule="seconds_available",
        satisfied=True,
        detail=f"{available} seconds are available; a start needs 30.",
        inputs={"available": available, **amounts, "tier": tier},
        threshold=30,
        changes_at=ENDS_AT,
    )


def missing(reason: Reason, *ways: str) -> Reason:
    return attrs.evolve(reason, satisfied=False, changed_by=ways)


def decided(*reasons: Reason, **more: Any) -> SessionDecision:
    plain = SessionDecision(
        reasons=reasons,
        hold_seconds=900,
        available_seconds=900,
        resets_at=ENDS_AT,
        tier=Tier.FREE,
        policy_version="v1",
    )
    return attrs.evolve(plain, **more)


def asked(
    script: Script, mode: SessionMode = SessionMode.TRADITIONAL, counted: int = 1
) -> SessionDecision:
    return start_decision(script.account, RULES, mode=mode, conversations_counted=counted)


def with_period(script: Script, **changes: Any) -> Script:
    """Give a script in whose month so much was counted already."""
    period = attrs.evolve(script.account.period, **changes)
    script.account = attrs.evolve(script.account, current=period)
    return script


def test_a_start_that_is_allowed() -> None:
    decision = asked(a_script())
    assert decision == decided(open_sessions(0), conversations(0), seconds(900))
    assert decision.allowed
    require(decision)


def test_a_start_of_a_subscriber_in_realtime() -> None:
    decision = asked(a_script(Tier.PREMIUM), SessionMode.REALTIME)
    realtime = Reason(
        rule="monthly_realtime_sessions",
        satisfied=True,
        detail="0 of 200 realtime sessions of the month are used.",
        inputs={"used": 0, "tier": "premium"},
        threshold=200,
        changes_at=ENDS_AT,
    )
    assert decision == decided(
        open_sessions(0),
        conversations(0, "premium", most=None),
        realtime,
        seconds(36_000, "premium"),
        hold_seconds=3600,
        available_seconds=36_000,
        tier=Tier.PREMIUM,
    )


@pytest.mark.parametrize(
    ("tier", "used", "most", "ways"),
    [
        (Tier.FREE, 0, 0, UPGRADES),
        (Tier.PLUS, 19, 20, None),
        (Tier.PLUS, 20, 20, ("upgrade_to_premium",)),
        (Tier.PLUS, 200, 20, ()),
        (Tier.PREMIUM, 200, 200, ()),
    ],
)
def test_realtime_sessions_are_counted(
    tier: Tier, used: int, most: int, ways: tuple[str, ...] | None
) -> None:
    script = with_period(a_script(tier), realtime_sessions_used=used)
    assert asked(script, SessionMode.REALTIME).reasons[2] == Reason(
        rule="monthly_realtime_sessions",
        satisfied=ways is None,
        detail=f"{used} of {most} realtime sessions of the month are used.",
        inputs={"used": used, "tier": tier.value},
        threshold=most,
        changes_at=ENDS_AT,
        changed_by=ways or (),
    )


def test_realtime_sessions_of_a_tier_without_access_are_none() -> None:
    closed = attrs.evolve(TierCatalogue().plus, has_realtime_access=False)
    rules = attrs.evolve(RULES, tiers=TierCatalogue(plus=closed))
    for tier, ways in ((Tier.FREE, ("upgrade_to_premium",)), (Tier.PLUS, ("upgrade_to_premium",))):
        decision = start_decision(
            a_script(tier).account, rules, mode=SessionMode.REALTIME, conversations_counted=1
        )
        reason = decision.reasons[2]
        assert (reason.threshold, reason.satisfied, reason.changed_by) == (0, False, ways)


@pytest.mark.parametrize(
    ("tier", "used", "counted", "most", "ways"),
    [
        (Tier.FREE, 29, 1, 30, None),
        (Tier.FREE, 30, 0, 30, None),
        (Tier.FREE, 30, 1, 30, UPGRADES),
        (Tier.FREE, 299, 1, 30, UPGRADES),
        (Tier.FREE, 300, 1, 30, ("upgrade_to_premium",)),
        (Tier.PLUS, 300, 1, 300, ("upgrade_to_premium",)),
        (Tier.PREMIUM, 5000, 1, None, None),
    ],
)
def test_conversations_are_counted(
    tier: Tier, used: int, counted: int, most: int | None, ways: tuple[str, ...] | None
) -> None:
    script = with_period(a_script(tier), conversations_used=used)
    expected = conversations(used, tier.value, counted, most)
    if ways is not None:
        expected = missing(expected, *ways)
    assert asked(script, counted=counted).reasons[1] == expected


def test_a_refusal_by_conversations_says_how_to_go_on() -> None:
    script = with_period(a_script(), conversations_used=30)
    with pytest.raises(UsageRefusedError) as refused:
        script.start()
    assert refused.value.detail == (
        "30 of 30 conversations of the month are used. To go on: upgrade to plus, or upgrade to "
        "premium, or wait until 2026-04-01T00:00:00Z."
    )
    reasons = (open_sessions(0), missing(conversations(30), *UPGRADES), seconds(900))
    assert refused.value.reasons == reasons
    assert refused.value.decision == decided(*reasons, hold_seconds=0)


def test_a_refusal_by_seconds_says_how_to_go_on() -> None:
    script = with_period(a_script(), seconds_used=871)
    with pytest.raises(OutOfSecondsError) as refused:
        script.start()
    assert refused.value.detail == (
        "29 seconds are available; a start needs 30. To go on: buy seconds, or upgrade to plus, "
        "or upgrade to premium, or wait until 2026-04-01T00:00:00Z."
    )
    reasons = (
        open_sessions(0),
        conversations(0),
        missing(seconds(29), "buy_seconds", *UPGRADES),
    )
    assert refused.value.decision == decided(*reasons, hold_seconds=0, available_seconds=29)


def test_only_a_tier_with_more_seconds_helps_whoever_lacks_them() -> None:
    equal = attrs.evolve(TierCatalogue().plus, monthly_seconds=900)
    rules = attrs.evolve(RULES, tiers=TierCatalogue(plus=equal))
    script = with_period(a_script(rules=rules), seconds_used=871)
    decision = start_decision(
        script.account, rules, mode=SessionMode.TRADITIONAL, conversations_counted=1
    )
    assert decision.reasons[-1].changed_by == ("buy_seconds", "upgrade_to_premium")


def test_a_refusal_by_open_sessions_says_how_to_go_on() -> None:
    script = a_script().grant(100_000)
    for _ in range(19):
        script.start()
    assert asked(script).reasons[0] == open_sessions(19)
    script.start()
    with pytest.raises(UsageRefusedError) as refused:
        script.start()
    assert refused.value.detail == "20 of at most 20 sessions go on. To go on: end a session."
    assert refused.value.reasons[0] == open_sessions(20)


def test_every_source_of_seconds_is_named() -> None:
    script = with_period(a_script(Tier.PLUS).grant(50), banked_seconds=600)
    script.start()
    sources = {"banked": 600, "monthly": 10_800, "purchased": 50, "held": 1800}
    assert asked(script).reasons[-1] == seconds(9650, "plus", **sources)


def extensions(used: int) -> Reason:
    return Reason(
        rule="extensions_per_session",
        satisfied=used < 2,
        detail=f"{used} of 2 extensions of the session are used.",
        inputs={"extensions_used": used},
        threshold=2,
    )


def test_an_extension_that_is_allowed() -> None:
    decision = extension_decision(a_script().account, RULES, 1)
    assert decision == decided(extensions(1), seconds(900), hold_seconds=300)


def test_an_extension_too_many_has_no_way_to_go_on() -> None:
    script = a_script(Tier.PLUS)
    session = script.start()
    script.put(Extend(session_id=session)).put(Extend(session_id=session))
    with pytest.raises(UsageRefusedError) as refused:
        script.put(Extend(session_id=session))
    assert refused.value.detail == "2 of 2 extensions of the session are used."
    held = seconds(8400, "plus", monthly=10_800, held=2400)
    assert refused.value.decision == decided(
        extensions(2), held, hold_seconds=0, available_seconds=8400, tier=Tier.PLUS
    )


def test_standing_has_its_say_first() -> None:
    suspended = activity_reason(active=False)
    script = a_script()
    session = script.start()
    with pytest.raises(PersonSuspendedError) as refused:
        script.put(StartSession(session_id=session, standing=(suspended,)))
    held = missing(seconds(0, monthly=900, held=900), "buy_seconds", *UPGRADES)
    reasons = (suspended, open_sessions(1), conversations(1), held)
    nothing = decided(*reasons, hold_seconds=0, available_seconds=0)
    assert (refused.value.reasons, refused.value.decision) == (reasons, nothing)
    with pytest.raises(PersonSuspendedError) as refused:
        script.put(Extend(session_id=session, standing=(suspended,)))
    fewer = (suspended, extensions(0), held)
    assert refused.value.reasons == fewer
    assert refused.value.decision == attrs.evolve(nothing, reasons=fewer)


def free(rule: str, what: str, used: int, most: int) -> Reason:
    return Reason(
        rule=rule,
        satisfied=used < most,
        detail=f"{used} of {most} {what} in all, without a subscription.",
        inputs={"used": used, "tier": "free"},
        threshold=most,
        changed_by=() if used < most else UPGRADES,
    )


def shown(action: PaywallAction, outcome: PaywallOutcome, **more: Any) -> Paywall:
    plain = Paywall(
        action=action,
        outcome=outcome,
        reasons=(),
        remaining=None,
        resets_at=None,
        remedies=(),
        policy_version="v1",
    )
    return attrs.evolve(plain, **more)


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
        advice = "The person would have more than 1000000000 purchased seconds."
        assert wrong.value.detail == advice


def test_a_heartbeat_comes_before_silence() -> None:
    message = r"^heartbeat_seconds must be less than silence_seconds$"
    with pytest.raises(ValueError, match=message):
        UsagePolicy(heartbeat_seconds=60, silence_seconds=60)
    assert UsagePolicy(heartbeat_seconds=59, silence_seconds=60).heartbeat_seconds == 59
