"""Prompts on PostgreSQL."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from attrs import frozen
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    Uuid,
    bindparam,
    func,
    insert,
    literal_column,
    select,
    union,
    update,
)

from adapters.postgres import tables
from adapters.postgres.codec import columns_for, field_names, from_row, to_row
from adapters.postgres.executor import Executor, Statement
from adapters.postgres.outbox import write_events
from adapters.postgres.prompt_tables import IS_DECISIVE
from adapters.postgres.send_gate import PostgresSendGate
from application.shared.outbox import OutboxEvent
from application.video.prompt_ports import PromptTalk
from domain.shared.calendar import CountingDay
from domain.shared.ids import ConversationId, PersonId, PromptId
from domain.video.prompt_events import PromptAction, PromptType
from domain.video.prompt_pace import COOLING, Reach, newest_first
from domain.video.prompt_totals import PromptTotal
from domain.video.prompts import Prompt

_prompts = tables.smart_prompt_events
_persons = tables.persons
_messages = tables.messages
_history = tables.conversation_metadata
_columns = columns_for(_prompts, Prompt)
_person = bindparam("person_id", type_=Uuid)
_conversation = bindparam("conversation_id", type_=Uuid)


def _newest(*conditions: ColumnElement[bool], most: str, by: str = "shown_at") -> Select[Any]:
    chosen = (
        select(*_columns)
        .where(_prompts.c.person_id == _person, *conditions)
        .order_by(_prompts.c[by].desc(), _prompts.c.id.desc())
        .limit(bindparam(most))
        .subquery()
    )
    return select(chosen)


def _is(kind: PromptType) -> ColumnElement[bool]:
    # As a literal, so that it needs no parameter for each of the types.
    return _prompts.c.prompt_type == literal_column(f"'{kind.value}'")


_HERE = _prompts.c.conversation_id == _conversation
_PAST = Statement(
    union(
        _newest(most="recent"),
        *(_newest(_is(kind), most="of_a_type") for kind in PromptType),
        *(_newest(_HERE, _is(kind), most="of_a_type") for kind in PromptType),
        *(
            _newest(
                _HERE,
                _is(kind),
                literal_column(IS_DECISIVE, Boolean),
                most="decisive",
                by="acted_at",
            )
            for kind in COOLING
        ),
    )
)
_GET = Statement(select(*_columns).where(_prompts.c.id == bindparam("id")))
_ADD = Statement(insert(_prompts).values({name: bindparam(name) for name in field_names(Prompt)}))
_ANSWER = Statement(
    update(_prompts)
    .where(_prompts.c.id == bindparam("id"))
    .values(action_taken=bindparam("action_taken"), acted_at=bindparam("acted_at"))
)
_OPEN_DAY = Statement(
    update(_persons)
    .where(
        _persons.c.id == _person,
        _persons.c.counting_on.is_distinct_from(bindparam("counting_on")),
    )
    .values(
        counting_on=bindparam("counting_on"),
        counting_since=bindparam("counting_since"),
        version=_persons.c.version + literal_column("1"),
    )
)


@frozen
class PostgresPrompts:
    """The prompts that were shown."""

    executor: Executor

    async def get(self, prompt_id: PromptId) -> Prompt | None:
        """Give a prompt, if there is one of this id."""
        row = await self.executor.row(_GET, id=prompt_id)
        return None if row is None else from_row(Prompt, row)

    async def past(
        self, person_id: PersonId, conversation_id: ConversationId | None, within: Reach
    ) -> tuple[Prompt, ...]:
        """Give those of a person's prompts that can matter, the newest first."""
        rows = await self.executor.rows(
            _PAST,
            person_id=person_id,
            conversation_id=conversation_id,
            recent=within.recent,
            of_a_type=within.of_a_type,
            decisive=within.decisive,
        )
        return newest_first(from_row(Prompt, row) for row in rows)

    async def show(self, prompt: Prompt, day: CountingDay, events: Iterable[OutboxEvent]) -> None:
        """Add a prompt of a locked person, whose counting day is this from now on."""
        await self.executor.rows(_ADD, **to_row(prompt))
        await self.executor.rows(
            _OPEN_DAY, person_id=prompt.person_id, counting_on=day.date, counting_since=day.since
        )
        await write_events(self.executor, events)

    async def answer(self, prompt: Prompt, events: Iterable[OutboxEvent]) -> None:
        """Keep the action taken on a prompt of a locked person."""
        await self.executor.rows(
            _ANSWER, id=prompt.id, action_taken=prompt.action_taken, acted_at=prompt.acted_at
        )
        await write_events(self.executor, events)


# Of the messages since the last completed call no more are read than it takes.
_since = func.coalesce(
    select(_history.c.last_video_call_at)
    .where(_history.c.conversation_id == _conversation)
    .scalar_subquery(),
    literal_column("'-infinity'::timestamptz"),
)
_counted = (
    select(_messages.c.id)
    .where(_messages.c.conversation_id == _conversation, _messages.c.created_at > _since)
    .order_by(_messages.c.created_at.desc(), _messages.c.id.desc())
    .limit(bindparam("most"))
    .subquery()
)
_MESSAGES_SINCE = Statement(select(func.count().label("number")).select_from(_counted))


@frozen
class PostgresPromptTalks:
    """The conversations in which persons are prompted."""

    executor: Executor

    async def look(
        self, conversation_id: ConversationId, person_id: PersonId, now: datetime, most: int
    ) -> PromptTalk | None:
        """Give a conversation, counting so many messages at most; None unless they take part."""
        seen = await PostgresSendGate(self.executor).look(conversation_id, person_id, now)
        if seen is None:
            return None
        row = await self.executor.row(_MESSAGES_SINCE, conversation_id=conversation_id, most=most)
        assert row is not None  # noqa: S101 - a count always has a row
        return PromptTalk(
            started_at=seen.conversation.started_at,
            blocked=seen.blocked,
            partner_deleted=seen.partner_deleted,
            tier=seen.sender_standing,
            latest_count_on=seen.latest_count_on,
            latest_count=seen.latest_count,
            last_call_on=seen.last_call_on,
            messages_since=row["number"],
        )


_TOTALS = Statement(
    select(_prompts.c.prompt_type, _prompts.c.action_taken, func.count().label("number"))
    .where(_prompts.c.shown_on >= bindparam("first"), _prompts.c.shown_on <= bindparam("last"))
    .group_by(_prompts.c.prompt_type, _prompts.c.action_taken)
)


@frozen
class PostgresPromptTotals:
    """How prompts fared, all persons together."""

    executor: Executor

    async def between(self, first: date, last: date) -> tuple[PromptTotal, ...]:
        """Give the totals of the prompts shown from one date to another, both included."""
        rows = await self.executor.rows(_TOTALS, first=first, last=last)
        return tuple(
            PromptTotal(
                prompt_type=PromptType(row["prompt_type"]),
                action=None if row["action_taken"] is None else PromptAction(row["action_taken"]),
                number=row["number"],
            )
            for row in rows
        )
