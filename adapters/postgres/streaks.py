"""Streaks on PostgreSQL: one look, one guarded write."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from functools import reduce
from typing import Any, TypeVar, cast

import asyncpg
import attrs
from attrs import frozen
from sqlalchemy import (
    BindParameter,
    Date,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.types import TypeEngine

from adapters.postgres import tables
from adapters.postgres.beside import kept_answer, opened_day
from adapters.postgres.codec import field_names, from_row, to_row
from adapters.postgres.executor import Executor, Row, Statement
from adapters.postgres.outbox import COLUMNS as EVENT_COLUMNS
from adapters.postgres.outbox import event_row
from adapters.postgres.reactions import type_names, waiting
from application.shared.idempotency import Attempt, KeptAnswer
from application.shared.transaction import ConcurrentUpdateError
from application.streaks.ports import ActivityView, StreakChange, StreakOwner
from application.streaks.reactions import REACTING
from domain.identity.persons import PersonStatus
from domain.shared.calendar import CountingDay
from domain.shared.ids import PersonId
from domain.streaks.calendar import DayState, days_of
from domain.streaks.events import StreakEvent, StreakKind
from domain.streaks.streaks import Break, Credit, Streak, evolve

T = TypeVar("T")
Element = TypeEngine[Any] | type[TypeEngine[Any]]

_streaks, _days, _persons = tables.streaks, tables.streak_days, tables.persons
_outbox, _answers = tables.outbox, tables.kept_answers
_person = bindparam("person_id", type_=Uuid)
_kind = bindparam("kind", type_=Text)
_COLUMNS = tuple(column.name for column in _streaks.c)


@frozen(kw_only=True)
class StreakRow:
    """A streak as its row holds it."""

    person_id: PersonId
    kind: StreakKind
    current: int
    longest: int
    credits: int
    first_on: date | None
    last_on: date | None
    last_at: datetime | None
    last_timezone: str | None
    kept_until: date | None
    freezes: tuple[date, ...]
    paused_on: tuple[date, ...]
    broken_length: int | None
    broken_at: datetime | None
    broken_kept_until: date | None
    broken_resumed_on: date | None
    repaired_at: datetime | None
    version: int


_PARTS: tuple[tuple[str, type[Any], str], ...] = (
    ("last", Credit, "last_"),
    ("broken", Break, "broken_"),
)
_PLAIN = tuple(name for name in field_names(Streak) if name not in {"last", "broken"})


def streak_to_row(streak: Streak) -> dict[str, Any]:
    """Give the columns of a streak."""
    row = {name: getattr(streak, name) for name in _PLAIN}
    for field, cls, prefix in _PARTS:
        value = getattr(streak, field)
        row |= {
            prefix + name: None if value is None else getattr(value, name)
            for name in field_names(cls)
        }
    return to_row(StreakRow(**row))


def streak_from_row(row: Row) -> Streak:
    """Give the streak of a row."""
    known = from_row(StreakRow, row)
    parts: dict[str, Any] = {
        field: _part(cls, {name: getattr(known, prefix + name) for name in field_names(cls)})
        for field, cls, prefix in _PARTS
    }
    return Streak(**{name: getattr(known, name) for name in _PLAIN}, **parts)


def _part(cls: type[T], values: Mapping[str, Any]) -> T | None:
    return None if None in values.values() else cls(**values)


_owner_columns = [
    _persons.c.id.label("owner_id"),
    _persons.c.status.label("owner_status"),
    _persons.c.timezone.label("owner_timezone"),
    _persons.c.counting_on.label("owner_counting_on"),
    _persons.c.counting_since.label("owner_counting_since"),
    _persons.c.version.label("owner_version"),
]
_owner = select(*_owner_columns).where(_persons.c.id == _person)


def _look() -> Select[Any]:
    return (
        select(
            *_owner_columns,
            *(_streaks.c[name].label(f"streak_{name}") for name in _COLUMNS),
            *(_answers.c[name].label(f"kept_{name}") for name in field_names(KeptAnswer)),
            waiting.label("waiting"),
        )
        .select_from(_persons)
        .outerjoin(_streaks, and_(_streaks.c.person_id == _persons.c.id, _streaks.c.kind == _kind))
        .outerjoin(
            _answers,
            and_(
                _answers.c.owner == bindparam("owner", type_=Text),
                _answers.c.key == bindparam("key", type_=Text),
                _answers.c.expires_at > bindparam("now", type_=tables.Instant),
            ),
        )
        .where(_persons.c.id == _person)
    )


def _array(name: str, kind: Element) -> BindParameter[Any]:
    return bindparam(name, type_=ARRAY(kind))


def _store(*, keep_answer: bool) -> Select[Any]:
    """Build the one write: without the person as they were seen, nothing is written."""
    guard = (
        select(_persons.c.id)
        .where(_persons.c.id == _person, _persons.c.version == bindparam("owner_version"))
        .with_for_update(key_share=True)
        .cte("guard")
    )
    values = [bindparam(name, type_=_streaks.c[name].type) for name in _COLUMNS]
    keeping = upsert(_streaks).from_select(list(_COLUMNS), select(*values).select_from(guard))
    changed = {
        name: keeping.excluded[name] for name in _COLUMNS if name not in {"person_id", "kind"}
    }
    kept = (
        keeping.on_conflict_do_update(
            index_elements=["person_id", "kind"],
            set_=changed,
            where=_streaks.c.version == keeping.excluded.version - literal_column("1"),
        )
        .returning(_streaks.c.version)
        .cte("kept")
    )
    dates = (
        func.unnest(_array("dates", Date), _array("states", Text))
        .table_valued("date", "state")
        .render_derived(name="told")
    )
    marking = upsert(_days).from_select(
        ["person_id", "kind", "date", "state"],
        select(_person, _kind, dates.c.date, dates.c.state).select_from(kept).join(dates, true()),
    )
    told = (
        func.unnest(*(_array(f"event_{name}", _outbox.c[name].type) for name in EVENT_COLUMNS))
        .table_valued(*EVENT_COLUMNS, with_ordinality="number")
        .render_derived(name="happened")
    )
    written = [
        marking.on_conflict_do_update(
            index_elements=["person_id", "kind", "date"],
            set_={"state": marking.excluded.state},
        ).cte("kept_days"),
        _outbox.insert()
        .from_select(
            list(EVENT_COLUMNS),
            select(*(told.c[name] for name in EVENT_COLUMNS))
            .select_from(kept)
            .join(told, true())
            .order_by(told.c.number),
        )
        .cte("written_events"),
        opened_day(guard, kept),
    ]
    if keep_answer:
        written.append(kept_answer(kept))
    return select(kept.c.version).add_cte(*written)


LOOK = Statement(_look())
STORE = {keep: Statement(_store(keep_answer=keep)) for keep in (False, True)}
_FORGET_EXPIRED = Statement(
    _answers.delete().where(
        _answers.c.owner == bindparam("owner"),
        _answers.c.key == bindparam("key"),
        _answers.c.expires_at <= bindparam("now"),
    )
)
_OWNER = Statement(_owner)
_LOCK_OWNER = Statement(_owner.with_for_update(key_share=True))
_OF = Statement(select(_streaks).where(_streaks.c.person_id == _person))
_DAYS = Statement(
    select(_days.c.date, _days.c.state).where(
        _days.c.person_id == _person,
        _days.c.kind == _kind,
        _days.c.date >= bindparam("first", type_=Date),
        _days.c.date <= bindparam("last", type_=Date),
    )
)
_LAST_OF_MANY = Statement(
    select(_streaks.c.person_id, _streaks.c.kind, _streaks.c.last_on).where(
        _streaks.c.person_id == any_(bindparam("person_ids", type_=ARRAY(Uuid))),
        _streaks.c.last_on.is_not(None),
    )
)


def _owner_of(row: Row) -> StreakOwner:
    day = row["owner_counting_on"]
    return StreakOwner(
        id=row["owner_id"],
        deleted=row["owner_status"] == PersonStatus.DELETED,
        timezone=row["owner_timezone"],
        counting_day=None if day is None else CountingDay(day, row["owner_counting_since"]),
        version=row["owner_version"],
    )


def _prefixed(row: Row, prefix: str) -> dict[str, Any]:
    return {
        name.removeprefix(prefix): value for name, value in row.items() if name.startswith(prefix)
    }


@frozen
class PostgresStreaks:
    """The streaks."""

    executor: Executor

    async def look(
        self, person_id: PersonId, kind: StreakKind, now: datetime, attempt: Attempt | None
    ) -> ActivityView | None:
        """Give what an activity needs; None if there is no such person."""
        row = await self.executor.row(
            LOOK,
            person_id=person_id,
            kind=kind,
            now=now,
            owner=None if attempt is None else attempt.owner,
            key=None if attempt is None else attempt.key,
            reaction=REACTING.name,
            kinds=type_names(REACTING.kinds),
        )
        if row is None:
            return None
        streak, kept = _prefixed(row, "streak_"), _prefixed(row, "kept_")
        known = streak["version"] is not None
        return ActivityView(
            owner=_owner_of(row),
            streak=streak_from_row(streak) if known else Streak(person_id=person_id, kind=kind),
            waiting=row["waiting"],
            kept_answer=None if kept["status"] is None else from_row(KeptAnswer, kept),
        )

    async def store(self, change: StreakChange) -> bool:
        """Write what events make of a streak, or nothing."""
        happened = [cast("StreakEvent", out.event) for out in change.events]
        after = attrs.evolve(
            reduce(evolve, happened, change.before), version=change.before.version + 1
        )
        days: dict[date, DayState] = {}
        for event in happened:
            days |= days_of(event)
        rows = [event_row(out) for out in change.events]
        day = change.day
        values = {
            **streak_to_row(after),
            **{f"event_{name}": [row[f"event_{name}"] for row in rows] for name in EVENT_COLUMNS},
            "dates": list(days),
            "states": list(days.values()),
            "owner_version": change.owner.version,
            "opens_day": day != change.owner.counting_day,
            "counting_on": None if day is None else day.date,
            "counting_since": None if day is None else day.since,
        }
        keep = change.attempt is not None and change.answer is not None
        if change.attempt is not None and change.answer is not None:
            values |= {f"kept_{name}": value for name, value in to_row(change.answer).items()}
            values |= {"kept_owner": change.attempt.owner, "kept_key": change.attempt.key}
        try:
            return await self.executor.record(STORE[keep], values) is not None
        except asyncpg.UniqueViolationError as error:
            if self.executor.in_transaction:
                raise ConcurrentUpdateError from error
            if change.attempt is not None:
                await self.executor.rows(
                    _FORGET_EXPIRED,
                    owner=change.attempt.owner,
                    key=change.attempt.key,
                    now=happened[0].at,
                )
            return False
        except ConcurrentUpdateError:
            if self.executor.in_transaction:
                raise
            return False

    async def owner(self, person_id: PersonId, *, lock: bool = False) -> StreakOwner | None:
        """Give a person; with `lock` nobody else changes them until the transaction ends."""
        row = await self.executor.row(_LOCK_OWNER if lock else _OWNER, person_id=person_id)
        return None if row is None else _owner_of(row)

    async def of(self, person_id: PersonId) -> Mapping[StreakKind, Streak]:
        """Give a person's streaks, also those that never began."""
        rows = await self.executor.rows(_OF, person_id=person_id)
        kept = {streak.kind: streak for streak in map(streak_from_row, rows)}
        return {
            kind: kept.get(kind) or Streak(person_id=person_id, kind=kind) for kind in StreakKind
        }

    async def between(
        self, person_id: PersonId, kind: StreakKind, first: date, last: date
    ) -> Mapping[date, DayState]:
        """Give what was kept of some dates."""
        rows = await self.executor.rows(
            _DAYS, person_id=person_id, kind=kind, first=first, last=last
        )
        return {row["date"]: DayState(row["state"]) for row in rows}

    async def of_many(
        self, person_ids: Collection[PersonId]
    ) -> Mapping[tuple[PersonId, StreakKind], date]:
        """Give the last credited dates of many persons' streaks."""
        rows = await self.executor.rows(_LAST_OF_MANY, person_ids=list(person_ids))
        return {(row["person_id"], StreakKind(row["kind"])): row["last_on"] for row in rows}
