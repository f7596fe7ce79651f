"""Money and currencies as the API shows and takes them."""

from typing import Annotated

from litestar.params import QueryParameter
from msgspec import Meta

from entrypoints.http.video_decisions import MoneyBody

CURRENCY_PATTERN = "^[A-Z]{3}$"

CurrencyCode = Annotated[
    str, Meta(pattern=CURRENCY_PATTERN, description="ISO 4217", examples=["USD"])
]
Currency = Annotated[
    str, QueryParameter(pattern=CURRENCY_PATTERN, description="ISO 4217, such as USD")
]


def money(amount_minor: int, currency: str) -> MoneyBody:
    """Give an amount as the API shows it."""
    return MoneyBody(amount_minor=amount_minor, currency=currency)
