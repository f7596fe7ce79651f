"""The numbers of billing that a business may tune; defaults from rules page billing."""

from collections.abc import Mapping

from attrs import Attribute, field, frozen

from ..shared.checks import between
from ..shared.prices import MOST_MINOR_UNITS, prices_by_currency
from ..shared.tiers import Tier
from .catalogue import BillingCycle, Offer, PassItem, SecondsItem, SubscriptionItem

_ONE_DAY_SECONDS = 86_400
_MOST_OFFERS = 50
_MOST_PASS_DAYS = 366
_MOST_SECONDS = 1_000_000


def _above_free(_: object, __: "Attribute[Tier]", tier: Tier) -> None:
    if tier is Tier.FREE:
        raise ValueError("tier must be above free, which nobody pays for")


@frozen(kw_only=True)
class SubscriptionOffer:
    """A subscription that is sold.

    Attributes:
        tier: What it gives.
        cycle: How often it is paid for.
        prices: Of one payment, in minor units by currency.
    """

    tier: Tier = field(validator=_above_free)
    cycle: BillingCycle
    prices: Mapping[str, int] = field(validator=prices_by_currency)


@frozen(kw_only=True)
class PassOffer:
    """A pass that is sold.

    Attributes:
        tier: What it gives.
        days: For how many times 24 hours.
        prices: In minor units by currency.
    """

    tier: Tier = field(validator=_above_free)
    days: int = field(validator=between(1, _MOST_PASS_DAYS))
    prices: Mapping[str, int] = field(validator=prices_by_currency)


@frozen(kw_only=True)
class SecondsBundle:
    """Seconds that are sold together.

    Attributes:
        seconds: How many; they never expire.
        prices: In minor units by currency.
    """

    seconds: int = field(validator=between(1, _MOST_SECONDS))
    prices: Mapping[str, int] = field(validator=prices_by_currency)


@frozen(kw_only=True)
class BillingPolicy:
    """What is sold for how much, and for how long things hold.

    Attributes:
        quote_seconds: For how long a quote can be taken.
        checkout_seconds: For how long the provider's page can be paid on; credit that an
            unpaid checkout took is given back then.
        grace_seconds: For how long a subscription that was not renewed still gives its tier.
        signature_skew_seconds: How far a notification's time may be from ours.
        largest_credit_grant_minor: How much account credit a service may grant at once, in minor
            units of any currency.
        reconciled_days: How far back a reconciliation looks.
        subscriptions: What is sold again and again.
        passes: What gives a tier once.
        seconds: Seconds that are sold.
    """

    quote_seconds: int = field(default=900, validator=between(60, _ONE_DAY_SECONDS))
    checkout_seconds: int = field(
        default=_ONE_DAY_SECONDS, validator=between(1800, 30 * _ONE_DAY_SECONDS)
    )
    grace_seconds: int = field(
        default=3 * _ONE_DAY_SECONDS, validator=between(0, 60 * _ONE_DAY_SECONDS)
    )
    signature_skew_seconds: int = field(default=300, validator=between(1, 3600))
    largest_credit_grant_minor: int = field(
        default=1_000_000, validator=between(1, MOST_MINOR_UNITS)
    )
    reconciled_days: int = field(default=7, validator=between(1, 90))
    subscriptions: tuple[SubscriptionOffer, ...] = (
        SubscriptionOffer(
            tier=Tier.PLUS, cycle=BillingCycle.MONTHLY, prices={"USD": 999, "INR": 49_900}
        ),
        SubscriptionOffer(
            tier=Tier.PLUS, cycle=BillingCycle.ANNUAL, prices={"USD": 9_900, "INR": 499_000}
        ),
        SubscriptionOffer(
            tier=Tier.PREMIUM, cycle=BillingCycle.MONTHLY, prices={"USD": 2_499, "INR": 129_900}
        ),
        SubscriptionOffer(
            tier=Tier.PREMIUM, cycle=BillingCycle.ANNUAL, prices={"USD": 24_900, "INR": 1_299_000}
        ),
    )
    passes: tuple[PassOffer, ...] = (
        PassOffer(tier=Tier.PREMIUM, days=1, prices={"USD": 99, "INR": 4_900}),
        PassOffer(tier=Tier.PREMIUM, days=7, prices={"USD": 399, "INR": 19_900}),
    )
    seconds: tuple[SecondsBundle, ...] = (
        SecondsBundle(seconds=3_600, prices={"USD": 299, "INR": 14_900}),
        SecondsBundle(seconds=18_000, prices={"USD": 1_199, "INR": 59_900}),
    )

    def __attrs_post_init__(self) -> None:
        keys = [offer.item.key for offer in self.offers]
        if len(keys) > _MOST_OFFERS:
            raise ValueError(f"subscriptions, passes and seconds must be {_MOST_OFFERS} at most")
        if twice := next((key for key in keys if keys.count(key) > 1), None):
            raise ValueError(f"{twice} must be sold once only")

    @property
    def offers(self) -> tuple[Offer, ...]:
        """All that is sold, but for what other contexts name the prices of."""
        return (
            *(Offer(SubscriptionItem(it.tier, it.cycle), it.prices) for it in self.subscriptions),
            *(Offer(PassItem(it.tier, it.days), it.prices) for it in self.passes),
            *(Offer(SecondsItem(it.seconds), it.prices) for it in self.seconds),
        )
