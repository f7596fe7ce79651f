"""The stores in memory."""

import asyncio

from uuid_utils.compat import uuid7

from adapters.memory.achievements import (
    MemoryAchievements,
    MemoryAchievers,
    MemoryAwardBacks,
    MemoryAwards,
    MemorySights,
)
from adapters.memory.backlog import MemoryBacklogs
from adapters.memory.billing import MemoryNotifications, MemoryPayments
from adapters.memory.clock import MemoryClock
from adapters.memory.companion_sessions import (
    MemoryCompanionMessages,
    MemoryCompanionSessions,
)
from adapters.memory.conversations import (
    MemoryConversationList,
    MemoryConversations,
    MemoryMessages,
)
from adapters.memory.credits import MemorySenders, MemoryVideoMessages, MemoryWallets
from adapters.memory.erasure import MemoryErasures, MemoryPersonalData
from adapters.memory.exported_records import memory_records
from adapters.memory.google import MemoryGoogleAttempts, MemoryGoogleLinks
from adapters.memory.idempotency import MemoryKeptAnswers
from adapters.memory.identity import (
    MemoryBlocks,
    MemoryPersonDirectory,
    MemoryPersons,
    MemoryReports,
    MemoryServiceKeys,
)
from adapters.memory.jobs import (
    MemoryJobList,
    MemoryJobQueue,
    MemoryJobRuns,
    MemoryJobs,
    MemoryJobSchedule,
)
from adapters.memory.learning import MemoryPreferences
from adapters.memory.model_budget import MemoryModelBudget
from adapters.memory.past_sign_ins import MemoryPastSignIns
from adapters.memory.personas import (
    MemoryCompanionConversations,
    MemoryLatestSummaries,
    MemoryObservations,
    MemoryOwnPersonas,
)
from adapters.memory.prompts import MemoryPrompts, MemoryPromptTalks, MemoryPromptTotals
from adapters.memory.reactions import MemoryReactions
from adapters.memory.revenue import MemoryRevenueTotals
from adapters.memory.rewards import MemoryRewards
from adapters.memory.send_gate import MemorySendGate
from adapters.memory.shop import MemoryCreditAccounts, MemoryKeptGrants, MemoryQuotes
from adapters.memory.sign_in import (
    MemoryCodeTallies,
    MemoryLoginSessions,
    MemoryPersonsByEmail,
    MemorySignInCodes,
)
from adapters.memory.standing import MemoryPairStandings, MemoryParticipants
from adapters.memory.store import MemoryStore
from adapters.memory.streaks import MemoryStreaks
from adapters.memory.table import ConstraintError, Table
from adapters.memory.transaction import MemoryTransactions
from adapters.memory.usage import (
    MemoryDueAccounts,
    MemorySubscribers,
    MemoryUsageAccounts,
    MemoryUsageRecords,
    MemoryUsageSessions,
    MemoryUsageStats,
)
from adapters.memory.video import MemoryCalls, MemoryHistories, MemoryOverdueCalls
from application.shared.outbox import OutboxEvent
from domain.shared.ids import VideoCallId
from tests.contracts.referral_stores import memory_referrals
from tests.contracts.stores import PresenceRow, Stores
from tests.contracts.values import START

_TURNS_TO_GET_STUCK = 20


def memory_stores() -> Stores:
    store = MemoryStore()
    store.time = START
    conversations = MemoryConversations(store)

    async def outbox() -> list[OutboxEvent]:
        return store.outbox

    async def presence(call_id: VideoCallId) -> list[PresenceRow]:
        return [
            (row.person_id, row.presence, row.at)
            for row in store.presence
            if row.call_id == call_id
        ]

    async def mentions(text: str) -> list[str]:
        kept = {
            name: part.all() if isinstance(part, Table) else part
            for name, part in vars(store).items()
            if isinstance(part, Table | list)
        }
        assert len(kept) > 10
        return [name for name, rows in kept.items() if text in repr(rows)]

    async def somebody_waits() -> None:
        # Nothing here waits for anything but its turn, so every task soon does.
        for _ in range(_TURNS_TO_GET_STUCK):
            await asyncio.sleep(0)

    return Stores(
        transactions=MemoryTransactions(store),
        persons=MemoryPersons(store),
        directory=MemoryPersonDirectory(store),
        blocks=MemoryBlocks(store),
        reports=MemoryReports(store),
        service_keys=MemoryServiceKeys(store),
        preferences=MemoryPreferences(store),
        erasures=MemoryErasures(store),
        personal_data=MemoryPersonalData(store),
        records=memory_records(store),
        code_tallies=MemoryCodeTallies(store),
        sign_in_codes=MemorySignInCodes(store),
        persons_by_email=MemoryPersonsByEmail(store),
        google_attempts=MemoryGoogleAttempts(store),
        past_sign_ins=MemoryPastSignIns(store),
        google_links=MemoryGoogleLinks(store),
        sessions=MemoryLoginSessions(store),
        session_tokens=MemoryLoginSessions(store),
        session_directory=MemoryLoginSessions(store),
        standings=MemoryPairStandings(store),
        participants=MemoryParticipants(store),
        conversations=conversations,
        pair_conversations=conversations,
        summaries=MemoryConversationList(store),
        messages=MemoryMessages(store),
        send_gate=MemorySendGate(store),
        calls=MemoryCalls(store),
        histories=MemoryHistories(store),
        answers=MemoryKeptAnswers(store),
        overdue_calls=MemoryOverdueCalls(store),
        senders=MemorySenders(store),
        wallets=MemoryWallets(store),
        video_messages=MemoryVideoMessages(store),
        prompts=MemoryPrompts(store),
        prompt_talks=MemoryPromptTalks(store),
        prompt_totals=MemoryPromptTotals(store),
        rewards=MemoryRewards(store),
        due_rewards=MemoryRewards(store),
        dates_ahead=MemoryRewards(store),
        subscribers=MemorySubscribers(store),
        usage_accounts=MemoryUsageAccounts(store),
        usage_sessions=MemoryUsageSessions(store),
        usage_records=MemoryUsageRecords(store),
        usage_stats=MemoryUsageStats(store),
        companion_conversations=MemoryCompanionConversations(store),
        own_personas=MemoryOwnPersonas(store),
        companion_sessions=MemoryCompanionSessions(store),
        idle_sessions=MemoryCompanionSessions(store),
        growth_records=MemoryCompanionSessions(store),
        companion_messages=MemoryCompanionMessages(store),
        transcripts=MemoryCompanionMessages(store),
        observations=MemoryObservations(store),
        latest_summaries=MemoryLatestSummaries(store),
        model_budget=MemoryModelBudget(store),
        due_accounts=MemoryDueAccounts(store),
        referrals=memory_referrals(store),
        quotes=MemoryQuotes(store),
        kept_grants=MemoryKeptGrants(store),
        payments=MemoryPayments(store),
        payment_notifications=MemoryNotifications(store),
        revenue_totals=MemoryRevenueTotals(store),
        credit_accounts=MemoryCreditAccounts(store),
        jobs=MemoryJobs(store, uuid7),
        job_schedule=MemoryJobSchedule(store),
        job_queue=MemoryJobQueue(store),
        job_runs=MemoryJobRuns(store),
        job_list=MemoryJobList(store),
        backlogs=MemoryBacklogs(store),
        pending=MemoryReactions(store),
        progress=MemoryReactions(store),
        streaks=MemoryStreaks(store),
        streak_days=MemoryStreaks(store),
        last_credits=MemoryStreaks(store),
        achievements=MemoryAchievements(store),
        achievers=MemoryAchievers(store),
        awards=MemoryAwards(store),
        sights=MemorySights(store),
        award_backs=MemoryAwardBacks(store),
        clock=MemoryClock(store),
        outbox=outbox,
        presence=presence,
        somebody_waits=somebody_waits,
        constraint_error=ConstraintError,
        mentions=mentions,
    )
