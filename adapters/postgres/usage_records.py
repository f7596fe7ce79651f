"""What was counted of usage, to be read, on PostgreSQL."""

from datetime import datetime

from attrs import frozen
from sqlalchemy import BigInteger, ColumnElement, Uuid, bindparam, extract, func, select, text
from sqlalchemy import cast as as_type

from adapters.postgres import tables
from adapters.postgres.codec import columns_for, from_row
from adapters.postgres.executor import Executor, Statement
from adapters.postgres.paging import number_after, numbered, page, paged, window
from adapters.postgres.usage import period_from_row
from adapters.postgres.usage_tables import HAS_PAYMENT
from application.shared.pages import Page, Position
from domain.shared.ids import PaymentId, PersonId
from domain.usage.ledger import LedgerLine
from domain.usage.paywall import UsageTotals
from domain.usage.periods import Period

_periods, _ledger = tables.usage_periods, tables.usage_ledger
_sessions, _talks = tables.usage_sessions, tables.companion_sessions
_person = bindparam("person_id", type_=Uuid)

_PERIOD = Statement(
    select(_periods).where(
        _periods.c.person_id == _person, _periods.c.period == bindparam("period")
    )
)
_PERIODS = Statement(
    paged(
        select(_periods).where(_periods.c.person_id == _person),
        _periods.c.starts_at,
        _periods.c.person_id,
        descending=True,
    )
)
_LINES = Statement(
    select(*columns_for(_ledger, LedgerLine))
    .where(
        _ledger.c.person_id == _person,
        _ledger.c.period == bindparam("period"),
        _ledger.c.number > bindparam("after"),
    )
    .order_by(_ledger.c.number)
    .limit(bindparam("take"))
)


def _whole(number: ColumnElement[int]) -> ColumnElement[int]:
    """Give a sum as a whole number, 0 where there is nothing."""
    return as_type(func.coalesce(number, 0), BigInteger)


_since = bindparam("since", type_=tables.Instant)


def _used_since(
    seconds: ColumnElement[int], started_at: ColumnElement[datetime]
) -> ColumnElement[int]:
    """Give the sum of what lies after `since`; of what sessions used, they used the first first."""
    before = func.ceil(extract("epoch", _since - started_at))
    return _whole(func.sum(func.greatest(0, seconds - func.greatest(0, before))))


_USED_SINCE = Statement(
    select(_used_since(_sessions.c.seconds_consumed, _sessions.c.started_at).label("used")).where(
        _sessions.c.person_id == _person,
        _sessions.c.started_at > bindparam("started_after"),
        text("state = 'settled'"),
    )
)
_CALLED_SINCE = Statement(
    select(_used_since(_talks.c.seconds_counted, _talks.c.started_at).label("used")).where(
        _talks.c.person_id == _person, _talks.c.ended_at > _since
    )
)
_PURCHASED_BEFORE = Statement(
    select(_whole(func.sum(_ledger.c.purchased)).label("purchased")).where(
        _ledger.c.person_id == _person, _ledger.c.period < bindparam("period")
    )
)
_TOTALS = Statement(
    select(
        _whole(func.sum(_talks.c.messages_counted)).label("total_messages"),
        _whole(func.sum(_talks.c.seconds_counted)).label("total_call_seconds"),
    ).where(_talks.c.person_id == _person)
)
_LINES_OF_PAYMENT = Statement(
    select(*columns_for(_ledger, LedgerLine))
    .where(
        _ledger.c.payment_id == bindparam("payment_id"),
        text(HAS_PAYMENT),
        _ledger.c.person_id == bindparam("person_id"),
    )
    .order_by(_ledger.c.number)
)


@frozen
class PostgresUsageRecords:
    """What was counted, to be read."""

    executor: Executor

    async def period(self, person_id: PersonId, period: str) -> Period | None:
        """Give a period as it is stored."""
        row = await self.executor.row(_PERIOD, person_id=person_id, period=period)
        return None if row is None else period_from_row(row)

    async def periods(
        self, person_id: PersonId, after: Position | None, limit: int
    ) -> Page[Period]:
        """Give the periods that are stored, the newest first."""
        rows = await self.executor.rows(_PERIODS, person_id=person_id, **window(after, limit))
        periods = [period_from_row(row) for row in rows]
        places = [Position(period.starts_at, period.person_id) for period in periods]
        return page(periods, places, limit)

    async def lines(
        self, person_id: PersonId, period: str, after: Position | None, limit: int
    ) -> Page[LedgerLine]:
        """Give the lines of a period's ledger in their order."""
        rows = await self.executor.rows(
            _LINES,
            person_id=person_id,
            period=period,
            after=number_after(after, 0),
            take=limit + 1,
        )
        lines = [from_row(LedgerLine, row) for row in rows]
        return page(lines, [numbered(line.at, line.number) for line in lines], limit)

    async def lines_of_payment(
        self, person_id: PersonId, payment_id: PaymentId
    ) -> tuple[LedgerLine, ...]:
        """Give the lines of a person's ledger that go by a payment, in their order."""
        rows = await self.executor.rows(
            _LINES_OF_PAYMENT, person_id=person_id, payment_id=payment_id
        )
        return tuple(from_row(LedgerLine, row) for row in rows)

    async def purchased_before(self, person_id: PersonId, period: str) -> int:
        """Give the purchased seconds that were left by the periods before one."""
        row = await self.executor.row(_PURCHASED_BEFORE, person_id=person_id, period=period)
        return 0 if row is None else int(row["purchased"])

    async def used_since(
        self, person_id: PersonId, since: datetime, started_after: datetime
    ) -> int:
        """Give the seconds that settled sessions and calls used from an instant on."""
        sessions = await self.executor.row(
            _USED_SINCE, person_id=person_id, since=since, started_after=started_after
        )
        calls = await self.executor.row(_CALLED_SINCE, person_id=person_id, since=since)
        return sum(int(row["used"]) for row in (sessions, calls) if row is not None)


@frozen
class PostgresUsageStats:
    """What persons did in all.

    The totals are summed from what is counted anyway, so a send has nothing more to write and
    no total can drift from what it counts.
    """

    executor: Executor

    async def totals(self, person_id: PersonId) -> UsageTotals:
        """Give the messages a person sent to their companion and the seconds of their calls."""
        row = await self.executor.row(_TOTALS, person_id=person_id)
        return UsageTotals() if row is None else from_row(UsageTotals, row)
