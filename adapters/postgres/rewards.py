"""Rewards and what persons were told of them, on PostgreSQL."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from uuid import UUID

from attrs import frozen
from sqlalchemy import (
    TIMESTAMP,
    ColumnElement,
    Date,
    Uuid,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    text,
    tuple_,
    union,
    update,
)

from adapters.postgres import tables
from adapters.postgres.codec import columns_for, field_names, from_row, to_row
from adapters.postgres.executor import Executor, Statement
from adapters.postgres.outbox import write_events
from adapters.postgres.puts import put_statement
from application.shared.outbox import OutboxEvent
from application.video.ports import RewardDue
from domain.shared.ids import PersonId
from domain.video.reward_warnings import RewardNotes

_calls = tables.video_calls
_status = tables.reward_status

_person = bindparam("person_id", type_=Uuid)
_MONTH: ColumnElement[str] = literal_column("'month'")
_since = bindparam("since", type_=Date)
# Each partner once a month, so that what is counted is bounded by them and not by the calls.
_partners = union(
    *(
        select(
            partner.label("partner_id"),
            cast(func.date_trunc(_MONTH, cast(counted_on, TIMESTAMP)), Date).label("month"),
        ).where(
            own == _person,
            text(tables.IS_COMPLETED),
            counted_on >= _since,
            _calls.c.voided_at.is_(None),
        )
        for own, partner, counted_on in (
            (_calls.c.initiator_id, _calls.c.callee_id, _calls.c.counts_on_initiator),
            (_calls.c.callee_id, _calls.c.initiator_id, _calls.c.counts_on_callee),
        )
    )
).subquery()
_PARTNERS = Statement(
    select(_partners.c.month, func.count().label("partners")).group_by(_partners.c.month)
)
_NOTES = Statement(select(*columns_for(_status, RewardNotes)).where(_status.c.person_id == _person))
_NOTE = put_statement(_status, field_names(RewardNotes), "person_id")
_DUE = Statement(
    select(_status.c.due_at, _status.c.person_id)
    .where(
        text(tables.IS_TO_BE_TOLD),
        _status.c.due_at <= bindparam("now", type_=tables.Instant),
        tuple_(_status.c.due_at, _status.c.person_id)
        > tuple_(bindparam("after_at", type_=tables.Instant), bindparam("after_id", type_=Uuid)),
    )
    .order_by(_status.c.due_at, _status.c.person_id)
    .limit(bindparam("limit"))
)
_FIRST_AFTER = Statement(
    select(_status.c.due_at)
    .where(text(tables.IS_TO_BE_TOLD), _status.c.due_at > bindparam("now", type_=tables.Instant))
    .order_by(_status.c.due_at)
    .limit(literal_column("1"))
)
_at = bindparam("at", type_=tables.Instant)
_LOOK_ANEW = Statement(
    update(_status).where(_status.c.person_id == _person, _status.c.due_at > _at).values(due_at=_at)
)
_BEFORE_ALL = RewardDue(datetime(1, 1, 1, tzinfo=UTC), PersonId(UUID(int=0)))


@frozen
class PostgresRewards:
    """What rewards rest on, what persons were told of theirs, and who is to be told something."""

    executor: Executor

    async def partners(self, person_id: PersonId, since: date) -> Mapping[date, int]:
        """Give how many distinct partners a person called, by the first day of each month."""
        rows = await self.executor.rows(_PARTNERS, person_id=person_id, since=since)
        return {row["month"]: row["partners"] for row in rows}

    async def notes(self, person_id: PersonId) -> RewardNotes | None:
        """Give what a person was told; None if nothing was ever to be told."""
        row = await self.executor.row(_NOTES, person_id=person_id)
        return None if row is None else from_row(RewardNotes, row)

    async def note(self, notes: RewardNotes, events: Iterable[OutboxEvent]) -> None:
        """Keep what a locked person was told."""
        await self.executor.rows(_NOTE, **to_row(notes))
        await write_events(self.executor, events)

    async def by(self, now: datetime, after: RewardDue | None, limit: int) -> tuple[RewardDue, ...]:
        """Give those to whom there is something to tell, the first due first."""
        last = after or _BEFORE_ALL
        rows = await self.executor.rows(
            _DUE, now=now, after_at=last.at, after_id=last.person_id, limit=limit
        )
        return tuple(RewardDue(row["due_at"], row["person_id"]) for row in rows)

    async def first_after(self, now: datetime) -> datetime | None:
        """Give when time next brings somebody something after an instant."""
        row = await self.executor.row(_FIRST_AFTER, now=now)
        return None if row is None else row["due_at"]

    async def look_anew(self, person_id: PersonId, at: datetime) -> None:
        """Have a locked person looked at, if time will bring them anything."""
        await self.executor.rows(_LOOK_ANEW, person_id=person_id, at=at)
