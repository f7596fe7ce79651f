"""The numbers of video messages and credits; defaults from rules pages video and billing."""

from collections.abc import Mapping
from itertools import pairwise

from attrs import Attribute, field, frozen

from ..shared.checks import between
from ..shared.prices import prices_by_currency

_MOST_BUNDLES = 20

MOST_CREDITS = 100_000
"""Of one bundle or one grant, whatever the rulebook says."""


@frozen(kw_only=True)
class CreditBundle:
    """Credits that are sold together.

    Attributes:
        credits: How many.
        prices: What they cost, in minor units by currency.
    """

    credits: int = field(validator=between(1, MOST_CREDITS))
    prices: Mapping[str, int] = field(validator=prices_by_currency)


def _bundles(
    _: object, attribute: "Attribute[tuple[CreditBundle, ...]]", bundles: tuple[CreditBundle, ...]
) -> None:
    if len(bundles) > _MOST_BUNDLES:
        raise ValueError(f"{attribute.name} must name {_MOST_BUNDLES} bundles at most")
    for smaller, larger in pairwise(bundles):
        if larger.credits <= smaller.credits:
            raise ValueError(f"{attribute.name} must name its bundles by rising credits")


@frozen(kw_only=True)
class VideoMessagePolicy:
    """How many video messages are free, and what more of them cost.

    Attributes:
        free_per_day: Free units of a sender's date, over all conversations and tiers.
        most_recipients: To how many persons one send goes at most.
        largest_grant: How many credits a service may grant at once.
        grant_reason_max_characters: Greatest length of the reason for a grant.
        bundles: What is sold, the smallest first.
    """

    free_per_day: int = field(default=3, validator=between(0, 100_000))
    most_recipients: int = field(default=20, validator=between(1, 100))
    largest_grant: int = field(default=1000, validator=between(1, MOST_CREDITS))
    grant_reason_max_characters: int = field(default=2000, validator=between(1, 2000))
    bundles: tuple[CreditBundle, ...] = field(
        default=(
            CreditBundle(credits=5, prices={"USD": 199, "INR": 9_900}),
            CreditBundle(credits=20, prices={"USD": 599, "INR": 29_900}),
            CreditBundle(credits=50, prices={"USD": 1_199, "INR": 59_900}),
        ),
        validator=_bundles,
    )
