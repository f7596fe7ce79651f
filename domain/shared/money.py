"""Money: whole minor units of a currency, never a fraction."""

from attrs import frozen


@frozen
class Money:
    """An amount of one currency.

    Attributes:
        amount_minor: In the currency's minor unit, such as cents or paise.
        currency: Its ISO 4217 code.
    """

    amount_minor: int
    currency: str
