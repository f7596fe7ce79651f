"""Which payment for a pass gave seconds, refunds that failed, and payments that are open."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

_KINDS = ("pending", "failed", "success", "refund", "chargeback")
_STATES = ("requested", "done", "refused")


def upgrade() -> None:
    """Add the column, the words and the indexes."""
    op.add_column("usage_ledger", sa.Column("payment_id", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_usage_ledger_payment",
        "usage_ledger",
        ["payment_id", "number"],
        postgresql_where=sa.text("payment_id IS NOT NULL"),
    )
    op.create_index(
        "ix_payments_open",
        "payments",
        ["created_at", "id"],
        postgresql_where=sa.text("settled_at IS NULL AND closed_at IS NULL"),
    )
    _keep("payment_reports", "kind", *_KINDS, "refund_failed")
    _keep("payment_refunds", "state", *_STATES, "failed")


def downgrade() -> None:
    """Undo it: a refund that failed is as one that was refused."""
    op.execute("DELETE FROM payment_reports WHERE kind = 'refund_failed'")
    op.execute("UPDATE payment_refunds SET state = 'refused' WHERE state = 'failed'")
    _keep("payment_refunds", "state", *_STATES)
    _keep("payment_reports", "kind", *_KINDS)
    op.drop_index("ix_payments_open", "payments")
    op.drop_index("ix_usage_ledger_payment", "usage_ledger")
    op.drop_column("usage_ledger", "payment_id")


def _keep(table: str, column: str, *words: str) -> None:
    name = op.f(f"ck_{table}_{column}")
    op.drop_constraint(name, table, type_="check")
    listed = ", ".join(f"'{word}'" for word in words)
    op.create_check_constraint(name, table, f"{column} IN ({listed})")
