"""Usage accounts, their periods, sessions and ledger."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"

_INSTANT = postgresql.TIMESTAMP(timezone=True)
_TIERS = "IN ('free', 'plus', 'premium')"
_COUNTS = (
    "monthly_seconds",
    "seconds_used",
    "banked_seconds",
    "banked_seconds_used",
    "purchased_seconds",
    "purchased_seconds_used",
    "conversations_used",
    "realtime_sessions_used",
)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "usage_accounts",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("purchased_seconds", sa.BigInteger(), nullable=False),
        sa.Column("purchased_seconds_used", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", _INSTANT, nullable=True),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("period_ends_at", _INSTANT, nullable=False),
        sa.CheckConstraint(f"tier {_TIERS}", name=op.f("ck_usage_accounts_tier")),
        sa.CheckConstraint(
            "purchased_seconds_used BETWEEN 0 AND purchased_seconds",
            name=op.f("ck_usage_accounts_purchased"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_usage_accounts_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_usage_accounts")),
    )
    op.create_index(
        "ix_usage_accounts_period_ends_at",
        "usage_accounts",
        ["period_ends_at"],
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    _make_periods()
    _make_sessions()
    _make_ledger()


def _make_periods() -> None:
    op.create_table(
        "usage_periods",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("starts_at", _INSTANT, nullable=False),
        sa.Column("ends_at", _INSTANT, nullable=False),
        sa.Column("first_tier", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _COUNTS),
        sa.Column("closed_at", _INSTANT, nullable=True),
        sa.Column("seconds_banked", sa.Integer(), nullable=True),
        sa.Column("seconds_forfeited", sa.Integer(), nullable=True),
        sa.Column("banked_seconds_forfeited", sa.Integer(), nullable=True),
        sa.CheckConstraint(f"first_tier {_TIERS}", name=op.f("ck_usage_periods_first_tier")),
        sa.CheckConstraint(f"tier {_TIERS}", name=op.f("ck_usage_periods_tier")),
        sa.CheckConstraint(
            "seconds_used BETWEEN 0 AND monthly_seconds", name=op.f("ck_usage_periods_monthly")
        ),
        sa.CheckConstraint(
            "banked_seconds_used BETWEEN 0 AND banked_seconds",
            name=op.f("ck_usage_periods_banked"),
        ),
        sa.CheckConstraint(
            "closed_at IS NULL"
            " OR monthly_seconds = seconds_used + seconds_forfeited + seconds_banked"
            " AND banked_seconds = banked_seconds_used + banked_seconds_forfeited",
            name=op.f("ck_usage_periods_conserved"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["usage_accounts.person_id"], name=op.f("fk_usage_periods_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", "period", name=op.f("pk_usage_periods")),
    )


def _make_sessions() -> None:
    op.create_table(
        "usage_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("conversation_id", sa.Uuid(), nullable=True),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("started_at", _INSTANT, nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("held_seconds", sa.Integer(), nullable=True),
        sa.Column("earlier_seconds", sa.Integer(), nullable=True),
        sa.Column("settled_seconds", sa.Integer(), nullable=True),
        sa.Column("last_beat_at", _INSTANT, nullable=True),
        sa.Column("extensions_used", sa.Integer(), nullable=False),
        sa.Column("ended_at", _INSTANT, nullable=True),
        sa.Column("settled_at", _INSTANT, nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("duration_seconds", sa.Integer(), nullable=True),
        sa.Column("seconds_consumed", sa.Integer(), nullable=True),
        sa.Column("input_tokens", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'settled')", name=op.f("ck_usage_sessions_state")),
        sa.CheckConstraint(
            "(state = 'settled') = (ended_at IS NOT NULL)", name=op.f("ck_usage_sessions_settled")
        ),
        sa.CheckConstraint(
            "mode IN ('traditional', 'realtime')", name=op.f("ck_usage_sessions_mode")
        ),
        sa.CheckConstraint(
            "settled_by IN ('request', 'silence', 'hold_used_up', 'erasure')",
            name=op.f("ck_usage_sessions_settled_by"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["usage_accounts.person_id"], name=op.f("fk_usage_sessions_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_sessions")),
    )
    op.create_index(
        op.f("ix_usage_sessions_person_id_started_at_id"),
        "usage_sessions",
        ["person_id", "started_at", "id"],
    )
    op.create_index(
        "ix_usage_sessions_open",
        "usage_sessions",
        ["person_id"],
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_usage_sessions_last_beat_at",
        "usage_sessions",
        ["last_beat_at"],
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_usage_sessions_conversation",
        "usage_sessions",
        ["person_id", "period", "conversation_id"],
        postgresql_where=sa.text("conversation_id IS NOT NULL"),
    )


def _make_ledger() -> None:
    op.create_table(
        "usage_ledger",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("banked", sa.Integer(), nullable=False),
        sa.Column("monthly", sa.Integer(), nullable=False),
        sa.Column("purchased", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('monthly_granted', 'upgraded', 'banked', 'purchased', 'used',"
            " 'carried_over', 'forfeited')",
            name=op.f("ck_usage_ledger_kind"),
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_usage_ledger_numbered")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["usage_accounts.person_id"], name=op.f("fk_usage_ledger_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", "number", name=op.f("pk_usage_ledger")),
    )
    op.create_index(
        op.f("ix_usage_ledger_person_id_period_number"),
        "usage_ledger",
        ["person_id", "period", "number"],
    )


def downgrade() -> None:
    """Undo it."""
    for table in ("usage_ledger", "usage_sessions", "usage_periods", "usage_accounts"):
        op.drop_table(table)
