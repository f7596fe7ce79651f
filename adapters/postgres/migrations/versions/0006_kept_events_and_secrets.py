"""Up to where events were deleted, and all secrets of an endpoint that still sign."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

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
    op.add_column(
        "webhook_endpoints",
        sa.Column(
            "previous_secrets", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False
        ),
    )
    op.execute(
        "UPDATE webhook_endpoints SET previous_secrets = ARRAY[previous_secret]"
        " WHERE previous_secret IS NOT NULL"
    )
    op.alter_column("webhook_endpoints", "previous_secrets", server_default=None)
    op.alter_column(
        "webhook_endpoints", "previous_secret_until", new_column_name="previous_secrets_until"
    )
    op.drop_column("webhook_endpoints", "previous_secret")


def downgrade() -> None:
    """Undo it; only the newest of the secrets before stays."""
    op.add_column("webhook_endpoints", sa.Column("previous_secret", sa.Text(), nullable=True))
    op.execute("UPDATE webhook_endpoints SET previous_secret = previous_secrets[1]")
    op.alter_column(
        "webhook_endpoints", "previous_secrets_until", new_column_name="previous_secret_until"
    )
    op.drop_column("webhook_endpoints", "previous_secrets")
    op.drop_table("forgotten_events")
