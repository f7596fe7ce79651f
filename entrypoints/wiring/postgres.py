"""The ports on PostgreSQL."""

from collections.abc import Awaitable, Callable, Mapping

import asyncpg
from attrs import frozen
from dependency_injector.containers import DeclarativeContainer
from dependency_injector.providers import Dependency, List, Object, Singleton
from uuid_utils.compat import uuid7

from adapters.achievement_catalogue import default_catalogue
from adapters.clock import SystemClock
from adapters.jobs.queue import PgQueuerQueue
from adapters.jobs.worker import PgQueuerWorker
from adapters.postgres.account_credit import PostgresCreditAccounts
from adapters.postgres.achievements import PostgresAchievements, PostgresAchievers
from adapters.postgres.awards import PostgresAwardBacks, PostgresAwards, PostgresSights
from adapters.postgres.backlog import PostgresBacklogs
from adapters.postgres.clock import PostgresTestClock
from adapters.postgres.companion_sessions import (
    PostgresCompanionMessages,
    PostgresCompanionSessions,
)
from adapters.postgres.connections import Usage
from adapters.postgres.conversation_list import PostgresConversationList
from adapters.postgres.conversations import PostgresConversations, PostgresMessages
from adapters.postgres.credits import PostgresSenders, PostgresWallets
from adapters.postgres.delivery_queue import (
    PostgresDeliveryQueue,
    PostgresEndpointClaims,
    PostgresSinkClaims,
)
from adapters.postgres.erasure import PostgresErasures, PostgresPersonalData
from adapters.postgres.event_log import PostgresDeliveredEverywhere, PostgresEventLog
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
from adapters.postgres.key_cache import CachedServiceKeys
from adapters.postgres.learning import PostgresPreferences
from adapters.postgres.model_budget import PostgresModelBudget
from adapters.postgres.past_sign_ins import PostgresPastSignIns
from adapters.postgres.payments import (
    PostgresNotifications,
    PostgresPaymentList,
    PostgresPayments,
    PostgresRefunds,
)
from adapters.postgres.personas import (
    PostgresCompanionConversations,
    PostgresLatestSummaries,
    PostgresObservations,
    PostgresOwnPersonas,
)
from adapters.postgres.prompts import (
    PostgresPrompts,
    PostgresPromptTalks,
    PostgresPromptTotals,
)
from adapters.postgres.quotes import PostgresQuotes
from adapters.postgres.reactions import PostgresReactions
from adapters.postgres.referral_erasure import PostgresReferralData
from adapters.postgres.referral_records import PostgresReferralFigures, PostgresReferralRecords
from adapters.postgres.referral_traces import (
    PostgresClaims,
    PostgresDiscounts,
    PostgresMilestoneRewards,
    PostgresPayers,
    PostgresTraces,
)
from adapters.postgres.referrals import (
    PostgresDueReferrals,
    PostgresParties,
    PostgresReferralBook,
    PostgresReferralCodes,
    PostgresReferrals,
)
from adapters.postgres.revenue import PostgresRevenueTotals
from adapters.postgres.rewards import PostgresRewards
from adapters.postgres.send_gate import PostgresSendGate
from adapters.postgres.sign_in import (
    PostgresCodeTallies,
    PostgresLoginSessions,
    PostgresPersonsByEmail,
    PostgresSignInCodes,
)
from adapters.postgres.standing import PostgresPairStandings, PostgresParticipants
from adapters.postgres.streaks import PostgresStreaks
from adapters.postgres.subscriptions import (
    PostgresBuyers,
    PostgresPlanStandings,
    PostgresSubscriptions,
)
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
from adapters.postgres.webhooks import PostgresDeliveries, PostgresWebhookEndpoints
from adapters.prometheus import Figures
from application.shared.rulebook import Rulebook
from domain.identity.pepper import Pepper


@frozen
class PostgresConnection:
    """What is opened before the ports are used, and closed after."""

    store: Executor
    service_keys: CachedServiceKeys

    async def open(self) -> None:
        """Connect.

        Raises:
            StoreUnavailableError: The database cannot be reached.
        """
        await self.store.open()
        await self.service_keys.open()

    async def check(self) -> None:
        """Ask the database for an answer.

        Raises:
            StoreUnavailableError: It gives none.
        """
        await self.store.check()

    @property
    def parts(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """What is needed to serve, by name, and how each is asked for an answer."""
        return {"database": self.check}

    @property
    def usage(self) -> Usage | None:
        """How the connections are used at this moment."""
        return self.store.connections.usage

    async def close(self) -> None:
        """Let go of all connections."""
        await self.service_keys.close()
        await self.store.close()


class PostgresPorts(DeclarativeContainer):
    """The ports on PostgreSQL."""

    url = Dependency(instance_of=str)
    pool_size = Dependency(instance_of=int)
    job_slots = Dependency(instance_of=int)
    connection_class = Object(asyncpg.Connection)
    store = Singleton(Executor, url=url, pool_size=pool_size, connection_class=connection_class)
    figures = Singleton(Figures)
    new_id = Object(uuid7)
    rulebook = Dependency(instance_of=Rulebook)
    real_clock = Singleton(SystemClock)
    clock = Singleton(SystemClock)
    test_clock = Singleton(PostgresTestClock, store)
    transactions = Singleton(PostgresTransactions, store)
    answers = Singleton(PostgresKeptAnswers, store)
    persons = Singleton(PostgresPersons, store)
    directory = Singleton(PostgresPersonDirectory, store)
    blocks = Singleton(PostgresBlocks, store)
    reports = Singleton(PostgresReports, store)
    service_keys = Singleton(CachedServiceKeys, store)
    code_tallies = Singleton(PostgresCodeTallies, store)
    sign_in_codes = Singleton(PostgresSignInCodes, store)
    persons_by_email = Singleton(PostgresPersonsByEmail, store)
    sessions = Singleton(PostgresLoginSessions, store)
    google_attempts = Singleton(PostgresGoogleAttempts, store)
    past_sign_ins = Singleton(PostgresPastSignIns, store)
    google_links = Singleton(PostgresGoogleLinks, store)
    connection = Singleton(PostgresConnection, store, service_keys)
    standings = Singleton(PostgresPairStandings, store)
    participants = Singleton(PostgresParticipants, store)
    conversations = Singleton(PostgresConversations, store)
    conversation_list = Singleton(PostgresConversationList, store)
    messages = Singleton(PostgresMessages, store)
    send_gate = Singleton(PostgresSendGate, store)
    calls = Singleton(PostgresCalls, store)
    histories = Singleton(PostgresHistories, store)
    prompts = Singleton(PostgresPrompts, store)
    prompt_talks = Singleton(PostgresPromptTalks, store)
    prompt_totals = Singleton(PostgresPromptTotals, store)
    overdue_calls = Singleton(PostgresOverdueCalls, store)
    senders = Singleton(PostgresSenders, store)
    wallets = Singleton(PostgresWallets, store)
    video_messages = Singleton(PostgresVideoMessages, store)
    rewards = Singleton(PostgresRewards, store)
    jobs = Singleton(PostgresJobs, store, new_id)
    job_queue = Singleton(PgQueuerQueue, store)
    job_schedule = Singleton(PostgresJobSchedule, store, job_queue)
    job_runs = Singleton(PostgresJobRuns, store)
    job_list = Singleton(PostgresJobList, store)
    job_worker = Singleton(PgQueuerWorker, url, job_slots, job_schedule, clock)
    event_log = Singleton(PostgresEventLog, store)
    reactions = Singleton(PostgresReactions, store, event_log)
    streaks = Singleton(PostgresStreaks, store)
    catalogue = Object(default_catalogue)
    achievements = Singleton(PostgresAchievements, store)
    achievers = Singleton(PostgresAchievers, store)
    awards = Singleton(PostgresAwards, store)
    sights = Singleton(PostgresSights, store)
    award_backs = Singleton(PostgresAwardBacks, store)
    delivered_everywhere = Singleton(PostgresDeliveredEverywhere, store)
    webhook_endpoints = Singleton(PostgresWebhookEndpoints, store)
    webhook_deliveries = Singleton(PostgresDeliveries, store)
    endpoint_claims = Singleton(PostgresEndpointClaims, store)
    delivery_queue = Singleton(PostgresDeliveryQueue, store)
    sink_claims = Singleton(PostgresSinkClaims, store)
    preferences = Singleton(PostgresPreferences, store)
    erasures = Singleton(PostgresErasures, store)
    personal_data = List(
        Singleton(PostgresPersonalData, store), Singleton(PostgresReferralData, store)
    )
    exported_records = Singleton(postgres_records, store)
    pepper = Dependency(instance_of=Pepper)
    subscribers = Singleton(PostgresSubscribers, store)
    usage_accounts = Singleton(PostgresUsageAccounts, store)
    usage_sessions = Singleton(PostgresUsageSessions, store)
    usage_records = Singleton(PostgresUsageRecords, store)
    usage_stats = Singleton(PostgresUsageStats, store)
    due_accounts = Singleton(PostgresDueAccounts, store)
    referral_parties = Singleton(PostgresParties, store)
    referral_codes = Singleton(PostgresReferralCodes, store)
    referrals = Singleton(PostgresReferrals, store)
    referral_book = Singleton(PostgresReferralBook, store)
    due_referrals = Singleton(PostgresDueReferrals, store)
    referral_traces = Singleton(PostgresTraces, store)
    referral_payers = Singleton(PostgresPayers, store)
    milestone_rewards = Singleton(PostgresMilestoneRewards, store)
    referral_claims = Singleton(PostgresClaims, store)
    referral_discounts = Singleton(PostgresDiscounts, store)
    referral_records = Singleton(PostgresReferralRecords, store)
    referral_figures = Singleton(PostgresReferralFigures, store)
    quotes = Singleton(PostgresQuotes, store)
    kept_grants = Singleton(PostgresKeptGrants, store)
    revenue_totals = Singleton(PostgresRevenueTotals, store)
    credit_accounts = Singleton(PostgresCreditAccounts, store)
    companion_conversations = Singleton(PostgresCompanionConversations, store)
    own_personas = Singleton(PostgresOwnPersonas, store)
    companion_sessions = Singleton(PostgresCompanionSessions, store)
    companion_messages = Singleton(PostgresCompanionMessages, store)
    observations = Singleton(PostgresObservations, store)
    latest_summaries = Singleton(PostgresLatestSummaries, store)
    model_budget = Singleton(PostgresModelBudget, store)
    backlogs = Singleton(PostgresBacklogs, store, event_log)
    buyers = Singleton(PostgresBuyers, store)
    payments = Singleton(PostgresPayments, store)
    payment_list = Singleton(PostgresPaymentList, store)
    refunds = Singleton(PostgresRefunds, store)
    subscriptions = Singleton(PostgresSubscriptions, store)
    plan_standings = Singleton(PostgresPlanStandings, store)
    payment_notifications = Singleton(PostgresNotifications, store)
