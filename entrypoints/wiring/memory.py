"""The ports in memory, under the same names as on PostgreSQL."""

from collections.abc import Awaitable, Callable, Mapping

from dependency_injector.containers import DeclarativeContainer
from dependency_injector.providers import Dependency, List, Object, Singleton
from uuid_utils.compat import uuid7

from adapters.achievement_catalogue import default_catalogue
from adapters.clock import SystemClock
from adapters.memory.achievements import (
    MemoryAchievements,
    MemoryAchievers,
    MemoryAwardBacks,
    MemoryAwards,
    MemorySights,
)
from adapters.memory.backlog import MemoryBacklogs
from adapters.memory.billing import (
    MemoryBuyers,
    MemoryNotifications,
    MemoryPaymentList,
    MemoryPayments,
    MemoryPlanStandings,
    MemoryRefunds,
    MemorySubscriptions,
)
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
from adapters.memory.delivery_queue import (
    MemoryDeliveryQueue,
    MemoryEndpointClaims,
    MemorySinkClaims,
)
from adapters.memory.erasure import MemoryErasures, MemoryPersonalData
from adapters.memory.event_log import MemoryDeliveredEverywhere, MemoryEventLog
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
from adapters.memory.job_worker import MemoryWorker
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
from adapters.memory.prompts import (
    MemoryPrompts,
    MemoryPromptTalks,
    MemoryPromptTotals,
)
from adapters.memory.reactions import MemoryReactions
from adapters.memory.referral_erasure import MemoryReferralData
from adapters.memory.referral_records import MemoryReferralFigures, MemoryReferralRecords
from adapters.memory.referral_traces import (
    MemoryClaims,
    MemoryDiscounts,
    MemoryMilestoneRewards,
    MemoryPayers,
    MemoryTraces,
)
from adapters.memory.referrals import (
    MemoryDueReferrals,
    MemoryParties,
    MemoryReferralBook,
    MemoryReferralCodes,
    MemoryReferrals,
)
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
from adapters.memory.webhooks import MemoryDeliveries, MemoryWebhookEndpoints
from adapters.prometheus import Figures
from application.shared.rulebook import Rulebook
from domain.identity.pepper import Pepper


class NoConnection:
    """Memory needs no connecting."""

    async def open(self) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""

    async def check(self) -> None:
        """Do nothing."""

    @property
    def parts(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """What is needed to serve, by name, and how each is asked for an answer."""
        return {"memory": self.check}

    @property
    def usage(self) -> None:
        """Memory has no connections that could be used."""


class MemoryPorts(DeclarativeContainer):
    """The ports in memory."""

    store = Singleton(MemoryStore)
    connection = Singleton(NoConnection)
    figures = Singleton(Figures)
    new_id = Object(uuid7)
    rulebook = Dependency(instance_of=Rulebook)
    real_clock = Singleton(SystemClock)
    clock = Singleton(SystemClock)
    test_clock = Singleton(MemoryClock, store)
    transactions = Singleton(MemoryTransactions, store)
    answers = Singleton(MemoryKeptAnswers, store)
    persons = Singleton(MemoryPersons, store)
    directory = Singleton(MemoryPersonDirectory, store)
    blocks = Singleton(MemoryBlocks, store)
    reports = Singleton(MemoryReports, store)
    service_keys = Singleton(MemoryServiceKeys, store)
    code_tallies = Singleton(MemoryCodeTallies, store)
    sign_in_codes = Singleton(MemorySignInCodes, store)
    persons_by_email = Singleton(MemoryPersonsByEmail, store)
    sessions = Singleton(MemoryLoginSessions, store)
    google_attempts = Singleton(MemoryGoogleAttempts, store)
    past_sign_ins = Singleton(MemoryPastSignIns, store)
    google_links = Singleton(MemoryGoogleLinks, store)
    standings = Singleton(MemoryPairStandings, store)
    participants = Singleton(MemoryParticipants, store)
    conversations = Singleton(MemoryConversations, store)
    conversation_list = Singleton(MemoryConversationList, store)
    messages = Singleton(MemoryMessages, store)
    send_gate = Singleton(MemorySendGate, store)
    calls = Singleton(MemoryCalls, store)
    histories = Singleton(MemoryHistories, store)
    prompts = Singleton(MemoryPrompts, store)
    prompt_talks = Singleton(MemoryPromptTalks, store)
    prompt_totals = Singleton(MemoryPromptTotals, store)
    overdue_calls = Singleton(MemoryOverdueCalls, store)
    senders = Singleton(MemorySenders, store)
    wallets = Singleton(MemoryWallets, store)
    video_messages = Singleton(MemoryVideoMessages, store)
    rewards = Singleton(MemoryRewards, store)
    jobs = Singleton(MemoryJobs, store, new_id)
    job_schedule = Singleton(MemoryJobSchedule, store)
    job_runs = Singleton(MemoryJobRuns, store)
    job_list = Singleton(MemoryJobList, store)
    job_queue = Singleton(MemoryJobQueue, store)
    job_worker = Singleton(MemoryWorker, job_schedule, job_queue, clock)
    event_log = Singleton(MemoryEventLog, store)
    reactions = Singleton(MemoryReactions, store)
    streaks = Singleton(MemoryStreaks, store)
    catalogue = Object(default_catalogue)
    achievements = Singleton(MemoryAchievements, store)
    achievers = Singleton(MemoryAchievers, store)
    awards = Singleton(MemoryAwards, store)
    sights = Singleton(MemorySights, store)
    award_backs = Singleton(MemoryAwardBacks, store)
    delivered_everywhere = Singleton(MemoryDeliveredEverywhere, store)
    webhook_endpoints = Singleton(MemoryWebhookEndpoints, store)
    webhook_deliveries = Singleton(MemoryDeliveries, store)
    endpoint_claims = Singleton(MemoryEndpointClaims, store)
    delivery_queue = Singleton(MemoryDeliveryQueue, store)
    sink_claims = Singleton(MemorySinkClaims, store)
    preferences = Singleton(MemoryPreferences, store)
    erasures = Singleton(MemoryErasures, store)
    personal_data = List(Singleton(MemoryPersonalData, store), Singleton(MemoryReferralData, store))
    exported_records = Singleton(memory_records, store)
    pepper = Dependency(instance_of=Pepper)
    subscribers = Singleton(MemorySubscribers, store)
    usage_accounts = Singleton(MemoryUsageAccounts, store)
    usage_sessions = Singleton(MemoryUsageSessions, store)
    usage_records = Singleton(MemoryUsageRecords, store)
    usage_stats = Singleton(MemoryUsageStats, store)
    due_accounts = Singleton(MemoryDueAccounts, store)
    referral_parties = Singleton(MemoryParties, store)
    referral_codes = Singleton(MemoryReferralCodes, store)
    referrals = Singleton(MemoryReferrals, store)
    referral_book = Singleton(MemoryReferralBook, store)
    due_referrals = Singleton(MemoryDueReferrals, store)
    referral_traces = Singleton(MemoryTraces, store)
    referral_payers = Singleton(MemoryPayers, store)
    milestone_rewards = Singleton(MemoryMilestoneRewards, store)
    referral_claims = Singleton(MemoryClaims, store)
    referral_discounts = Singleton(MemoryDiscounts, store)
    referral_records = Singleton(MemoryReferralRecords, store)
    referral_figures = Singleton(MemoryReferralFigures, store)
    quotes = Singleton(MemoryQuotes, store)
    kept_grants = Singleton(MemoryKeptGrants, store)
    revenue_totals = Singleton(MemoryRevenueTotals, store)
    credit_accounts = Singleton(MemoryCreditAccounts, store)
    companion_conversations = Singleton(MemoryCompanionConversations, store)
    own_personas = Singleton(MemoryOwnPersonas, store)
    companion_sessions = Singleton(MemoryCompanionSessions, store)
    companion_messages = Singleton(MemoryCompanionMessages, store)
    observations = Singleton(MemoryObservations, store)
    latest_summaries = Singleton(MemoryLatestSummaries, store)
    model_budget = Singleton(MemoryModelBudget, store)
    backlogs = Singleton(MemoryBacklogs, store)
    buyers = Singleton(MemoryBuyers, store)
    payments = Singleton(MemoryPayments, store)
    payment_list = Singleton(MemoryPaymentList, store)
    refunds = Singleton(MemoryRefunds, store)
    subscriptions = Singleton(MemorySubscriptions, store)
    plan_standings = Singleton(MemoryPlanStandings, store)
    payment_notifications = Singleton(MemoryNotifications, store)
