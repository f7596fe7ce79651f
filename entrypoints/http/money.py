"""Money and currencies as the API shows and takes them."""

from typing import Annotated

from litestar.openapi.spec import Example
from litestar.params import QueryParameter
from msgspec import Meta, Struct

CURRENCY_PATTERN = "^[A-Z]{3}$"

CurrencyCode = Annotated[
    str, Meta(pattern=CURRENCY_PATTERN, description="ISO 4217", examples=["USD"])
]
Currency = Annotated[
    str,
    QueryParameter(
        pattern=CURRENCY_PATTERN, description="ISO 4217", examples=[Example(value="USD")]
    ),
]


class MoneyBody(Struct):
    """An amount of money."""

    amount_minor: Annotated[int, Meta(description="In minor units, such as cents", examples=[199])]
    currency: Annotated[str, Meta(description="ISO 4217", examples=["USD"])]


def money(amount_minor: int, currency: str) -> MoneyBody:
    """Give an amount as the API shows it."""
    return MoneyBody(amount_minor=amount_minor, currency=currency)
