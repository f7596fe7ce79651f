"""Video calls on PostgreSQL."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any, cast
from uuid import UUID

from attrs import frozen
from sqlalchemy import Uuid, and_, bindparam, insert, or_, select, text, update

from adapters.postgres import tables
from adapters.postgres.codec import field_names, from_row, to_row
from adapters.postgres.executor import Executor, Row, Statement
from adapters.postgres.outbox import write_events
from adapters.postgres.puts import put_statement
from application.shared.outbox import OutboxEvent
from application.shared.transaction import ConcurrentUpdateError
from application.video.ports import OverdueBefore
from domain.shared.ids import ConversationId, PersonId, VideoCallId
from domain.video.calls import Call, CallLifecycleEvent, Ended, Ongoing, OpenCall, Ringing, evolve
from domain.video.events import PresenceReported
from domain.video.history import VideoHistory

_calls = tables.video_calls
_presence = tables.video_call_presence
_history = tables.conversation_metadata
_conversations = tables.conversations

STATES: dict[str, type[Call]] = {"ringing": Ringing, "ongoing": Ongoing, "ended": Ended}
_NAMES = {cls: name for name, cls in STATES.items()}
_COLUMNS = tuple(column.name for column in _calls.c)

_by_id = select(_calls).where(_calls.c.id == bindparam("id"))
_GET = Statement(_by_id)
_LOCK = Statement(_by_id.with_for_update(key_share=True))
_OPEN = Statement(
    select(_calls)
    .where(_calls.c.conversation_id == bindparam("conversation_id"), text(tables.IS_OPEN))
    .order_by(_calls.c.rings_at, _calls.c.id)
)
_person = bindparam("person_id", type_=Uuid)
_OPEN_OF = Statement(
    select(_calls)
    .join(_conversations, _conversations.c.id == _calls.c.conversation_id)
    .where(
        or_(_conversations.c.participant_a == _person, _conversations.c.participant_b == _person),
        text(tables.IS_OPEN),
    )
    .order_by(_calls.c.rings_at, _calls.c.id)
)
_ADD = Statement(insert(_calls).values({name: bindparam(name) for name in _COLUMNS}))
_SAVE = Statement(
    update(_calls)
    .where(_calls.c.id == bindparam("id"), _calls.c.version == bindparam("version_before"))
    .values({name: bindparam(name) for name in _COLUMNS if name != "id"})
    .returning(_calls.c.id)
)
_ADD_PRESENCE = Statement(
    insert(_presence).values({column.name: bindparam(column.name) for column in _presence.c})
)


def call_from_row(row: Row) -> Call:
    """Make the state of a call that its row names."""
    cls = STATES[row["state"]]
    return from_row(cls, {name: row[name] for name in field_names(cls)})


def call_to_row(call: Call) -> dict[str, Any]:
    """Make a call's row; what its state does not have is NULL."""
    return {**dict.fromkeys(_COLUMNS), **to_row(call), "state": _NAMES[type(call)]}


@frozen
class PostgresCalls:
    """The video calls."""

    executor: Executor

    async def get(self, call_id: VideoCallId, *, lock: bool = False) -> Call | None:
        """Give a call; with `lock` nobody else changes it until the transaction ends."""
        row = await self.executor.row(_LOCK if lock else _GET, id=call_id)
        return None if row is None else call_from_row(row)

    async def open_in(self, conversation_id: ConversationId) -> tuple[OpenCall, ...]:
        """Give the calls of a conversation that are not ended, the first to ring first."""
        rows = await self.executor.rows(_OPEN, conversation_id=conversation_id)
        return tuple(cast("OpenCall", call_from_row(row)) for row in rows)

    async def open_of(self, person_id: PersonId) -> tuple[OpenCall, ...]:
        """Give the calls of a person that are not ended, the first to ring first."""
        rows = await self.executor.rows(_OPEN_OF, person_id=person_id)
        return tuple(cast("OpenCall", call_from_row(row)) for row in rows)

    async def add(self, call: Ringing, events: Iterable[OutboxEvent]) -> None:
        """Add a call."""
        await self.executor.rows(_ADD, **call_to_row(call))
        await write_events(self.executor, events)

    async def record(self, before: Call, events: Iterable[OutboxEvent]) -> Call:
        """Write what events of a call's life make of it; give it."""
        events = tuple(events)
        after = before
        for outgoing in events:
            after = evolve(after, cast("CallLifecycleEvent", outgoing.event))
        saved = await self._replace(before, after)
        for outgoing in events:
            if isinstance(outgoing.event, PresenceReported):
                await self.executor.rows(
                    _ADD_PRESENCE,
                    id=outgoing.id,
                    call_id=outgoing.event.call_id,
                    person_id=outgoing.event.person_id,
                    presence=outgoing.event.presence,
                    at=outgoing.event.at,
                )
        await write_events(self.executor, events)
        return saved

    async def save(self, before: Call, after: Ended, events: Iterable[OutboxEvent]) -> Ended:
        """Replace a call by what was made of it since it ended; give it with its new version."""
        saved = await self._replace(before, after)
        await write_events(self.executor, events)
        return cast("Ended", saved)

    async def _replace(self, before: Call, after: Call) -> Call:
        row = {**call_to_row(after), "version": before.version + 1}
        if await self.executor.row(_SAVE, **row, version_before=before.version) is None:
            raise ConcurrentUpdateError
        return call_from_row(row)


_fields = field_names(VideoHistory)
_HISTORY = Statement(
    select(
        _conversations.c.id.label("conversation_id"),
        _conversations.c.started_at,
        *(_history.c[name] for name in _fields if name not in {"conversation_id", "started_at"}),
    )
    .outerjoin(_history, _history.c.conversation_id == _conversations.c.id)
    .where(_conversations.c.id == bindparam("id"))
)
_COMPLETED_WITHIN = Statement(
    select(_calls.c.id)
    .where(
        _calls.c.conversation_id == bindparam("conversation_id"),
        text(tables.IS_COMPLETED),
        _calls.c.ended_at >= bindparam("from_instant"),
        _calls.c.ended_at < bindparam("to_instant"),
        _calls.c.id != bindparam("other_than"),
    )
    .limit(1)
)
_SAVE_HISTORY = put_statement(_history, _fields, "conversation_id")
_RAISE_VERSION = Statement(
    update(_conversations)
    .where(_conversations.c.id == bindparam("id"))
    .values(version=_conversations.c.version + 1)
)


@frozen
class PostgresHistories:
    """What the completed calls of conversations come to."""

    executor: Executor

    async def get(self, conversation_id: ConversationId) -> VideoHistory | None:
        """Give a conversation's history; None if there is no such conversation."""
        row = await self.executor.row(_HISTORY, id=conversation_id)
        if row is None:
            return None
        return from_row(VideoHistory, {**row, "video_call_count": row["video_call_count"] or 0})

    async def completed_on_day_of(
        self, conversation_id: ConversationId, at: datetime, other_than: VideoCallId
    ) -> bool:
        """Tell whether another call was completed on the UTC day of an instant."""
        midnight = datetime.combine(at.astimezone(UTC), time(), UTC)
        row = await self.executor.row(
            _COMPLETED_WITHIN,
            conversation_id=conversation_id,
            from_instant=midnight,
            to_instant=midnight + timedelta(days=1),
            other_than=other_than,
        )
        return row is not None

    async def save(self, history: VideoHistory, events: Iterable[OutboxEvent]) -> None:
        """Keep a locked conversation's history; the conversation's version rises."""
        await self.executor.rows(_SAVE_HISTORY, **to_row(history))
        await self.executor.rows(_RAISE_VERSION, id=history.conversation_id)
        await write_events(self.executor, events)


_OVERDUE = Statement(
    select(_calls.c.conversation_id)
    .distinct()
    .where(
        text(tables.IS_OPEN),
        or_(
            and_(_calls.c.state == "ringing", _calls.c.rings_at <= bindparam("rang")),
            _calls.c.left_at <= bindparam("left"),
            _calls.c.answered_at <= bindparam("answered"),
        ),
        _calls.c.conversation_id > bindparam("after"),
    )
    .order_by(_calls.c.conversation_id)
    .limit(bindparam("limit"))
)
_LEAST_ID = ConversationId(UUID(int=0))


@frozen
class PostgresOverdueCalls:
    """The calls that time has ended."""

    executor: Executor

    async def conversations(
        self, before: OverdueBefore, after: ConversationId | None, limit: int
    ) -> tuple[ConversationId, ...]:
        """Give conversations with overdue calls, by their ids, from after one of them on."""
        rows = await self.executor.rows(
            _OVERDUE,
            rang=before.rang,
            left=before.left,
            answered=before.answered,
            after=after or _LEAST_ID,
            limit=limit,
        )
        return tuple(row["conversation_id"] for row in rows)
