"""The tables of video messages and credits."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    text,
)

from adapters.postgres.schema import Instant, metadata, one_of
from domain.video.credits import Account, LotKind, Move
from domain.video.video_message_events import UnitSource

# Their index holds these lots only. A statement must say so in the same words: with a
# parameter in their place PostgreSQL cannot know, and reads the whole table.
IS_UNSPENT = "remaining > 0"

video_messages = Table(
    "video_messages",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("state", Text, nullable=False),
    Column("send_id", Uuid, nullable=False),
    Column("conversation_id", Uuid, ForeignKey("conversations.id"), nullable=False),
    Column("sender_id", Uuid, ForeignKey("persons.id"), nullable=False),
    Column("recipient_id", Uuid, ForeignKey("persons.id"), nullable=False),
    Column("upload_ref", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("lot_id", Uuid, ForeignKey("video_credit_lots.id")),
    Column("counted_on", Date, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("policy_version", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("uploaded_at", Instant),
    Column("viewed_at", Instant),
    Column("failed_at", Instant),
    Column("given_back", Boolean),
    CheckConstraint("state IN ('pending', 'uploaded', 'viewed', 'failed')", name="state"),
    CheckConstraint("(source = 'credit') = (lot_id IS NOT NULL)", name="paid"),
    one_of("source", UnitSource),
    Index(None, "conversation_id", "created_at", "id"),
    Index(None, "sender_id", "created_at", "id"),
    Index(None, "send_id", "id"),
)

video_wallets = Table(
    "video_wallets",
    metadata,
    Column("person_id", Uuid, ForeignKey("persons.id"), primary_key=True),
    Column("purchased", BigInteger, nullable=False),
    Column("granted", BigInteger, nullable=False),
    Column("spent", BigInteger, nullable=False),
    Column("refunded", BigInteger, nullable=False),
    Column("debt", BigInteger, nullable=False),
    Column("free_on", Date),
    Column("free_used", Integer, nullable=False),
    Column("lots", Integer, nullable=False),
    Column("moves", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    CheckConstraint("purchased + granted - spent - refunded >= 0", name="covered"),
    CheckConstraint("debt >= 0", name="debt"),
    CheckConstraint("free_used >= 0", name="free_used"),
)

video_credit_lots = Table(
    "video_credit_lots",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("persons.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("credits", Integer, nullable=False),
    Column("remaining", Integer, nullable=False),
    Column("acquired_at", Instant, nullable=False),
    Column("charged_back_at", Instant),
    CheckConstraint("remaining BETWEEN 0 AND credits", name="covered"),
    one_of("kind", LotKind),
    Index(None, "person_id", "number", unique=True),
    Index(
        "ix_video_credit_lots_unspent",
        "person_id",
        "number",
        postgresql_where=text(IS_UNSPENT),
    ),
)

video_credit_ledger = Table(
    "video_credit_ledger",
    metadata,
    Column("person_id", Uuid, ForeignKey("persons.id"), primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("account", Text, nullable=False),
    Column("move", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("balance", BigInteger, nullable=False),
    Column("lot_id", Uuid),
    Column("video_message_id", Uuid),
    Column("reason", Text),
    Column("policy_version", Text, nullable=False),
    one_of("account", Account),
    one_of("move", Move),
    CheckConstraint("balance >= 0", name="balance"),
)
