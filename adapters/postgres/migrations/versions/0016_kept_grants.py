"""What gives persons their tiers, as it was worked out last, and when money went back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "kept_grants",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("grants", postgresql.JSONB(), nullable=False),
        sa.Column("changes_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_kept_grants_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_kept_grants")),
    )
    op.create_index(
        "ix_payment_reports_returned",
        "payment_reports",
        ["occurred_at"],
        postgresql_where=sa.text("kind IN ('refund', 'chargeback')"),
    )


def downgrade() -> None:
    """Undo it."""
    op.drop_index("ix_payment_reports_returned", "payment_reports")
    op.drop_table("kept_grants")
