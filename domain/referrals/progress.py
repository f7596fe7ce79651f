"""Where a referrer stands: the tier of their next purchase, the caps, and why."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from attrs import frozen

from ..shared.decisions import Reason
from .kinds import Counted
from .policy import ReferralPolicy
from .tiers import CAP_IN_ALL, CAP_IN_WINDOW, tier_at


@frozen(kw_only=True)
class NextTier:
    """The tier after the present one.

    Attributes:
        tier: Its number.
        percent: What it makes of the base reward.
        purchases_needed: How many more purchases it takes.
    """

    tier: int
    percent: int
    purchases_needed: int


@frozen(kw_only=True)
class Progress:
    """Where a referrer stands.

    Attributes:
        counted: Their purchases that were not rejected or reversed.
        tier: The bonus tier that one more purchase would be in.
        percent: What that makes of the base reward.
        next_tier: The one after it; None in the last one.
        in_window: How many of the counted ones are in the window that ends now.
        window_rewards: How many may be.
        rewards_in_all: How many may be counted in all.
        reasons: Whether one more purchase would be rewarded, by each rule.
        policy_version: The version in force.
    """

    counted: int
    tier: int
    percent: int
    next_tier: NextTier | None
    in_window: int
    window_rewards: int
    rewards_in_all: int
    reasons: tuple[Reason, ...]
    policy_version: str


def progress_of(
    counted: Sequence[Counted],
    policy: ReferralPolicy,
    policy_version: str,
    now: datetime,
    *,
    active: bool,
) -> Progress:
    """Give where a referrer stands.

    Args:
        counted: Their purchases that were not rejected or reversed.
        policy: The numbers.
        policy_version: Theirs.
        now: The present instant.
        active: The referrer is neither suspended nor erased.
    """
    tier = tier_at(len(counted) + 1, policy)
    window = timedelta(seconds=policy.window_seconds)
    recent = sorted(one.place[0] for one in counted if one.place[0] > now - window)
    return Progress(
        counted=len(counted),
        tier=tier,
        percent=policy.tier_percents[tier - 1],
        next_tier=_next_tier(len(counted), tier, policy),
        in_window=len(recent),
        window_rewards=policy.window_rewards,
        rewards_in_all=policy.rewards_in_all,
        reasons=(
            _active(active=active),
            _in_window(recent, window, policy),
            _in_all(len(counted), policy),
        ),
        policy_version=policy_version,
    )


def _next_tier(counted: int, tier: int, policy: ReferralPolicy) -> NextTier | None:
    if tier >= len(policy.tier_starts):
        return None
    return NextTier(
        tier=tier + 1,
        percent=policy.tier_percents[tier],
        purchases_needed=policy.tier_starts[tier] - 1 - counted,
    )


def _active(*, active: bool) -> Reason:
    return Reason(
        rule="referrer_is_active",
        satisfied=active,
        detail="The referrer is active." if active else "The referrer is suspended.",
        changed_by=() if active else ("reinstate_person",),
    )


def _in_window(recent: Sequence[datetime], window: timedelta, policy: ReferralPolicy) -> Reason:
    full = len(recent) >= policy.window_rewards
    # There is room again once so many have left the window that one fits in.
    frees = len(recent) - policy.window_rewards
    return Reason(
        rule=CAP_IN_WINDOW,
        satisfied=not full,
        detail=f"{len(recent)} of {policy.window_rewards} rewards of the window are taken.",
        inputs={"counted": len(recent), "window_seconds": policy.window_seconds},
        threshold=policy.window_rewards,
        changes_at=recent[frees] + window if full and frees < len(recent) else None,
    )


def _in_all(counted: int, policy: ReferralPolicy) -> Reason:
    full = counted >= policy.rewards_in_all
    return Reason(
        rule=CAP_IN_ALL,
        satisfied=not full,
        detail=f"{counted} of {policy.rewards_in_all} rewards in all are taken.",
        inputs={"counted": counted},
        threshold=policy.rewards_in_all,
    )
