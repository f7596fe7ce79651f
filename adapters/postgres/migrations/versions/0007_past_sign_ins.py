"""What signing in left behind is found by when it was over."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the indexes."""
    op.create_index(
        "ix_code_tallies_last_time",
        "code_tallies",
        [sa.text("COALESCE(times[cardinality(times)], '-infinity'::timestamp with time zone)")],
    )
    op.create_index(op.f("ix_sign_in_codes_expires_at"), "sign_in_codes", ["expires_at"])
    op.create_index(op.f("ix_login_sessions_idle_ends_at"), "login_sessions", ["idle_ends_at"])


def downgrade() -> None:
    """Undo it."""
    op.drop_index(op.f("ix_login_sessions_idle_ends_at"), table_name="login_sessions")
    op.drop_index(op.f("ix_sign_in_codes_expires_at"), table_name="sign_in_codes")
    op.drop_index("ix_code_tallies_last_time", table_name="code_tallies")
