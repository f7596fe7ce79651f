"""The least that Stripe charges: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts."""

_LEAST = {
    "AED": 200,
    "AUD": 50,
    "BGN": 100,
    "BRL": 50,
    "CAD": 50,
    "CHF": 50,
    "CZK": 1500,
    "DKK": 250,
    "EUR": 50,
    "GBP": 30,
    "HKD": 400,
    "HUF": 17_500,
    "INR": 50,
    "JPY": 50,
    "MXN": 1000,
    "MYR": 200,
    "NOK": 300,
    "NZD": 50,
    "PLN": 200,
    "RON": 200,
    "SEK": 300,
    "SGD": 50,
    "THB": 1000,
    "USD": 50,
}


def least_of(currency: str) -> int:
    """Give the least in minor units; 1 for a currency of which Stripe names none."""
    return _LEAST.get(currency, 1)
