"""The catalogue: what each key says, what is sold by default, and what cannot be."""

from collections.abc import Callable
from typing import Any

import pytest

from domain.billing.catalogue import (
    BillingCycle,
    Item,
    ItemKind,
    Offer,
    PassItem,
    SecondsItem,
    SubscriptionItem,
    VideoCreditsItem,
    catalogue,
    item_of,
)
from domain.billing.policy import BillingPolicy, PassOffer, SecondsBundle, SubscriptionOffer
from domain.shared.errors import NotFoundError
from domain.shared.tiers import Tier

PRICES = {"USD": 100}


@pytest.mark.parametrize(
    ("key", "item", "kind"),
    [
        (
            "plus_monthly",
            SubscriptionItem(Tier.PLUS, BillingCycle.MONTHLY),
            ItemKind.SUBSCRIPTION,
        ),
        (
            "premium_annual",
            SubscriptionItem(Tier.PREMIUM, BillingCycle.ANNUAL),
            ItemKind.SUBSCRIPTION,
        ),
        ("premium_daily_pass", PassItem(Tier.PREMIUM, 1), ItemKind.PASS),
        ("plus_weekly_pass", PassItem(Tier.PLUS, 7), ItemKind.PASS),
        ("plus_3_day_pass", PassItem(Tier.PLUS, 3), ItemKind.PASS),
        ("video_credits_20", VideoCreditsItem(20), ItemKind.VIDEO_CREDITS),
        ("seconds_3600", SecondsItem(3600), ItemKind.SECONDS),
        ("seconds_999999999", SecondsItem(999_999_999), ItemKind.SECONDS),
    ],
)
def test_a_key_says_all_about_its_item(key: str, item: Item, kind: ItemKind) -> None:
    assert item_of(key) == item
    assert (item.key, item.kind) == (key, kind)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "free_monthly",
        "plus_weekly",
        "plus_monthly ",
        "free_daily_pass",
        "plus_1_day_pass",
        "plus_7_day_pass",
        "plus_0_day_pass",
        "plus_03_day_pass",
        "seconds_0",
        "seconds_1000000000",
        "video_credits_",
        "coins_5",
    ],
)
def test_any_other_key_is_no_items(key: str) -> None:
    with pytest.raises(NotFoundError) as refusal:
        item_of(key)
    assert refusal.value.detail == (f"Nothing is sold as '{key}'; take a key of the catalogue.")


def test_the_catalogue_shows_billings_own_offers_before_videos() -> None:
    own = Offer(SecondsItem(3600), {"USD": 299, "INR": 14_900})
    sold = catalogue([own], [(20, {"EUR": 500})])
    bundle = Offer(VideoCreditsItem(20), {"EUR": 500})
    assert sold.offers == (own, bundle)
    assert sold.currencies == ("EUR", "INR", "USD")
    assert (sold.offer("seconds_3600"), sold.offer("video_credits_20")) == (own, bundle)
    with pytest.raises(NotFoundError) as refusal:
        sold.offer("plus_monthly")
    assert refusal.value.detail == "Nothing is sold as 'plus_monthly'; take a key of the catalogue."


def test_by_default_the_items_of_the_rules_are_sold_for_their_prices() -> None:
    sold = {offer.item.key: dict(offer.prices) for offer in BillingPolicy().offers}
    assert sold == {
        "plus_monthly": {"USD": 999, "INR": 49_900},
        "plus_annual": {"USD": 9_900, "INR": 499_000},
        "premium_monthly": {"USD": 2_499, "INR": 129_900},
        "premium_annual": {"USD": 24_900, "INR": 1_299_000},
        "premium_daily_pass": {"USD": 99, "INR": 4_900},
        "premium_weekly_pass": {"USD": 399, "INR": 19_900},
        "seconds_3600": {"USD": 299, "INR": 14_900},
        "seconds_18000": {"USD": 1_199, "INR": 59_900},
    }


def bundles(number: int) -> tuple[SecondsBundle, ...]:
    return tuple(SecondsBundle(seconds=1 + more, prices=PRICES) for more in range(number))


def test_up_to_fifty_offers_are_sold() -> None:
    policy = BillingPolicy(subscriptions=(), passes=(), seconds=bundles(50))
    assert len(policy.offers) == 50


NOT_FREE = "tier must be above free, which nobody pays for"


@pytest.mark.parametrize(
    ("offer", "fields", "says"),
    [
        (SubscriptionOffer, {"tier": Tier.FREE, "cycle": BillingCycle.MONTHLY}, NOT_FREE),
        (PassOffer, {"tier": Tier.FREE, "days": 1}, NOT_FREE),
        (PassOffer, {"tier": Tier.PLUS, "days": 367}, "days is 367; it must be from 1 to 366"),
        (SecondsBundle, {"seconds": 0}, "seconds is 0; it must be from 1 to 1000000"),
    ],
)
def test_what_cannot_be_offered_says_why(
    offer: Callable[..., object], fields: dict[str, Any], says: str
) -> None:
    with pytest.raises(ValueError, match="must be") as refusal:
        offer(**fields, prices=PRICES)
    assert str(refusal.value) == says


@pytest.mark.parametrize(
    ("seconds", "says"),
    [
        (bundles(51), "subscriptions, passes and seconds must be 50 at most"),
        ((*bundles(3), *bundles(2)), "seconds_1 must be sold once only"),
    ],
)
def test_what_cannot_be_sold_together_says_why(
    seconds: tuple[SecondsBundle, ...], says: str
) -> None:
    with pytest.raises(ValueError, match="must be") as refusal:
        BillingPolicy(subscriptions=(), passes=(), seconds=seconds)
    assert str(refusal.value) == says
