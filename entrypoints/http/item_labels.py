"""What a person calls the things that are sold."""

from domain.billing.catalogue import (
    Item,
    PassItem,
    SecondsItem,
    SubscriptionItem,
    VideoCreditsItem,
)


def label_of(item: Item) -> str:
    """Give what a person calls an item."""
    match item:
        case SubscriptionItem(tier=tier, cycle=cycle):
            return f"{tier.capitalize()}, {cycle}"
        case PassItem(tier=tier, days=days):
            return f"{tier.capitalize()} for {days} day{'s' if days != 1 else ''}"
        case VideoCreditsItem(credits=number):
            return f"{number:,} video credits"
        case SecondsItem(seconds=number):
            return f"{number:,} seconds"
