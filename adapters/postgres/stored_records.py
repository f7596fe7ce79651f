"""What an export holds, read a page at a time, on PostgreSQL."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
from attrs import frozen
from sqlalchemy import ColumnElement, Select, Uuid, bindparam, case, null, or_, select, tuple_

from adapters.postgres import tables
from adapters.postgres.codec import columns_for, field_names, from_row
from adapters.postgres.executor import Executor, Row, Statement
from application.identity.stored_records import (
    OwnAward,
    OwnBlock,
    OwnCall,
    OwnConversation,
    OwnCreditLot,
    OwnCreditMove,
    OwnCredits,
    OwnDailyCount,
    OwnEvent,
    OwnGoogleAccount,
    OwnMessage,
    OwnPresence,
    OwnPrompt,
    OwnReadMarker,
    OwnReport,
    OwnReward,
    OwnSession,
    OwnStreak,
    OwnStreakDay,
    OwnTotals,
    OwnUsageLine,
    OwnUsagePeriod,
    OwnUsageSession,
    OwnVideoMessage,
)
from application.shared.untold import UNTOLD_EVENTS, UNTOLD_FIELDS
from domain.shared.events import Event
from domain.shared.ids import PersonId

PAGE_ROWS = 500

_person = bindparam("person_id", type_=Uuid)
_conversation = bindparam("conversation_id", type_=Uuid)


class _List:
    """Rows in the order of some of their columns, which the key of each page's last row ends."""

    def __init__(self, statement: Select[Any], *order: ColumnElement[Any]) -> None:
        keys = [column.label(f"key_{number}") for number, column in enumerate(order)]
        after = [
            bindparam(f"after_{number}", type_=column.type) for number, column in enumerate(order)
        ]
        rows = statement.add_columns(*keys).order_by(*order).limit(bindparam("take"))
        self._keys = [key.name for key in keys]
        # Two statements, as a condition that might not hold would keep the index from its use.
        self._first = Statement(rows)
        self._next = Statement(rows.where(tuple_(*order) > tuple_(*after)))

    async def pages(self, executor: Executor, **values: Any) -> AsyncIterator[Sequence[Row]]:
        rows = await executor.rows(self._first, **values, take=PAGE_ROWS)
        while rows:
            yield [
                {name: value for name, value in row.items() if name not in self._keys}
                for row in rows
            ]
            if len(rows) < PAGE_ROWS:
                return
            last = {f"after_{number}": rows[-1][key] for number, key in enumerate(self._keys)}
            rows = await executor.rows(self._next, **values, **last, take=PAGE_ROWS)


_conversations = tables.conversations
_CONVERSATIONS = _List(
    select(
        _conversations.c.id,
        _conversations.c.kind,
        case(
            (_conversations.c.participant_a == _person, _conversations.c.participant_b),
            else_=_conversations.c.participant_a,
        ).label("other_id"),
        _conversations.c.started_at,
    ).where(
        or_(
            _conversations.c.participant_a == _person,
            _conversations.c.participant_b == _person,
        )
    ),
    _conversations.c.id,
)
_messages = tables.messages
_MESSAGES = _List(
    select(*columns_for(_messages, OwnMessage)).where(
        _messages.c.conversation_id == _conversation, _messages.c.sender_id == _person
    ),
    _messages.c.created_at,
    _messages.c.id,
)
_counts = tables.conversation_daily_messages
_COUNTS = _List(
    select(*columns_for(_counts, OwnDailyCount)).where(
        _counts.c.conversation_id == _conversation, _counts.c.person_id == _person
    ),
    _counts.c.date,
)
_markers = tables.read_markers
_MARKERS = _List(
    select(*columns_for(_markers, OwnReadMarker)).where(
        _markers.c.conversation_id == _conversation, _markers.c.person_id == _person
    ),
    _markers.c.person_id,
)
_calls = tables.video_calls
_CALLS = _List(
    select(
        *(_calls.c[name] for name in field_names(OwnCall) if name != "counted_on"),
        case(
            (_calls.c.outcome.is_(None), null()),
            (_calls.c.initiator_id == _person, _calls.c.counts_on_initiator),
            else_=_calls.c.counts_on_callee,
        ).label("counted_on"),
    ).where(_calls.c.conversation_id == _conversation),
    _calls.c.created_at,
    _calls.c.id,
)
_presence = tables.video_call_presence
_PRESENCE = _List(
    select(*columns_for(_presence, OwnPresence))
    .join(_calls, _calls.c.id == _presence.c.call_id)
    .where(_calls.c.conversation_id == _conversation, _presence.c.person_id == _person),
    _presence.c.call_id,
    _presence.c.at,
    _presence.c.id,
)
_videos = tables.video_messages
_VIDEO_MESSAGES = _List(
    select(*columns_for(_videos, OwnVideoMessage)).where(_videos.c.sender_id == _person),
    _videos.c.created_at,
    _videos.c.id,
)
_wallets = tables.video_wallets
_CREDITS = _List(
    select(*columns_for(_wallets, OwnCredits)).where(_wallets.c.person_id == _person),
    _wallets.c.person_id,
)
_lots = tables.video_credit_lots
_CREDIT_LOTS = _List(
    select(*columns_for(_lots, OwnCreditLot)).where(_lots.c.person_id == _person),
    _lots.c.number,
)
_ledger = tables.video_credit_ledger
_CREDIT_MOVES = _List(
    select(*columns_for(_ledger, OwnCreditMove)).where(_ledger.c.person_id == _person),
    _ledger.c.number,
)
_prompts = tables.smart_prompt_events
_PROMPTS = _List(
    select(*columns_for(_prompts, OwnPrompt)).where(_prompts.c.person_id == _person),
    _prompts.c.shown_at,
    _prompts.c.id,
)
_reward = tables.reward_status
_REWARD = _List(
    select(*columns_for(_reward, OwnReward)).where(_reward.c.person_id == _person),
    _reward.c.person_id,
)
_blocks = tables.blocks
_BLOCKS = _List(
    select(*columns_for(_blocks, OwnBlock)).where(_blocks.c.blocker_id == _person),
    _blocks.c.blocked_id,
)
_reports = tables.reports
_REPORTS = _List(
    select(*columns_for(_reports, OwnReport)).where(_reports.c.reporter_id == _person),
    _reports.c.created_at,
    _reports.c.id,
)
_links = tables.google_links
_GOOGLE_ACCOUNTS = _List(
    select(*columns_for(_links, OwnGoogleAccount)).where(_links.c.person_id == _person),
    _links.c.issuer,
    _links.c.subject,
)
_sessions = tables.login_sessions
_SESSIONS = _List(
    select(*columns_for(_sessions, OwnSession)).where(_sessions.c.person_id == _person),
    _sessions.c.created_at,
    _sessions.c.id,
)
_streaks = tables.streaks
_STREAKS = _List(
    select(*columns_for(_streaks, OwnStreak)).where(_streaks.c.person_id == _person),
    _streaks.c.kind,
)
_streak_days = tables.streak_days
_STREAK_DAYS = _List(
    select(*columns_for(_streak_days, OwnStreakDay)).where(_streak_days.c.person_id == _person),
    _streak_days.c.kind,
    _streak_days.c.date,
)
_awards = tables.achievement_awards
_AWARDS = _List(
    select(*columns_for(_awards, OwnAward)).where(_awards.c.person_id == _person),
    _awards.c.key,
)
_totals = tables.achievement_totals
_TOTALS = _List(
    select(*columns_for(_totals, OwnTotals)).where(_totals.c.person_id == _person),
    _totals.c.person_id,
)
_periods = tables.usage_periods
_USAGE_PERIODS = _List(
    select(*columns_for(_periods, OwnUsagePeriod)).where(_periods.c.person_id == _person),
    _periods.c.period,
)
_usage = tables.usage_sessions
_USAGE_SESSIONS = _List(
    select(*columns_for(_usage, OwnUsageSession)).where(_usage.c.person_id == _person),
    _usage.c.started_at,
    _usage.c.id,
)
_lines = tables.usage_ledger
_USAGE_LEDGER = _List(
    select(*columns_for(_lines, OwnUsageLine)).where(_lines.c.person_id == _person),
    _lines.c.number,
)
_outbox = tables.outbox
_EVENTS = _List(
    select(*columns_for(_outbox, OwnEvent)).where(
        _outbox.c.person_id == _person, *(_outbox.c.type != untold for untold in UNTOLD_EVENTS)
    ),
    _outbox.c.position,
)


@frozen
class PostgresRecords:
    """Rows that name the person themselves."""

    executor: Executor
    rows: _List
    cls: type[Any]

    async def pages(self, person_id: PersonId) -> AsyncIterator[tuple[object, ...]]:
        """Give what is stored of a person, some at a time."""
        async for rows in self.rows.pages(self.executor, person_id=person_id):
            yield tuple(from_row(self.cls, row) for row in rows)


@frozen
class PostgresJsonRecords:
    """Rows that name the person themselves, and hold JSON in some columns."""

    executor: Executor
    rows: _List
    cls: type[Any]
    json: tuple[str, ...]

    async def pages(self, person_id: PersonId) -> AsyncIterator[tuple[object, ...]]:
        """Give what is stored of a person, some at a time."""
        async for rows in self.rows.pages(self.executor, person_id=person_id):
            yield tuple(self.cls(**{**row, **self._read(row)}) for row in rows)

    def _read(self, row: Row) -> dict[str, Any]:
        return {
            name: None if row[name] is None else msgspec.json.decode(row[name])
            for name in self.json
        }


@frozen
class PostgresTalkRecords:
    """Rows that are found by the conversations of the person, one after the other."""

    executor: Executor
    rows: _List
    cls: type[Any]

    async def pages(self, person_id: PersonId) -> AsyncIterator[tuple[object, ...]]:
        """Give what is stored of a person, some at a time."""
        async for conversations in _CONVERSATIONS.pages(self.executor, person_id=person_id):
            for conversation in conversations:
                async for rows in self.rows.pages(
                    self.executor, person_id=person_id, conversation_id=conversation["id"]
                ):
                    yield tuple(from_row(self.cls, row) for row in rows)


@frozen
class PostgresEventRecords:
    """The events about the person."""

    executor: Executor

    async def pages(self, person_id: PersonId) -> AsyncIterator[tuple[object, ...]]:
        """Give what is stored of a person, some at a time."""
        async for rows in _EVENTS.pages(self.executor, person_id=person_id):
            yield tuple(OwnEvent(**{**row, "data": _own(row["data"])}) for row in rows)


_LEFT_OUT = {*field_names(Event), *UNTOLD_FIELDS}


def _own(data: str) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.json.decode(data)
    return {name: value for name, value in told.items() if name not in _LEFT_OUT}


def postgres_records(executor: Executor) -> dict[str, Any]:
    """Give all kinds of records by their names in the export, in its order."""
    return {
        "conversations": PostgresRecords(executor, _CONVERSATIONS, OwnConversation),
        "messages": PostgresTalkRecords(executor, _MESSAGES, OwnMessage),
        "daily_counts": PostgresTalkRecords(executor, _COUNTS, OwnDailyCount),
        "read_markers": PostgresTalkRecords(executor, _MARKERS, OwnReadMarker),
        "video_calls": PostgresTalkRecords(executor, _CALLS, OwnCall),
        "presence": PostgresTalkRecords(executor, _PRESENCE, OwnPresence),
        "video_messages": PostgresRecords(executor, _VIDEO_MESSAGES, OwnVideoMessage),
        "video_credits": PostgresRecords(executor, _CREDITS, OwnCredits),
        "video_credit_lots": PostgresRecords(executor, _CREDIT_LOTS, OwnCreditLot),
        "video_credit_ledger": PostgresRecords(executor, _CREDIT_MOVES, OwnCreditMove),
        "prompts": PostgresRecords(executor, _PROMPTS, OwnPrompt),
        "reward": PostgresRecords(executor, _REWARD, OwnReward),
        "blocks": PostgresRecords(executor, _BLOCKS, OwnBlock),
        "reports": PostgresRecords(executor, _REPORTS, OwnReport),
        "google_accounts": PostgresRecords(executor, _GOOGLE_ACCOUNTS, OwnGoogleAccount),
        "sessions": PostgresRecords(executor, _SESSIONS, OwnSession),
        "streaks": PostgresRecords(executor, _STREAKS, OwnStreak),
        "streak_days": PostgresRecords(executor, _STREAK_DAYS, OwnStreakDay),
        "achievements": PostgresJsonRecords(
            executor, _AWARDS, OwnAward, ("inputs", "social_context")
        ),
        "achievement_totals": PostgresJsonRecords(executor, _TOTALS, OwnTotals, ("counted",)),
        "usage_periods": PostgresRecords(executor, _USAGE_PERIODS, OwnUsagePeriod),
        "usage_sessions": PostgresRecords(executor, _USAGE_SESSIONS, OwnUsageSession),
        "usage_ledger": PostgresRecords(executor, _USAGE_LEDGER, OwnUsageLine),
        "events": PostgresEventRecords(executor),
    }
