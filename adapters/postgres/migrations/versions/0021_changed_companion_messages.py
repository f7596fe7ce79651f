"""When what is said to a companion was changed or deleted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"

_INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    """Add the columns."""
    op.add_column("companion_messages", sa.Column("edited_at", _INSTANT, nullable=True))
    op.add_column("companion_messages", sa.Column("deleted_at", _INSTANT, nullable=True))
    op.create_check_constraint(
        op.f("ck_companion_messages_blank"), "companion_messages", "deleted_at IS NULL OR text = ''"
    )


def downgrade() -> None:
    """Take the columns away."""
    op.drop_constraint(op.f("ck_companion_messages_blank"), "companion_messages")
    op.drop_column("companion_messages", "deleted_at")
    op.drop_column("companion_messages", "edited_at")
