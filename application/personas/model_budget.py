"""What a person's companion may cost in a day."""

from datetime import date
from typing import Protocol

from domain.shared.decisions import Reason
from domain.shared.errors import RefusedError
from domain.shared.ids import PersonId


class ModelBudgetSpentError(RefusedError):
    """What is left of the person's budget of the day is less than the call may cost.

    Attributes:
        never_fits: A whole day's budget is less, too.
    """

    code = "model_budget_spent"

    def __init__(
        self, detail: str, reasons: tuple[Reason, ...] = (), *, never_fits: bool = False
    ) -> None:
        super().__init__(detail, reasons)
        self.never_fits = never_fits


class ModelBudget(Protocol):
    """What was spent, and what calls under way may yet spend, by person and local day.

    Both methods are one atomic statement of their own, outside any transaction: a call lies
    between them. A process that dies there leaves its reservation standing, which errs on the safe
    side and ends with the day.
    """

    async def reserve(
        self, person_id: PersonId, local_day: date, price_micros: int, *, limit_micros: int
    ) -> int | None:
        """Set the price aside if all that was set aside stays within the limit.

        Returns:
            None if it was set aside; else how much was already, and nothing has changed.
        """
        ...

    async def settle(
        self, person_id: PersonId, local_day: date, *, reserved_micros: int, price_micros: int
    ) -> None:
        """Put the price in place of what was reserved; called once for each reservation."""
        ...
