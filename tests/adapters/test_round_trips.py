"""What goes into PostgreSQL comes out of it again, for any value of any aggregate."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, get_args, get_type_hints
from uuid import UUID

import attrs
import pytest
import pytest_asyncio
from cattrs.errors import ForbiddenExtraKeysError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Dialect, MetaData, Table, bindparam, delete, insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from adapters.postgres import tables
from adapters.postgres.codec import RowMismatchError, columns_for, from_row, to_row
from adapters.postgres.executor import Executor, Row, Statement
from adapters.postgres.usage import (
    SESSION_STATES,
    period_from_row,
    period_to_row,
    session_from_row,
    session_to_row,
)
from adapters.postgres.video import STATES, call_from_row, call_to_row
from domain.identity.blocks import Block
from domain.usage.periods import ClosedPeriod, OpenPeriod, Period
from domain.usage.sessions import Session
from domain.video.calls import Call
from tests.adapters.test_tables import STORED
from tests.domain import strategies
from tests.postgres import empty_database

_DDL: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]

SOME = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])

_PLAIN: dict[type[Any], st.SearchStrategy[Any]] = {
    str: st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30),
    int: st.integers(0, 2**15 - 1),
    bool: st.booleans(),
    bytes: st.binary(max_size=40),
    UUID: st.uuids(),
    date: strategies.dates,
    datetime: strategies.instants,
    timedelta: st.timedeltas(timedelta(0), timedelta(days=9)),
}


def of_type(kind: object) -> st.SearchStrategy[Any]:
    if isinstance(kind, type) and kind in _PLAIN:
        return _PLAIN[kind]
    if supertype := getattr(kind, "__supertype__", None):
        return of_type(supertype)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    first, *rest = get_args(kind)
    if rest == [...]:
        return st.lists(of_type(first), max_size=3).map(tuple)
    return st.none() | of_type(first)


def values_of(cls: type[Any]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(cls)
    return st.builds(cls, **{field.name: of_type(hints[field.name]) for field in attrs.fields(cls)})


def without_constraints(table: Table) -> Table:
    columns = [Column(column.name, column.type, nullable=column.nullable) for column in table.c]
    return Table(f"copy_of_{table.name}", MetaData(), *columns)


COPIES = {table: without_constraints(table) for table, _, _ in STORED}
for of_states in (tables.video_calls, tables.usage_sessions, tables.usage_periods):
    COPIES[of_states] = without_constraints(of_states)


@pytest_asyncio.fixture(scope="session")
async def copies(database: str) -> AsyncIterator[Executor]:
    executor = Executor(await empty_database(database))
    await executor.open()
    async with executor.connections.lent() as connection:
        for copy in COPIES.values():
            await connection.execute(str(CreateTable(copy).compile(dialect=_DDL)))
    yield executor
    await executor.close()


async def through(executor: Executor, table: Table, row: dict[str, Any]) -> Row:
    copy = COPIES[table]
    await executor.rows(Statement(delete(copy)))
    write = insert(copy).values({name: bindparam(name) for name in row})
    await executor.rows(Statement(write), **row)
    read = await executor.row(Statement(select(*(copy.c[name] for name in row))))
    assert read is not None
    return read


@pytest.mark.parametrize(
    ("table", "cls", "extra"), STORED, ids=[str(table) for table, _, _ in STORED]
)
@given(data=st.data())
@SOME
async def test_a_value_comes_back(
    copies: Executor, table: Table, cls: type[Any], extra: set[str], data: st.DataObject
) -> None:
    value = data.draw(values_of(cls))
    others = [column for column in COPIES[table].c if column.name in extra]
    needed = {one.name: one.type.python_type("1") for one in others if not one.nullable}
    row = await through(copies, table, {**to_row(value), **needed})
    columns = [column.name for column in columns_for(table, cls)]
    assert from_row(cls, {name: row[name] for name in columns}) == value


@given(call=st.one_of(*map(values_of, STATES.values())))
@SOME
async def test_a_call_comes_back_in_its_state(copies: Executor, call: Call) -> None:
    row = await through(copies, tables.video_calls, call_to_row(call))
    assert call_from_row(row) == call


@given(session=st.one_of(*map(values_of, SESSION_STATES.values())))
@SOME
async def test_a_usage_session_comes_back_in_its_state(copies: Executor, session: Session) -> None:
    row = await through(copies, tables.usage_sessions, session_to_row(session))
    assert session_from_row(row) == session


@given(period=st.one_of(values_of(OpenPeriod), values_of(ClosedPeriod)))
@SOME
async def test_a_usage_period_comes_back_in_its_state(copies: Executor, period: Period) -> None:
    row = await through(copies, tables.usage_periods, period_to_row(period))
    assert period_from_row(row) == period


@given(block=values_of(Block))
def test_a_row_that_lacks_a_field_is_refused(block: Block) -> None:
    row = to_row(block)
    del row["created_at"]
    with pytest.raises(RowMismatchError, match="created_at"):
        from_row(Block, row)


@given(block=values_of(Block))
def test_a_row_with_another_column_is_refused(block: Block) -> None:
    with pytest.raises(ForbiddenExtraKeysError):
        from_row(Block, {**to_row(block), "note": "hello"})
