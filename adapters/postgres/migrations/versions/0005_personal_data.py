"""Learning preferences and erasures, and what export and erasure look things up by."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"

_LEVELS = ("speaking_level", "listening_level", "reading_level", "writing_level")


def upgrade() -> None:
    """Make the tables, the column and the indexes."""
    op.create_table(
        "learning_preferences",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("target_language", sa.Text(), nullable=False),
        sa.Column("learning_goal", sa.Text(), nullable=True),
        *(sa.Column(level, sa.SmallInteger(), nullable=True) for level in _LEVELS),
        sa.Column("challenge_preference", sa.Text(), nullable=False),
        sa.Column("correction_style", sa.Text(), nullable=False),
        sa.Column("specific_goals", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "learning_goal IN ('Connection', 'Career', 'Travel', 'Academic', 'Culture', 'Growth')",
            name=op.f("ck_learning_preferences_learning_goal"),
        ),
        *(
            sa.CheckConstraint(
                f"{level} BETWEEN 1 AND 100", name=op.f(f"ck_learning_preferences_{level}")
            )
            for level in _LEVELS
        ),
        sa.CheckConstraint(
            "challenge_preference IN ('comfortable', 'moderate', 'challenging')",
            name=op.f("ck_learning_preferences_challenge_preference"),
        ),
        sa.CheckConstraint(
            "correction_style IN ('immediate', 'gentle', 'end_of_session')",
            name=op.f("ck_learning_preferences_correction_style"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_learning_preferences_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_learning_preferences")),
    )
    op.create_table(
        "erasures",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("erased_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("was_suspended", sa.Boolean(), nullable=False),
        sa.Column("email_hash", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_erasures_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_erasures")),
    )
    op.create_index(op.f("ix_erasures_email_hash"), "erasures", ["email_hash"])
    op.add_column("kept_answers", sa.Column("person_id", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_kept_answers_person_id",
        "kept_answers",
        ["person_id"],
        postgresql_where=sa.text("person_id IS NOT NULL"),
    )
    op.create_index(op.f("ix_outbox_person_id_position"), "outbox", ["person_id", "position"])
    op.create_index(
        op.f("ix_reports_reporter_id_created_at_id"),
        "reports",
        ["reporter_id", "created_at", "id"],
    )
    op.create_index(
        op.f("ix_video_calls_conversation_id_created_at_id"),
        "video_calls",
        ["conversation_id", "created_at", "id"],
    )


def downgrade() -> None:
    """Undo it."""
    op.drop_index(op.f("ix_video_calls_conversation_id_created_at_id"), table_name="video_calls")
    op.drop_index(op.f("ix_reports_reporter_id_created_at_id"), table_name="reports")
    op.drop_index(op.f("ix_outbox_person_id_position"), table_name="outbox")
    op.drop_index(
        "ix_kept_answers_person_id",
        table_name="kept_answers",
        postgresql_where=sa.text("person_id IS NOT NULL"),
    )
    op.drop_column("kept_answers", "person_id")
    op.drop_index(op.f("ix_erasures_email_hash"), table_name="erasures")
    op.drop_table("erasures")
    op.drop_table("learning_preferences")
