"""Prices, in whole minor units of a currency."""


def discounted(price: int, percent: int) -> int:
    """Give a price after a discount, floored to a whole minor unit.

    The rounding is the one that the rules' README sets for all prices.

    Args:
        price: In minor units, at least 0.
        percent: From 0 to 100.
    """
    return price * (100 - percent) // 100
