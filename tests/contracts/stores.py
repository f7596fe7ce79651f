"""One adapter of every port. Its builders prove to mypy that the adapters keep to the ports."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from attrs import frozen

from application.achievements.ports import Achievements, Achievers, AwardBacks, Awards, Sights
from application.billing.account_credit_ports import CreditAccounts
from application.billing.ports import Notifications, Payments, Quotes
from application.billing.read_revenue import RevenueTotals
from application.billing.show_entitlements import KeptGrants
from application.conversations.ports import Conversations, Messages, SendGate
from application.conversations.queries import ConversationList
from application.identity.export_person import Records
from application.identity.ports import (
    Blocks,
    CodeTallies,
    DatesAhead,
    Erasures,
    GoogleAttempts,
    GoogleLinks,
    LoginSessions,
    PastSignIns,
    PersonalData,
    Persons,
    PersonsByEmail,
    Preferences,
    Reports,
    ServiceKeys,
    SessionTokens,
    SignInCodes,
)
from application.identity.queries import PersonDirectory, SessionDirectory
from application.personas.model_budget import ModelBudget
from application.personas.ports import (
    CompanionConversations,
    CompanionMessages,
    CompanionSessions,
    CompanionTranscripts,
    GrowthRecords,
    IdleSessions,
    LatestSummaries,
    Observations,
    OwnPersonas,
)
from application.shared.backlog import Backlogs
from application.shared.catch_up import ReactionProgress
from application.shared.clock import MovableClock
from application.shared.idempotency import KeptAnswers
from application.shared.job_ports import JobList, JobQueue, JobRuns, JobSchedule
from application.shared.jobs import Jobs
from application.shared.outbox import OutboxEvent
from application.shared.reactions import PendingEvents
from application.shared.standing import PairStandings, Participants
from application.shared.transaction import Transactions
from application.streaks.ports import LastCredits, StreakDays, Streaks
from application.usage.ports import (
    DueAccounts,
    Subscribers,
    UsageAccounts,
    UsageRecords,
    UsageSessions,
    UsageStats,
)
from application.video.ports import (
    Calls,
    DueRewards,
    Histories,
    OverdueCalls,
    PairConversations,
    Rewards,
)
from application.video.prompt_ports import Prompts, PromptTalks, PromptTotals
from application.video.video_message_ports import Senders, VideoMessages, Wallets
from domain.shared.ids import PersonId, VideoCallId
from domain.video.events import Presence
from tests.contracts.referral_stores import ReferralStores

PresenceRow = tuple[PersonId, Presence, datetime]


@frozen(kw_only=True)
class Stores:
    """The ports, and what only tests look at.

    Attributes:
        outbox: Gives all events, in the order in which they were committed.
        presence: Gives what a call took in, in that order.
        somebody_waits: Returns once a task waits for what another task's transaction holds.
        mentions: Gives the names of the tables that hold a text anywhere.
        constraint_error: Raised for a row that breaks a constraint which no port speaks of.
    """

    transactions: Transactions
    persons: Persons
    directory: PersonDirectory
    blocks: Blocks
    reports: Reports
    service_keys: ServiceKeys
    preferences: Preferences
    erasures: Erasures
    personal_data: PersonalData
    records: Mapping[str, Records]
    code_tallies: CodeTallies
    sign_in_codes: SignInCodes
    persons_by_email: PersonsByEmail
    google_attempts: GoogleAttempts
    past_sign_ins: PastSignIns
    google_links: GoogleLinks
    sessions: LoginSessions
    session_tokens: SessionTokens
    session_directory: SessionDirectory
    standings: PairStandings
    participants: Participants
    conversations: Conversations
    pair_conversations: PairConversations
    summaries: ConversationList
    messages: Messages
    send_gate: SendGate
    calls: Calls
    histories: Histories
    answers: KeptAnswers
    overdue_calls: OverdueCalls
    senders: Senders
    wallets: Wallets
    video_messages: VideoMessages
    prompts: Prompts
    prompt_talks: PromptTalks
    prompt_totals: PromptTotals
    rewards: Rewards
    due_rewards: DueRewards
    dates_ahead: DatesAhead
    jobs: Jobs
    job_schedule: JobSchedule
    job_queue: JobQueue
    job_runs: JobRuns
    job_list: JobList
    backlogs: Backlogs
    pending: PendingEvents
    progress: ReactionProgress
    streaks: Streaks
    streak_days: StreakDays
    last_credits: LastCredits
    achievements: Achievements
    achievers: Achievers
    awards: Awards
    sights: Sights
    award_backs: AwardBacks
    subscribers: Subscribers
    usage_accounts: UsageAccounts
    usage_sessions: UsageSessions
    usage_records: UsageRecords
    usage_stats: UsageStats
    due_accounts: DueAccounts
    referrals: ReferralStores
    quotes: Quotes
    kept_grants: KeptGrants
    payments: Payments
    payment_notifications: Notifications
    revenue_totals: RevenueTotals
    credit_accounts: CreditAccounts
    companion_conversations: CompanionConversations
    own_personas: OwnPersonas
    companion_sessions: CompanionSessions
    idle_sessions: IdleSessions
    growth_records: GrowthRecords
    companion_messages: CompanionMessages
    transcripts: CompanionTranscripts
    observations: Observations
    latest_summaries: LatestSummaries
    model_budget: ModelBudget
    clock: MovableClock
    outbox: Callable[[], Awaitable[list[OutboxEvent]]]
    presence: Callable[[VideoCallId], Awaitable[list[PresenceRow]]]
    somebody_waits: Callable[[], Awaitable[None]]
    constraint_error: type[Exception]
    mentions: Callable[[str], Awaitable[list[str]]]
