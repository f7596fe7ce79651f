"""The tables of quotes and account credit. What a column means is said where its field is."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from adapters.postgres.schema import Instant, metadata, one_of
from domain.billing.events import CreditMove, CreditSource

quotes = Table(
    "quotes",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("persons.id"), nullable=False),
    Column("item_key", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("lines", JSONB, nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    Column("credit_applied_minor", BigInteger, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("valid_until", Instant, nullable=False),
    Column("policy_version", Text, nullable=False),
    Column("subscription_id", Uuid),
    CheckConstraint("total_minor >= 0 AND credit_applied_minor >= 0", name="amounts"),
    Index(None, "person_id", "created_at", "id"),
    Index(None, "valid_until"),
)

account_credits = Table(
    "account_credits",
    metadata,
    Column("person_id", Uuid, ForeignKey("persons.id"), primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("balance", BigInteger, nullable=False),
    Column("lines", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    CheckConstraint("lines > 0", name="lines"),
)

account_credit_bookings = Table(
    "account_credit_bookings",
    metadata,
    Column("source", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("currency", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("undone_at", Instant),
    one_of("source", CreditSource),
    CheckConstraint("amount > 0", name="amount"),
    ForeignKeyConstraint(
        ["person_id", "currency"], ["account_credits.person_id", "account_credits.currency"]
    ),
    Index(None, "person_id", "at", "source", "key"),
)

account_credit_ledger = Table(
    "account_credit_ledger",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("move", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("balance", BigInteger, nullable=False),
    Column("reason", Text),
    Column("policy_version", Text, nullable=False),
    one_of("move", CreditMove),
    one_of("source", CreditSource),
    CheckConstraint("number > 0", name="numbered"),
    ForeignKeyConstraint(
        ["person_id", "currency"], ["account_credits.person_id", "account_credits.currency"]
    ),
)

kept_grants = Table(
    "kept_grants",
    metadata,
    Column("person_id", Uuid, ForeignKey("persons.id"), primary_key=True),
    Column("grants", JSONB, nullable=False),
    Column("changes_at", Instant),
    Column("policy_version", Text, nullable=False),
)
