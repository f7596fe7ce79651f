"""Quotes, and account credit with its bookings and ledger."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"

_INSTANT = postgresql.TIMESTAMP(timezone=True)
_SOURCES = "source IN ('goodwill', 'referral', 'payment')"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "quotes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("item_key", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("lines", postgresql.JSONB(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("credit_applied_minor", sa.BigInteger(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("valid_until", _INSTANT, nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "total_minor >= 0 AND credit_applied_minor >= 0", name=op.f("ck_quotes_amounts")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_quotes_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quotes")),
    )
    op.create_index(
        op.f("ix_quotes_person_id_created_at_id"), "quotes", ["person_id", "created_at", "id"]
    )
    op.create_index(op.f("ix_quotes_valid_until"), "quotes", ["valid_until"])
    op.create_table(
        "account_credits",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("lines > 0", name=op.f("ck_account_credits_lines")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_account_credits_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", "currency", name=op.f("pk_account_credits")),
    )
    _make_bookings()
    _make_ledger()


def _of_account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["person_id", "currency"],
        ["account_credits.person_id", "account_credits.currency"],
        name=op.f(f"fk_{table}_person_id_currency"),
    )


def _make_bookings() -> None:
    op.create_table(
        "account_credit_bookings",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("undone_at", _INSTANT, nullable=True),
        sa.CheckConstraint(_SOURCES, name=op.f("ck_account_credit_bookings_source")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_account_credit_bookings_amount")),
        _of_account("account_credit_bookings"),
        sa.PrimaryKeyConstraint("source", "key", name=op.f("pk_account_credit_bookings")),
    )
    op.create_index(
        op.f("ix_account_credit_bookings_person_id_at_source_key"),
        "account_credit_bookings",
        ["person_id", "at", "source", "key"],
    )


def _make_ledger() -> None:
    op.create_table(
        "account_credit_ledger",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("move", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "move IN ('grant', 'take_back', 'spend', 'give_back')",
            name=op.f("ck_account_credit_ledger_move"),
        ),
        sa.CheckConstraint(_SOURCES, name=op.f("ck_account_credit_ledger_source")),
        sa.CheckConstraint("number > 0", name=op.f("ck_account_credit_ledger_numbered")),
        _of_account("account_credit_ledger"),
        sa.PrimaryKeyConstraint(
            "person_id", "currency", "number", name=op.f("pk_account_credit_ledger")
        ),
    )


def downgrade() -> None:
    """Undo it."""
    for table in ("account_credit_ledger", "account_credit_bookings", "account_credits", "quotes"):
        op.drop_table(table)
