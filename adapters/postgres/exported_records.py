"""What an export holds, on PostgreSQL."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
from attrs import frozen
from sqlalchemy import Uuid, bindparam, case, null, or_, select

from adapters.postgres import tables
from adapters.postgres.codec import columns_for, field_names, from_row
from adapters.postgres.executor import Executor
from adapters.postgres.exported_billing import billing_records
from adapters.postgres.exported_referrals import referral_records
from adapters.postgres.record_pages import PostgresJsonRecords, PostgresRecords, RecordList
from application.events.told_to_person import UNTOLD_EVENTS, UNTOLD_FIELDS
from application.identity.exported_companions import (
    OwnCompanion,
    OwnCompanionMessage,
    OwnCompanionSession,
    OwnObservation,
    OwnPersonaVersion,
    OwnSummary,
)
from application.identity.exported_records import (
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
from domain.shared.events import Event
from domain.shared.ids import PersonId

_person = bindparam("person_id", type_=Uuid)
_conversation = bindparam("conversation_id", type_=Uuid)


_conversations = tables.conversations
_CONVERSATIONS = RecordList(
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
_MESSAGES = RecordList(
    select(*columns_for(_messages, OwnMessage)).where(
        _messages.c.conversation_id == _conversation, _messages.c.sender_id == _person
    ),
    _messages.c.created_at,
    _messages.c.id,
)
_counts = tables.conversation_daily_messages
_COUNTS = RecordList(
    select(*columns_for(_counts, OwnDailyCount)).where(
        _counts.c.conversation_id == _conversation, _counts.c.person_id == _person
    ),
    _counts.c.date,
)
_markers = tables.read_markers
_MARKERS = RecordList(
    select(*columns_for(_markers, OwnReadMarker)).where(
        _markers.c.conversation_id == _conversation, _markers.c.person_id == _person
    ),
    _markers.c.person_id,
)
_calls = tables.video_calls
_CALLS = RecordList(
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
_PRESENCE = RecordList(
    select(*columns_for(_presence, OwnPresence))
    .join(_calls, _calls.c.id == _presence.c.call_id)
    .where(_calls.c.conversation_id == _conversation, _presence.c.person_id == _person),
    _presence.c.call_id,
    _presence.c.at,
    _presence.c.id,
)
_videos = tables.video_messages
_VIDEO_MESSAGES = RecordList(
    select(*columns_for(_videos, OwnVideoMessage)).where(_videos.c.sender_id == _person),
    _videos.c.created_at,
    _videos.c.id,
)
_wallets = tables.video_wallets
_CREDITS = RecordList(
    select(*columns_for(_wallets, OwnCredits)).where(_wallets.c.person_id == _person),
    _wallets.c.person_id,
)
_lots = tables.video_credit_lots
_CREDIT_LOTS = RecordList(
    select(*columns_for(_lots, OwnCreditLot)).where(_lots.c.person_id == _person),
    _lots.c.number,
)
_ledger = tables.video_credit_ledger
_CREDIT_MOVES = RecordList(
    select(*columns_for(_ledger, OwnCreditMove)).where(_ledger.c.person_id == _person),
    _ledger.c.number,
)
_prompts = tables.smart_prompt_events
_PROMPTS = RecordList(
    select(*columns_for(_prompts, OwnPrompt)).where(_prompts.c.person_id == _person),
    _prompts.c.shown_at,
    _prompts.c.id,
)
_reward = tables.reward_status
_REWARD = RecordList(
    select(*columns_for(_reward, OwnReward)).where(_reward.c.person_id == _person),
    _reward.c.person_id,
)
_blocks = tables.blocks
_BLOCKS = RecordList(
    select(*columns_for(_blocks, OwnBlock)).where(_blocks.c.blocker_id == _person),
    _blocks.c.blocked_id,
)
_reports = tables.reports
_REPORTS = RecordList(
    select(*columns_for(_reports, OwnReport)).where(_reports.c.reporter_id == _person),
    _reports.c.created_at,
    _reports.c.id,
)
_links = tables.google_links
_GOOGLE_ACCOUNTS = RecordList(
    select(*columns_for(_links, OwnGoogleAccount)).where(_links.c.person_id == _person),
    _links.c.issuer,
    _links.c.subject,
)
_sessions = tables.login_sessions
_SESSIONS = RecordList(
    select(*columns_for(_sessions, OwnSession)).where(_sessions.c.person_id == _person),
    _sessions.c.created_at,
    _sessions.c.id,
)
_streaks = tables.streaks
_STREAKS = RecordList(
    select(*columns_for(_streaks, OwnStreak)).where(_streaks.c.person_id == _person),
    _streaks.c.kind,
)
_streak_days = tables.streak_days
_STREAK_DAYS = RecordList(
    select(*columns_for(_streak_days, OwnStreakDay)).where(_streak_days.c.person_id == _person),
    _streak_days.c.kind,
    _streak_days.c.date,
)
_awards = tables.achievement_awards
_AWARDS = RecordList(
    select(*columns_for(_awards, OwnAward)).where(_awards.c.person_id == _person),
    _awards.c.key,
)
_totals = tables.achievement_totals
_TOTALS = RecordList(
    select(*columns_for(_totals, OwnTotals)).where(_totals.c.person_id == _person),
    _totals.c.person_id,
)
_periods = tables.usage_periods
_USAGE_PERIODS = RecordList(
    select(*columns_for(_periods, OwnUsagePeriod)).where(_periods.c.person_id == _person),
    _periods.c.period,
)
_usage = tables.usage_sessions
_USAGE_SESSIONS = RecordList(
    select(*columns_for(_usage, OwnUsageSession)).where(_usage.c.person_id == _person),
    _usage.c.started_at,
    _usage.c.id,
)
_lines = tables.usage_ledger
_USAGE_LEDGER = RecordList(
    select(*columns_for(_lines, OwnUsageLine)).where(_lines.c.person_id == _person),
    _lines.c.number,
)
_companions = tables.companion_conversations
_COMPANIONS = RecordList(
    select(*columns_for(_companions, OwnCompanion)).where(_companions.c.person_id == _person),
    _companions.c.id,
)
_versions = tables.persona_versions
_PERSONA_VERSIONS = RecordList(
    select(*columns_for(_versions, OwnPersonaVersion)).where(_versions.c.person_id == _person),
    _versions.c.version,
)
_talks = tables.companion_sessions
_COMPANION_SESSIONS = RecordList(
    select(*columns_for(_talks, OwnCompanionSession)).where(_talks.c.person_id == _person),
    _talks.c.started_at,
    _talks.c.id,
)
_words = tables.companion_messages
_COMPANION_MESSAGES = RecordList(
    select(*columns_for(_words, OwnCompanionMessage))
    .join(_companions, _companions.c.id == _words.c.conversation_id)
    .where(_companions.c.person_id == _person),
    _words.c.created_at,
    _words.c.id,
)
_observed = tables.companion_observations
_OBSERVATIONS = RecordList(
    select(*columns_for(_observed, OwnObservation)).where(_observed.c.person_id == _person),
    _observed.c.id,
)
_known = tables.user_summary_latest
_SUMMARY = RecordList(
    select(*columns_for(_known, OwnSummary)).where(_known.c.person_id == _person),
    _known.c.person_id,
)
_outbox = tables.outbox
_EVENTS = RecordList(
    select(*columns_for(_outbox, OwnEvent)).where(
        _outbox.c.person_id == _person, *(_outbox.c.type != untold for untold in UNTOLD_EVENTS)
    ),
    _outbox.c.position,
)


@frozen
class PostgresTalkRecords:
    """Rows that are found by the conversations of the person, one after the other."""

    executor: Executor
    rows: RecordList
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
        **billing_records(executor),
        **referral_records(executor),
        "companions": PostgresRecords(executor, _COMPANIONS, OwnCompanion),
        "persona_versions": PostgresJsonRecords(
            executor, _PERSONA_VERSIONS, OwnPersonaVersion, ("sliders",)
        ),
        "companion_sessions": PostgresJsonRecords(
            executor, _COMPANION_SESSIONS, OwnCompanionSession, ("persona_snapshot",)
        ),
        "companion_messages": PostgresRecords(executor, _COMPANION_MESSAGES, OwnCompanionMessage),
        "companion_observations": PostgresJsonRecords(executor, _OBSERVATIONS, OwnObservation, ()),
        "companion_summary": PostgresJsonRecords(executor, _SUMMARY, OwnSummary, ()),
        "events": PostgresEventRecords(executor),
    }
