"""Up to where events were deleted."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table; what was deleted before now is told by where the log begins."""
    op.create_table(
        "forgotten_events",
        sa.Column("only_row", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("only_row", name=op.f("ck_forgotten_events_only_row")),
        sa.PrimaryKeyConstraint("only_row", name=op.f("pk_forgotten_events")),
    )
    op.execute(
        "INSERT INTO forgotten_events (position) SELECT min(position) - 1 FROM outbox"
        " HAVING min(position) > 1"
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("forgotten_events")
