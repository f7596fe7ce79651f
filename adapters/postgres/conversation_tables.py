"""Conversations, what is said in them, and how far it is read."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from adapters.postgres.schema import Instant, metadata, one_of
from domain.conversations.conversations import ConversationKind
from domain.conversations.messages import MessageRole, MessageTag

conversations = Table(
    "conversations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("participant_a", Uuid, ForeignKey("persons.id"), nullable=False),
    Column("participant_b", Uuid, ForeignKey("persons.id"), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),
    one_of("kind", ConversationKind),
    CheckConstraint("participant_a < participant_b", name="ordered_pair"),
    UniqueConstraint("participant_a", "participant_b"),
    Index(None, "participant_a", "started_at", "id"),
    Index(None, "participant_b", "started_at", "id"),
)

# The send path's tables carry no foreign keys: its guard reads and locks the rows that
# they would point to, and neither persons nor conversations are ever deleted.
messages = Table(
    "messages",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("conversation_id", Uuid, nullable=False),
    Column("sender_id", Uuid, nullable=False),
    Column("role", Text, nullable=False),
    Column("tag", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("client_message_id", Text),
    Column("counted_on", Date, nullable=False),
    Column("daily_number", Integer, nullable=False),
    Column("daily_limit", Integer, nullable=False),
    Column("policy_version", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("edited_at", Instant),
    Column("deleted_at", Instant),
    Column("first_text_digest", LargeBinary),
    one_of("role", MessageRole),
    one_of("tag", MessageTag),
    CheckConstraint("daily_number BETWEEN 1 AND daily_limit", name="within_limit"),
    Index(None, "conversation_id", "created_at", "id"),
    Index(
        "uq_messages_client_message_id",
        "conversation_id",
        "sender_id",
        "client_message_id",
        unique=True,
        postgresql_where=text("client_message_id IS NOT NULL"),
    ),
)

conversation_daily_messages = Table(
    "conversation_daily_messages",
    metadata,
    Column("conversation_id", Uuid, primary_key=True),
    Column("person_id", Uuid, primary_key=True),
    Column("date", Date, primary_key=True),
    Column("messages_sent", Integer, nullable=False),
    CheckConstraint("messages_sent > 0", name="positive"),
)

read_markers = Table(
    "read_markers",
    metadata,
    Column("conversation_id", Uuid, ForeignKey("conversations.id"), primary_key=True),
    Column("person_id", Uuid, ForeignKey("persons.id"), primary_key=True),
    Column("message_id", Uuid, nullable=False),
    Column("message_created_at", Instant, nullable=False),
)
