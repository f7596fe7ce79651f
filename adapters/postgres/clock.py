"""A clock for tests that all processes on one database share."""

from datetime import datetime

from attrs import frozen
from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.executor import Executor, Statement
from adapters.postgres.tables import test_clock

_READ = Statement(select(test_clock.c.now))
_insert = insert(test_clock).values(only_row=True, now=bindparam("now"))
_SET_IF_UNSET = Statement(_insert.on_conflict_do_nothing())
_MOVE = Statement(
    _insert.on_conflict_do_update(
        index_elements=[test_clock.c.only_row],
        set_={"now": func.greatest(test_clock.c.now, _insert.excluded.now)},
    ).returning(test_clock.c.now)
)


@frozen
class PostgresTestClock:
    """Stands still in one row until it is moved forward."""

    executor: Executor

    async def start(self, at: datetime) -> None:
        """Set the clock, unless it already runs on this database."""
        await self.executor.rows(_SET_IF_UNSET, now=at)

    async def now(self) -> datetime:
        """Give the time it stands at."""
        row = await self.executor.row(_READ)
        if row is None:
            raise LookupError("the test clock was not started")
        at: datetime = row["now"]
        return at

    async def move_to(self, at: datetime) -> datetime:
        """Move to an instant, unless it is already later; give the time after that."""
        row = await self.executor.row(_MOVE, now=at)
        assert row is not None  # noqa: S101 - an upsert that always updates gives its row
        moved: datetime = row["now"]
        return moved
