"""May a session start, and how much does it hold? The decision, and why."""

from datetime import datetime

from attrs import frozen

from ..shared.calendar import utc_text
from ..shared.decisions import Reason, actions_in_words, refusals
from ..shared.errors import RefusedError, UnitsNeededError
from ..shared.tier_limits import TierLimits
from ..shared.tiers import Tier
from .accounts import UsageAccount
from .policy import UsageRules
from .sessions import SessionMode

BUY_SECONDS = "buy_seconds"
END_A_SESSION = "end_a_session"


class OutOfSecondsError(UnitsNeededError):
    """Too few seconds are available; more can be bought."""

    code = "seconds_missing"


class UsageRefusedError(RefusedError):
    """A limit of the tier, or on sessions, is reached."""

    code = "usage_limit_reached"


@frozen(kw_only=True)
class SessionDecision:
    """Whether a session may start or go on for longer, and why.

    Attributes:
        allowed: Whether it may.
        reasons: One for each rule.
        hold_seconds: What it would hold; 0 if it may not.
        available_seconds: What can be held of all sources.
        resets_at: When the month is over.
        tier: The highest tier held in the month, or that of a pass that runs.
        policy_version: The version it was decided under.
    """

    reasons: tuple[Reason, ...]
    hold_seconds: int
    available_seconds: int
    resets_at: datetime
    tier: Tier
    policy_version: str

    @property
    def allowed(self) -> bool:
        """Whether every rule allows."""
        return all(reason.satisfied for reason in self.reasons)


def start_decision(
    account: UsageAccount,
    rules: UsageRules,
    *,
    mode: SessionMode,
    conversations_counted: int,
    standing: tuple[Reason, ...] = (),
) -> SessionDecision:
    """Decide on the start of a session, on an account that time has passed for.

    Args:
        account: As it is now.
        rules: What decides.
        mode: How the two sides would talk.
        conversations_counted: 1, or 0 where its conversation counts for the month already.
        standing: Reasons of the rules that have their say first.
    """
    limits = rules.tiers.of(account.limits_tier)
    reasons = [
        *standing,
        _open_sessions(account, rules.policy.open_sessions_per_person),
        _conversations(account, limits, conversations_counted, rules),
    ]
    if mode is SessionMode.REALTIME:
        reasons.append(_realtime(account, limits, rules))
    reasons.append(seconds_reason(account, rules))
    return _decision(account, rules, tuple(reasons), limits.longest_session_seconds)


def extension_decision(
    account: UsageAccount,
    rules: UsageRules,
    extensions_used: int,
    standing: tuple[Reason, ...] = (),
) -> SessionDecision:
    """Decide on a session's extension, on an account that time has passed for."""
    most = rules.policy.extensions_per_session
    limit = Reason(
        rule="extensions_per_session",
        satisfied=extensions_used < most,
        detail=f"{extensions_used} of {most} extensions of the session are used.",
        inputs={"extensions_used": extensions_used},
        threshold=most,
    )
    reasons = (*standing, limit, seconds_reason(account, rules))
    return _decision(account, rules, reasons, rules.policy.extension_seconds)


def require(decision: SessionDecision) -> None:
    """Refuse if the decision does.

    Raises:
        UsageRefusedError: A limit is reached.
        OutOfSecondsError: Only seconds are missing.
    """
    refusing = refusals(decision.reasons)
    if not refusing:
        return
    error = OutOfSecondsError if refusing[0].rule == "seconds_available" else UsageRefusedError
    raise error(f"{refusing[0].detail} {_advice(refusing[0])}".strip(), decision.reasons, decision)


def seconds_reason(account: UsageAccount, rules: UsageRules) -> Reason:
    """Say whether enough seconds are available for a start."""
    left, available, least = account.left, account.available, rules.policy.least_seconds
    satisfied = available >= least
    return Reason(
        rule="seconds_available",
        satisfied=satisfied,
        detail=f"{available} seconds are available; a start needs {least}.",
        inputs={
            "available": available,
            "banked": left.banked,
            "monthly": left.monthly,
            "purchased": left.purchased,
            "held": account.held,
            "tier": account.limits_tier.value,
        },
        threshold=least,
        changes_at=account.period.ends_at,
        changed_by=() if satisfied else (BUY_SECONDS, *_upgrades(account, rules, "seconds")),
    )


def _decision(
    account: UsageAccount, rules: UsageRules, reasons: tuple[Reason, ...], most: int
) -> SessionDecision:
    allowed = all(reason.satisfied for reason in reasons)
    return SessionDecision(
        reasons=reasons,
        hold_seconds=min(most, account.available) if allowed else 0,
        available_seconds=account.available,
        resets_at=account.period.ends_at,
        tier=account.limits_tier,
        policy_version=rules.version,
    )


def _open_sessions(account: UsageAccount, most: int) -> Reason:
    number = len(account.sessions)
    satisfied = number < most
    return Reason(
        rule="open_sessions",
        satisfied=satisfied,
        detail=f"{number} of at most {most} sessions go on.",
        inputs={"open_sessions": number},
        threshold=most,
        changed_by=() if satisfied else (END_A_SESSION,),
    )


def _conversations(
    account: UsageAccount, limits: TierLimits, counted: int, rules: UsageRules
) -> Reason:
    used, most = account.period.conversations_used, limits.monthly_conversations
    satisfied = most is None or used + counted <= most
    shown = f"{used} conversations" if most is None else f"{used} of {most} conversations"
    return Reason(
        rule="monthly_conversations",
        satisfied=satisfied,
        detail=f"{shown} of the month are used.",
        inputs={"used": used, "counted": counted, "tier": account.limits_tier.value},
        threshold=most,
        changes_at=account.period.ends_at,
        changed_by=() if satisfied else _upgrades(account, rules, "conversations"),
    )


def _realtime(account: UsageAccount, limits: TierLimits, rules: UsageRules) -> Reason:
    used, most = account.period.realtime_sessions_used, limits.monthly_realtime_sessions
    most = most if limits.has_realtime_access else 0
    satisfied = used < most
    return Reason(
        rule="monthly_realtime_sessions",
        satisfied=satisfied,
        detail=f"{used} of {most} realtime sessions of the month are used.",
        inputs={"used": used, "tier": account.limits_tier.value},
        threshold=most,
        changes_at=account.period.ends_at,
        changed_by=() if satisfied else _upgrades(account, rules, "realtime"),
    )


def _upgrades(account: UsageAccount, rules: UsageRules, what: str) -> tuple[str, ...]:
    """Name the tiers above that would lift a limit at once, the next first."""
    period = account.period
    lifting = []
    for tier in account.limits_tier.above:
        limits = rules.tiers.of(tier)
        conversations = limits.monthly_conversations
        lifts = {
            "seconds": limits.monthly_seconds > rules.tiers.of(account.limits_tier).monthly_seconds,
            "conversations": conversations is None or conversations > period.conversations_used,
            "realtime": limits.has_realtime_access
            and limits.monthly_realtime_sessions > period.realtime_sessions_used,
        }
        if lifts[what]:
            lifting.append(tier.upgrade)
    return tuple(lifting)


def _advice(reason: Reason) -> str:
    ways = actions_in_words(reason.changed_by)
    if reason.changes_at is not None:
        ways.append(f"wait until {utc_text(reason.changes_at)}")
    return f"To go on: {', or '.join(ways)}." if ways else ""
