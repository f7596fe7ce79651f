"""Prices, in whole minor units of a currency."""

import re
from collections.abc import Mapping

from attrs import Attribute

MOST_MINOR_UNITS = 1_000_000_000
"""Of one price, whatever the rulebook says."""

_CURRENCY = re.compile(r"[A-Z]{3}")


def discounted(price: int, percent: int) -> int:
    """Give a price after a discount, floored to a whole minor unit.

    The rounding is the one that the rules' README sets for all prices.

    Args:
        price: In minor units, at least 0.
        percent: From 0 to 100.
    """
    return price * (100 - percent) // 100


def is_currency(code: str) -> bool:
    """Tell whether a text has the form of a currency's ISO 4217 code."""
    return _CURRENCY.fullmatch(code) is not None


def prices_by_currency(
    _: object, attribute: "Attribute[Mapping[str, int]]", prices: Mapping[str, int]
) -> None:
    """Check the prices of something that is sold, in minor units by currency.

    Raises:
        ValueError: There is none, or a currency or an amount is out of range.
    """
    if not prices:
        raise ValueError(f"{attribute.name} must name a price in one currency at least")
    for currency, amount in prices.items():
        if not is_currency(currency):
            raise ValueError(f"{attribute.name} names '{currency}'; give a code such as USD")
        if not 0 < amount <= MOST_MINOR_UNITS:
            raise ValueError(f"{attribute.name} must be from 1 to {MOST_MINOR_UNITS} minor units")
