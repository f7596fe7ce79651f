"""The table of prompts. What a column means is said where its field is, in the domain."""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, Table, Text, Uuid
from sqlalchemy import text as words

from adapters.postgres.schema import Instant, metadata, one_of
from domain.video.prompt_events import PromptAction, PromptType

# What moves a cool-down. A statement that looks for it must say so in the same words: with a
# parameter in their place PostgreSQL cannot know that the index holds it.
IS_DECISIVE = "action_taken IN ('dismissed', 'purchased_credits', 'scheduled_video')"

smart_prompt_events = Table(
    "smart_prompt_events",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("persons.id"), nullable=False),
    Column("conversation_id", Uuid, ForeignKey("conversations.id")),
    Column("prompt_type", Text, nullable=False),
    Column("threshold", Integer),
    Column("lapses_on", Date),
    Column("shown_at", Instant, nullable=False),
    Column("shown_on", Date, nullable=False),
    Column("policy_version", Text, nullable=False),
    Column("action_taken", Text),
    Column("acted_at", Instant),
    one_of("prompt_type", PromptType),
    one_of("action_taken", PromptAction),
    CheckConstraint("(action_taken IS NULL) = (acted_at IS NULL)", name="acted"),
    Index(None, "person_id", "shown_at", "id"),
    Index(None, "person_id", "prompt_type", "shown_at", "id"),
    Index(
        "ix_smart_prompt_events_talk",
        "person_id",
        "conversation_id",
        "prompt_type",
        "shown_at",
        "id",
    ),
    Index(
        "ix_smart_prompt_events_decisive",
        "person_id",
        "conversation_id",
        "prompt_type",
        "acted_at",
        "id",
        postgresql_where=words(IS_DECISIVE),
    ),
    Index(None, "shown_on", "prompt_type", "action_taken"),
)
