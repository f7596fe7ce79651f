"""Show what is sold, and what it costs a person now."""

from attrs import frozen

from application.billing.ports import Discounts
from application.shared.clock import Clock
from application.shared.rulebook import Rulebook
from domain.billing.catalogue import Catalogue, Item, catalogue
from domain.billing.quotes import Discount, best_discount
from domain.shared.errors import InvalidValueError
from domain.shared.ids import PersonId
from domain.shared.prices import discounted
from domain.shared.tier_limits import TierLimits
from domain.shared.tiers import Tier


@frozen(kw_only=True)
class PricedItem:
    """An item with its price.

    Attributes:
        item: What is sold.
        price_minor: Before any discount.
        to_pay_minor: After the discount, before account credit.
    """

    item: Item
    price_minor: int
    to_pay_minor: int


@frozen(kw_only=True)
class CatalogueView:
    """What is sold in a currency.

    Attributes:
        currency: Of all prices.
        discount: The best that the person has; None if they have none.
        tiers: What each grants and allows, the lowest first.
        items: In the order in which they are shown.
        policy_version: The version of the policy in force.
    """

    currency: str
    discount: Discount | None
    tiers: tuple[tuple[Tier, TierLimits], ...]
    items: tuple[PricedItem, ...]
    policy_version: str


@frozen
class ShowCatalogue:
    """Reads the catalogue, for a person or for anybody."""

    discounts: Discounts
    clock: Clock
    rulebook: Rulebook

    async def __call__(self, currency: str, person_id: PersonId | None) -> CatalogueView:
        """Give what is sold in a currency.

        Raises:
            InvalidValueError: Nothing is sold in the currency.
            NotFoundError: There is no such person.
            PersonDeletedError: They were erased.
        """
        sold = catalogue_of(self.rulebook)
        require_currency(sold, currency)
        earned: tuple[Discount, ...] = ()
        if person_id is not None:
            earned = await self.discounts.of(person_id, await self.clock.now())
        best = best_discount(earned)
        percent = 0 if best is None else best.percent
        return CatalogueView(
            currency=currency,
            discount=best,
            tiers=tuple((tier, self.rulebook.policies.tiers.of(tier)) for tier in Tier),
            items=tuple(
                PricedItem(
                    item=offer.item, price_minor=price, to_pay_minor=discounted(price, percent)
                )
                for offer in sold.offers
                if (price := offer.prices.get(currency)) is not None
            ),
            policy_version=self.rulebook.version,
        )


def catalogue_of(rulebook: Rulebook) -> Catalogue:
    """Give what is sold under a rulebook; the bundles of credits are those of video."""
    bundles = rulebook.policies.video.video_messages.bundles
    return catalogue(
        rulebook.policies.billing.offers, ((bundle.credits, bundle.prices) for bundle in bundles)
    )


def require_currency(sold: Catalogue, currency: str) -> None:
    """Refuse a currency in which nothing is sold.

    Raises:
        InvalidValueError: It is one.
    """
    if currency not in sold.currencies:
        raise InvalidValueError(
            "currency",
            f"Nothing is sold in this currency; give one of {', '.join(sold.currencies)}.",
        )
