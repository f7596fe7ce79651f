"""Move all that a payment uses up besides money, together."""

from collections.abc import Sequence

from attrs import frozen

from application.billing.ports import SpentOnce
from domain.billing.payments import Payment


@frozen
class AllSpentOnce:
    """What every context knows of that payments use up.

    Attributes:
        parts: Each of them, in the order in which they are moved.
    """

    parts: Sequence[SpentOnce]

    async def spend(self, payment: Payment) -> None:
        """Take what a new payment applies.

        Raises:
            ConflictError: Some of it is not there any more as the quote said; make a new quote.
        """
        for part in self.parts:
            await part.spend(payment)

    async def give_back(self, payment: Payment) -> None:
        """Give back what a payment took, as it was given up or taken back in full."""
        for part in self.parts:
            await part.give_back(payment)

    async def spend_late(self, payment: Payment) -> None:
        """Take again what was given back, as far as can be: the payment was made after all."""
        for part in self.parts:
            await part.spend_late(payment)
