"""What a guarded write does beside its own rows, if those were written."""

from sqlalchemy import (
    CTE,
    Boolean,
    bindparam,
    exists,
    insert,
    literal_column,
    select,
    update,
)

from adapters.postgres import tables
from adapters.postgres.codec import field_names
from application.shared.idempotency import KeptAnswer

_persons, _answers = tables.persons, tables.kept_answers


def opened_day(person: CTE, written: CTE) -> CTE:
    """Keep the locked person's latest counting date, if the write is the first on it."""
    return (
        update(_persons)
        .where(
            _persons.c.id == select(person.c.id).scalar_subquery(),
            bindparam("opens_day", type_=Boolean),
            exists(select(*written.c)),
        )
        .values(
            counting_on=bindparam("counting_on"),
            counting_since=bindparam("counting_since"),
            version=_persons.c.version + literal_column("1"),
        )
        .cte("opened_day")
    )


def kept_answer(written: CTE) -> CTE:
    """Keep the answer to the request for its repeats."""
    columns = ("owner", "key", *field_names(KeptAnswer))
    values = [bindparam(f"kept_{name}", type_=_answers.c[name].type) for name in columns]
    return (
        insert(_answers)
        .from_select(list(columns), select(*values).select_from(written))
        .cte("kept_answer")
    )
