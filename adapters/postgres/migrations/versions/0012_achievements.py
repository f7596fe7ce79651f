"""Achievements, and what persons earned."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"

_INSTANT = postgresql.TIMESTAMP(timezone=True)
_CATEGORIES = "category IN ('streak', 'milestone', 'quality', 'special', 'social')"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "achievements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("icon_url", sa.Text(), nullable=True),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("requirements", postgresql.JSONB(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("achievement_type", sa.Text(), nullable=True),
        sa.Column("badge", sa.Text(), nullable=True),
        sa.Column("special_reward", postgresql.JSONB(), nullable=True),
        sa.Column("published_at", _INSTANT, nullable=False),
        sa.Column("withdrawn_at", _INSTANT, nullable=True),
        sa.CheckConstraint(_CATEGORIES, name=op.f("ck_achievements_category")),
        sa.CheckConstraint("points >= 0", name=op.f("ck_achievements_points")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_achievements")),
        sa.UniqueConstraint("key", name=op.f("uq_achievements_key")),
    )
    op.create_table(
        "achievement_totals",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("counted", postgresql.JSONB(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("awards", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "points >= 0 AND awards >= 0", name=op.f("ck_achievement_totals_points")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_achievement_totals_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_achievement_totals")),
    )
    op.create_table(
        "achievement_partners",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_achievement_partners_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", "partner_id", name=op.f("pk_achievement_partners")),
    )
    op.create_table(
        "achievement_awards",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("earned_at", _INSTANT, nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("inputs", postgresql.JSONB(), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("displayed_at", _INSTANT, nullable=True),
        sa.Column("celebrated_at", _INSTANT, nullable=True),
        sa.Column("social_context", postgresql.JSONB(), nullable=True),
        sa.Column("shared_publicly", sa.Boolean(), nullable=False),
        sa.Column("related_entity_type", sa.Text(), nullable=True),
        sa.Column("related_entity_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(_CATEGORIES, name=op.f("ck_achievement_awards_category")),
        sa.ForeignKeyConstraint(
            ["key"], ["achievements.key"], name=op.f("fk_achievement_awards_key")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_achievement_awards_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", "key", name=op.f("pk_achievement_awards")),
    )
    op.create_table(
        "achievement_award_backs",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("started_at", _INSTANT, nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("awarded", sa.Integer(), nullable=False),
        sa.Column("upto", sa.Uuid(), nullable=True),
        sa.Column("finished_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["key"], ["achievements.key"], name=op.f("fk_achievement_award_backs_key")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_achievement_award_backs")),
    )


def downgrade() -> None:
    """Undo it."""
    op.drop_table("achievement_award_backs")
    op.drop_table("achievement_awards")
    op.drop_table("achievement_partners")
    op.drop_table("achievement_totals")
    op.drop_table("achievements")
