"""Jobs that wait for their time, and those that failed for good."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table. PgQueuer makes its own, after all migrations."""
    op.create_table(
        "jobs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("failed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'retrying', 'queued', 'failed')", name=op.f("ck_jobs_state")
        ),
        sa.CheckConstraint(
            "(state = 'failed') = (failed_at IS NOT NULL)", name=op.f("ck_jobs_failed")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    op.create_index(
        "uq_jobs_waiting",
        "jobs",
        ["kind", "key"],
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_jobs_to_come",
        "jobs",
        ["at", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('waiting', 'retrying')"),
    )
    op.create_index(
        "ix_jobs_others",
        "jobs",
        ["state"],
        unique=False,
        postgresql_where=sa.text("state IN ('queued', 'failed')"),
    )


def downgrade() -> None:
    """Drop it, and the queue that holds tickets for its jobs."""
    op.execute("DROP SCHEMA IF EXISTS pgqueuer CASCADE")
    op.drop_table("jobs")
