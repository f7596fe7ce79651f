"""The tables of companions. What a column means is said where its field is, in the domain."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from adapters.postgres.schema import Instant, metadata, one_of
from domain.personas.events import Growth, PersonaCause, SessionEnding, TalkKind
from domain.personas.messages import MessageState, Tag, Voice
from domain.personas.observations import ObservationKind
from domain.personas.personas import Baseline

# Their indexes hold these rows only; statements say so in the same words.
IS_OPEN_CHAT = "ended_at IS NULL"
IS_PENDING = "growth = 'pending'"
IS_SUMMARISED = "growth = 'summarised'"
IS_COUNTED_DAY = "gain > 0"
IS_WAITING = "state = 'waiting'"
IS_WHOLE_REPLY = "reply_to_id IS NOT NULL AND state = 'said'"


def _summary() -> tuple[Column[object], ...]:
    """Give the columns of a summary, named as in the rules page."""
    return (
        Column("partner_type_one_liner", Text),
        Column("top_3_traits_you_value", ARRAY(Text)),
        Column("what_you_might_work_on", ARRAY(Text)),
        Column("next_time_focus", ARRAY(Text)),
        Column("love_language_guess", Text),
        Column("communication_fit", Text),
        Column("confidence_score", Numeric(4, 2)),
    )


personas = Table(
    "personas",
    metadata,
    Column("person_id", Uuid, ForeignKey("persons.id"), primary_key=True),
    Column("persona_prompt", JSONB, nullable=False),
    Column("chosen", JSONB, nullable=False),
    Column("chosen_at", Instant, nullable=False),
    Column("forgotten_at", Instant),
    Column("updated_at", Instant, nullable=False),
)

persona_versions = Table(
    "persona_versions",
    metadata,
    Column("person_id", Uuid, ForeignKey("personas.person_id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("baseline", Text, nullable=False),
    Column("sliders", JSONB, nullable=False),
    Column("cause", Text, nullable=False),
    Column("session_id", Uuid),
    Column("at", Instant, nullable=False),
    one_of("baseline", Baseline),
    one_of("cause", PersonaCause),
    CheckConstraint("version > 0", name="numbered"),
)

companion_conversations = Table(
    "companion_conversations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("persons.id"), nullable=False),
    Column("started_at", Instant, nullable=False),
    Index("uq_companion_conversations_person_id", "person_id", unique=True),
)

companion_sessions = Table(
    "companion_sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("conversation_id", Uuid, ForeignKey("companion_conversations.id"), nullable=False),
    Column("person_id", Uuid, ForeignKey("persons.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("persona_snapshot", JSONB, nullable=False),
    Column("policy_version", Text, nullable=False),
    Column("last_message_at", Instant, nullable=False),
    Column("user_messages", Integer, nullable=False),
    Column("user_characters", Integer, nullable=False),
    Column("messages_counted", Integer, nullable=False),
    Column("input_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("price_micros", BigInteger, nullable=False),
    Column("ended_at", Instant),
    Column("ended_on", Date),
    Column("ended_by", Text),
    Column("duration_seconds", Integer),
    Column("seconds_counted", Integer),
    Column("growth", Text),
    Column("tries", Integer),
    Column("try_at", Instant),
    *_summary(),
    Column("gain", Integer),
    Column("claims_dropped", Integer),
    Column("evidence_dropped", Integer),
    one_of("kind", TalkKind),
    one_of("ended_by", SessionEnding),
    one_of("growth", Growth),
    CheckConstraint("(ended_at IS NULL) = (growth IS NULL)", name="ended"),
    CheckConstraint("messages_counted BETWEEN 0 AND user_messages", name="counted"),
    Index(None, "conversation_id", "started_at", "id"),
    Index(None, "person_id"),
    Index(
        "uq_companion_sessions_open", "person_id", unique=True, postgresql_where=text(IS_OPEN_CHAT)
    ),
    Index(
        "ix_companion_sessions_idle",
        "last_message_at",
        "person_id",
        postgresql_where=text(IS_OPEN_CHAT),
    ),
    Index(
        "ix_companion_sessions_pending",
        "person_id",
        "ended_at",
        "id",
        postgresql_where=text(IS_PENDING),
    ),
    Index(
        "ix_companion_sessions_summarised",
        "person_id",
        "ended_at",
        "id",
        postgresql_where=text(IS_SUMMARISED),
    ),
    Index(
        "ix_companion_sessions_counted",
        "person_id",
        "ended_on",
        postgresql_where=text(IS_COUNTED_DAY),
    ),
)

companion_messages = Table(
    "companion_messages",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("conversation_id", Uuid, ForeignKey("companion_conversations.id"), nullable=False),
    Column("session_id", Uuid, ForeignKey("companion_sessions.id"), nullable=False),
    Column("person_id", Uuid, ForeignKey("persons.id"), nullable=False),
    Column("role", Text, nullable=False),
    Column("tag", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reply_to_id", Uuid),
    Column("waits_until", Instant),
    Column("created_at", Instant, nullable=False),
    Column("edited_at", Instant),
    Column("deleted_at", Instant),
    one_of("role", Voice),
    one_of("tag", Tag),
    one_of("state", MessageState),
    CheckConstraint("(state = 'waiting') = (waits_until IS NOT NULL)", name="waiting"),
    CheckConstraint("deleted_at IS NULL OR text = ''", name="blank"),
    Index(None, "conversation_id", "created_at", "id"),
    Index(None, "session_id", "created_at", "id"),
    Index(None, "person_id"),
    Index(
        "uq_companion_messages_waiting",
        "conversation_id",
        unique=True,
        postgresql_where=text(IS_WAITING),
    ),
    Index(
        "uq_companion_messages_reply",
        "reply_to_id",
        unique=True,
        postgresql_where=text(IS_WHOLE_REPLY),
    ),
)

companion_observations = Table(
    "companion_observations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("persons.id"), nullable=False),
    Column("session_id", Uuid, ForeignKey("companion_sessions.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("evidence_message_ids", ARRAY(Uuid), nullable=False),
    Column("support", SmallInteger, nullable=False),
    one_of("kind", ObservationKind),
    CheckConstraint("support BETWEEN 0 AND 100", name="support"),
    CheckConstraint("cardinality(evidence_message_ids) > 0", name="evidence"),
    Index(None, "person_id", "id"),
)

model_budgets = Table(
    "model_budgets",
    metadata,
    Column("person_id", Uuid, ForeignKey("persons.id"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("micros", BigInteger, nullable=False),
    CheckConstraint("micros >= 0", name="spent"),
)

user_summary_latest = Table(
    "user_summary_latest",
    metadata,
    Column("person_id", Uuid, ForeignKey("persons.id"), primary_key=True),
    *_summary(),
    Column("updated_at", Instant, nullable=False),
)
