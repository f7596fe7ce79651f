"""The rows of an export, read a page at a time, on PostgreSQL."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
from attrs import frozen
from sqlalchemy import ColumnElement, Select, bindparam, tuple_

from adapters.postgres.codec import from_row
from adapters.postgres.executor import Executor, Row, Statement
from domain.shared.ids import PersonId

PAGE_ROWS = 500


class RecordList:
    """Rows in the order of some of their columns, which the key of each page's last row ends."""

    def __init__(self, statement: Select[Any], *order: ColumnElement[Any]) -> None:
        keys = [column.label(f"key_{number}") for number, column in enumerate(order)]
        after = [
            bindparam(f"after_{number}", type_=column.type) for number, column in enumerate(order)
        ]
        rows = statement.add_columns(*keys).order_by(*order).limit(bindparam("take"))
        self._keys = [key.name for key in keys]
        # Two statements, as a condition that might not hold would keep the index from its use.
        self._first = Statement(rows)
        self._next = Statement(rows.where(tuple_(*order) > tuple_(*after)))

    async def pages(self, executor: Executor, **values: Any) -> AsyncIterator[Sequence[Row]]:
        """Give the rows, some at a time."""
        rows = await executor.rows(self._first, **values, take=PAGE_ROWS)
        while rows:
            yield [
                {name: value for name, value in row.items() if name not in self._keys}
                for row in rows
            ]
            if len(rows) < PAGE_ROWS:
                return
            last = {f"after_{number}": rows[-1][key] for number, key in enumerate(self._keys)}
            rows = await executor.rows(self._next, **values, **last, take=PAGE_ROWS)


@frozen
class PostgresRecords:
    """Rows that name the person themselves."""

    executor: Executor
    rows: RecordList
    cls: type[Any]

    async def pages(self, person_id: PersonId) -> AsyncIterator[tuple[object, ...]]:
        """Give what is stored of a person, some at a time."""
        async for rows in self.rows.pages(self.executor, person_id=person_id):
            yield tuple(from_row(self.cls, row) for row in rows)


@frozen
class PostgresJsonRecords:
    """Rows that name the person themselves, and hold JSON in some columns."""

    executor: Executor
    rows: RecordList
    cls: type[Any]
    json: tuple[str, ...]

    async def pages(self, person_id: PersonId) -> AsyncIterator[tuple[object, ...]]:
        """Give what is stored of a person, some at a time."""
        async for rows in self.rows.pages(self.executor, person_id=person_id):
            yield tuple(self.cls(**{**row, **self._read(row)}) for row in rows)

    def _read(self, row: Row) -> dict[str, Any]:
        return {
            name: None if row[name] is None else msgspec.json.decode(row[name])
            for name in self.json
        }
