"""The tables of events and of their delivery."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from adapters.postgres.schema import Instant, metadata, one_of
from domain.events.deliveries import DeliveryState
from domain.events.endpoints import EndpointStatus

outbox = Table(
    "outbox",
    metadata,
    Column("position", BigInteger, Identity(always=True), primary_key=True),
    Column("id", Uuid, nullable=False),
    Column("type", Text, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("at", Instant, nullable=False),
    Column("policy_version", Text, nullable=False),
    Column("data", JSONB, nullable=False),
    Index(None, "person_id", "position"),
)

forgotten_events = Table(
    "forgotten_events",
    metadata,
    Column("only_row", Boolean, primary_key=True, server_default=text("true")),
    Column("position", BigInteger, nullable=False),
    CheckConstraint("only_row", name="only_row"),
)

webhook_endpoints = Table(
    "webhook_endpoints",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("url", Text, nullable=False),
    Column("description", Text),
    Column("event_types", ARRAY(Text)),
    Column("secret", Text, nullable=False),
    Column("previous_secrets", ARRAY(Text), nullable=False),
    Column("previous_secrets_until", Instant),
    Column("status", Text, nullable=False),
    Column("disabled_at", Instant),
    Column("disabled_reason", Text),
    Column("created_at", Instant, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("failing_since", Instant),
    Column("paused_until", Instant),
    Column("position", BigInteger, nullable=False),
    Column("claim", Uuid),
    Column("claimed_until", Instant),
    one_of("status", EndpointStatus),
    Index(None, "created_at", "id"),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column(
        "endpoint_id",
        Uuid,
        ForeignKey("webhook_endpoints.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("event_id", Uuid, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("event_type", Text, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("at", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Instant, nullable=False),
    Column("last_attempt_at", Instant),
    Column("last_status", Integer),
    Column("last_error", Text),
    Column("delivered_at", Instant),
    one_of("state", DeliveryState),
    Index(None, "endpoint_id", "at", "event_id"),
    Index(None, "position"),
    Index(
        "ix_webhook_deliveries_pending",
        "endpoint_id",
        "position",
        postgresql_where=text("state = 'pending'"),
    ),
    Index(
        "ix_webhook_deliveries_waiting",
        "endpoint_id",
        "person_id",
        "position",
        postgresql_where=text("state = 'pending'"),
    ),
)

event_sinks = Table(
    "event_sinks",
    metadata,
    Column("name", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("paused_until", Instant),
    Column("claim", Uuid),
    Column("claimed_until", Instant),
)
