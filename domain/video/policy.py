"""The numbers of video that a business may tune; defaults from rules page video."""

from collections.abc import Mapping
from itertools import pairwise

from attrs import Attribute, field, frozen

from ..shared.checks import between
from ..shared.tiers import Tier

_ONE_DAY_SECONDS = 86_400
_MOST_MESSAGES = 100_000


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


@frozen(kw_only=True)
class UnlockPolicy:
    """What a completed call unlocks.

    Attributes:
        base_messages: Messages a day that everyone has.
        tier_bonus: Further messages a day after a call, by tier; never falling.
        decay: How the bonus falls with the days since the call; after the last step 0.
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


@frozen(kw_only=True)
class VideoPolicy:
    """All numbers of video.

    Attributes:
        unlock: What a completed call unlocks.
        calls: When calls begin, end and count.
    """

    unlock: UnlockPolicy = field(factory=UnlockPolicy)
    calls: CallPolicy = field(factory=CallPolicy)
