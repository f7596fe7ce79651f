"""Progressive unlock: how many messages a person may send today, and why.

The numbers and their meaning are on rules page video.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from attrs import field, frozen

from ..shared.calendar import next_midnight, start_of
from ..shared.decisions import Reason, Verdict, verdicts
from ..shared.errors import RefusedError
from ..shared.tiers import Tier, TierStanding
from .policy import UnlockPolicy, percent_left

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

    def after_one_more(self) -> "UnlockFacts":
        """Give the facts once another message was counted."""
        return UnlockFacts(
            day=self.day,
            timezone=self.timezone,
            sent=self.sent + 1,
            standing=self.standing,
            last_call_on=self.last_call_on,
        )


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


@frozen
class MessageAllowance:
    """The decision on one more message.

    It holds what was decided; each part of the explanation is worked out when it is asked
    for, by the one function that knows it.

    Attributes:
        facts: What the rule looked at.
        policy: The numbers it was held against.
        policy_version: Their version.
        tier: The highest tier held on this day.
        days_since_call: Counting dates since the latest completed call, if there was one.
        limit: Messages allowed on this day.
        standing: Reasons of the rules that have their say first.
    """

    facts: UnlockFacts
    # Its version stands for it in the hash, which is taken on the hot path.
    policy: UnlockPolicy = field(hash=False)
    policy_version: str
    tier: Tier
    days_since_call: int | None
    limit: int
    standing: tuple[Reason, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether it may be sent."""
        return self.facts.sent < self.limit and all(reason.satisfied for reason in self.standing)

    @property
    def sent(self) -> int:
        """Messages counted for this day."""
        return self.facts.sent

    @property
    def remaining(self) -> int:
        """What is left of the limit, at least 0."""
        return max(0, self.limit - self.facts.sent)

    @property
    def base(self) -> int:
        """The part of the limit that everyone has."""
        return self.policy.base_messages

    @property
    def bonus(self) -> int:
        """The part of the limit that a call unlocked."""
        return self.limit - self.policy.base_messages

    @property
    def percent(self) -> int:
        """Percent of the tier's bonus that is left."""
        return percent_left(self.days_since_call, self.policy)

    @property
    def counting_on(self) -> date:
        """The day."""
        return self.facts.day

    @property
    def resets_at(self) -> datetime:
        """When the day is over and the count starts anew."""
        return next_midnight(self.facts.day, self.facts.timezone)

    @property
    def next_change(self) -> LimitChange | None:
        """When the limit itself next changes, if it will."""
        return _next_change(self.facts, self.limit, self.policy)

    @property
    def unlockers(self) -> tuple[Unlocker, ...]:
        """What would raise the limit now."""
        return tuple(_unlockers(self.tier, self.days_since_call, self.limit, self.policy))

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """One for each rule."""
        return (*self.standing, self.limit_reason)

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """What each rule said, without the work of explaining it."""
        return (*verdicts(self.standing), (RULE, self.facts.sent < self.limit))

    @property
    def limit_reason(self) -> Reason:
        """What the daily limit itself says."""
        sent, limit = self.facts.sent, self.limit
        return Reason(
            rule=RULE,
            satisfied=sent < limit,
            detail=f"{sent} of {limit} messages are sent for {self.facts.day.isoformat()}.",
            inputs={
                "sent": sent,
                "base": self.base,
                "bonus": limit - self.base,
                "days_since_call": self.days_since_call,
                "percent": self.percent,
                "tier": self.tier.value,
            },
            threshold=limit,
            changes_at=self.resets_at,
            changed_by=tuple(unlocker.action for unlocker in self.unlockers),
        )

    def given(self, standing: tuple[Reason, ...]) -> "MessageAllowance":
        """Give the decision when other rules have their say first."""
        return self._with(self.facts, standing)

    def after_one_more(self) -> "MessageAllowance":
        """Give the decision once another message was counted."""
        return self._with(self.facts.after_one_more(), self.standing)

    def _with(self, facts: UnlockFacts, standing: tuple[Reason, ...]) -> "MessageAllowance":
        return MessageAllowance(
            facts,
            self.policy,
            self.policy_version,
            self.tier,
            self.days_since_call,
            self.limit,
            standing,
        )


def daily_limit(tier: Tier, days_since_call: int | None, policy: UnlockPolicy) -> int:
    """Give the messages a day for a tier, so many days after the latest call.

    Args:
        tier: The highest tier held on the day.
        days_since_call: At least 0; None where there was no call.
        policy: The numbers.
    """
    if days_since_call is None:
        return policy.base_messages
    limits = policy.limits[tier]
    return limits[days_since_call] if days_since_call < len(limits) else policy.base_messages


def allowance(facts: UnlockFacts, policy: UnlockPolicy, policy_version: str) -> MessageAllowance:
    """Decide on one more message."""
    tier = facts.standing.on(facts.day)
    days = _days_since_call(facts.day, facts.last_call_on)
    limit = daily_limit(tier, days, policy)
    return MessageAllowance(facts, policy, policy_version, tier, days, limit)


def require(decision: MessageAllowance) -> None:
    """Refuse if this rule does.

    Raises:
        DailyMessageLimitReachedError: All messages of the day are sent.
    """
    if decision.sent < decision.limit:
        return
    reason = decision.limit_reason
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
    for higher in tier.above:
        upgraded = daily_limit(higher, days, policy)
        if upgraded > limit:
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
