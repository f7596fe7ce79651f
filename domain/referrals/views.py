"""How a referral's state reads in the words of the two source documents."""

from datetime import datetime
from enum import StrEnum
from typing import assert_never

from attrs import frozen

from ..shared.money import Money
from .referrals import (
    Expired,
    Held,
    Invited,
    Qualified,
    Referral,
    Rejected,
    Reversed,
    Rewarded,
    SignedUp,
)


class ReferralState(StrEnum):
    """What a referral's state is called."""

    INVITED = "invited"
    SIGNED_UP = "signed_up"
    HELD = "held"
    QUALIFIED = "qualified"
    REWARDED = "rewarded"
    REVERSED = "reversed"
    REJECTED = "rejected"
    EXPIRED = "expired"


class Status(StrEnum):
    """How far a referral came, in three steps; it never goes back."""

    PENDING = "pending"
    QUALIFIED = "qualified"
    REWARDED = "rewarded"


class RewardStatus(StrEnum):
    """What became of the referrer's reward."""

    PENDING = "pending"
    EARNED = "earned"
    CREDITED = "credited"
    EXPIRED = "expired"


@frozen(kw_only=True)
class StatusView:
    """A referral as source 000 shows it.

    Attributes:
        status: How far it came.
        reward_claimed: The reward was paid out, even if it was taken back since.
        reward_claimed_at: When.
    """

    status: Status
    reward_claimed: bool
    reward_claimed_at: datetime | None


@frozen(kw_only=True)
class RewardView:
    """A referral as source 001 shows it.

    Attributes:
        reward_status: What became of the reward.
        reason: Why it expired, if it did.
        first_purchase_at: When the purchase settled.
        reward: The referrer's reward, once it is fixed.
        bonus_tier: The tier, 1 until it is fixed.
    """

    reward_status: RewardStatus
    reason: str | None
    first_purchase_at: datetime | None
    reward: Money | None
    bonus_tier: int


def state_of(referral: Referral) -> ReferralState:
    """Give the name of a referral's state."""
    match referral:
        case Reversed():
            return ReferralState.REVERSED
        case Rewarded():
            return ReferralState.REWARDED
        case Qualified():
            return ReferralState.QUALIFIED
        case Invited():
            return ReferralState.INVITED
        case SignedUp():
            return ReferralState.SIGNED_UP
        case Held():
            return ReferralState.HELD
        case Rejected():
            return ReferralState.REJECTED
        case Expired():
            return ReferralState.EXPIRED
        case _:
            assert_never(referral)


def status_view(referral: Referral) -> StatusView:
    """Give a referral as source 000 shows it."""
    if isinstance(referral, Rewarded):
        return StatusView(
            status=Status.REWARDED, reward_claimed=True, reward_claimed_at=referral.rewarded_at
        )
    # Who is held has yet to pass; who was rejected came as far as the purchase did.
    bought = isinstance(referral, Qualified) or (
        isinstance(referral, Rejected) and referral.qualified_at is not None
    )
    status = Status.QUALIFIED if bought else Status.PENDING
    return StatusView(status=status, reward_claimed=False, reward_claimed_at=None)


_REWARD_STATUS = {
    ReferralState.INVITED: RewardStatus.PENDING,
    ReferralState.SIGNED_UP: RewardStatus.PENDING,
    ReferralState.HELD: RewardStatus.PENDING,
    ReferralState.QUALIFIED: RewardStatus.EARNED,
    ReferralState.REWARDED: RewardStatus.CREDITED,
    ReferralState.REVERSED: RewardStatus.EXPIRED,
    ReferralState.REJECTED: RewardStatus.EXPIRED,
    ReferralState.EXPIRED: RewardStatus.EXPIRED,
}


def reward_view(referral: Referral) -> RewardView:
    """Give a referral as source 001 shows it."""
    purchase = getattr(referral, "purchase", None)
    rewarded = referral if isinstance(referral, Rewarded) else None
    return RewardView(
        reward_status=_REWARD_STATUS[state_of(referral)],
        reason=_why_expired(referral),
        first_purchase_at=None if purchase is None else purchase.settled_at,
        reward=None if rewarded is None else rewarded.referrer_reward,
        bonus_tier=1 if rewarded is None else rewarded.bonus_tier,
    )


def _why_expired(referral: Referral) -> str | None:
    match referral:
        case Reversed():
            return f"reversed: {referral.cause.value}"
        case Rejected():
            return f"rejected: {', '.join(referral.reasons)}"
        case Expired():
            return referral.reason
        case _:
            return None
