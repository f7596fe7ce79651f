"""What starts and extensions of sessions say, word by word."""

from typing import Any

import attrs
import pytest

from domain.shared.decisions import Reason
from domain.shared.standing import PersonSuspendedError, activity_reason
from domain.shared.tier_limits import TierCatalogue
from domain.shared.tiers import Tier
from domain.usage.commands import (
    Extend,
    StartSession,
)
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
from tests.domain.usage.whole_accounts import ONE
from tests.domain.usage.whole_reasons import (
    ENDS_AT,
    UPGRADES,
    conversations,
    missing,
    open_sessions,
    seconds,
    with_period,
)


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


def test_a_realtime_session_does_not_start_where_none_is_left() -> None:
    script = a_script()
    decision = asked(script, SessionMode.REALTIME)
    with pytest.raises(UsageRefusedError) as refused:
        script.put(StartSession(session_id=ONE, mode=SessionMode.REALTIME))
    assert refused.value.decision == decision
    assert refused.value.detail == (
        "0 of 0 realtime sessions of the month are used. "
        "To go on: upgrade to plus, or upgrade to premium, or wait until 2026-04-01T00:00:00Z."
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
