"""The paywall: may a person go on, are they to be warned, or do they need to buy something?"""

from datetime import datetime
from enum import StrEnum

from attrs import frozen

from ..shared.decisions import Reason, actions_in_words, refusals
from ..shared.errors import UnitsNeededError
from ..shared.tiers import Tier
from .accounts import UsageAccount
from .policy import UsageRules
from .sessions import SessionMode
from .starting import BUY_SECONDS, END_A_SESSION, seconds_reason, start_decision


class PaywallAction(StrEnum):
    """What a person is about to do."""

    MESSAGE = "message"
    CALL = "call"
    SESSION = "session"


class PaywallOutcome(StrEnum):
    """What is to be done about it."""

    ALLOW = "allow"
    WARN = "warn"
    BLOCK = "block"


@frozen(kw_only=True)
class UsageTotals:
    """All that a person ever did with companions; some need a purchase from a point on.

    Attributes:
        total_messages: Messages to them that were answered, or are being answered.
        total_call_seconds: Seconds of calls with them.
    """

    total_messages: int = 0
    total_call_seconds: int = 0


@frozen(kw_only=True)
class Paywall:
    """The decision on one action.

    Attributes:
        action: What the person is about to do.
        outcome: Allow, warn or block.
        reasons: One for each rule, the one that decided first.
        remaining: Messages or seconds that are left; None where no limit holds.
        resets_at: When time alone gives more; None where it never does.
        remedies: What would lift or push back the limit, the cheapest first.
        policy_version: The version it was decided under.
        free_left: What is left of what is free in all; None for those with a subscription.
    """

    action: PaywallAction
    outcome: PaywallOutcome
    reasons: tuple[Reason, ...]
    remaining: int | None
    resets_at: datetime | None
    remedies: tuple[str, ...]
    policy_version: str
    free_left: int | None = None

    @property
    def reason(self) -> Reason:
        """The rule that decided."""
        return self.reasons[0]

    @property
    def remedy(self) -> str | None:
        """The cheapest of the remedies."""
        return self.remedies[0] if self.remedies else None


class PaywallError(UnitsNeededError):
    """A purchase is needed to go on."""

    code = "purchase_needed"


def require_paid(decision: Paywall) -> None:
    """Refuse what the paywall blocks.

    Raises:
        PaywallError: It does.
    """
    if decision.outcome is PaywallOutcome.BLOCK:
        ways = " or ".join(actions_in_words(decision.remedies))
        advice = f" To go on: {ways}." if ways else ""
        raise PaywallError(f"{decision.reason.detail}{advice}", decision.reasons, decision)


@frozen
class _Gauge:
    """How far a limit is used."""

    reason: Reason
    used: int
    limit: int | None
    resets_at: datetime | None
    remedies: tuple[str, ...]

    def warns(self, warn_percent: int) -> bool:
        return self.limit is not None and self.used * 100 >= self.limit * warn_percent


def paywall(
    account: UsageAccount,
    totals: UsageTotals,
    rules: UsageRules,
    action: PaywallAction,
    standing: tuple[Reason, ...] = (),
    mode: SessionMode = SessionMode.TRADITIONAL,
) -> Paywall:
    """Decide on an action, on an account that time has passed for; a session has a mode."""
    gauges = _gauges(account, totals, rules, action, mode)
    reasons = (*standing, *(gauge.reason for gauge in gauges))
    blocking = refusals(reasons)
    warning = [gauge for gauge in gauges if gauge.warns(rules.policy.warn_percent)]
    outcome, decisive = PaywallOutcome.ALLOW, reasons[len(standing)]
    if blocking:
        outcome, decisive = PaywallOutcome.BLOCK, blocking[0]
    elif warning:
        outcome, decisive = PaywallOutcome.WARN, warning[0].reason
    gauge = next((known for known in gauges if known.reason is decisive), None)
    shown = gauge or gauges[-1]
    return Paywall(
        action=action,
        outcome=outcome,
        reasons=(decisive, *(reason for reason in reasons if reason is not decisive)),
        remaining=None if shown.limit is None else max(0, shown.limit - shown.used),
        resets_at=shown.resets_at,
        remedies=_remedies(outcome, decisive, gauge),
        policy_version=rules.version,
        free_left=_free_left(gauges),
    )


def _free_left(gauges: list[_Gauge]) -> int | None:
    free = (gauge for gauge in gauges if gauge.reason.rule in _FREE_IN_ALL)
    left = [max(0, gauge.limit - gauge.used) for gauge in free if gauge.limit is not None]
    return min(left, default=None)


_FREE_IN_ALL = frozenset({"free_messages", "free_call_seconds"})


def _remedies(outcome: PaywallOutcome, decisive: Reason, gauge: _Gauge | None) -> tuple[str, ...]:
    if outcome is PaywallOutcome.ALLOW:
        return ()
    return decisive.changed_by if gauge is None else gauge.remedies


def _gauges(
    account: UsageAccount,
    totals: UsageTotals,
    rules: UsageRules,
    action: PaywallAction,
    mode: SessionMode,
) -> list[_Gauge]:
    match action:
        case PaywallAction.MESSAGE:
            most = rules.policy.free_messages
            return [_total(account, "free_messages", "messages", totals.total_messages, most)]
        case PaywallAction.CALL:
            most, used = rules.policy.free_call_seconds, totals.total_call_seconds
            free = _total(account, "free_call_seconds", "seconds of calls", used, most)
            return [free, _seconds(account, rules)]
        case PaywallAction.SESSION:
            return _of_session(account, rules, mode)


def _total(account: UsageAccount, rule: str, what: str, used: int, most: int) -> _Gauge:
    """Give how far a limit on what a person without a subscription ever does is used."""
    tier = account.limits_tier
    subscribed = tier is not Tier.FREE
    limit = None if subscribed else most
    satisfied = limit is None or used < limit
    detail = f"{used} {what} in all; the tier {tier.value} has no limit on them."
    if limit is not None:
        detail = f"{used} of {limit} {what} in all, without a subscription."
    upgrades = tier.upgrades
    reason = Reason(
        rule=rule,
        satisfied=satisfied,
        detail=detail,
        inputs={"used": used, "tier": tier.value},
        threshold=limit,
        changed_by=() if satisfied else upgrades,
    )
    return _Gauge(reason, used, limit, None, upgrades)


def _seconds(account: UsageAccount, rules: UsageRules) -> _Gauge:
    reason, period = seconds_reason(account, rules), account.period
    used = period.seconds_used + period.banked_seconds_used + period.purchased_seconds_used
    limit = used + account.left.total
    taken = limit - account.available
    remedies = (BUY_SECONDS, *account.limits_tier.upgrades)
    return _Gauge(reason, taken, limit, period.ends_at, remedies)


def _of_session(account: UsageAccount, rules: UsageRules, mode: SessionMode) -> list[_Gauge]:
    decision = start_decision(account, rules, mode=mode, conversations_counted=1)
    period, limits = account.period, rules.tiers.of(account.limits_tier)
    upgrades = account.limits_tier.upgrades
    by_rule = {reason.rule: reason for reason in decision.reasons}
    conversations = _Gauge(
        by_rule["monthly_conversations"],
        period.conversations_used,
        limits.monthly_conversations,
        period.ends_at,
        upgrades,
    )
    gauges = [_seconds(account, rules), conversations]
    if mode is SessionMode.REALTIME:
        reason, used = by_rule["monthly_realtime_sessions"], period.realtime_sessions_used
        most = limits.monthly_realtime_sessions if limits.has_realtime_access else 0
        gauges.append(_Gauge(reason, used, most, period.ends_at, upgrades))
    return [*gauges, _Gauge(by_rule["open_sessions"], 0, None, None, (END_A_SESSION,))]
