"""Milestone rewards: what a person may claim once so many of their referrals were rewarded."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import attrs
from attrs import field, frozen

from ..shared.decisions import Reason
from ..shared.errors import ConflictError, InvalidValueError, RefusedError
from ..shared.ids import PaymentId, PersonId, ReferralRewardId
from ..shared.text import clean_line, clean_text
from .events import ReferralRewardApplied, ReferralRewardClaimed

MAX_REWARDS = 200
NAME_MAX_CHARACTERS = 100
DESCRIPTION_MAX_CHARACTERS = 1000
BADGE_MAX_CHARACTERS = 100
MOST_REFERRALS = 100_000
_LONGEST_DAYS = 3650
_MOST_CREDITS = 10_000
_MOST_PERCENT = 100


class RewardType(StrEnum):
    """What a milestone gives."""

    PREMIUM_DAYS = "premium_days"
    DISCOUNT = "discount"
    BADGE = "badge"
    CREDITS = "credits"


class TooManyRewardsError(ConflictError):
    """There are as many milestone rewards as are kept."""

    code = "too_many_referral_rewards"


class RewardNotActiveError(ConflictError):
    """The milestone's reward is not given any more."""

    code = "referral_reward_not_active"


class DiscountUsedError(ConflictError):
    """Another payment has the discount of a quote."""

    code = "discount_used"


class RewardClaimedError(ConflictError):
    """The person has claimed it already; each is given once."""

    code = "referral_reward_claimed"


@frozen(kw_only=True)
class MilestoneReward:
    """What is given for so many referrals.

    Attributes:
        id: Its own.
        name: For persons to read.
        description: The same, in full.
        type: What is given.
        value: How much: `days`, `percent_off`, `badge` or `credits`, as its type wants it.
        required_referrals: How many of the person's referrals must be rewarded.
        is_active: It can be claimed.
        valid_days: For how long it can be used once claimed; None for ever.
        created_at: When it was made.
    """

    id: ReferralRewardId
    name: str
    description: str
    type: RewardType
    value: Mapping[str, int | str] = field(hash=False)
    required_referrals: int = 1
    is_active: bool = True
    valid_days: int | None = None
    created_at: datetime


@frozen(kw_only=True)
class Claim:
    """A milestone's reward that a person claimed.

    Attributes:
        person_id: Who.
        reward_id: The milestone's.
        type: What is given, as it was when it was claimed.
        value: How much of it, as it was then.
        claimed_at: When.
        applied_at: When it reached whoever gives it.
        expires_at: Until when it can be used, if that ends.
        policy_version: The version that was decided under.
        payment_id: The payment that has the discount, as it holds once.
    """

    person_id: PersonId
    reward_id: ReferralRewardId
    type: RewardType
    value: Mapping[str, int | str] = field(hash=False)
    claimed_at: datetime
    applied_at: datetime | None = None
    expires_at: datetime | None = None
    policy_version: str
    payment_id: PaymentId | None = None

    def is_discount(self, now: datetime) -> bool:
        """Tell whether it lowers the price of what is quoted now."""
        return (
            self.type is RewardType.DISCOUNT
            and self.payment_id is None
            and (self.expires_at is None or now < self.expires_at)
        )


def checked_reward(reward: MilestoneReward) -> MilestoneReward:
    """Give a milestone's reward with its texts in normal form.

    Raises:
        InvalidValueError: A field is malformed.
    """
    if not 1 <= reward.required_referrals <= MOST_REFERRALS:
        raise InvalidValueError(
            "required_referrals", f"Name a number from 1 to {MOST_REFERRALS} of referrals."
        )
    if reward.valid_days is not None and not 1 <= reward.valid_days <= _LONGEST_DAYS:
        raise InvalidValueError(
            "valid_days", f"Name a number from 1 to {_LONGEST_DAYS} of days, or none."
        )
    return attrs.evolve(
        reward,
        name=clean_line("name", reward.name, max_characters=NAME_MAX_CHARACTERS),
        description=clean_text(
            "description", reward.description, max_characters=DESCRIPTION_MAX_CHARACTERS
        ),
        value=_checked_value(reward.type, reward.value),
    )


def changed_reward(reward: MilestoneReward, changes: Mapping[str, Any]) -> MilestoneReward:
    """Give a milestone's reward with other values; what was claimed before stays as it was.

    Raises:
        InvalidValueError: A new value is malformed.
    """
    return checked_reward(attrs.evolve(reward, **changes))


def _number(most: int) -> Callable[[object], bool]:
    return lambda given: type(given) is int and 1 <= given <= most


_VALUES: dict[RewardType, tuple[str, Callable[[object], bool], str]] = {
    RewardType.PREMIUM_DAYS: (
        "days",
        _number(_LONGEST_DAYS),
        f"a number from 1 to {_LONGEST_DAYS}",
    ),
    RewardType.DISCOUNT: (
        "percent_off",
        _number(_MOST_PERCENT),
        f"a number from 1 to {_MOST_PERCENT}",
    ),
    RewardType.BADGE: ("badge", lambda given: isinstance(given, str), "a text"),
    RewardType.CREDITS: ("credits", _number(_MOST_CREDITS), f"a number from 1 to {_MOST_CREDITS}"),
}


def _checked_value(kind: RewardType, value: Mapping[str, int | str]) -> Mapping[str, int | str]:
    name, admits, wanted = _VALUES[kind]
    if set(value) != {name} or not admits(value[name]):
        raise InvalidValueError(
            "value", f"A reward of type {kind.value} has one value, {name}: {wanted}."
        )
    given = value[name]
    if isinstance(given, str):
        given = clean_line("value", given, max_characters=BADGE_MAX_CHARACTERS)
    return {name: given}


def progress_reason(reward: MilestoneReward, referral_count: int) -> Reason:
    """Give what the rule says that asks whether a person has referred enough."""
    missing = reward.required_referrals - referral_count
    return Reason(
        rule="required_referrals",
        satisfied=missing <= 0,
        detail=(
            "The person has as many rewarded referrals as it takes."
            if missing <= 0
            else f"The person needs {missing} more rewarded referral{'' if missing == 1 else 's'}."
        ),
        inputs={"referral_count": referral_count},
        threshold=reward.required_referrals,
        changed_by=() if missing <= 0 else ("refer_a_person",),
    )


def claim(
    reward: MilestoneReward,
    person_id: PersonId,
    referral_count: int,
    policy_version: str,
    now: datetime,
    *,
    claimed: bool,
) -> ReferralRewardClaimed:
    """Let a person have a milestone's reward.

    Args:
        reward: Which.
        person_id: Who claims it.
        referral_count: How many of their referrals are rewarded now.
        policy_version: The version that is decided under.
        now: The present instant.
        claimed: They have it already.

    Raises:
        RewardClaimedError: They have.
        RewardNotActiveError: It is not given any more.
        RefusedError: They have too few rewarded referrals.
    """
    if claimed:
        raise reward_claimed()
    if not reward.is_active:
        raise RewardNotActiveError(
            "The reward is not given any more; list the rewards to see which are."
        )
    reason = progress_reason(reward, referral_count)
    if not reason.satisfied:
        raise RefusedError(reason.detail, (reason,))
    ends = None if reward.valid_days is None else now + timedelta(days=reward.valid_days)
    return ReferralRewardClaimed(
        at=now,
        person_id=person_id,
        policy_version=policy_version,
        reward_id=reward.id,
        reward_type=reward.type.value,
        value=reward.value,
        expires_at=ends,
    )


def reward_claimed() -> RewardClaimedError:
    """Give the error for a reward that the person has already."""
    return RewardClaimedError("The reward was claimed already; each is given once.")


def claim_of(event: ReferralRewardClaimed) -> Claim:
    """Give the claim that an event makes."""
    return Claim(
        person_id=event.person_id,
        reward_id=event.reward_id,
        type=RewardType(event.reward_type),
        value=event.value,
        claimed_at=event.at,
        expires_at=event.expires_at,
        policy_version=event.policy_version,
    )


def applied(known: Claim, event: ReferralRewardApplied) -> Claim:
    """Give a claim once it has reached whoever gives it.

    What was claimed before anybody gave it can be used for as long from then on.
    """
    ends = known.expires_at
    if ends is not None and event.at >= ends:
        ends = event.at + (ends - known.claimed_at)
    return attrs.evolve(known, applied_at=event.at, expires_at=ends)
