"""Payments, subscriptions, what gives persons a tier, and what plans do to their use."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"

_INSTANT = postgresql.TIMESTAMP(timezone=True)
_LINES = (
    "monthly_granted",
    "upgraded",
    "banked",
    "purchased",
    "used",
    "carried_over",
    "forfeited",
)


def upgrade() -> None:
    """Make the tables, and keep as complimentary what tiers were set before."""
    _make_payments()
    _make_plans()
    op.execute(
        "INSERT INTO plan_standings (person_id, complimentary, tier)"
        " SELECT id, tier, tier FROM persons WHERE tier <> 'free'"
    )
    op.add_column("usage_accounts", sa.Column("pass_tier", sa.Text(), nullable=True))
    op.add_column(
        "usage_accounts",
        sa.Column("bank_frozen", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column(
        "usage_accounts",
        sa.Column("owed_seconds", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.create_check_constraint(
        op.f("ck_usage_accounts_pass_tier"),
        "usage_accounts",
        "pass_tier IN ('free', 'plus', 'premium')",
    )
    _keep_lines_of(*_LINES, "pass", "taken_back")
    op.create_check_constraint(
        op.f("ck_usage_accounts_owed"), "usage_accounts", "owed_seconds >= 0"
    )


def downgrade() -> None:
    """Undo what `upgrade` did."""
    _keep_lines_of(*_LINES)
    for name in ("owed_seconds", "bank_frozen", "pass_tier"):
        op.drop_column("usage_accounts", name)
    for table in (
        "plan_standings",
        "subscriptions",
        "payment_notifications",
        "payment_refunds",
        "payment_reports",
        "payments",
    ):
        op.drop_table(table)


def _keep_lines_of(*kinds: str) -> None:
    op.drop_constraint(op.f("ck_usage_ledger_kind"), "usage_ledger", type_="check")
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint(op.f("ck_usage_ledger_kind"), "usage_ledger", f"kind IN ({listed})")


def _make_payments() -> None:
    op.create_table(
        "payments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("item_key", sa.Text(), nullable=False),
        sa.Column("item_kind", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("credit_applied_minor", sa.BigInteger(), nullable=False),
        sa.Column("lines", postgresql.JSONB(), nullable=False),
        sa.Column("quote_id", sa.Uuid(), nullable=True),
        sa.Column("subscription_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("checkout_ends_at", _INSTANT, nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("provider_order_id", sa.Text(), nullable=True),
        sa.Column("page_url", sa.Text(), nullable=True),
        sa.Column("client_token", sa.Text(), nullable=True),
        sa.Column("closed_at", _INSTANT, nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("settled_at", _INSTANT, nullable=True),
        sa.Column("failed_at", _INSTANT, nullable=True),
        sa.Column("reversed_at", _INSTANT, nullable=True),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.Column("provider_payment_id", sa.Text(), nullable=True),
        sa.Column("fingerprint", sa.Text(), nullable=True),
        sa.Column("invoice_id", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "amount_minor >= 0 AND credit_applied_minor >= 0", name=op.f("ck_payments_amounts")
        ),
        sa.CheckConstraint(
            "item_kind IN ('subscription', 'pass', 'video_credits', 'seconds')",
            name=op.f("ck_payments_item_kind"),
        ),
        sa.CheckConstraint(
            "provider IN ('stripe', 'cashfree', 'sandbox', 'none')",
            name=op.f("ck_payments_provider"),
        ),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (provider_payment_id IS NULL)"
            " AND (settled_at IS NOT NULL OR status <> 'success')",
            name=op.f("ck_payments_settled"),
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'failed', 'success', 'refunded')",
            name=op.f("ck_payments_status"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_payments_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint(
            "provider", "provider_order_id", name=op.f("uq_payments_provider_provider_order_id")
        ),
        sa.UniqueConstraint("quote_id", name=op.f("uq_payments_quote_id")),
    )
    op.create_index(
        "ix_payments_created_at_id",
        "payments",
        ["created_at", "id"],
    )
    op.create_index(
        "ix_payments_person_id_created_at_id",
        "payments",
        ["person_id", "created_at", "id"],
    )
    op.create_index(
        "ix_payments_plans",
        "payments",
        ["person_id"],
        postgresql_where=sa.text(
            "settled_at IS NOT NULL AND item_kind IN ('subscription', 'pass')"
        ),
    )
    op.create_index(
        "ix_payments_settled_at",
        "payments",
        ["settled_at"],
        postgresql_where=sa.text("settled_at IS NOT NULL"),
    )
    op.create_table(
        "payment_reports",
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("charge_id", sa.Text(), nullable=False),
        sa.Column("refund_id", sa.Text(), nullable=False),
        sa.Column("occurred_at", _INSTANT, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=True),
        sa.Column("invoice_id", sa.Text(), nullable=True),
        sa.Column("failure_code", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('pending', 'failed', 'success', 'refund', 'chargeback')",
            name=op.f("ck_payment_reports_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_payment_reports_payment_id")
        ),
        sa.PrimaryKeyConstraint(
            "payment_id", "kind", "charge_id", "refund_id", name=op.f("pk_payment_reports")
        ),
    )
    op.create_table(
        "payment_notifications",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("event_key", sa.Text(), nullable=False),
        sa.Column("received_at", _INSTANT, nullable=False),
        sa.CheckConstraint(
            "provider IN ('stripe', 'cashfree', 'sandbox', 'none')",
            name=op.f("ck_payment_notifications_provider"),
        ),
        sa.PrimaryKeyConstraint("provider", "event_key", name=op.f("pk_payment_notifications")),
    )
    op.create_index(
        "ix_payment_notifications_received_at",
        "payment_notifications",
        ["received_at"],
    )

    op.create_table(
        "payment_refunds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("charge_id", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_at", _INSTANT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_payment_refunds_amount")),
        sa.CheckConstraint(
            "state IN ('requested', 'done', 'refused')", name=op.f("ck_payment_refunds_state")
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_payment_refunds_payment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_refunds")),
    )
    op.create_index(
        "ix_payment_refunds_payment_id_requested_at_id",
        "payment_refunds",
        ["payment_id", "requested_at", "id"],
    )


def _make_plans() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("item_key", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("provider_subscription_id", sa.Text(), nullable=True),
        sa.Column("product_id", sa.Text(), nullable=True),
        sa.Column("price_id", sa.Text(), nullable=True),
        sa.Column("invoice_id", sa.Text(), nullable=True),
        sa.Column("started_at", _INSTANT, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("canceled_at", _INSTANT, nullable=True),
        sa.Column("decided_at", _INSTANT, nullable=True),
        sa.Column("next_item_key", sa.Text(), nullable=True),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("snapshot_created", _INSTANT, nullable=True),
        sa.Column("snapshot_status", sa.Text(), nullable=True),
        sa.Column("snapshot_starts_at", _INSTANT, nullable=True),
        sa.Column("snapshot_ends_at", _INSTANT, nullable=True),
        sa.Column("snapshot_cancels", sa.Boolean(), nullable=True),
        sa.CheckConstraint(
            "provider IN ('stripe', 'cashfree', 'sandbox', 'none')",
            name=op.f("ck_subscriptions_provider"),
        ),
        sa.CheckConstraint(
            "snapshot_status IN ('trialing', 'active', 'past_due', 'canceled', 'expired')",
            name=op.f("ck_subscriptions_snapshot_status"),
        ),
        sa.CheckConstraint(
            "status IN ('trialing', 'active', 'past_due', 'canceled', 'expired')",
            name=op.f("ck_subscriptions_status"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_subscriptions_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint(
            "provider",
            "provider_subscription_id",
            name=op.f("uq_subscriptions_provider_provider_subscription_id"),
        ),
    )
    op.create_index(
        "ix_subscriptions_person_id_started_at_id",
        "subscriptions",
        ["person_id", "started_at", "id"],
    )
    op.create_table(
        "plan_standings",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("complimentary", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("until", _INSTANT, nullable=True),
        sa.CheckConstraint(
            "complimentary IN ('free', 'plus', 'premium')",
            name=op.f("ck_plan_standings_complimentary"),
        ),
        sa.CheckConstraint(
            "tier IN ('free', 'plus', 'premium')", name=op.f("ck_plan_standings_tier")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_plan_standings_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_plan_standings")),
    )
