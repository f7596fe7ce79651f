"""The outbox as those see it who react to events, on PostgreSQL."""

from collections.abc import Sequence
from typing import Any

import msgspec
from attrs import frozen
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Text,
    Uuid,
    all_,
    any_,
    bindparam,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.postgres import tables
from adapters.postgres.event_log import PostgresEventLog
from adapters.postgres.executor import Executor, Row, Statement
from application.shared.outbox import OutboxEvent, event_type_of
from application.shared.reactions import Mark, Pending, Reacting
from domain.shared.events import Event
from domain.shared.ids import PersonId

_outbox = tables.outbox
_progress, _marks = tables.reaction_progress, tables.reaction_marks
_name = bindparam("reaction", type_=Text)
_kinds = bindparam("kinds", type_=ARRAY(Text))
_person = bindparam("person_id", type_=Uuid)
_after = bindparam("after", type_=BigInteger)
_upto = bindparam("upto", type_=BigInteger)
_NOTHING: ColumnElement[int] = literal_column("0")
_NONE: ColumnElement[Any] = literal_column("'{}'::bigint[]")

_everyones = select(_progress.c.position).where(_progress.c.name == _name).scalar_subquery()
_of_theirs = (_marks.c.name == _name, _marks.c.person_id == _person)
_theirs = select(_marks.c.position).where(*_of_theirs).scalar_subquery()
_ahead = select(_marks.c.ahead).where(*_of_theirs).scalar_subquery()
_place = func.greatest(_everyones, _theirs, _NOTHING)

waiting = (
    select(_outbox.c.position)
    .where(
        _outbox.c.person_id == _person,
        _outbox.c.position > _place,
        _outbox.c.type == any_(_kinds),
        _outbox.c.position != all_(func.coalesce(_ahead, _NONE)),
    )
    .exists()
)
"""Whether `reaction` lacks events of `person_id` that are of `kinds`."""

_WAITING = Statement(select(waiting.label("waiting")))
_LOCK = Statement(
    select(tables.persons.c.id)
    .where(tables.persons.c.id == _person)
    .with_for_update(key_share=True)
)
_MARK = Statement(select(_place.label("position"), func.coalesce(_ahead, _NONE).label("ahead")))
_KEEP = Statement(
    (
        kept := upsert(_marks).values(
            name=_name,
            person_id=_person,
            position=bindparam("position"),
            ahead=bindparam("ahead"),
        )
    ).on_conflict_do_update(
        index_elements=["name", "person_id"],
        set_={"position": kept.excluded.position, "ahead": kept.excluded.ahead},
    )
)
_found = select(_outbox.c.position, _outbox.c.id, _outbox.c.type, _outbox.c.data)
_OF = Statement(
    _found.where(
        _outbox.c.person_id == _person,
        _outbox.c.position > _after,
        _outbox.c.type == any_(_kinds),
        _outbox.c.position != all_(bindparam("ahead", type_=ARRAY(BigInteger))),
    )
    .order_by(_outbox.c.position)
    .limit(bindparam("take"))
)
_BETWEEN = Statement(
    _found.where(
        _outbox.c.position > _after,
        _outbox.c.position <= _upto,
        _outbox.c.type == any_(_kinds),
    )
    .order_by(_outbox.c.position)
    .limit(bindparam("take"))
)
_GET = Statement(select(_progress.c.position).where(_progress.c.name == _name))
_ADVANCE = Statement(
    (
        advanced := upsert(_progress).values(name=_name, position=bindparam("position"))
    ).on_conflict_do_update(
        index_elements=["name"],
        set_={"position": func.greatest(_progress.c.position, advanced.excluded.position)},
    )
)


def type_names(kinds: Sequence[type[Event]]) -> list[str]:
    """Give the names under which events of some classes are stored."""
    return [event_type_of(kind) for kind in kinds]


def _pending(rows: Sequence[Row], reacting: Reacting) -> list[Pending]:
    by_name = {event_type_of(kind): kind for kind in reacting.kinds}
    return [
        Pending(
            row["position"],
            OutboxEvent(row["id"], msgspec.json.decode(row["data"], type=by_name[row["type"]])),
        )
        for row in rows
    ]


@frozen
class PostgresReactions:
    """What is pending of each person, and how far contexts are."""

    executor: Executor
    log: PostgresEventLog

    async def settled(self) -> int:
        """Give a position up to which no event can be added any more.

        In a transaction that is 0: who holds a connection must not wait for others who look,
        as these may wait for a connection.
        """
        return 0 if self.executor.in_transaction else await self.log.settled()

    async def waiting(self, reacting: Reacting, person_id: PersonId) -> bool:
        """Tell whether there are events of a person that were not reacted to."""
        row = await self.executor.row(
            _WAITING,
            reaction=reacting.name,
            kinds=type_names(reacting.kinds),
            person_id=person_id,
        )
        return row is not None and bool(row["waiting"])

    async def hold(self, reacting: Reacting, person_id: PersonId) -> Mark | None:
        """Lock a person until the transaction ends, and give their mark."""
        if await self.executor.row(_LOCK, person_id=person_id) is None:
            return None
        # A statement of its own: it sees what whoever held the lock before has kept.
        row = await self.executor.row(_MARK, reaction=reacting.name, person_id=person_id)
        if row is None:
            raise LookupError("a mark is always given")
        return Mark(row["position"], frozenset(row["ahead"]))

    async def of(
        self, reacting: Reacting, person_id: PersonId, mark: Mark, limit: int
    ) -> Sequence[Pending]:
        """Give the first events of a person that a mark does not cover."""
        rows = await self.executor.rows(
            _OF,
            kinds=type_names(reacting.kinds),
            person_id=person_id,
            after=mark.position,
            ahead=sorted(mark.ahead),
            take=limit,
        )
        return _pending(rows, reacting)

    async def keep(self, reacting: Reacting, person_id: PersonId, mark: Mark) -> None:
        """Keep a locked person's mark."""
        await self.executor.rows(
            _KEEP,
            reaction=reacting.name,
            person_id=person_id,
            position=mark.position,
            ahead=sorted(mark.ahead),
        )

    async def get(self, name: str) -> int:
        """Give the position up to which a context has reacted to everything."""
        row = await self.executor.row(_GET, reaction=name)
        return 0 if row is None else int(row["position"])

    async def advance(self, name: str, position: int) -> None:
        """Keep that position, unless it is already further."""
        await self.executor.rows(_ADVANCE, reaction=name, position=position)

    async def between(
        self, reacting: Reacting, after: int, upto: int, limit: int
    ) -> Sequence[Pending]:
        """Give the first events that a context looks at, after a position and up to another."""
        rows = await self.executor.rows(
            _BETWEEN, kinds=type_names(reacting.kinds), after=after, upto=upto, take=limit
        )
        return _pending(rows, reacting)
