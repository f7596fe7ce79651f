"""What persons are told of their rewards, calls by person and month, and voided calls."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

_INSTANT = postgresql.TIMESTAMP(timezone=True)
_COMPLETED = "outcome = 'completed'"

# Whoever has earned a reward before it was told of is looked at once, by the job.
_LOOK_AT_ALL = """
    INSERT INTO reward_status (person_id, month, status, due_at)
    SELECT person_id, date_trunc('month', min(counted_on)::timestamp)::date, 'inactive', now()
    FROM (
        SELECT initiator_id AS person_id, counts_on_initiator AS counted_on
        FROM video_calls WHERE outcome = 'completed'
        UNION ALL
        SELECT callee_id, counts_on_callee FROM video_calls WHERE outcome = 'completed'
    ) AS counted
    JOIN persons ON persons.id = person_id AND persons.status <> 'deleted'
    WHERE counted_on >= (date_trunc('month', now()) - interval '2 months')::date
    GROUP BY person_id
"""


def upgrade() -> None:
    """Make the table, the columns and the indexes."""
    op.create_table(
        "reward_status",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("warned_days", sa.SmallInteger(), nullable=True),
        sa.Column("last_warning_shown_at", _INSTANT, nullable=True),
        sa.Column("last_lapse_shown_at", _INSTANT, nullable=True),
        sa.Column("due_at", _INSTANT, nullable=True),
        sa.CheckConstraint(
            "status IN ('earned', 'carried', 'inactive')", name=op.f("ck_reward_status_status")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_reward_status_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_reward_status")),
    )
    op.create_index(
        "ix_reward_status_due",
        "reward_status",
        ["due_at", "person_id"],
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.add_column("video_calls", sa.Column("voided_at", _INSTANT, nullable=True))
    op.add_column("video_calls", sa.Column("void_reason", sa.Text(), nullable=True))
    for side in ("initiator", "callee"):
        op.create_index(
            f"ix_video_calls_counted_{side}",
            "video_calls",
            [f"{side}_id", f"counts_on_{side}"],
            postgresql_where=sa.text(_COMPLETED),
        )
    op.execute(_LOOK_AT_ALL)


def downgrade() -> None:
    """Undo it."""
    for side in ("callee", "initiator"):
        op.drop_index(
            f"ix_video_calls_counted_{side}",
            table_name="video_calls",
            postgresql_where=sa.text(_COMPLETED),
        )
    op.drop_column("video_calls", "void_reason")
    op.drop_column("video_calls", "voided_at")
    op.drop_index(
        "ix_reward_status_due",
        table_name="reward_status",
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.drop_table("reward_status")
