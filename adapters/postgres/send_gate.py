"""The send path on PostgreSQL: one statement reads, one guarded statement writes."""

from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
from attrs import frozen
from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Insert,
    Select,
    Table,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    delete,
    insert,
    literal_column,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.postgres import tables
from adapters.postgres.beside import kept_answer, opened_day
from adapters.postgres.codec import columns_for, field_names, from_row, to_row
from adapters.postgres.executor import Executor, Row, Statement
from adapters.postgres.identity import PostgresPersons, blocked_between
from adapters.postgres.outbox import COLUMNS as EVENT_COLUMNS
from adapters.postgres.outbox import event_row
from application.conversations.ports import AcceptedMessage, SendView
from application.shared.idempotency import Attempt, KeptAnswer
from application.shared.transaction import ConcurrentUpdateError
from domain.conversations.conversations import Conversation
from domain.conversations.messages import Message
from domain.identity.persons import PersonStatus
from domain.shared.calendar import CountingDay
from domain.shared.ids import ConversationId, PersonId
from domain.shared.tiers import Tier, TierStanding

T = TypeVar("T")

_conversations = tables.conversations
_persons = tables.persons
_daily = tables.conversation_daily_messages
_history = tables.conversation_metadata
_messages = tables.messages
_calls = tables.video_calls
_answers = tables.kept_answers
_sender = bindparam("sender_id", type_=Uuid)
_now = bindparam("now", type_=tables.Instant)


def _prefixed(table: FromClause, names: tuple[str, ...], prefix: str) -> list[ColumnElement[Any]]:
    return [table.c[name].label(prefix + name) for name in names]


def _is_deleted(person_id: ColumnElement[UUID]) -> ColumnElement[bool]:
    partner = _persons.alias("partner")
    # The status is compared as a literal, so that it needs no parameter on each request.
    status: ColumnElement[str] = literal_column(f"'{PersonStatus.DELETED.value}'")
    return select(partner.c.status == status).where(partner.c.id == person_id).scalar_subquery()


def _look() -> Select[Any]:
    latest = (
        select(_daily.c.date, _daily.c.messages_sent)
        .where(_daily.c.conversation_id == _conversations.c.id, _daily.c.person_id == _sender)
        .order_by(_daily.c.date.desc())
        .limit(1)
        .lateral("latest")
    )
    earlier = _messages.alias("earlier")
    open_call = (
        select(_calls.c.id)
        .where(
            _calls.c.conversation_id == _conversations.c.id,
            text(tables.IS_OPEN),
            or_(_calls.c.rings_at <= _now, _calls.c.state == "ongoing"),
        )
        .exists()
    )
    other = case(
        (_conversations.c.participant_a == _sender, _conversations.c.participant_b),
        else_=_conversations.c.participant_a,
    )
    last_call_on = case(
        (_conversations.c.participant_a == _sender, _history.c.last_call_on_a),
        else_=_history.c.last_call_on_b,
    )
    return (
        select(
            *columns_for(_conversations, Conversation),
            _persons.c.status.label("sender_status"),
            _persons.c.timezone.label("sender_timezone"),
            _persons.c.tier,
            _persons.c.tier_peak,
            _persons.c.tier_peak_on,
            _persons.c.counting_on,
            _persons.c.counting_since,
            _persons.c.version.label("sender_version"),
            blocked_between(_sender, other).label("blocked"),
            _is_deleted(other).label("partner_deleted"),
            latest.c.date.label("latest_count_on"),
            latest.c.messages_sent.label("latest_count"),
            last_call_on.label("last_call_on"),
            open_call.label("has_open_call"),
            *_prefixed(earlier, field_names(Message), "earlier_"),
            *_prefixed(_answers, field_names(KeptAnswer), "kept_"),
        )
        .select_from(_conversations)
        .join(_persons, _persons.c.id == _sender)
        .outerjoin(_history, _history.c.conversation_id == _conversations.c.id)
        .outerjoin(latest, true())
        .outerjoin(
            earlier,
            and_(
                earlier.c.conversation_id == _conversations.c.id,
                earlier.c.sender_id == _sender,
                earlier.c.client_message_id == bindparam("client_message_id", type_=Text),
            ),
        )
        .outerjoin(
            _answers,
            and_(
                _answers.c.owner == bindparam("owner", type_=Text),
                _answers.c.key == bindparam("key", type_=Text),
                _answers.c.expires_at > _now,
            ),
        )
        .where(
            _conversations.c.id == bindparam("conversation_id"),
            or_(
                _conversations.c.participant_a == _sender,
                _conversations.c.participant_b == _sender,
            ),
        )
    )


def _store(*, keep_answer: bool) -> Select[Any]:
    """Build the one write.

    The sender's row is locked exclusively because it may be updated, the conversation's
    is shared by both senders. A row that changed since it was read has another version,
    so that the guard is empty, and with it everything that hangs on it.
    """
    message_columns = field_names(Message)
    sender = (
        select(_persons.c.id)
        .where(
            _persons.c.id == bindparam("sender_id"),
            _persons.c.version == bindparam("sender_version"),
        )
        .with_for_update(key_share=True)
        .cte("sender")
    )
    guard = (
        select(_conversations.c.id)
        .join(sender, true())
        .where(
            _conversations.c.id == bindparam("conversation_id"),
            _conversations.c.version == bindparam("conversation_version"),
        )
        .with_for_update(read=True, of=_conversations)
        .cte("guard")
    )
    number = bindparam("daily_number", type_=_daily.c.messages_sent.type)
    earlier = _daily.alias("earlier")
    counted_before = select(earlier.c.date).where(
        earlier.c.conversation_id == guard.c.id,
        earlier.c.person_id == _sender,
        earlier.c.date == bindparam("counted_on", type_=Date),
    )
    counting = upsert(_daily).from_select(
        ["conversation_id", "person_id", "date", "messages_sent"],
        select(guard.c.id, _sender, bindparam("counted_on", type_=Date), number).where(
            or_(number == literal_column("1"), counted_before.exists())
        ),
    )
    counted = (
        counting.on_conflict_do_update(
            index_elements=["conversation_id", "person_id", "date"],
            set_={"messages_sent": counting.excluded.messages_sent},
            where=_daily.c.messages_sent == counting.excluded.messages_sent - literal_column("1"),
        )
        .returning(_daily.c.messages_sent)
        .cte("counted")
    )

    def beside(table: Table, columns: tuple[str, ...], prefix: str = "") -> Insert:
        values = [bindparam(prefix + name, type_=table.c[name].type) for name in columns]
        return insert(table).from_select(list(columns), select(*values).select_from(counted))

    written = [
        beside(_messages, message_columns).cte("written_message"),
        beside(tables.outbox, EVENT_COLUMNS, "event_").cte("written_event"),
        opened_day(sender, counted),
    ]
    if keep_answer:
        written.append(kept_answer(counted))
    return select(counted.c.messages_sent).add_cte(*written)


LOOK = Statement(_look())
STORE = {keep: Statement(_store(keep_answer=keep)) for keep in (False, True)}
_FORGET_EXPIRED = Statement(
    delete(_answers).where(
        _answers.c.owner == bindparam("owner"),
        _answers.c.key == bindparam("key"),
        _answers.c.expires_at <= bindparam("now"),
    )
)


def _part(row: Row, cls: type[T], prefix: str) -> T | None:
    """Give a value whose columns are all NULL when its row was not there to join."""
    names = field_names(cls)
    if row[prefix + names[0]] is None:
        return None
    return from_row(cls, {name: row[prefix + name] for name in names})


def _view(row: Row) -> SendView:
    day = row["counting_on"]
    return SendView(
        conversation=from_row(
            Conversation, {name: row[name] for name in field_names(Conversation)}
        ),
        sender_active=row["sender_status"] == PersonStatus.ACTIVE,
        sender_deleted=row["sender_status"] == PersonStatus.DELETED,
        partner_deleted=row["partner_deleted"],
        sender_timezone=row["sender_timezone"],
        sender_standing=TierStanding(
            Tier(row["tier"]), Tier(row["tier_peak"]), row["tier_peak_on"]
        ),
        sender_counting_day=None if day is None else CountingDay(day, row["counting_since"]),
        sender_version=row["sender_version"],
        blocked=row["blocked"],
        latest_count_on=row["latest_count_on"],
        latest_count=row["latest_count"] or 0,
        last_call_on=row["last_call_on"],
        has_open_call=row["has_open_call"],
        earlier=_part(row, Message, "earlier_"),
        kept_answer=_part(row, KeptAnswer, "kept_"),
    )


@frozen
class PostgresSendGate:
    """One look, one guarded write."""

    executor: Executor

    async def look(
        self,
        conversation_id: ConversationId,
        sender_id: PersonId,
        now: datetime,
        *,
        client_message_id: str | None = None,
        attempt: Attempt | None = None,
    ) -> SendView | None:
        """Give what a decision needs; None unless the sender takes part."""
        row = await self.executor.record(
            LOOK,
            {
                "conversation_id": conversation_id,
                "sender_id": sender_id,
                "now": now,
                "client_message_id": client_message_id,
                "owner": None if attempt is None else attempt.owner,
                "key": None if attempt is None else attempt.key,
            },
        )
        return None if row is None else _view(row)

    async def store(self, accepted: AcceptedMessage) -> bool:
        """Write a message and all that goes with it, or nothing."""
        seen, day = accepted.seen, accepted.day
        values = {
            **to_row(accepted.message),
            **event_row(accepted.event),
            "sender_version": seen.sender_version,
            "conversation_version": seen.conversation.version,
            "opens_day": day != seen.sender_counting_day,
            "counting_on": day.date,
            "counting_since": day.since,
        }
        keep = accepted.attempt is not None and accepted.answer is not None
        if accepted.attempt is not None and accepted.answer is not None:
            values |= {f"kept_{name}": value for name, value in to_row(accepted.answer).items()}
            values |= {"kept_owner": accepted.attempt.owner, "kept_key": accepted.attempt.key}
        try:
            return await self.executor.record(STORE[keep], values) is not None
        except asyncpg.UniqueViolationError as error:
            if self.executor.in_transaction:
                raise ConcurrentUpdateError from error
            if accepted.attempt is not None:
                await self._forget_expired(accepted.attempt, accepted.message.created_at)
            return False
        except ConcurrentUpdateError:
            if self.executor.in_transaction:
                raise
            return False

    async def hold(self, sender_id: PersonId) -> None:
        """Let nobody else store for this sender until the transaction ends."""
        await PostgresPersons(self.executor).lock(sender_id)

    async def _forget_expired(self, attempt: Attempt, now: datetime) -> None:
        await self.executor.rows(_FORGET_EXPIRED, owner=attempt.owner, key=attempt.key, now=now)
