"""Payments, their reports, and what providers have told, on PostgreSQL."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from attrs import frozen
from sqlalchemy import (
    ColumnElement,
    Uuid,
    any_,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.postgres import tables
from adapters.postgres.billing_tables import IS_OPEN, IS_PAID_PLAN
from adapters.postgres.codec import columns_for, field_names, from_row, to_row
from adapters.postgres.executor import Executor, Row, Statement
from adapters.postgres.outbox import write_events
from adapters.postgres.paging import page, paged, window
from adapters.postgres.payment_rows import (
    PaymentRow,
    ReportRow,
    payment_from_row,
    payment_to_row,
    report_from_row,
    report_to_row,
)
from adapters.postgres.puts import put_statement
from application.shared.outbox import OutboxEvent
from application.shared.pages import Page, Position
from application.shared.transaction import ConcurrentUpdateError
from domain.billing.payments import Payment, Provider, Report
from domain.billing.refunds import Refund
from domain.shared.ids import PaymentId, PersonId, QuoteId, RefundId

_payments, _reports = tables.payments, tables.payment_reports
_refunds, _notifications = tables.payment_refunds, tables.payment_notifications
_COLUMNS = field_names(PaymentRow)

_payment = select(*columns_for(_payments, PaymentRow))
_by_id = _payment.where(_payments.c.id == bindparam("id"))
_GET = Statement(_by_id)
_LOCK = Statement(_by_id.with_for_update())
_FIND = Statement(
    select(_payments.c.id).where(
        _payments.c.provider == bindparam("provider"),
        _payments.c.provider_order_id == bindparam("provider_order_id"),
    )
)
_OF_QUOTE = Statement(_payment.where(_payments.c.quote_id == bindparam("quote_id")))
_ADD = Statement(
    upsert(_payments)
    .values({name: bindparam(name) for name in _COLUMNS})
    .on_conflict_do_nothing()
    .returning(_payments.c.id)
)
_PUT = put_statement(_payments, _COLUMNS, "id")
_REPORTS = Statement(
    select(*columns_for(_reports, ReportRow))
    .where(_reports.c.payment_id == any_(bindparam("payment_ids", type_=ARRAY(Uuid))))
    .order_by(_reports.c.payment_id, _reports.c.kind, _reports.c.charge_id, _reports.c.refund_id)
)
_PUT_REPORT = put_statement(
    _reports, field_names(ReportRow), "payment_id", "kind", "charge_id", "refund_id"
)


async def _with_reports(executor: Executor, rows: Iterable[Row]) -> tuple[Payment, ...]:
    """Make payments of their rows, with the reports of all of them read at once."""
    own = list(rows)
    if not own:
        return ()
    found: dict[object, list[Report]] = {}
    for row in await executor.rows(_REPORTS, payment_ids=[row["id"] for row in own]):
        found.setdefault(row["payment_id"], []).append(report_from_row(row))
    return tuple(
        # By their keys, as the domain orders them, whatever the collation.
        payment_from_row(row, tuple(sorted(found.get(row["id"], ()), key=lambda it: it.key)))
        for row in own
    )


@frozen
class PostgresPayments:
    """The payments, each with all its reports."""

    executor: Executor

    async def get(self, payment_id: PaymentId, *, lock: bool = False) -> Payment | None:
        """Give a payment; with `lock` nobody changes it until the transaction ends."""
        row = await self.executor.row(_LOCK if lock else _GET, id=payment_id)
        return await self._one(row)

    async def find(self, provider: Provider, provider_order_id: str) -> PaymentId | None:
        """Give our id of a provider's order, if we know of it."""
        row = await self.executor.row(
            _FIND, provider=provider.value, provider_order_id=provider_order_id
        )
        return None if row is None else PaymentId(row["id"])

    async def of_quote(self, quote_id: QuoteId) -> Payment | None:
        """Give the payment that a quote was taken by, if one was."""
        return await self._one(await self.executor.row(_OF_QUOTE, quote_id=quote_id))

    async def record(
        self, before: Payment | None, after: Payment, events: Iterable[OutboxEvent]
    ) -> None:
        """Write a payment, its reports and what is told of it."""
        if before is None:
            if await self.executor.row(_ADD, **payment_to_row(after)) is None:
                raise ConcurrentUpdateError
        else:
            await self.executor.rows(_PUT, **payment_to_row(after))
        known = () if before is None else before.reports
        for report in after.reports:
            if report not in known:
                await self.executor.rows(_PUT_REPORT, **report_to_row(after.id, report))
        await write_events(self.executor, events)

    async def _one(self, row: Row | None) -> Payment | None:
        found = await _with_reports(self.executor, () if row is None else (row,))
        return next(iter(found), None)


_PAGE = Statement(
    paged(
        _payment.where(_payments.c.person_id == bindparam("person_id")),
        _payments.c.created_at,
        _payments.c.id,
        descending=True,
    )
)
_PLANS = Statement(
    _payment.where(_payments.c.person_id == bindparam("person_id"), text(IS_PAID_PLAN)).order_by(
        _payments.c.settled_at, _payments.c.id
    )
)
_MADE_SINCE = Statement(
    paged(
        _payment.where(_payments.c.created_at >= bindparam("since")),
        _payments.c.created_at,
        _payments.c.id,
        descending=False,
    )
)
_OPEN_BEFORE = Statement(
    paged(
        _payment.where(_payments.c.created_at < bindparam("before"), text(IS_OPEN)),
        _payments.c.created_at,
        _payments.c.id,
        descending=False,
    )
)


@frozen
class PostgresPaymentList:
    """The payments as they are read."""

    executor: Executor

    async def page(self, person_id: PersonId, after: Position | None, limit: int) -> Page[Payment]:
        """Give payments of a person, the newest first."""
        rows = await self.executor.rows(_PAGE, person_id=person_id, **window(after, limit))
        return await self._page(rows, limit)

    async def plans(self, person_id: PersonId) -> tuple[Payment, ...]:
        """Give all payments of a person that settled and are for a subscription or a pass."""
        return await _with_reports(
            self.executor, await self.executor.rows(_PLANS, person_id=person_id)
        )

    async def made_since(
        self, since: datetime, after: Position | None, limit: int
    ) -> Page[Payment]:
        """Give payments made since an instant, the oldest first."""
        rows = await self.executor.rows(_MADE_SINCE, since=since, **window(after, limit))
        return await self._page(rows, limit)

    async def open_before(
        self, before: datetime, after: Position | None, limit: int
    ) -> Page[Payment]:
        """Give payments made before an instant, neither paid nor given up; the oldest first."""
        rows = await self.executor.rows(_OPEN_BEFORE, before=before, **window(after, limit))
        return await self._page(rows, limit)

    async def _page(self, rows: Iterable[Row], limit: int) -> Page[Payment]:
        found = await _with_reports(self.executor, rows)
        return page(found, [Position(it.created_at, it.id) for it in found], limit)


_TAKE = Statement(
    upsert(_notifications)
    .values({column.name: bindparam(column.name) for column in _notifications.c})
    .on_conflict_do_nothing()
    .returning(_notifications.c.event_key)
)
# By where they stand, as a join by keys would read the whole table for what may be few.
_place: ColumnElement[Any] = literal_column("payment_notifications.ctid")
_old = (
    select(_place)
    .where(_notifications.c.received_at < bindparam("before"))
    .order_by(_notifications.c.received_at)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
    .correlate(None)
    .scalar_subquery()
)
_FORGET = Statement(
    delete(_notifications)
    .where(_place == any_(func.array(_old)))
    .returning(_notifications.c.event_key)
)


@frozen
class PostgresNotifications:
    """What providers have told us, so that nothing is taken in twice."""

    executor: Executor

    async def take(self, provider: Provider, event_key: str, now: datetime) -> bool:
        """Keep the key of a notification; give False where it was known before."""
        row = await self.executor.row(
            _TAKE, provider=provider.value, event_key=event_key, received_at=now
        )
        return row is not None

    async def forget(self, before: datetime, limit: int) -> int:
        """Delete keys that were kept before an instant; tell how many."""
        return len(await self.executor.rows(_FORGET, before=before, limit=limit))


_REFUNDS_OF = Statement(
    select(*columns_for(_refunds, Refund))
    .where(_refunds.c.payment_id == bindparam("payment_id"))
    .order_by(_refunds.c.requested_at, _refunds.c.id)
)
_REFUND = Statement(select(*columns_for(_refunds, Refund)).where(_refunds.c.id == bindparam("id")))
_put_refund = upsert(_refunds).values({name: bindparam(name) for name in field_names(Refund)})
_PUT_REFUND = Statement(
    _put_refund.on_conflict_do_update(
        index_elements=["id"],
        set_={name: _put_refund.excluded[name] for name in ("state", "amount_minor")},
    )
)


@frozen
class PostgresRefunds:
    """The refunds that were asked for."""

    executor: Executor

    async def of_payment(self, payment_id: PaymentId) -> tuple[Refund, ...]:
        """Give those of a payment, the first one first."""
        rows = await self.executor.rows(_REFUNDS_OF, payment_id=payment_id)
        return tuple(from_row(Refund, row) for row in rows)

    async def get(self, refund_id: RefundId) -> Refund | None:
        """Give a refund, if there is one of this id."""
        row = await self.executor.row(_REFUND, id=refund_id)
        return None if row is None else from_row(Refund, row)

    async def put(self, refund: Refund) -> None:
        """Write a refund of a locked payment."""
        await self.executor.rows(_PUT_REFUND, **to_row(refund))
