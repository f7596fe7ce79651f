"""Erasure and its records, on PostgreSQL."""

from datetime import datetime

from attrs import frozen
from sqlalchemy import (
    ColumnElement,
    Uuid,
    any_,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres import tables
from adapters.postgres.codec import columns_for, field_names, from_row, to_row
from adapters.postgres.executor import Executor, Statement
from domain.identity.erasure import Erasure
from domain.shared.ids import PersonId

_preferences, _blocks, _reports = tables.learning_preferences, tables.blocks, tables.reports
_erasures = tables.erasures
_conversations = tables.conversations
_messages = tables.messages
_links, _outbox = tables.google_links, tables.outbox
_answers = tables.kept_answers
_videos, _ledger = tables.video_messages, tables.video_credit_ledger
_calls, _rewards = tables.video_calls, tables.reward_status
_usage_sessions, _usage_ledger = tables.usage_sessions, tables.usage_ledger
_credit_ledger = tables.account_credit_ledger
_payments, _payment_reports = tables.payments, tables.payment_reports
_refunds = tables.payment_refunds

_person = bindparam("person_id", type_=Uuid)
_ids = bindparam("ids", type_=ARRAY(Uuid))
_at = bindparam("at", type_=tables.Instant)
_NO_TEXT: ColumnElement[str] = literal_column("''")
_NO_BYTES: ColumnElement[bytes] = literal_column("''::bytea")
_NOWHERE: ColumnElement[str] = literal_column("""'{"timezone": "UTC", "locale": "und"}'::jsonb""")
_IN_NO_ZONE: ColumnElement[str] = literal_column("""'{"timezone": "UTC"}'::jsonb""")
_UTC: ColumnElement[str] = literal_column("'UTC'")
_ABOUT_NOTHING: ColumnElement[str] = literal_column(
    """'{"language": null, "conversation_id": null}'::jsonb"""
)
_NO_FINGERPRINT: ColumnElement[str] = literal_column("""'{"fingerprint": null}'::jsonb""")
_own_payments = select(_payments.c.id).where(_payments.c.person_id == _person)

_erasure = select(*columns_for(_erasures, Erasure))
_GET_ERASURE = Statement(_erasure.where(_erasures.c.person_id == _person))
_ERASURES_OF = Statement(
    _erasure.where(_erasures.c.email_hash == bindparam("email_hash")).order_by(
        _erasures.c.erased_at, _erasures.c.person_id
    )
)
_ADD_ERASURE = Statement(
    insert(_erasures).values({name: bindparam(name) for name in field_names(Erasure)})
)


@frozen
class PostgresErasures:
    """The records of erasures."""

    executor: Executor

    async def get(self, person_id: PersonId) -> Erasure | None:
        """Give the record of a person's erasure, if they were erased."""
        row = await self.executor.row(_GET_ERASURE, person_id=person_id)
        return None if row is None else from_row(Erasure, row)

    async def add(self, erasure: Erasure) -> None:
        """Add a record."""
        await self.executor.rows(_ADD_ERASURE, **to_row(erasure))

    async def of_email(self, email_hash: bytes) -> tuple[Erasure, ...]:
        """Give the erasures of those who had this address, the first one first."""
        rows = await self.executor.rows(_ERASURES_OF, email_hash=email_hash)
        return tuple(from_row(Erasure, row) for row in rows)


# In the order of ids, in which all erasures lock them. The guard of a send holds the
# version, so that nobody writes to the person on what was read before.
_LOCK_CONVERSATIONS = Statement(
    select(_conversations.c.id)
    .where(
        or_(_conversations.c.participant_a == _person, _conversations.c.participant_b == _person)
    )
    .order_by(_conversations.c.id)
    .with_for_update(key_share=True)
)
_RAISE_VERSIONS = Statement(
    update(_conversations)
    .where(_conversations.c.id == any_(_ids))
    .values(version=_conversations.c.version + 1)
)
_BLANK_MESSAGES = Statement(
    update(_messages)
    .where(
        _messages.c.conversation_id == bindparam("conversation_id"),
        _messages.c.sender_id == _person,
    )
    .values(
        text=_NO_TEXT,
        client_message_id=null(),
        first_text_digest=null(),
        deleted_at=func.coalesce(_messages.c.deleted_at, _at),
    )
)
# Whoever voided a call may have written of both who took part.
_BLANK_CALLS = Statement(
    update(_calls)
    .where(
        _calls.c.conversation_id == bindparam("conversation_id"),
        _calls.c.void_reason.is_not(None),
    )
    .values(void_reason=_NO_TEXT)
)
_ERASE_ELSEWHERE = (
    Statement(delete(_rewards).where(_rewards.c.person_id == _person)),
    Statement(delete(_preferences).where(_preferences.c.person_id == _person)),
    Statement(delete(_blocks).where(_blocks.c.blocker_id == _person)),
    Statement(delete(_links).where(_links.c.person_id == _person)),
    Statement(
        update(tables.reports)
        .where(tables.reports.c.reporter_id == _person)
        .values(reason=_NO_TEXT)
    ),
    Statement(update(_videos).where(_videos.c.sender_id == _person).values(upload_ref=_NO_TEXT)),
    Statement(update(_ledger).where(_ledger.c.person_id == _person).values(reason=null())),
    Statement(
        update(_outbox)
        .where(_outbox.c.person_id == _person, _outbox.c.type == "person_registered")
        .values(data=_outbox.c.data.op("||")(_NOWHERE))
    ),
    Statement(
        update(_outbox)
        .where(_outbox.c.person_id == _person, _outbox.c.type == "streak_credited")
        .values(data=_outbox.c.data.op("||")(_IN_NO_ZONE))
    ),
    Statement(delete(tables.streak_days).where(tables.streak_days.c.person_id == _person)),
    Statement(delete(tables.streaks).where(tables.streaks.c.person_id == _person)),
    *(
        Statement(delete(table).where(table.c.person_id == _person))
        for table in (
            tables.achievement_awards,
            tables.achievement_partners,
            tables.achievement_totals,
        )
    ),
    *(
        Statement(delete(table).where(table.c.person_id == _person))
        for table in (
            tables.companion_observations,
            tables.companion_messages,
            tables.companion_sessions,
            tables.companion_conversations,
            tables.user_summary_latest,
            tables.model_budgets,
            tables.persona_versions,
            tables.personas,
        )
    ),
    Statement(
        update(_usage_sessions)
        .where(_usage_sessions.c.person_id == _person)
        .values(language=null(), conversation_id=null())
    ),
    Statement(
        update(_usage_ledger).where(_usage_ledger.c.person_id == _person).values(reason=null())
    ),
    *(
        Statement(delete(table).where(table.c.person_id == _person))
        for table in (tables.quotes, tables.kept_grants)
    ),
    Statement(
        update(_payments)
        .where(_payments.c.person_id == _person)
        .values(page_url=null(), client_token=null(), fingerprint=null())
    ),
    Statement(
        update(_payment_reports)
        .where(_payment_reports.c.payment_id.in_(_own_payments))
        .values(fingerprint=null())
    ),
    Statement(
        update(_refunds).where(_refunds.c.payment_id.in_(_own_payments)).values(reason=_NO_TEXT)
    ),
    Statement(
        update(tables.subscriptions)
        .where(tables.subscriptions.c.person_id == _person)
        .values(customer_id=null())
    ),
    Statement(
        update(_outbox)
        .where(_outbox.c.person_id == _person, _outbox.c.type == "payment_settled")
        .values(data=_outbox.c.data.op("||")(_NO_FINGERPRINT))
    ),
    Statement(
        update(_credit_ledger).where(_credit_ledger.c.person_id == _person).values(reason=null())
    ),
    *(
        Statement(update(table).where(table.c.person_id == _person).values(timezone=_UTC))
        for table in (tables.usage_accounts, tables.usage_periods)
    ),
    Statement(
        update(_outbox)
        .where(
            _outbox.c.person_id == _person,
            or_(_outbox.c.type == "usage_account_opened", _outbox.c.type == "usage_zone_changed"),
        )
        .values(data=_outbox.c.data.op("||")(_IN_NO_ZONE))
    ),
    Statement(
        update(_outbox)
        .where(_outbox.c.person_id == _person, _outbox.c.type == "usage_session_started")
        .values(data=_outbox.c.data.op("||")(_ABOUT_NOTHING))
    ),
    Statement(
        update(_answers)
        .where(_answers.c.person_id == _person)
        .values(body=_NO_BYTES, fingerprint=_NO_BYTES)
    ),
)


@frozen
class PostgresPersonalData:
    """What persons wrote or said of themselves, save for their profile."""

    executor: Executor

    async def erase(self, person_id: PersonId, at: datetime) -> None:
        """Erase it for a locked person, one conversation at a time to bound each statement."""
        rows = await self.executor.rows(_LOCK_CONVERSATIONS, person_id=person_id)
        ids = [row["id"] for row in rows]
        await self.executor.rows(_RAISE_VERSIONS, ids=ids)
        for conversation_id in ids:
            await self.executor.rows(
                _BLANK_MESSAGES, conversation_id=conversation_id, person_id=person_id, at=at
            )
            await self.executor.rows(_BLANK_CALLS, conversation_id=conversation_id)
        for statement in _ERASE_ELSEWHERE:
            await self.executor.rows(statement, person_id=person_id)
