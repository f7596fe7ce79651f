"""What all payments together brought, on PostgreSQL.

The stretches are given by their instants, so that dates begin where the rules say, whatever
the database knows of zones.
"""

from datetime import datetime
from typing import Any

from attrs import frozen
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    bindparam,
    case,
    func,
    literal_column,
    not_,
    or_,
    select,
    text,
)
from sqlalchemy import cast as as_type
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres.billing_tables import (
    IS_RETURNED,
    IS_SETTLED,
    payment_reports,
    payments,
)
from adapters.postgres.executor import Executor, Row, Statement
from adapters.postgres.schema import Instant
from domain.billing.catalogue import ItemKind
from domain.billing.revenue import RevenueTotal

_payments, _reports = payments, payment_reports
_since, _until = bindparam("since", type_=Instant), bindparam("until", type_=Instant)
_starts = bindparam("starts", type_=ARRAY(Instant))
_NOTHING: ColumnElement[int] = literal_column("0")
_is_chargeback: ColumnElement[bool] = literal_column("payment_reports.kind = 'chargeback'")


def _stretch(at: ColumnElement[Any]) -> ColumnElement[int]:
    return (func.width_bucket(at, _starts) - 1).label("stretch")


def _sum(amount: ColumnElement[int], name: str) -> ColumnElement[int]:
    return as_type(func.sum(amount), BigInteger).label(name)


_sold_on = _stretch(_payments.c.settled_at)
_CHARGED = Statement(
    select(
        _sold_on,
        _payments.c.item_key,
        _payments.c.item_kind,
        _payments.c.currency,
        func.count().label("payments"),
        _sum(_payments.c.amount_minor, "minor"),
    )
    .where(text(IS_SETTLED), _payments.c.settled_at >= _since, _payments.c.settled_at < _until)
    .group_by(_sold_on, _payments.c.item_key, _payments.c.item_kind, _payments.c.currency)
)
_touched = (
    select(_reports.c.payment_id)
    .where(text(IS_RETURNED), _reports.c.occurred_at >= _since, _reports.c.occurred_at < _until)
    .distinct()
    .subquery()
)
_amount = case((_is_chargeback, _payments.c.amount_minor), else_=_reports.c.amount_minor)
_before = func.coalesce(
    func.sum(_amount).over(
        partition_by=_reports.c.payment_id,
        order_by=(_reports.c.occurred_at, _reports.c.kind, _reports.c.refund_id),
        rows=(None, -1),
    ),
    _NOTHING,
)
_failed = _reports.alias("failed")
_came_to_nothing = (
    select(_NOTHING)
    .where(
        _failed.c.payment_id == _reports.c.payment_id,
        _failed.c.refund_id == _reports.c.refund_id,
        _failed.c.kind == literal_column("'refund_failed'"),
        _reports.c.kind == literal_column("'refund'"),
    )
    .exists()
)
_returns = (
    select(
        _reports.c.occurred_at,
        _payments.c.item_key,
        _payments.c.item_kind,
        _payments.c.currency,
        # No more goes back than came in.
        func.least(_amount, func.greatest(_payments.c.amount_minor - _before, _NOTHING)).label(
            "minor"
        ),
    )
    .select_from(_touched)
    .join(_payments, _payments.c.id == _touched.c.payment_id)
    .join(_reports, _reports.c.payment_id == _payments.c.id)
    .where(
        text(IS_RETURNED),
        _reports.c.charge_id == _payments.c.provider_payment_id,
        or_(_is_chargeback, _reports.c.currency == _payments.c.currency),
        not_(_came_to_nothing),
    )
    .subquery()
)
_returned_on = _stretch(_returns.c.occurred_at)
_RETURNED = Statement(
    select(
        _returned_on,
        _returns.c.item_key,
        _returns.c.item_kind,
        _returns.c.currency,
        _sum(_returns.c.minor, "minor"),
    )
    .where(_returns.c.occurred_at >= _since, _returns.c.occurred_at < _until, _returns.c.minor > 0)
    .group_by(_returned_on, _returns.c.item_key, _returns.c.item_kind, _returns.c.currency)
)


@frozen
class PostgresRevenueTotals:
    """What all payments together brought."""

    executor: Executor

    async def by_stretch(self, starts: tuple[datetime, ...]) -> tuple[RevenueTotal, ...]:
        """Give what each item brought in each stretch."""
        given = {"starts": list(starts), "since": starts[0], "until": starts[-1]}
        charged = {_key(row): row for row in await self.executor.rows(_CHARGED, **given)}
        returned = {_key(row): row for row in await self.executor.rows(_RETURNED, **given)}
        return tuple(
            RevenueTotal(
                stretch=key[0],
                item_key=key[1],
                item_kind=ItemKind(key[2]),
                currency=key[3],
                payments=charged[key]["payments"] if key in charged else 0,
                charged_minor=charged[key]["minor"] if key in charged else 0,
                returned_minor=returned[key]["minor"] if key in returned else 0,
            )
            for key in charged.keys() | returned.keys()
        )


def _key(row: Row) -> tuple[int, str, str, str]:
    return (row["stretch"], row["item_key"], row["item_kind"], row["currency"])
