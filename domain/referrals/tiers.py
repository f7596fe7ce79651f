"""Which purchase for its referrer one is, what that gives, and when it is one too many."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime, timedelta

from attrs import frozen

from ..shared.money import Money
from .kinds import Counted, Purchase
from .policy import ReferralPolicy

CAP_IN_WINDOW = "rewards_in_window"
CAP_IN_ALL = "rewards_in_all"


@frozen(kw_only=True)
class Standing:
    """How a purchase stands among those of its referrer, at one instant.

    Attributes:
        ordinal: Which one it is, counted from 1, by when they settled.
        in_window: The most that any window around it has, with it.
        in_all: All that count up to it or are rewarded, with it.
    """

    ordinal: int
    in_window: int
    in_all: int

    def refused_by(self, policy: ReferralPolicy) -> tuple[str, ...]:
        """Give the caps that it would break."""
        broken = (
            (CAP_IN_WINDOW, self.in_window > policy.window_rewards),
            (CAP_IN_ALL, self.in_all > policy.rewards_in_all),
        )
        return tuple(rule for rule, is_broken in broken if is_broken)


def standing_of(purchase: Purchase, others: Iterable[Counted], policy: ReferralPolicy) -> Standing:
    """Give how a purchase stands.

    Args:
        purchase: The one whose hold ends.
        others: Those of the same referrer that count then; its own place may be among them.
        policy: The numbers.
    """
    rest = [other for other in others if other.place != purchase.place]
    before = [other.place for other in rest if other.place < purchase.place]
    # A purchase that was heard of late finds later ones rewarded; they fill the caps, too.
    beyond = [other.place for other in rest if other.rewarded and other.place > purchase.place]
    taken = [*before, purchase.place, *beyond]
    window = timedelta(seconds=policy.window_seconds)
    return Standing(
        ordinal=len(before) + 1,
        in_window=_fullest([at for at, _ in taken], purchase.settled_at, window),
        in_all=len(taken),
    )


def _fullest(times: list[datetime], around: datetime, window: timedelta) -> int:
    """Give the most of some instants that a window with one of them in it has."""
    rising = sorted(times)
    ends = [at for at in rising if around <= at < around + window]
    return max(bisect_right(rising, end) - bisect_right(rising, end - window) for end in ends)


def tier_at(ordinal: int, policy: ReferralPolicy) -> int:
    """Give the bonus tier, from 1, of the purchase with an ordinal."""
    return bisect_right(policy.tier_starts, ordinal)


def rewards(purchase: Purchase, tier: int, policy: ReferralPolicy) -> tuple[Money, Money]:
    """Give what referrer and referee get for a purchase in a tier.

    Raises:
        LookupError: A referral is worth nothing in the currency.
    """
    terms = policy.terms(purchase.paid.currency)
    if terms is None:
        raise LookupError(f"referrals are worth nothing in {purchase.paid.currency}")
    raised = terms.referrer_minor * policy.tier_percents[tier - 1] // 100
    currency = purchase.paid.currency
    return Money(raised, currency), Money(terms.referee_minor, currency)
