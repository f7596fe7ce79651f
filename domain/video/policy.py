"""The numbers of video that a business may tune; defaults from rules page video."""

from collections.abc import Mapping
from itertools import pairwise

from attrs import Attribute, Factory, field, frozen

from ..shared.checks import between
from ..shared.tiers import Tier
from .prompt_policy import PromptPolicy
from .video_message_policy import VideoMessagePolicy

_ONE_DAY_SECONDS = 86_400
_MOST_MESSAGES = 100_000
_SHORTEST_MONTH_DAYS = 28


@frozen(kw_only=True)
class DecayStep:
    """Up to a number of days after a call, this much of the bonus is left.

    Attributes:
        until_day: The last day, counted from the call, on which the step holds.
        percent: Percent of the tier's bonus.
    """

    until_day: int = field(validator=between(0, 3650))
    percent: int = field(validator=between(0, 100))


def _bonus(
    _: object, attribute: "Attribute[Mapping[Tier, int]]", bonus: Mapping[Tier, int]
) -> None:
    missing = [tier for tier in Tier if tier not in bonus]
    if missing:
        raise ValueError(f"{attribute.name} lacks {', '.join(missing)}")
    numbers = [bonus[tier] for tier in Tier]
    if any(not 0 <= number <= _MOST_MESSAGES for number in numbers):
        raise ValueError(f"{attribute.name} must hold numbers from 0 to {_MOST_MESSAGES}")
    if numbers != sorted(numbers):
        raise ValueError(f"{attribute.name} must not fall from a tier to a higher one")


def _decay(
    _: object, attribute: "Attribute[tuple[DecayStep, ...]]", steps: tuple[DecayStep, ...]
) -> None:
    for earlier, later in pairwise(steps):
        if later.until_day <= earlier.until_day:
            raise ValueError(f"{attribute.name} must name its steps by rising until_day")
        if later.percent > earlier.percent:
            raise ValueError(f"{attribute.name} must not rise in percent from step to step")


def percent_left(days_since_call: int | None, policy: "UnlockPolicy") -> int:
    """Give the percent of the bonus left so many days after a call; None means no call."""
    if days_since_call is None:
        return 0
    for step in policy.decay:
        if days_since_call <= step.until_day:
            return step.percent
    return 0


def _limits_by_day(policy: "UnlockPolicy") -> Mapping[Tier, tuple[int, ...]]:
    """Work the whole decay out once: a decision then only looks its limit up."""
    days = range(policy.decay[-1].until_day + 1) if policy.decay else range(0)
    return {
        tier: tuple(
            policy.base_messages - (-bonus * percent_left(day, policy) // 100) for day in days
        )
        for tier, bonus in policy.tier_bonus.items()
    }


@frozen(kw_only=True)
class UnlockPolicy:
    """What a completed call unlocks.

    Attributes:
        base_messages: Messages a day that everyone has.
        tier_bonus: Further messages a day after a call, by tier; never falling.
        decay: How the bonus falls with the days since the call; after the last step 0.
        limits: What comes of these: messages a day by tier, for each day of the decay.
    """

    base_messages: int = field(default=10, validator=between(0, _MOST_MESSAGES))
    tier_bonus: Mapping[Tier, int] = field(
        factory=lambda: {Tier.FREE: 20, Tier.PLUS: 40, Tier.PREMIUM: 90}, validator=_bonus
    )
    decay: tuple[DecayStep, ...] = field(
        default=(
            DecayStep(until_day=7, percent=100),
            DecayStep(until_day=14, percent=75),
            DecayStep(until_day=21, percent=50),
            DecayStep(until_day=30, percent=25),
        ),
        validator=_decay,
    )
    limits: Mapping[Tier, tuple[int, ...]] = field(
        init=False, eq=False, repr=False, default=Factory(_limits_by_day, takes_self=True)
    )


@frozen(kw_only=True)
class CallPolicy:
    """When calls begin, end and count; defaults from rules page conversations.

    Attributes:
        answer_seconds: Unanswered for so long, a call is missed.
        reconnect_seconds: With nobody connected for so long, a call is over.
        completed_overlap_seconds: Both connected for so long completes a call.
        longest_seconds: A call that nobody ends is over so long after it was answered.
        furthest_ahead_seconds: How far ahead a call may be scheduled.
        open_calls_per_conversation: How many calls may wait or go on at once.
        presence_reports_per_call: How many connects and disconnects one call takes.
        void_reason_max_characters: The longest reason for voiding a call.
    """

    answer_seconds: int = field(default=60, validator=between(1, _ONE_DAY_SECONDS))
    reconnect_seconds: int = field(default=60, validator=between(1, _ONE_DAY_SECONDS))
    completed_overlap_seconds: int = field(default=60, validator=between(1, _ONE_DAY_SECONDS))
    longest_seconds: int = field(default=43_200, validator=between(60, 7 * _ONE_DAY_SECONDS))
    furthest_ahead_seconds: int = field(
        default=366 * _ONE_DAY_SECONDS, validator=between(60, 3660 * _ONE_DAY_SECONDS)
    )
    open_calls_per_conversation: int = field(default=20, validator=between(1, 1000))
    presence_reports_per_call: int = field(default=1000, validator=between(4, 100_000))
    void_reason_max_characters: int = field(default=2000, validator=between(1, 2000))


def _warning_days(
    _: object, attribute: "Attribute[tuple[int, ...]]", days: tuple[int, ...]
) -> None:
    if any(not 1 <= number <= _SHORTEST_MONTH_DAYS for number in days):
        raise ValueError(f"{attribute.name} must hold numbers from 1 to {_SHORTEST_MONTH_DAYS}")
    if any(later >= earlier for earlier, later in pairwise(days)):
        raise ValueError(f"{attribute.name} must fall from number to number")


@frozen(kw_only=True)
class RewardPolicy:
    """What calls with several partners in a month earn.

    Attributes:
        partners: Distinct partners in a calendar month that earn the reward.
        discount_percent: By how much it lowers the prices of bundles and plans.
        warning_days: Days before the end on which a carried reward is warned of, falling.
        warning_gap_seconds: The least time between two warnings.
    """

    partners: int = field(default=3, validator=between(1, 1000))
    discount_percent: int = field(default=20, validator=between(0, 100))
    warning_days: tuple[int, ...] = field(default=(7, 3, 1), validator=_warning_days)
    warning_gap_seconds: int = field(default=72_000, validator=between(0, 7 * _ONE_DAY_SECONDS))


@frozen(kw_only=True)
class VideoPolicy:
    """All numbers of video.

    Attributes:
        unlock: What a completed call unlocks.
        calls: When calls begin, end and count.
        video_messages: How many video messages are free, and what more of them cost.
        prompts: When the app prompts a person, and how often.
        reward: What calls with several partners in a month earn.
    """

    unlock: UnlockPolicy = field(factory=UnlockPolicy)
    calls: CallPolicy = field(factory=CallPolicy)
    video_messages: VideoMessagePolicy = field(factory=VideoMessagePolicy)
    prompts: PromptPolicy = field(factory=PromptPolicy)
    reward: RewardPolicy = field(factory=RewardPolicy)
