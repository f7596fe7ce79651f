"""Progressive unlock: how many messages a person may send today, and why.

The numbers and their meaning are on rules page video.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import attrs
from attrs import frozen

from ..shared.calendar import next_midnight, start_of
from ..shared.decisions import Reason
from ..shared.errors import RefusedError
from ..shared.tiers import Tier, TierStanding
from .policy import UnlockPolicy

RULE = "daily_message_limit"


class DailyMessageLimitReachedError(RefusedError):
    """All messages of the day are sent."""

    code = "daily_message_limit_reached"


@frozen(kw_only=True)
class UnlockFacts:
    """All that the rule looks at.

    Attributes:
        day: The sender's counting date.
        timezone: The sender's zone, which ends that day.
        sent: Messages counted for that day in this conversation.
        standing: The sender's tier.
        last_call_on: The sender's date pinned at the latest completed call's end.
    """

    day: date
    timezone: str
    sent: int
    standing: TierStanding
    last_call_on: date | None


@frozen(kw_only=True)
class Unlocker:
    """Something a person could do now, and the limit it would give them today.

    Attributes:
        action: Stable and snake_case, such as `complete_a_video_call`.
        limit: Messages a day, after it.
    """

    action: str
    limit: int


@frozen(kw_only=True)
class LimitChange:
    """When time alone next changes the limit.

    Attributes:
        on: The first counting date with another limit.
        at: The instant at which that date begins.
        limit: Messages a day, from then on.
        percent: Percent of the tier's bonus, from then on.
    """

    on: date
    at: datetime
    limit: int
    percent: int


@frozen(kw_only=True)
class MessageAllowance:
    """The decision on one more message.

    Attributes:
        allowed: Whether it may be sent.
        sent: Messages counted for this day.
        limit: Messages allowed on this day.
        remaining: What is left of it, at least 0.
        base: The part of the limit that everyone has.
        bonus: The part that a call unlocked.
        days_since_call: Counting dates since the latest completed call, if any.
        percent: Percent of the tier's bonus that is left.
        tier: The highest tier held on this day.
        counting_on: The day.
        resets_at: When the day is over and the count starts anew.
        next_change: When the limit itself next changes, if it will.
        unlockers: What would raise the limit now.
        reasons: One for each rule.
        policy_version: The version of the policy it was made under.
    """

    allowed: bool
    sent: int
    limit: int
    remaining: int
    base: int
    bonus: int
    days_since_call: int | None
    percent: int
    tier: Tier
    counting_on: date
    resets_at: datetime
    next_change: LimitChange | None
    unlockers: tuple[Unlocker, ...]
    reasons: tuple[Reason, ...]
    policy_version: str

    def given(self, reasons: tuple[Reason, ...]) -> "MessageAllowance":
        """Give the decision when other rules have their say first."""
        return attrs.evolve(
            self,
            allowed=self.allowed and all(reason.satisfied for reason in reasons),
            reasons=(*reasons, *self.reasons),
        )


def percent_left(days_since_call: int | None, policy: UnlockPolicy) -> int:
    """Give the percent of the bonus left so many days after a call; None means no call."""
    if days_since_call is None:
        return 0
    for step in policy.decay:
        if days_since_call <= step.until_day:
            return step.percent
    return 0


def daily_limit(tier: Tier, days_since_call: int | None, policy: UnlockPolicy) -> int:
    """Give the messages a day for a tier, so many days after the latest call."""
    percent = percent_left(days_since_call, policy)
    return policy.base_messages + -(-policy.tier_bonus[tier] * percent // 100)


def allowance(facts: UnlockFacts, policy: UnlockPolicy, policy_version: str) -> MessageAllowance:
    """Decide on one more message, and say why."""
    tier = facts.standing.on(facts.day)
    days = _days_since_call(facts.day, facts.last_call_on)
    limit = daily_limit(tier, days, policy)
    percent = percent_left(days, policy)
    resets_at = next_midnight(facts.day, facts.timezone)
    unlockers = tuple(_unlockers(tier, days, limit, policy))
    allowed = facts.sent < limit
    reason = Reason(
        rule=RULE,
        satisfied=allowed,
        detail=f"{facts.sent} of {limit} messages are sent for {facts.day.isoformat()}.",
        inputs={
            "sent": facts.sent,
            "base": policy.base_messages,
            "bonus": limit - policy.base_messages,
            "days_since_call": days,
            "percent": percent,
            "tier": tier.value,
        },
        threshold=limit,
        changes_at=resets_at,
        changed_by=tuple(unlocker.action for unlocker in unlockers),
    )
    return MessageAllowance(
        allowed=allowed,
        sent=facts.sent,
        limit=limit,
        remaining=max(0, limit - facts.sent),
        base=policy.base_messages,
        bonus=limit - policy.base_messages,
        days_since_call=days,
        percent=percent,
        tier=tier,
        counting_on=facts.day,
        resets_at=resets_at,
        next_change=_next_change(facts, limit, policy),
        unlockers=unlockers,
        reasons=(reason,),
        policy_version=policy_version,
    )


def after_one_more(
    facts: UnlockFacts, policy: UnlockPolicy, policy_version: str
) -> MessageAllowance:
    """Decide anew once a message was counted."""
    return allowance(attrs.evolve(facts, sent=facts.sent + 1), policy, policy_version)


def require(decision: MessageAllowance) -> None:
    """Refuse if this rule does.

    Raises:
        DailyMessageLimitReachedError: All messages of the day are sent.
    """
    for reason in decision.reasons:
        if reason.rule == RULE and not reason.satisfied:
            raise DailyMessageLimitReachedError(
                f"{reason.detail} The next can be sent at {decision.resets_at:%Y-%m-%dT%H:%M:%SZ}"
                f"{_advice(decision.unlockers)}.",
                decision.reasons,
                decision,
            )


def _days_since_call(day: date, last_call_on: date | None) -> int | None:
    return None if last_call_on is None else max(0, (day - last_call_on).days)


def _unlockers(
    tier: Tier, days: int | None, limit: int, policy: UnlockPolicy
) -> Iterator[Unlocker]:
    after_call = daily_limit(tier, 0, policy)
    if after_call > limit:
        yield Unlocker(action="complete_a_video_call", limit=after_call)
    for higher in Tier:
        upgraded = daily_limit(higher, days, policy)
        if higher.rank > tier.rank and upgraded > limit:
            yield Unlocker(action=f"upgrade_to_{higher.value}", limit=upgraded)


def _next_change(facts: UnlockFacts, limit: int, policy: UnlockPolicy) -> LimitChange | None:
    for day in _days_of_change(facts, policy):
        days = _days_since_call(day, facts.last_call_on)
        then = daily_limit(facts.standing.on(day), days, policy)
        if then != limit:
            return LimitChange(
                on=day,
                at=start_of(day, facts.timezone),
                limit=then,
                percent=percent_left(days, policy),
            )
    return None


def _days_of_change(facts: UnlockFacts, policy: UnlockPolicy) -> Iterator[date]:
    tomorrow = facts.day + timedelta(days=1)
    yield tomorrow
    if facts.last_call_on is not None:
        for step in policy.decay:
            day = facts.last_call_on + timedelta(days=step.until_day + 1)
            if day > tomorrow:
                yield day


def _advice(unlockers: tuple[Unlocker, ...]) -> str:
    if not unlockers:
        return ""
    best = " or ".join(
        f"{unlocker.action.replace('_', ' ')} (limit {unlocker.limit})" for unlocker in unlockers
    )
    return f", or now: {best}"
