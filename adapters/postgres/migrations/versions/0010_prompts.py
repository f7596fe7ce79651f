"""Prompts that were shown, and what was done about them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"

_TABLE = "smart_prompt_events"
_DECISIVE = "action_taken IN ('dismissed', 'purchased_credits', 'scheduled_video')"


def upgrade() -> None:
    """Make the table and its indexes."""
    op.create_table(
        _TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=True),
        sa.Column("prompt_type", sa.Text(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=True),
        sa.Column("lapses_on", sa.Date(), nullable=True),
        sa.Column("shown_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("shown_on", sa.Date(), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("action_taken", sa.Text(), nullable=True),
        sa.Column("acted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "prompt_type IN ('message_count_warning', 'reward_warning', 'video_scheduling',"
            " 'long_message')",
            name=op.f("ck_smart_prompt_events_prompt_type"),
        ),
        sa.CheckConstraint(
            "action_taken IN ('dismissed', 'continued_typing', 'purchased_credits',"
            " 'scheduled_video')",
            name=op.f("ck_smart_prompt_events_action_taken"),
        ),
        sa.CheckConstraint(
            "(action_taken IS NULL) = (acted_at IS NULL)",
            name=op.f("ck_smart_prompt_events_acted"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_smart_prompt_events_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_smart_prompt_events_conversation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_smart_prompt_events")),
    )
    op.create_index(
        op.f("ix_smart_prompt_events_person_id_shown_at_id"),
        _TABLE,
        ["person_id", "shown_at", "id"],
    )
    op.create_index(
        op.f("ix_smart_prompt_events_person_id_prompt_type_shown_at_id"),
        _TABLE,
        ["person_id", "prompt_type", "shown_at", "id"],
    )
    op.create_index(
        "ix_smart_prompt_events_talk",
        _TABLE,
        ["person_id", "conversation_id", "prompt_type", "shown_at", "id"],
    )
    op.create_index(
        "ix_smart_prompt_events_decisive",
        _TABLE,
        ["person_id", "conversation_id", "prompt_type", "acted_at", "id"],
        postgresql_where=sa.text(_DECISIVE),
    )
    op.create_index(
        op.f("ix_smart_prompt_events_shown_on_prompt_type_action_taken"),
        _TABLE,
        ["shown_on", "prompt_type", "action_taken"],
    )


def downgrade() -> None:
    """Undo it."""
    op.drop_table(_TABLE)
