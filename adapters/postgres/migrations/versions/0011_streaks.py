"""Streaks, and how far contexts have reacted to events."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"

_INSTANT = postgresql.TIMESTAMP(timezone=True)
_KINDS = "kind IN ('login', 'chat')"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "streaks",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("current", sa.Integer(), nullable=False),
        sa.Column("longest", sa.Integer(), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("last_at", _INSTANT, nullable=True),
        sa.Column("last_timezone", sa.Text(), nullable=True),
        sa.Column("kept_until", sa.Date(), nullable=True),
        sa.Column("freezes", postgresql.ARRAY(sa.Date()), nullable=False),
        sa.Column("paused_on", postgresql.ARRAY(sa.Date()), nullable=False),
        sa.Column("broken_length", sa.Integer(), nullable=True),
        sa.Column("broken_at", _INSTANT, nullable=True),
        sa.Column("broken_kept_until", sa.Date(), nullable=True),
        sa.Column("broken_resumed_on", sa.Date(), nullable=True),
        sa.Column("repaired_at", _INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(_KINDS, name=op.f("ck_streaks_kind")),
        sa.CheckConstraint("current BETWEEN 0 AND longest", name=op.f("ck_streaks_longest")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_streaks_person_id")),
        sa.PrimaryKeyConstraint("person_id", "kind", name=op.f("pk_streaks")),
    )
    op.create_table(
        "streak_days",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint(_KINDS, name=op.f("ck_streak_days_kind")),
        sa.CheckConstraint(
            "state IN ('credited', 'frozen', 'paused', 'excused', 'missed')",
            name=op.f("ck_streak_days_state"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_streak_days_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", "kind", "date", name=op.f("pk_streak_days")),
    )
    op.create_table(
        "reaction_progress",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_reaction_progress")),
    )
    op.create_table(
        "reaction_marks",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("ahead", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_reaction_marks_person_id")
        ),
        sa.PrimaryKeyConstraint("name", "person_id", name=op.f("pk_reaction_marks")),
    )


def downgrade() -> None:
    """Undo it."""
    op.drop_table("reaction_marks")
    op.drop_table("reaction_progress")
    op.drop_table("streak_days")
    op.drop_table("streaks")
