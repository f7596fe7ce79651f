"""The tables. What a column means is said where its field is, in the domain."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Interval,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from adapters.postgres.achievement_tables import (
    achievement_award_backs,
    achievement_awards,
    achievement_partners,
    achievement_totals,
    achievements,
)
from adapters.postgres.billing_tables import (
    payment_notifications,
    payment_refunds,
    payment_reports,
    payments,
    plan_standings,
    subscriptions,
)
from adapters.postgres.conversation_tables import (
    conversation_daily_messages,
    conversations,
    messages,
    read_markers,
)
from adapters.postgres.event_tables import (
    event_sinks,
    forgotten_events,
    outbox,
    webhook_deliveries,
    webhook_endpoints,
)
from adapters.postgres.identity_tables import (
    blocks,
    code_tallies,
    erasures,
    google_attempts,
    google_links,
    learning_preferences,
    login_sessions,
    persons,
    reports,
    service_keys,
    sign_in_codes,
)
from adapters.postgres.persona_tables import (
    companion_conversations,
    companion_messages,
    companion_observations,
    companion_sessions,
    model_budgets,
    persona_versions,
    personas,
    user_summary_latest,
)
from adapters.postgres.prompt_tables import smart_prompt_events
from adapters.postgres.referral_tables import (
    referral_codes,
    referral_payers,
    referral_reward_claims,
    referral_rewards,
    referral_traces,
    referrals,
)
from adapters.postgres.schema import Instant, metadata, one_of
from adapters.postgres.shop_tables import (
    account_credit_bookings,
    account_credit_ledger,
    account_credits,
    kept_grants,
    quotes,
)
from adapters.postgres.streak_tables import (
    reaction_marks,
    reaction_progress,
    streak_days,
    streaks,
)
from adapters.postgres.usage_tables import (
    usage_accounts,
    usage_ledger,
    usage_periods,
    usage_sessions,
)
from adapters.postgres.video_message_tables import (
    IS_UNSPENT,
    video_credit_ledger,
    video_credit_lots,
    video_messages,
    video_wallets,
)
from application.shared.jobs import JobState
from domain.video.events import CallOutcome, Presence, RewardStatus

__all__ = [
    "IS_COMPLETED",
    "IS_OPEN",
    "IS_UNSPENT",
    "Instant",
    "account_credit_bookings",
    "account_credit_ledger",
    "account_credits",
    "achievement_award_backs",
    "achievement_awards",
    "achievement_partners",
    "achievement_totals",
    "achievements",
    "blocks",
    "code_tallies",
    "companion_conversations",
    "companion_messages",
    "companion_observations",
    "companion_sessions",
    "conversation_daily_messages",
    "conversation_metadata",
    "conversations",
    "erasures",
    "event_sinks",
    "forgotten_events",
    "google_attempts",
    "google_links",
    "jobs",
    "kept_answers",
    "kept_grants",
    "learning_preferences",
    "login_sessions",
    "messages",
    "metadata",
    "model_budgets",
    "outbox",
    "payment_notifications",
    "payment_refunds",
    "payment_reports",
    "payments",
    "persona_versions",
    "personas",
    "persons",
    "plan_standings",
    "quotes",
    "reaction_marks",
    "reaction_progress",
    "read_markers",
    "referral_codes",
    "referral_payers",
    "referral_reward_claims",
    "referral_rewards",
    "referral_traces",
    "referrals",
    "reports",
    "reward_status",
    "service_keys",
    "sign_in_codes",
    "smart_prompt_events",
    "streak_days",
    "streaks",
    "subscriptions",
    "test_clock",
    "usage_accounts",
    "usage_ledger",
    "usage_periods",
    "usage_sessions",
    "user_summary_latest",
    "video_call_presence",
    "video_calls",
    "video_credit_ledger",
    "video_credit_lots",
    "video_messages",
    "video_wallets",
    "webhook_deliveries",
    "webhook_endpoints",
]

# Their indexes hold these calls only. A statement must say so in the same words: with a
# parameter in their place PostgreSQL cannot know, and reads the whole table.
IS_OPEN = "state <> 'ended'"
IS_COMPLETED = "outcome = 'completed'"

video_calls = Table(
    "video_calls",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("state", Text, nullable=False),
    Column("conversation_id", Uuid, ForeignKey("conversations.id"), nullable=False),
    Column("initiator_id", Uuid, ForeignKey("persons.id"), nullable=False),
    Column("callee_id", Uuid, ForeignKey("persons.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("rings_at", Instant, nullable=False),
    Column("scheduled_for", Instant),
    Column("policy_version", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("initiator_since", Instant),
    Column("callee_since", Instant),
    Column("presence_reports", Integer),
    Column("initiator_seen", Boolean),
    Column("callee_seen", Boolean),
    Column("answered_at", Instant),
    Column("overlap", Interval),
    Column("left_at", Instant),
    Column("ended_at", Instant),
    Column("outcome", Text),
    Column("overlap_seconds", Integer),
    Column("counts_on_initiator", Date),
    Column("counts_on_callee", Date),
    Column("voided_at", Instant),
    Column("void_reason", Text),
    CheckConstraint("state IN ('ringing', 'ongoing', 'ended')", name="state"),
    CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="ended"),
    one_of("outcome", CallOutcome),
    Index(None, "conversation_id", "created_at", "id"),
    Index(
        "ix_video_calls_open",
        "conversation_id",
        "rings_at",
        postgresql_where=text(IS_OPEN),
    ),
    Index(
        "ix_video_calls_completed",
        "conversation_id",
        "ended_at",
        postgresql_where=text(IS_COMPLETED),
    ),
    Index(
        "ix_video_calls_counted_initiator",
        "initiator_id",
        "counts_on_initiator",
        postgresql_where=text(IS_COMPLETED),
    ),
    Index(
        "ix_video_calls_counted_callee",
        "callee_id",
        "counts_on_callee",
        postgresql_where=text(IS_COMPLETED),
    ),
)

video_call_presence = Table(
    "video_call_presence",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("call_id", Uuid, ForeignKey("video_calls.id"), nullable=False),
    Column("person_id", Uuid, ForeignKey("persons.id"), nullable=False),
    Column("presence", Text, nullable=False),
    Column("at", Instant, nullable=False),
    one_of("presence", Presence),
    Index(None, "call_id", "at"),
)

conversation_metadata = Table(
    "conversation_metadata",
    metadata,
    Column("conversation_id", Uuid, ForeignKey("conversations.id"), primary_key=True),
    Column("started_at", Instant, nullable=False),
    Column("first_video_call_at", Instant),
    Column("last_video_call_at", Instant),
    Column("video_call_count", Integer, nullable=False),
    Column("last_call_on_a", Date),
    Column("last_call_on_b", Date),
)

IS_TO_BE_TOLD = "due_at IS NOT NULL"

# The reward itself follows from the calls; this is what a person was told of it.
reward_status = Table(
    "reward_status",
    metadata,
    Column("person_id", Uuid, ForeignKey("persons.id"), primary_key=True),
    Column("month", Date, nullable=False),
    Column("status", Text, nullable=False),
    Column("warned_days", SmallInteger),
    Column("last_warning_shown_at", Instant),
    Column("last_lapse_shown_at", Instant),
    Column("due_at", Instant),
    one_of("status", RewardStatus),
    Index("ix_reward_status_due", "due_at", "person_id", postgresql_where=text(IS_TO_BE_TOLD)),
)

kept_answers = Table(
    "kept_answers",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("person_id", Uuid),
    Index(None, "expires_at"),
    Index(
        "ix_kept_answers_person_id",
        "person_id",
        postgresql_where=text("person_id IS NOT NULL"),
    ),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("data", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("turn", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("error", Text),
    Column("failed_at", Instant),
    one_of("state", JobState),
    CheckConstraint("(state = 'failed') = (failed_at IS NOT NULL)", name="failed"),
    Index(
        "uq_jobs_waiting",
        "kind",
        "key",
        unique=True,
        postgresql_where=text("state = 'waiting'"),
    ),
    Index("ix_jobs_to_come", "at", "id", postgresql_where=text("state IN ('waiting', 'retrying')")),
    Index("ix_jobs_others", "state", postgresql_where=text("state IN ('queued', 'failed')")),
)

test_clock = Table(
    "test_clock",
    metadata,
    Column("only_row", Boolean, primary_key=True, server_default=text("true")),
    Column("now", Instant, nullable=False),
    CheckConstraint("only_row", name="only_row"),
)
