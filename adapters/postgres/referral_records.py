"""Referrals, to be read, and what they come to, on PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from attrs import frozen
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    TextClause,
    Uuid,
    bindparam,
    func,
    or_,
    select,
    text,
)
from sqlalchemy import cast as as_type
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres import tables
from adapters.postgres.executor import Executor, Row, Statement
from adapters.postgres.paging import page, paged, window
from adapters.postgres.referral_rows import referral_from_row
from adapters.postgres.referral_tables import IS_HELD, IS_PENDING
from application.referrals.ports import FunnelStep, ReferralTotals, ReferrerFigures
from application.shared.pages import Page, Position
from domain.referrals.referrals import Held, Referral
from domain.shared.ids import PersonId
from domain.shared.money import Money

_referrals = tables.referrals
_person = bindparam("person_id", type_=Uuid)
_since = bindparam("since", type_=tables.Instant)

_MADE_BY = Statement(
    paged(
        select(_referrals).where(_referrals.c.referrer_id == _person),
        _referrals.c.invited_at,
        _referrals.c.id,
        descending=True,
    )
)
_HELD = Statement(
    paged(
        select(_referrals).where(text(IS_HELD)),
        _referrals.c.held_at,
        _referrals.c.id,
        descending=False,
    )
)


def _count(condition: ColumnElement[bool] | TextClause) -> ColumnElement[int]:
    return func.count().filter(condition)


def _whole(number: ColumnElement[int]) -> ColumnElement[int]:
    return as_type(func.coalesce(number, 0), BigInteger)


_is_rewarded = _referrals.c.state == "rewarded"
_TOTALS = Statement(
    select(
        _count(_is_rewarded).label("referral_count"),
        _count(text(IS_PENDING)).label("pending"),
        _count(_referrals.c.state == "qualified").label("qualified"),
    ).where(_referrals.c.referrer_id == _person)
)
_REFERRED_BY = Statement(select(_referrals.c.referrer_id).where(_referrals.c.referee_id == _person))
_EARNED = Statement(
    select(
        _referrals.c.currency, _whole(func.sum(_referrals.c.referrer_reward_minor)).label("minor")
    )
    .where(_referrals.c.referrer_id == _person, _is_rewarded)
    .group_by(_referrals.c.currency)
    .order_by(_referrals.c.currency)
)
_EARNED_AS_REFEREE = Statement(
    select(_referrals.c.currency, _referrals.c.referee_reward_minor.label("minor")).where(
        _referrals.c.referee_id == _person, _is_rewarded
    )
)


@frozen
class PostgresReferralRecords:
    """The referrals, to be read."""

    executor: Executor

    async def made_by(
        self, referrer_id: PersonId, after: Position | None, limit: int
    ) -> Page[Referral]:
        """Give a person's referrals, the newest first."""
        rows = await self.executor.rows(_MADE_BY, person_id=referrer_id, **window(after, limit))
        found = [referral_from_row(row) for row in rows]
        return page(found, [Position(one.invited_at, one.id) for one in found], limit)

    async def held(self, after: Position | None, limit: int) -> Page[Referral]:
        """Give the referrals that are held for review, the one that waits longest first."""
        rows = await self.executor.rows(_HELD, **window(after, limit))
        found = [referral_from_row(row) for row in rows]
        places = [
            Position(one.held_at, one.id)
            for one in found
            if isinstance(one, Held) and one.held_at is not None
        ]
        return page(found, places, limit)

    async def totals(self, person_id: PersonId) -> ReferralTotals:
        """Give what a person's referrals add up to."""
        counts = await self.executor.row(_TOTALS, person_id=person_id)
        by = await self.executor.row(_REFERRED_BY, person_id=person_id)
        earned = [
            *await self.executor.rows(_EARNED, person_id=person_id),
            *await self.executor.rows(_EARNED_AS_REFEREE, person_id=person_id),
        ]
        assert counts is not None  # noqa: S101 - counting always gives a row
        return ReferralTotals(
            referral_count=counts["referral_count"],
            referred_by=None if by is None else PersonId(by["referrer_id"]),
            credits_earned=_by_currency(earned),
            pending=counts["pending"],
            qualified=counts["qualified"],
        )


def _by_currency(rows: Sequence[Row]) -> tuple[Money, ...]:
    sums: dict[str, int] = {}
    for row in rows:
        sums[row["currency"]] = sums.get(row["currency"], 0) + row["minor"]
    return tuple(Money(sums[currency], currency) for currency in sorted(sums))


_seconds = func.extract("epoch", _referrals.c.settled_at - _referrals.c.signed_up_at)
_BY_REFERRER = Statement(
    select(
        _referrals.c.referrer_id,
        func.count().label("referrals"),
        _count(_referrals.c.signed_up_at.is_not(None)).label("sign_ups"),
        _count(_referrals.c.settled_at.is_not(None)).label("purchases"),
        as_type(func.floor(func.avg(_seconds)), BigInteger).label("mean_seconds"),
    )
    .where(
        _referrals.c.invited_at >= _since,
        or_(
            bindparam("after", type_=Uuid).is_(None),
            _referrals.c.referrer_id > bindparam("after", type_=Uuid),
        ),
    )
    .group_by(_referrals.c.referrer_id)
    .order_by(_referrals.c.referrer_id)
    .limit(bindparam("take"))
)
_REWARDS_OF = Statement(
    select(
        _referrals.c.referrer_id,
        _referrals.c.currency,
        _whole(func.sum(_referrals.c.referrer_reward_minor)).label("minor"),
    )
    .where(
        _referrals.c.referrer_id == func.any(bindparam("referrers", type_=ARRAY(Uuid))),
        _referrals.c.invited_at >= _since,
        _is_rewarded,
    )
    .group_by(_referrals.c.referrer_id, _referrals.c.currency)
)
_FUNNEL = Statement(
    select(
        _referrals.c.method,
        _referrals.c.source,
        func.count().label("invited"),
        _count(_referrals.c.signed_up_at.is_not(None)).label("signed_up"),
        _count(_referrals.c.settled_at.is_not(None)).label("purchased"),
        _count(_is_rewarded).label("rewarded"),
    )
    .where(_referrals.c.invited_at >= _since)
    .group_by(_referrals.c.method, _referrals.c.source)
    .order_by(_referrals.c.method, _referrals.c.source.nulls_first())
)


@frozen
class PostgresReferralFigures:
    """What referrals come to, for the app."""

    executor: Executor

    async def by_referrer(
        self, since: datetime, after: PersonId | None, limit: int
    ) -> tuple[ReferrerFigures, ...]:
        """Give the figures of referrers with invites since an instant, by their ids."""
        rows = await self.executor.rows(_BY_REFERRER, since=since, after=after, take=limit)
        paid: dict[UUID, list[Row]] = {row["referrer_id"]: [] for row in rows}
        for row in await self.executor.rows(_REWARDS_OF, since=since, referrers=list(paid)):
            paid[row["referrer_id"]].append(row)
        return tuple(
            ReferrerFigures(
                referrer_id=PersonId(row["referrer_id"]),
                referrals=row["referrals"],
                sign_ups=row["sign_ups"],
                purchases=row["purchases"],
                rewards=_by_currency(paid[row["referrer_id"]]),
                mean_seconds_to_convert=row["mean_seconds"],
            )
            for row in rows
        )

    async def funnel(self, since: datetime) -> tuple[FunnelStep, ...]:
        """Give the funnel of the invites since an instant."""
        return tuple(FunnelStep(**row) for row in await self.executor.rows(_FUNNEL, since=since))
