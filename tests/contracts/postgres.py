"""The stores on PostgreSQL."""

import asyncio

import asyncpg
import msgspec
from uuid_utils.compat import uuid7

from adapters.event_catalogue import EVENTS
from adapters.jobs.queue import PgQueuerQueue
from adapters.postgres.account_credit import PostgresCreditAccounts
from adapters.postgres.achievements import PostgresAchievements, PostgresAchievers
from adapters.postgres.awards import PostgresAwardBacks, PostgresAwards, PostgresSights
from adapters.postgres.backlog import PostgresBacklogs
from adapters.postgres.clock import PostgresTestClock
from adapters.postgres.companion_sessions import (
    PostgresCompanionMessages,
    PostgresCompanionSessions,
)
from adapters.postgres.conversation_list import PostgresConversationList
from adapters.postgres.conversations import PostgresConversations, PostgresMessages
from adapters.postgres.credits import PostgresSenders, PostgresWallets
from adapters.postgres.erasure import PostgresErasures, PostgresPersonalData
from adapters.postgres.event_log import PostgresEventLog
from adapters.postgres.executor import Executor
from adapters.postgres.exported_records import postgres_records
from adapters.postgres.google import PostgresGoogleAttempts, PostgresGoogleLinks
from adapters.postgres.idempotency import PostgresKeptAnswers
from adapters.postgres.identity import (
    PostgresBlocks,
    PostgresPersonDirectory,
    PostgresPersons,
    PostgresReports,
)
from adapters.postgres.jobs import (
    PostgresJobList,
    PostgresJobRuns,
    PostgresJobs,
    PostgresJobSchedule,
)
from adapters.postgres.kept_grants import PostgresKeptGrants
from adapters.postgres.learning import PostgresPreferences
from adapters.postgres.model_budget import PostgresModelBudget
from adapters.postgres.past_sign_ins import PostgresPastSignIns
from adapters.postgres.payments import PostgresNotifications, PostgresPayments
from adapters.postgres.personas import (
    PostgresCompanionConversations,
    PostgresLatestSummaries,
    PostgresObservations,
    PostgresOwnPersonas,
)
from adapters.postgres.prompts import PostgresPrompts, PostgresPromptTalks, PostgresPromptTotals
from adapters.postgres.quotes import PostgresQuotes
from adapters.postgres.reactions import PostgresReactions
from adapters.postgres.revenue import PostgresRevenueTotals
from adapters.postgres.rewards import PostgresRewards
from adapters.postgres.send_gate import PostgresSendGate
from adapters.postgres.service_keys import PostgresServiceKeys
from adapters.postgres.sign_in import (
    PostgresCodeTallies,
    PostgresLoginSessions,
    PostgresPersonsByEmail,
    PostgresSignInCodes,
)
from adapters.postgres.standing import PostgresPairStandings, PostgresParticipants
from adapters.postgres.streaks import PostgresStreaks
from adapters.postgres.transaction import PostgresTransactions
from adapters.postgres.usage import (
    PostgresDueAccounts,
    PostgresSubscribers,
    PostgresUsageAccounts,
    PostgresUsageSessions,
)
from adapters.postgres.usage_records import PostgresUsageRecords, PostgresUsageStats
from adapters.postgres.video import PostgresCalls, PostgresHistories, PostgresOverdueCalls
from adapters.postgres.video_messages import PostgresVideoMessages
from application.shared.outbox import OutboxEvent
from domain.shared.ids import VideoCallId
from domain.video.events import Presence
from tests.contracts.referral_stores import postgres_referrals
from tests.contracts.stores import PresenceRow, Stores

_SECONDS_TO_GET_STUCK = 5
_TABLES = """
    SELECT table_name FROM information_schema.tables
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
"""
# A row as text shows its bytes in hexadecimal, so kept answers are looked at as text as well.
_MENTIONS = """
    SELECT EXISTS (
        SELECT FROM {} AS row
        WHERE strpos(row::text, $1) > 0
        OR strpos(row::text, encode(convert_to($1, 'UTF8'), 'hex')) > 0
    )
"""
_EVENTS = {kind.__name__.lower(): kind for kind in EVENTS}


def postgres_stores(executor: Executor) -> Stores:
    conversations = PostgresConversations(executor)
    queue = PgQueuerQueue(executor)
    log = PostgresEventLog(executor)

    async def outbox() -> list[OutboxEvent]:
        async with executor.connections.lent() as connection:
            rows = await connection.fetch("SELECT id, type, data FROM outbox ORDER BY position")
        return [
            OutboxEvent(
                row["id"],
                msgspec.json.decode(row["data"], type=_EVENTS[row["type"].replace("_", "")]),
            )
            for row in rows
        ]

    async def presence(call_id: VideoCallId) -> list[PresenceRow]:
        async with executor.connections.lent() as connection:
            rows = await connection.fetch(
                "SELECT person_id, presence, at FROM video_call_presence"
                " WHERE call_id = $1 ORDER BY at, id",
                call_id,
            )
        return [(row["person_id"], Presence(row["presence"]), row["at"]) for row in rows]

    async def mentions(text: str) -> list[str]:
        async with executor.connections.lent() as connection:
            return [
                table
                for (table,) in await connection.fetch(_TABLES)
                if await connection.fetchval(_MENTIONS.format(table), text)
            ]

    async def somebody_waits() -> None:
        waiting = (
            "SELECT true FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        async with (
            asyncio.timeout(_SECONDS_TO_GET_STUCK),
            executor.connections.lent() as connection,
        ):
            while not await connection.fetchval(waiting):
                pass

    return Stores(
        transactions=PostgresTransactions(executor),
        persons=PostgresPersons(executor),
        directory=PostgresPersonDirectory(executor),
        blocks=PostgresBlocks(executor),
        reports=PostgresReports(executor),
        service_keys=PostgresServiceKeys(executor),
        preferences=PostgresPreferences(executor),
        erasures=PostgresErasures(executor),
        personal_data=PostgresPersonalData(executor),
        records=postgres_records(executor),
        code_tallies=PostgresCodeTallies(executor),
        sign_in_codes=PostgresSignInCodes(executor),
        persons_by_email=PostgresPersonsByEmail(executor),
        google_attempts=PostgresGoogleAttempts(executor),
        past_sign_ins=PostgresPastSignIns(executor),
        google_links=PostgresGoogleLinks(executor),
        sessions=PostgresLoginSessions(executor),
        session_tokens=PostgresLoginSessions(executor),
        session_directory=PostgresLoginSessions(executor),
        standings=PostgresPairStandings(executor),
        participants=PostgresParticipants(executor),
        conversations=conversations,
        pair_conversations=conversations,
        summaries=PostgresConversationList(executor),
        messages=PostgresMessages(executor),
        send_gate=PostgresSendGate(executor),
        calls=PostgresCalls(executor),
        histories=PostgresHistories(executor),
        answers=PostgresKeptAnswers(executor),
        overdue_calls=PostgresOverdueCalls(executor),
        senders=PostgresSenders(executor),
        wallets=PostgresWallets(executor),
        video_messages=PostgresVideoMessages(executor),
        prompts=PostgresPrompts(executor),
        prompt_talks=PostgresPromptTalks(executor),
        prompt_totals=PostgresPromptTotals(executor),
        rewards=PostgresRewards(executor),
        due_rewards=PostgresRewards(executor),
        dates_ahead=PostgresRewards(executor),
        subscribers=PostgresSubscribers(executor),
        usage_accounts=PostgresUsageAccounts(executor),
        usage_sessions=PostgresUsageSessions(executor),
        usage_records=PostgresUsageRecords(executor),
        usage_stats=PostgresUsageStats(executor),
        companion_conversations=PostgresCompanionConversations(executor),
        own_personas=PostgresOwnPersonas(executor),
        companion_sessions=PostgresCompanionSessions(executor),
        idle_sessions=PostgresCompanionSessions(executor),
        growth_records=PostgresCompanionSessions(executor),
        companion_messages=PostgresCompanionMessages(executor),
        transcripts=PostgresCompanionMessages(executor),
        observations=PostgresObservations(executor),
        latest_summaries=PostgresLatestSummaries(executor),
        model_budget=PostgresModelBudget(executor),
        due_accounts=PostgresDueAccounts(executor),
        referrals=postgres_referrals(executor),
        quotes=PostgresQuotes(executor),
        kept_grants=PostgresKeptGrants(executor),
        payments=PostgresPayments(executor),
        payment_notifications=PostgresNotifications(executor),
        revenue_totals=PostgresRevenueTotals(executor),
        credit_accounts=PostgresCreditAccounts(executor),
        jobs=PostgresJobs(executor, uuid7),
        job_schedule=PostgresJobSchedule(executor, queue),
        job_queue=queue,
        job_runs=PostgresJobRuns(executor),
        job_list=PostgresJobList(executor),
        backlogs=PostgresBacklogs(executor, log),
        pending=PostgresReactions(executor, log),
        progress=PostgresReactions(executor, log),
        streaks=PostgresStreaks(executor),
        streak_days=PostgresStreaks(executor),
        last_credits=PostgresStreaks(executor),
        achievements=PostgresAchievements(executor),
        achievers=PostgresAchievers(executor),
        awards=PostgresAwards(executor),
        sights=PostgresSights(executor),
        award_backs=PostgresAwardBacks(executor),
        clock=PostgresTestClock(executor),
        outbox=outbox,
        presence=presence,
        somebody_waits=somebody_waits,
        constraint_error=asyncpg.IntegrityConstraintViolationError,
        mentions=mentions,
    )
