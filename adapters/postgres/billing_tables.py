"""The tables of payments, subscriptions and plans."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from adapters.postgres.schema import Instant, metadata, one_of
from domain.billing.catalogue import ItemKind
from domain.billing.payments import PaymentStatus, Provider, ReportKind
from domain.billing.refunds import RefundState
from domain.billing.subscriptions import SubscriptionStatus
from domain.shared.tiers import Tier

# Their indexes hold these rows only; statements say so in the same words.
IS_PAID_PLAN = "settled_at IS NOT NULL AND item_kind IN ('subscription', 'pass')"
IS_SETTLED = "settled_at IS NOT NULL"
IS_OPEN = "settled_at IS NULL AND closed_at IS NULL"
IS_RETURNED = "kind IN ('refund', 'chargeback')"

payments = Table(
    "payments",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("persons.id"), nullable=False),
    Column("provider", Text, nullable=False),
    Column("item_key", Text, nullable=False),
    Column("item_kind", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("credit_applied_minor", BigInteger, nullable=False),
    Column("lines", JSONB, nullable=False),
    Column("quote_id", Uuid),
    Column("subscription_id", Uuid),
    Column("created_at", Instant, nullable=False),
    Column("checkout_ends_at", Instant, nullable=False),
    Column("policy_version", Text, nullable=False),
    Column("provider_order_id", Text),
    Column("page_url", Text),
    Column("client_token", Text),
    Column("closed_at", Instant),
    Column("status", Text, nullable=False),
    Column("settled_at", Instant),
    Column("failed_at", Instant),
    Column("reversed_at", Instant),
    Column("refunded_minor", BigInteger, nullable=False),
    Column("provider_payment_id", Text),
    Column("fingerprint", Text),
    Column("invoice_id", Text),
    one_of("provider", Provider),
    one_of("item_kind", ItemKind),
    one_of("status", PaymentStatus),
    CheckConstraint("amount_minor >= 0 AND credit_applied_minor >= 0", name="amounts"),
    CheckConstraint(
        "(settled_at IS NULL) = (provider_payment_id IS NULL)"
        " AND (settled_at IS NOT NULL OR status <> 'success')",
        name="settled",
    ),
    UniqueConstraint("quote_id"),
    UniqueConstraint("provider", "provider_order_id"),
    Index(None, "person_id", "created_at", "id"),
    Index(None, "created_at", "id"),
    Index("ix_payments_plans", "person_id", postgresql_where=text(IS_PAID_PLAN)),
    Index("ix_payments_open", "created_at", "id", postgresql_where=text(IS_OPEN)),
    Index("ix_payments_settled_at", "settled_at", postgresql_where=text(IS_SETTLED)),
)

payment_reports = Table(
    "payment_reports",
    metadata,
    Column("payment_id", Uuid, ForeignKey("payments.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("charge_id", Text, primary_key=True),
    Column("refund_id", Text, primary_key=True),
    Column("occurred_at", Instant, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("fingerprint", Text),
    Column("invoice_id", Text),
    Column("failure_code", Text),
    one_of("kind", ReportKind),
    Index("ix_payment_reports_returned", "occurred_at", postgresql_where=text(IS_RETURNED)),
)

payment_refunds = Table(
    "payment_refunds",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("payment_id", Uuid, ForeignKey("payments.id"), nullable=False),
    Column("charge_id", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("requested_at", Instant, nullable=False),
    Column("state", Text, nullable=False),
    one_of("state", RefundState),
    CheckConstraint("amount_minor >= 0", name="amount"),
    Index(None, "payment_id", "requested_at", "id"),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("persons.id"), nullable=False),
    Column("provider", Text, nullable=False),
    Column("item_key", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("customer_id", Text),
    Column("provider_subscription_id", Text),
    Column("product_id", Text),
    Column("price_id", Text),
    Column("invoice_id", Text),
    Column("started_at", Instant, nullable=False),
    Column("status", Text, nullable=False),
    Column("canceled_at", Instant),
    Column("decided_at", Instant),
    Column("next_item_key", Text),
    Column("policy_version", Text, nullable=False),
    Column("snapshot_created", Instant),
    Column("snapshot_status", Text),
    Column("snapshot_starts_at", Instant),
    Column("snapshot_ends_at", Instant),
    Column("snapshot_cancels", Boolean),
    one_of("provider", Provider),
    one_of("status", SubscriptionStatus),
    one_of("snapshot_status", SubscriptionStatus),
    UniqueConstraint("provider", "provider_subscription_id"),
    Index(None, "person_id", "started_at", "id"),
)

payment_notifications = Table(
    "payment_notifications",
    metadata,
    Column("provider", Text, primary_key=True),
    Column("event_key", Text, primary_key=True),
    Column("received_at", Instant, nullable=False),
    one_of("provider", Provider),
    Index(None, "received_at"),
)

plan_standings = Table(
    "plan_standings",
    metadata,
    Column("person_id", Uuid, ForeignKey("persons.id"), primary_key=True),
    Column("complimentary", Text, nullable=False),
    Column("tier", Text, nullable=False),
    Column("until", Instant),
    one_of("complimentary", Tier),
    one_of("tier", Tier),
)
