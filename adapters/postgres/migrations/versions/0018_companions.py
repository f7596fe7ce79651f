"""Companions: personas, their sessions, what was said, and what is known of persons."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"

_INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    _make_personas()
    _make_persona_versions()
    _make_companion_conversations()
    _make_companion_sessions()
    _make_companion_messages()
    _make_companion_observations()
    _make_user_summary_latest()
    _make_model_budgets()


def _make_personas() -> None:
    op.create_table(
        "personas",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("persona_prompt", postgresql.JSONB(), nullable=False),
        sa.Column("chosen", postgresql.JSONB(), nullable=False),
        sa.Column("chosen_at", _INSTANT, nullable=False),
        sa.Column("forgotten_at", _INSTANT, nullable=True),
        sa.Column("updated_at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_personas_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_personas")),
    )


def _make_persona_versions() -> None:
    op.create_table(
        "persona_versions",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("baseline", sa.Text(), nullable=False),
        sa.Column("sliders", postgresql.JSONB(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("at", _INSTANT, nullable=False),
        sa.CheckConstraint(
            "baseline IN ('sweet_supportive', 'playful_flirty', 'bold_confident', 'calm_mature')",
            name=op.f("ck_persona_versions_baseline"),
        ),
        sa.CheckConstraint(
            "cause IN ('chosen', 'session', 'observation_deleted', 'reset')",
            name=op.f("ck_persona_versions_cause"),
        ),
        sa.CheckConstraint("version > 0", name=op.f("ck_persona_versions_numbered")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["personas.person_id"], name=op.f("fk_persona_versions_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", "version", name=op.f("pk_persona_versions")),
    )


def _make_companion_conversations() -> None:
    op.create_table(
        "companion_conversations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_companion_conversations_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_companion_conversations")),
    )
    op.create_index(
        "uq_companion_conversations_person_id",
        "companion_conversations",
        ["person_id"],
        unique=True,
    )


def _make_companion_sessions() -> None:
    op.create_table(
        "companion_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("started_at", _INSTANT, nullable=False),
        sa.Column("persona_snapshot", postgresql.JSONB(), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("last_message_at", _INSTANT, nullable=False),
        sa.Column("user_messages", sa.Integer(), nullable=False),
        sa.Column("user_characters", sa.Integer(), nullable=False),
        sa.Column("messages_counted", sa.Integer(), nullable=False),
        sa.Column("input_tokens", sa.BigInteger(), nullable=False),
        sa.Column("output_tokens", sa.BigInteger(), nullable=False),
        sa.Column("price_micros", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", _INSTANT, nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("duration_seconds", sa.Integer(), nullable=True),
        sa.Column("seconds_counted", sa.Integer(), nullable=True),
        sa.Column("growth", sa.Text(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=True),
        sa.Column("try_at", _INSTANT, nullable=True),
        sa.Column("partner_type_one_liner", sa.Text(), nullable=True),
        sa.Column("top_3_traits_you_value", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("what_you_might_work_on", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("next_time_focus", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("love_language_guess", sa.Text(), nullable=True),
        sa.Column("communication_fit", sa.Text(), nullable=True),
        sa.Column("confidence_score", sa.Numeric(precision=4, scale=2), nullable=True),
        sa.Column("gain", sa.Integer(), nullable=True),
        sa.Column("claims_dropped", sa.Integer(), nullable=True),
        sa.Column("evidence_dropped", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "ended_by IN ('told', 'idle', 'call_over', 'erasure')",
            name=op.f("ck_companion_sessions_ended_by"),
        ),
        sa.CheckConstraint(
            "growth IN ('pending', 'summarised', 'too_short', 'insufficient_data',"
            " 'failed', 'reset')",
            name=op.f("ck_companion_sessions_growth"),
        ),
        sa.CheckConstraint("kind IN ('chat', 'call')", name=op.f("ck_companion_sessions_kind")),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (growth IS NULL)", name=op.f("ck_companion_sessions_ended")
        ),
        sa.CheckConstraint(
            "messages_counted BETWEEN 0 AND user_messages",
            name=op.f("ck_companion_sessions_counted"),
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["companion_conversations.id"],
            name=op.f("fk_companion_sessions_conversation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_companion_sessions_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_companion_sessions")),
    )
    op.create_index(
        op.f("ix_companion_sessions_conversation_id_started_at_id"),
        "companion_sessions",
        ["conversation_id", "started_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_companion_sessions_counted",
        "companion_sessions",
        ["person_id", "ended_on"],
        unique=False,
        postgresql_where=sa.text("gain > 0"),
    )
    op.create_index(
        "ix_companion_sessions_idle",
        "companion_sessions",
        ["last_message_at", "person_id"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "ix_companion_sessions_pending",
        "companion_sessions",
        ["person_id", "ended_at", "id"],
        unique=False,
        postgresql_where=sa.text("growth = 'pending'"),
    )
    op.create_index(
        op.f("ix_companion_sessions_person_id"), "companion_sessions", ["person_id"], unique=False
    )
    op.create_index(
        "ix_companion_sessions_summarised",
        "companion_sessions",
        ["person_id", "ended_at", "id"],
        unique=False,
        postgresql_where=sa.text("growth = 'summarised'"),
    )
    op.create_index(
        "uq_companion_sessions_open",
        "companion_sessions",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _make_companion_messages() -> None:
    op.create_table(
        "companion_messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reply_to_id", sa.Uuid(), nullable=True),
        sa.Column("waits_until", _INSTANT, nullable=True),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.CheckConstraint(
            "(state = 'waiting') = (waits_until IS NOT NULL)",
            name=op.f("ck_companion_messages_waiting"),
        ),
        sa.CheckConstraint(
            "role IN ('user', 'assistant')", name=op.f("ck_companion_messages_role")
        ),
        sa.CheckConstraint(
            "state IN ('said', 'waiting', 'answered', 'unanswered', 'partial')",
            name=op.f("ck_companion_messages_state"),
        ),
        sa.CheckConstraint(
            "tag IN ('general', 'evaluation')", name=op.f("ck_companion_messages_tag")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["companion_conversations.id"],
            name=op.f("fk_companion_messages_conversation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_companion_messages_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["companion_sessions.id"], name=op.f("fk_companion_messages_session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_companion_messages")),
    )
    op.create_index(
        op.f("ix_companion_messages_conversation_id_created_at_id"),
        "companion_messages",
        ["conversation_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_companion_messages_session_id_created_at_id"),
        "companion_messages",
        ["session_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_companion_messages_person_id"), "companion_messages", ["person_id"], unique=False
    )
    op.create_index(
        "uq_companion_messages_reply",
        "companion_messages",
        ["reply_to_id"],
        unique=True,
        postgresql_where=sa.text("reply_to_id IS NOT NULL AND state = 'said'"),
    )
    op.create_index(
        "uq_companion_messages_waiting",
        "companion_messages",
        ["conversation_id"],
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    )


def _make_companion_observations() -> None:
    op.create_table(
        "companion_observations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("evidence_message_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("support", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('partner_type', 'trait_valued', 'work_on', 'next_focus', 'love_language',"
            " 'communication_fit', 'slider')",
            name=op.f("ck_companion_observations_kind"),
        ),
        sa.CheckConstraint(
            "cardinality(evidence_message_ids) > 0", name=op.f("ck_companion_observations_evidence")
        ),
        sa.CheckConstraint(
            "support BETWEEN 0 AND 100", name=op.f("ck_companion_observations_support")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_companion_observations_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["companion_sessions.id"],
            name=op.f("fk_companion_observations_session_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_companion_observations")),
    )
    op.create_index(
        op.f("ix_companion_observations_person_id_id"),
        "companion_observations",
        ["person_id", "id"],
        unique=False,
    )


def _make_user_summary_latest() -> None:
    op.create_table(
        "user_summary_latest",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("partner_type_one_liner", sa.Text(), nullable=True),
        sa.Column("top_3_traits_you_value", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("what_you_might_work_on", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("next_time_focus", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("love_language_guess", sa.Text(), nullable=True),
        sa.Column("communication_fit", sa.Text(), nullable=True),
        sa.Column("confidence_score", sa.Numeric(precision=4, scale=2), nullable=True),
        sa.Column("updated_at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_user_summary_latest_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_user_summary_latest")),
    )


def _make_model_budgets() -> None:
    op.create_table(
        "model_budgets",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("micros", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("micros >= 0", name=op.f("ck_model_budgets_spent")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_model_budgets_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", "day", name=op.f("pk_model_budgets")),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("model_budgets")
    op.drop_table("user_summary_latest")
    op.drop_table("companion_observations")
    op.drop_table("companion_messages")
    op.drop_table("companion_sessions")
    op.drop_table("companion_conversations")
    op.drop_table("persona_versions")
    op.drop_table("personas")
