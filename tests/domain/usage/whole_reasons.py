"""The reasons of usage in full, for examples that hold the whole value."""

from datetime import UTC, datetime
from typing import Any

import attrs

from domain.shared.decisions import Reason
from domain.usage.paywall import (
    Paywall,
    PaywallAction,
    PaywallOutcome,
)
from tests.domain.usage.script import Script

ENDS_AT = datetime(2026, 4, 1, tzinfo=UTC)

UPGRADES = ("upgrade_to_plus", "upgrade_to_premium")


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


def with_period(script: Script, **changes: Any) -> Script:
    """Give a script in whose month so much was counted already."""
    period = attrs.evolve(script.account.period, **changes)
    script.account = attrs.evolve(script.account, current=period)
    return script


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
