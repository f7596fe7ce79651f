"""The tables of usage."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    false,
    text,
)

from adapters.postgres.schema import Instant, metadata, one_of
from domain.shared.tiers import Tier
from domain.usage.ledger import LineKind
from domain.usage.sessions import SessionMode, SettledBy

# Their indexes hold these rows only; statements say so in the same words.
GOES_ON = "state = 'open'"
IS_COUNTED = "ended_at IS NULL"
HAS_PAYMENT = "payment_id IS NOT NULL"

usage_accounts = Table(
    "usage_accounts",
    metadata,
    Column("person_id", Uuid, ForeignKey("persons.id"), primary_key=True),
    Column("tier", Text, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("purchased_seconds", BigInteger, nullable=False),
    Column("purchased_seconds_used", BigInteger, nullable=False),
    Column("ended_at", Instant),
    Column("lines", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("period_ends_at", Instant, nullable=False),
    Column("pass_tier", Text),
    Column("bank_frozen", Boolean, nullable=False, server_default=false()),
    Column("owed_seconds", BigInteger, nullable=False, server_default="0"),
    one_of("tier", Tier),
    one_of("pass_tier", Tier),
    CheckConstraint("owed_seconds >= 0", name="owed"),
    CheckConstraint("purchased_seconds_used BETWEEN 0 AND purchased_seconds", name="purchased"),
    Index("ix_usage_accounts_period_ends_at", "period_ends_at", postgresql_where=text(IS_COUNTED)),
)

usage_periods = Table(
    "usage_periods",
    metadata,
    Column("person_id", Uuid, ForeignKey("usage_accounts.person_id"), primary_key=True),
    Column("period", Text, primary_key=True),
    Column("timezone", Text, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("first_tier", Text, nullable=False),
    Column("tier", Text, nullable=False),
    Column("monthly_seconds", Integer, nullable=False),
    Column("seconds_used", Integer, nullable=False),
    Column("banked_seconds", Integer, nullable=False),
    Column("banked_seconds_used", Integer, nullable=False),
    Column("purchased_seconds", Integer, nullable=False),
    Column("purchased_seconds_used", Integer, nullable=False),
    Column("conversations_used", Integer, nullable=False),
    Column("realtime_sessions_used", Integer, nullable=False),
    Column("closed_at", Instant),
    Column("seconds_banked", Integer),
    Column("seconds_forfeited", Integer),
    Column("banked_seconds_forfeited", Integer),
    one_of("first_tier", Tier),
    one_of("tier", Tier),
    CheckConstraint("seconds_used BETWEEN 0 AND monthly_seconds", name="monthly"),
    CheckConstraint("banked_seconds_used BETWEEN 0 AND banked_seconds", name="banked"),
    CheckConstraint(
        "closed_at IS NULL"
        " OR monthly_seconds = seconds_used + seconds_forfeited + seconds_banked"
        " AND banked_seconds = banked_seconds_used + banked_seconds_forfeited",
        name="conserved",
    ),
)

usage_sessions = Table(
    "usage_sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("state", Text, nullable=False),
    Column("person_id", Uuid, ForeignKey("usage_accounts.person_id"), nullable=False),
    Column("mode", Text, nullable=False),
    Column("language", Text),
    Column("conversation_id", Uuid),
    Column("period", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("policy_version", Text, nullable=False),
    Column("held_seconds", Integer),
    Column("earlier_seconds", Integer),
    Column("settled_seconds", Integer),
    Column("last_beat_at", Instant),
    Column("extensions_used", Integer, nullable=False),
    Column("ended_at", Instant),
    Column("settled_at", Instant),
    Column("settled_by", Text),
    Column("duration_seconds", Integer),
    Column("seconds_consumed", Integer),
    Column("input_tokens", Integer),
    CheckConstraint("state IN ('open', 'settled')", name="state"),
    CheckConstraint("(state = 'settled') = (ended_at IS NOT NULL)", name="settled"),
    one_of("mode", SessionMode),
    one_of("settled_by", SettledBy),
    Index(None, "person_id", "started_at", "id"),
    Index("ix_usage_sessions_open", "person_id", postgresql_where=text(GOES_ON)),
    Index("ix_usage_sessions_last_beat_at", "last_beat_at", postgresql_where=text(GOES_ON)),
    Index(
        "ix_usage_sessions_conversation",
        "person_id",
        "period",
        "conversation_id",
        postgresql_where=text("conversation_id IS NOT NULL"),
    ),
)

usage_ledger = Table(
    "usage_ledger",
    metadata,
    Column("person_id", Uuid, ForeignKey("usage_accounts.person_id"), primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("period", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    Column("banked", Integer, nullable=False),
    Column("monthly", Integer, nullable=False),
    Column("purchased", Integer, nullable=False),
    Column("session_id", Uuid),
    Column("reason", Text),
    Column("policy_version", Text, nullable=False),
    Column("payment_id", Uuid),
    one_of("kind", LineKind),
    CheckConstraint("number > 0", name="numbered"),
    Index(None, "person_id", "period", "number"),
    Index("ix_usage_ledger_payment", "payment_id", "number", postgresql_where=text(HAS_PAYMENT)),
)
