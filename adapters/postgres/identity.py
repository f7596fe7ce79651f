"""Persons, blocks and reports on PostgreSQL."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import asyncpg
from attrs import frozen
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Uuid,
    any_,
    bindparam,
    delete,
    exists,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.postgres import tables
from adapters.postgres.codec import columns_for, field_names, from_row, to_row
from adapters.postgres.executor import Executor, Statement
from adapters.postgres.outbox import write_events
from adapters.postgres.paging import page, paged, window
from application.identity.ports import EmailTakenError
from application.shared.outbox import OutboxEvent
from application.shared.pages import Page, Position
from application.shared.transaction import ConcurrentUpdateError
from domain.identity.blocks import Block
from domain.identity.persons import Person
from domain.identity.profile import email_key
from domain.identity.reports import Report
from domain.shared.ids import MessageId, PersonId

_persons = tables.persons
_blocks = tables.blocks
_reports = tables.reports

_person = select(*columns_for(_persons, Person))
_ids = bindparam("ids", type_=ARRAY(Uuid))

_GET = Statement(_person.where(_persons.c.id == bindparam("id")))
_LOCK = Statement(
    _person.where(_persons.c.id == any_(_ids))
    .order_by(_persons.c.id)
    .with_for_update(key_share=True)
)
_LIST = Statement(paged(_person, _persons.c.registered_at, _persons.c.id, descending=False))
_LIST_BY_EMAIL = Statement(
    paged(
        _person.where(_persons.c.email_key == bindparam("email_key")),
        _persons.c.registered_at,
        _persons.c.id,
        descending=False,
    )
)
_columns: dict[str, BindParameter[Any]] = {
    name: bindparam(name) for name in (*field_names(Person), "email_key")
}
_ADD = Statement(
    upsert(_persons)
    .values(_columns)
    .on_conflict_do_nothing(index_elements=[_persons.c.email_key])
    .returning(_persons.c.id)
)
_SAVE = Statement(
    update(_persons)
    .where(_persons.c.id == bindparam("id"), _persons.c.version == bindparam("version_before"))
    .values({name: value for name, value in _columns.items() if name != "id"})
    .returning(_persons.c.version)
)
_RAISE_VERSIONS = Statement(
    update(_persons).where(_persons.c.id == any_(_ids)).values(version=_persons.c.version + 1)
)
_EMAIL_KEY = "uq_persons_email_key"


def _person_row(person: Person) -> dict[str, Any]:
    key = None if person.email is None else email_key(person.email)
    return {**to_row(person), "email_key": key}


def _email_taken() -> EmailTakenError:
    return EmailTakenError("Another person has this email address; look them up with ?email=.")


@frozen
class PostgresPersons:
    """The persons."""

    executor: Executor

    async def get(self, person_id: PersonId) -> Person | None:
        """Give a person, if there is one of this id."""
        row = await self.executor.row(_GET, id=person_id)
        return None if row is None else from_row(Person, row)

    async def read(self, person_id: PersonId, *, lock: bool) -> Person | None:
        """Give a person; with `lock` nobody changes them until the transaction ends."""
        if not lock:
            return await self.get(person_id)
        return next(iter(await self.lock(person_id)), None)

    async def lock(self, *person_ids: PersonId) -> tuple[Person, ...]:
        """Lock those of these persons that exist, in the order of their ids."""
        rows = await self.executor.rows(_LOCK, ids=list(person_ids))
        return tuple(from_row(Person, row) for row in rows)

    async def add(self, person: Person, events: Iterable[OutboxEvent]) -> None:
        """Add a person."""
        if await self.executor.row(_ADD, **_person_row(person)) is None:
            raise _email_taken()
        await write_events(self.executor, events)

    async def save(self, before: Person, after: Person, events: Iterable[OutboxEvent]) -> Person:
        """Replace a person by a changed one."""
        row = {**_person_row(after), "version": before.version + 1}
        try:
            saved = await self.executor.row(_SAVE, **row, version_before=before.version)
        except asyncpg.UniqueViolationError as error:
            if error.constraint_name != _EMAIL_KEY:
                raise
            raise _email_taken() from error
        if saved is None:
            raise ConcurrentUpdateError
        await write_events(self.executor, events)
        del row["email_key"]
        return from_row(Person, row)


@frozen
class PostgresPersonDirectory:
    """The persons as a list."""

    executor: Executor

    async def page(self, email: str | None, after: Position | None, limit: int) -> Page[Person]:
        """Give persons in the order of their registration."""
        frame = window(after, limit)
        if email is None:
            rows = await self.executor.rows(_LIST, **frame)
        else:
            rows = await self.executor.rows(_LIST_BY_EMAIL, **frame, email_key=email_key(email))
        items = [from_row(Person, row) for row in rows]
        return page(items, [Position(item.registered_at, item.id) for item in items], limit)


_one: BindParameter[UUID] = bindparam("one", type_=Uuid)
_two: BindParameter[UUID] = bindparam("two", type_=Uuid)
_ADD_BLOCK = Statement(
    upsert(_blocks)
    .values({name: bindparam(name) for name in field_names(Block)})
    .on_conflict_do_nothing()
    .returning(_blocks.c.created_at)
)
_REMOVE_BLOCK = Statement(
    delete(_blocks)
    .where(
        _blocks.c.blocker_id == bindparam("blocker_id"),
        _blocks.c.blocked_id == bindparam("blocked_id"),
    )
    .returning(_blocks.c.created_at)
)


def blocked_between(one: ColumnElement[UUID], two: ColumnElement[UUID]) -> ColumnElement[bool]:
    """Give the condition that one of two persons has blocked the other."""
    return exists().where(
        or_(
            (_blocks.c.blocker_id == one) & (_blocks.c.blocked_id == two),
            (_blocks.c.blocker_id == two) & (_blocks.c.blocked_id == one),
        )
    )


_BLOCKED = Statement(select(blocked_between(_one, _two).label("blocked")))


@frozen
class PostgresBlocks:
    """Who has blocked whom."""

    executor: Executor

    async def add(self, block: Block, events: Iterable[OutboxEvent]) -> bool:
        """Add a block; tell whether it is new."""
        added = await self.executor.row(_ADD_BLOCK, **to_row(block))
        if added is None:
            return False
        await self._changed(block.blocker_id, block.blocked_id, events)
        return True

    async def remove(
        self, blocker_id: PersonId, blocked_id: PersonId, events: Iterable[OutboxEvent]
    ) -> bool:
        """Remove a block; tell whether there was one."""
        removed = await self.executor.row(
            _REMOVE_BLOCK, blocker_id=blocker_id, blocked_id=blocked_id
        )
        if removed is None:
            return False
        await self._changed(blocker_id, blocked_id, events)
        return True

    async def between(self, one: PersonId, two: PersonId) -> bool:
        """Tell whether one of the two has blocked the other."""
        row = await self.executor.row(_BLOCKED, one=one, two=two)
        return row is not None and bool(row["blocked"])

    async def _changed(self, one: PersonId, two: PersonId, events: Iterable[OutboxEvent]) -> None:
        await self.executor.rows(_RAISE_VERSIONS, ids=[one, two])
        await write_events(self.executor, events)


_report = select(*columns_for(_reports, Report))
_ADD_REPORT = Statement(
    insert(_reports).values({name: bindparam(name) for name in field_names(Report)})
)
_LIST_REPORTS = Statement(paged(_report, _reports.c.created_at, _reports.c.id, descending=True))
_LIST_REPORTS_OF = Statement(
    paged(
        _report.where(_reports.c.reported_id == bindparam("reported_id")),
        _reports.c.created_at,
        _reports.c.id,
        descending=True,
    )
)
_EVIDENCE = Statement(
    select(tables.messages.c.id)
    .join(
        tables.conversations,
        tables.conversations.c.id == tables.messages.c.conversation_id,
    )
    .where(
        tables.messages.c.id == any_(_ids),
        tables.conversations.c.participant_a == bindparam("lower"),
        tables.conversations.c.participant_b == bindparam("higher"),
    )
)


@frozen
class PostgresReports:
    """Reports of persons."""

    executor: Executor

    async def add(self, report: Report, events: Iterable[OutboxEvent]) -> None:
        """Add a report."""
        await self.executor.rows(_ADD_REPORT, **to_row(report))
        await write_events(self.executor, events)

    async def evidence_between(
        self, one: PersonId, two: PersonId, message_ids: Iterable[MessageId]
    ) -> frozenset[MessageId]:
        """Give those of the messages that stand in a conversation of the two."""
        rows = await self.executor.rows(
            _EVIDENCE, ids=list(message_ids), lower=min(one, two), higher=max(one, two)
        )
        return frozenset(MessageId(row["id"]) for row in rows)

    async def page(
        self, reported_id: PersonId | None, after: Position | None, limit: int
    ) -> Page[Report]:
        """Give reports, the newest first."""
        frame = window(after, limit)
        if reported_id is None:
            rows = await self.executor.rows(_LIST_REPORTS, **frame)
        else:
            rows = await self.executor.rows(_LIST_REPORTS_OF, **frame, reported_id=reported_id)
        items = [from_row(Report, row) for row in rows]
        return page(items, [Position(item.created_at, item.id) for item in items], limit)
