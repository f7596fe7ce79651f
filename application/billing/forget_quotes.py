"""Forget quotes that nobody took."""

from datetime import timedelta

from attrs import frozen

from application.billing.ports import Quotes
from application.shared.clock import Clock
from application.shared.pages import Position

KEPT_FOR = timedelta(days=7)
"""For how long what was quoted can be read after its time."""

_AT_ONCE = 1000


@frozen
class ForgetQuotes:
    """Deletes old quotes; one that a payment was made of stays with it."""

    quotes: Quotes
    clock: Clock

    async def __call__(self, *_: object) -> None:
        """Delete them, some at a time."""
        before = await self.clock.now() - KEPT_FOR
        place: Position | None = None
        while True:
            place = await self.quotes.forget(before, place, _AT_ONCE)
            if place is None:
                return
