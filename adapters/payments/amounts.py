"""Amounts as people and some providers write them: in major units, with a point."""

from decimal import Decimal

_NO_MINOR_UNIT = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND"
_MOST_DIGITS = 15


def digits_of(currency: str) -> int:
    """Give how many digits a currency has after the point, as ISO 4217 says."""
    if currency in _NO_MINOR_UNIT.split():
        return 0
    return 3 if currency in _THOUSANDTHS.split() else 2


def in_major_units(amount_minor: int, currency: str) -> Decimal:
    """Give an amount of minor units in major ones, such as 170.00 for 17000 paise."""
    return Decimal(amount_minor).scaleb(-digits_of(currency))


def in_minor_units(amount: Decimal, currency: str) -> int:
    """Give an amount of major units in minor ones.

    Raises:
        ValueError: It is no whole number of them, or more than anybody has.
    """
    minor = amount.scaleb(digits_of(currency)) if amount.is_finite() else amount
    known = minor.is_finite() and minor.adjusted() < _MOST_DIGITS
    if not known or minor != minor.to_integral_value():
        raise ValueError(f"{amount} {currency} is no whole number of minor units")
    return int(minor)


def shown(amount_minor: int, currency: str) -> str:
    """Give an amount as a person reads it, such as `1,299.00 INR`."""
    return f"{in_major_units(amount_minor, currency):,f} {currency}"
