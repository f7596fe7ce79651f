"""What calls of a language model have set aside, in memory."""

from datetime import date

from attrs import frozen

from adapters.memory.persona_tables import BudgetRow
from adapters.memory.store import MemoryStore
from domain.shared.ids import PersonId


@frozen
class MemoryModelBudget:
    """What was spent, and what calls under way may yet spend, by person and local day."""

    _store: MemoryStore

    async def reserve(
        self, person_id: PersonId, local_day: date, price_micros: int, *, limit_micros: int
    ) -> int | None:
        """Set the price aside if all that was set aside stays within the limit."""
        async with self._store.access():
            known = self._store.model_budgets.get((person_id, local_day))
            micros = 0 if known is None else known.micros
            if micros + price_micros > limit_micros:
                return micros
            self._store.model_budgets.put(BudgetRow(person_id, local_day, micros + price_micros))
            return None

    async def settle(
        self, person_id: PersonId, local_day: date, *, reserved_micros: int, price_micros: int
    ) -> None:
        """Put the price in place of what was reserved."""
        async with self._store.access():
            known = self._store.model_budgets.get((person_id, local_day))
            if known is not None:
                micros = max(0, known.micros - reserved_micros + price_micros)
                self._store.model_budgets.put(BudgetRow(person_id, local_day, micros))
