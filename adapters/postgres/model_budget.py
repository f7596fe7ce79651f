"""What calls of a language model have set aside, on PostgreSQL."""

from datetime import date

from attrs import frozen
from sqlalchemy import BigInteger, Date, Uuid, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.postgres import tables
from adapters.postgres.executor import Executor, Statement
from domain.shared.ids import PersonId

_budgets = tables.model_budgets
_price = bindparam("price", type_=BigInteger)
_reserved = bindparam("reserved", type_=BigInteger)
_limit = bindparam("limit", type_=BigInteger)
_this_one = (_budgets.c.person_id == bindparam("person_id"), _budgets.c.day == bindparam("day"))
_first = upsert(_budgets).from_select(
    ["person_id", "day", "micros"],
    select(bindparam("person_id", type_=Uuid), bindparam("day", type_=Date), _price).where(
        _price <= _limit
    ),
)
_RESERVE = Statement(
    _first.on_conflict_do_update(
        index_elements=["person_id", "day"],
        set_={"micros": _budgets.c.micros + _first.excluded.micros},
        where=_budgets.c.micros + _first.excluded.micros <= _limit,
    ).returning(_budgets.c.micros)
)
_GET = Statement(select(_budgets.c.micros).where(*_this_one))
_SETTLE = Statement(
    update(_budgets)
    .where(*_this_one)
    .values(micros=func.greatest(0, _budgets.c.micros - _reserved + _price))
)


@frozen
class PostgresModelBudget:
    """What was spent, and what calls under way may yet spend, by person and local day."""

    executor: Executor

    async def reserve(
        self, person_id: PersonId, local_day: date, price_micros: int, *, limit_micros: int
    ) -> int | None:
        """Set the price aside if all that was set aside stays within the limit."""
        where = {"person_id": person_id, "day": local_day}
        taken = await self.executor.row(_RESERVE, **where, price=price_micros, limit=limit_micros)
        if taken is not None:
            return None
        known = await self.executor.row(_GET, **where)
        return 0 if known is None else int(known["micros"])

    async def settle(
        self, person_id: PersonId, local_day: date, *, reserved_micros: int, price_micros: int
    ) -> None:
        """Put the price in place of what was reserved."""
        await self.executor.rows(
            _SETTLE,
            person_id=person_id,
            day=local_day,
            reserved=reserved_micros,
            price=price_micros,
        )
