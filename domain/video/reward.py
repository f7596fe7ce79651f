"""The rolling monthly reward: lower prices for those who call several partners a month.

U(m) is the number of distinct partners with a completed call whose end falls in month m
by the person's pinned date. The numbers and their meaning are on rules page video.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import assert_never

from attrs import frozen

from ..shared.calendar import month_after, month_before, month_of, start_of
from ..shared.decisions import Reason, Verdict
from ..shared.ids import PersonId
from .events import RewardStatus
from .policy import RewardPolicy

RULE = "monthly_reward"


@frozen
class CountedCall:
    """A completed call as it counts for one person, unless it was voided.

    Attributes:
        partner_id: The other participant.
        counted_on: The person's own date, pinned at the call's end.
    """

    partner_id: PersonId
    counted_on: date


def partners_by_month(calls: Iterable[CountedCall]) -> Mapping[date, int]:
    """Give U: the number of distinct partners by the first day of each month that has some."""
    partners: defaultdict[date, set[PersonId]] = defaultdict(set)
    for call in calls:
        partners[month_of(call.counted_on)].add(call.partner_id)
    return {month: len(found) for month, found in partners.items()}


@frozen(kw_only=True)
class RewardFacts:
    """All that the rule looks at.

    Attributes:
        day: The person's counting date.
        timezone: The person's zone, which ends that day's month.
        this_month: U of the day's month.
        last_month: U of the month before it.
    """

    day: date
    timezone: str
    this_month: int
    last_month: int

    @property
    def month(self) -> date:
        """The first day of the month."""
        return month_of(self.day)


def facts_of(day: date, timezone: str, partners: Mapping[date, int]) -> RewardFacts:
    """Give the facts of a day, of the distinct partners by the first days of their months."""
    month = month_of(day)
    return RewardFacts(
        day=day,
        timezone=timezone,
        this_month=partners.get(month, 0),
        last_month=partners.get(month_before(month), 0),
    )


@frozen(kw_only=True)
class RewardChange:
    """What time alone makes of a reward next.

    Attributes:
        on: The first counting date of it.
        at: The instant at which that date begins.
        status: What the reward will be.
    """

    on: date
    at: datetime
    status: RewardStatus


@frozen
class Reward:
    """The decision on a person's prices.

    Attributes:
        facts: What the rule looked at.
        policy: The numbers it was held against.
        policy_version: Their version.
        status: What comes of it.
    """

    facts: RewardFacts
    policy: RewardPolicy
    policy_version: str
    status: RewardStatus

    @property
    def allowed(self) -> bool:
        """Whether the reward is active."""
        return self.status is not RewardStatus.INACTIVE

    @property
    def discount_percent(self) -> int:
        """By how many percent bundles and plans are cheaper now; 0 while inactive."""
        return self.policy.discount_percent if self.allowed else 0

    @property
    def partners(self) -> int:
        """The distinct partners of the month that it rests on: of the last one, if carried."""
        carried = self.status is RewardStatus.CARRIED
        return self.facts.last_month if carried else self.facts.this_month

    @property
    def needed(self) -> int:
        """How many further distinct partners would earn it this month; 0 once earned."""
        return max(0, self.policy.partners - self.facts.this_month)

    @property
    def ends_on(self) -> date | None:
        """The first counting date without it, if no more calls are made; None while inactive."""
        following = month_after(self.facts.month)
        match self.status:
            case RewardStatus.EARNED:
                return month_after(following)
            case RewardStatus.CARRIED:
                return following
            case RewardStatus.INACTIVE:
                return None
            case _:
                assert_never(self.status)

    @property
    def valid_until(self) -> datetime | None:
        """When it ends, if no more calls are made; None while inactive."""
        return None if self.ends_on is None else start_of(self.ends_on, self.facts.timezone)

    @property
    def next_change(self) -> RewardChange | None:
        """What time alone makes of it next, if anything."""
        following = month_after(self.facts.month)
        match self.status:
            case RewardStatus.EARNED:
                after = RewardStatus.CARRIED
            case RewardStatus.CARRIED:
                after = RewardStatus.INACTIVE
            case RewardStatus.INACTIVE:
                return None
            case _:
                assert_never(self.status)
        return RewardChange(on=following, at=start_of(following, self.facts.timezone), status=after)

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """What the rule said, without the work of explaining it."""
        return ((RULE, self.allowed),)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why it is active or not."""
        facts = self.facts
        return (
            Reason(
                rule=RULE,
                satisfied=self.allowed,
                detail=(
                    f"Completed video calls with {facts.this_month} distinct partners this month "
                    f"and {facts.last_month} last month; {self.policy.partners} in one of the two "
                    "are needed."
                ),
                inputs={
                    "month": facts.month.isoformat(),
                    "this_month": facts.this_month,
                    "last_month": facts.last_month,
                    "needed": self.needed,
                    "discount_percent": self.discount_percent,
                },
                threshold=self.policy.partners,
                changes_at=self.valid_until,
                changed_by=() if self.allowed else ("complete_video_calls_with_new_partners",),
            ),
        )


def reward(facts: RewardFacts, policy: RewardPolicy, policy_version: str) -> Reward:
    """Decide whether a person's reward is active, and why."""
    return Reward(facts, policy, policy_version, _status(facts, policy))


def _status(facts: RewardFacts, policy: RewardPolicy) -> RewardStatus:
    if facts.this_month >= policy.partners:
        return RewardStatus.EARNED
    if facts.last_month >= policy.partners:
        return RewardStatus.CARRIED
    return RewardStatus.INACTIVE
