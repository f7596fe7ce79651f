"""What is sold: each item is known by a key that says all about it and never changes."""

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from enum import StrEnum

from attrs import frozen

from ..shared.errors import NotFoundError
from ..shared.tiers import Tier


class ItemKind(StrEnum):
    """What kind of thing is sold."""

    SUBSCRIPTION = "subscription"
    PASS = "pass"  # noqa: S105 - no password
    VIDEO_CREDITS = "video_credits"
    SECONDS = "seconds"


class BillingCycle(StrEnum):
    """For how long a payment for a subscription is, the shorter first."""

    MONTHLY = "monthly"
    ANNUAL = "annual"

    @property
    def months(self) -> int:
        """The calendar months of it."""
        return 1 if self is BillingCycle.MONTHLY else 12


@frozen
class SubscriptionItem:
    """A tier for a month or a year, again and again.

    Attributes:
        tier: Above the free one.
        cycle: How often it is paid for.
    """

    tier: Tier
    cycle: BillingCycle

    @property
    def key(self) -> str:
        """Such as `plus_monthly`."""
        return f"{self.tier}_{self.cycle}"

    @property
    def kind(self) -> ItemKind:
        """What kind of thing it is."""
        return ItemKind.SUBSCRIPTION


_PASS_NAMES = {1: "daily", 7: "weekly"}
_PASS_DAYS = {name: days for days, name in _PASS_NAMES.items()}


@frozen
class PassItem:
    """A tier for so many times 24 hours.

    Attributes:
        tier: Above the free one.
        days: For how long.
    """

    tier: Tier
    days: int

    @property
    def key(self) -> str:
        """Such as `premium_daily_pass`, `premium_weekly_pass` or `plus_3_day_pass`."""
        return f"{self.tier}_{_PASS_NAMES.get(self.days, f'{self.days}_day')}_pass"

    @property
    def kind(self) -> ItemKind:
        """What kind of thing it is."""
        return ItemKind.PASS

    @property
    def length(self) -> timedelta:
        """For how long it is."""
        return timedelta(days=self.days)


@frozen
class VideoCreditsItem:
    """Video credits that are sold together.

    Attributes:
        credits: How many.
    """

    credits: int

    @property
    def key(self) -> str:
        """Such as `video_credits_20`."""
        return f"video_credits_{self.credits}"

    @property
    def kind(self) -> ItemKind:
        """What kind of thing it is."""
        return ItemKind.VIDEO_CREDITS


@frozen
class SecondsItem:
    """Seconds of sessions that are sold together.

    Attributes:
        seconds: How many.
    """

    seconds: int

    @property
    def key(self) -> str:
        """Such as `seconds_3600`."""
        return f"seconds_{self.seconds}"

    @property
    def kind(self) -> ItemKind:
        """What kind of thing it is."""
        return ItemKind.SECONDS


Item = SubscriptionItem | PassItem | VideoCreditsItem | SecondsItem
PlanItem = SubscriptionItem | PassItem
"""What gives a tier."""

_NUMBER = r"[1-9][0-9]{0,8}"
_SUBSCRIPTION_KEY = re.compile(r"(plus|premium)_(monthly|annual)")
_PASS_KEY = re.compile(rf"(plus|premium)_(?:(daily|weekly)|({_NUMBER})_day)_pass")
_BUNDLE_KEY = re.compile(rf"(video_credits|seconds)_({_NUMBER})")


def no_such_item(key: str) -> NotFoundError:
    """Give the error for a key that nothing is sold under."""
    return NotFoundError(f"Nothing is sold as '{key}'; take a key of the catalogue.")


def item_of(key: str) -> Item:
    """Give the item that a key says, whether it is sold now or not.

    Raises:
        NotFoundError: It is no item's key.
    """
    if found := _SUBSCRIPTION_KEY.fullmatch(key):
        return SubscriptionItem(Tier(found[1]), BillingCycle(found[2]))
    if found := _PASS_KEY.fullmatch(key):
        item = PassItem(Tier(found[1]), _PASS_DAYS[found[2]] if found[2] else int(found[3]))
        if item.key == key:
            return item
    if found := _BUNDLE_KEY.fullmatch(key):
        number = int(found[2])
        credits_ = found[1] == ItemKind.VIDEO_CREDITS
        return VideoCreditsItem(number) if credits_ else SecondsItem(number)
    raise no_such_item(key)


@frozen
class Offer:
    """An item that is sold now.

    Attributes:
        item: What it is.
        prices: What it costs, in minor units by currency, before any discount.
    """

    item: Item
    prices: Mapping[str, int]


@frozen
class Catalogue:
    """All that is sold now.

    Attributes:
        offers: In the order in which they are shown.
    """

    offers: tuple[Offer, ...]

    def offer(self, key: str) -> Offer:
        """Give the offer of an item's key.

        Raises:
            NotFoundError: Nothing is sold under it.
        """
        for offer in self.offers:
            if offer.item.key == key:
                return offer
        raise no_such_item(key)

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies in which something is sold, by their codes."""
        return tuple(sorted({code for offer in self.offers for code in offer.prices}))


def catalogue(
    plans: Iterable[Offer], video_credits: Iterable[tuple[int, Mapping[str, int]]]
) -> Catalogue:
    """Give the catalogue of billing's own offers and of video's bundles.

    Args:
        plans: Subscriptions, passes and seconds, as the policy has them.
        video_credits: How many credits each bundle has, and its prices.
    """
    bundles = (Offer(VideoCreditsItem(number), prices) for number, prices in video_credits)
    return Catalogue((*plans, *bundles))
