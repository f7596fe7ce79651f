"""Video messages, and the credits that pay for them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"

_INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "video_wallets",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("purchased", "granted", "spent", "refunded", "debt")
        ),
        sa.Column("free_on", sa.Date(), nullable=True),
        sa.Column("free_used", sa.Integer(), nullable=False),
        sa.Column("lots", sa.Integer(), nullable=False),
        sa.Column("moves", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "purchased + granted - spent - refunded >= 0", name=op.f("ck_video_wallets_covered")
        ),
        sa.CheckConstraint("debt >= 0", name=op.f("ck_video_wallets_debt")),
        sa.CheckConstraint("free_used >= 0", name=op.f("ck_video_wallets_free_used")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_video_wallets_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_video_wallets")),
    )
    op.create_table(
        "video_credit_lots",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("remaining", sa.Integer(), nullable=False),
        sa.Column("acquired_at", _INSTANT, nullable=False),
        sa.Column("charged_back_at", _INSTANT, nullable=True),
        sa.CheckConstraint(
            "remaining BETWEEN 0 AND credits", name=op.f("ck_video_credit_lots_covered")
        ),
        sa.CheckConstraint("kind IN ('purchase', 'grant')", name=op.f("ck_video_credit_lots_kind")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_video_credit_lots_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_video_credit_lots")),
    )
    op.create_index(
        op.f("ix_video_credit_lots_person_id_number"),
        "video_credit_lots",
        ["person_id", "number"],
        unique=True,
    )
    op.create_index(
        "ix_video_credit_lots_unspent",
        "video_credit_lots",
        ["person_id", "number"],
        postgresql_where=sa.text("remaining > 0"),
    )
    op.create_table(
        "video_credit_ledger",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("move", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=True),
        sa.Column("video_message_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "account IN ('credits', 'debt')", name=op.f("ck_video_credit_ledger_account")
        ),
        sa.CheckConstraint(
            "move IN ('purchase', 'grant', 'spend', 'give_back', 'chargeback', 'repayment')",
            name=op.f("ck_video_credit_ledger_move"),
        ),
        sa.CheckConstraint("balance >= 0", name=op.f("ck_video_credit_ledger_balance")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_video_credit_ledger_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", "number", name=op.f("pk_video_credit_ledger")),
    )
    op.create_table(
        "video_messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("send_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=False),
        sa.Column("upload_ref", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=True),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", _INSTANT, nullable=True),
        sa.Column("viewed_at", _INSTANT, nullable=True),
        sa.Column("failed_at", _INSTANT, nullable=True),
        sa.Column("given_back", sa.Boolean(), nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'uploaded', 'viewed', 'failed')",
            name=op.f("ck_video_messages_state"),
        ),
        sa.CheckConstraint(
            "(source = 'credit') = (lot_id IS NOT NULL)", name=op.f("ck_video_messages_paid")
        ),
        sa.CheckConstraint("source IN ('free', 'credit')", name=op.f("ck_video_messages_source")),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_video_messages_conversation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["sender_id"], ["persons.id"], name=op.f("fk_video_messages_sender_id")
        ),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["persons.id"], name=op.f("fk_video_messages_recipient_id")
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["video_credit_lots.id"], name=op.f("fk_video_messages_lot_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_video_messages")),
    )
    op.create_index(
        op.f("ix_video_messages_conversation_id_created_at_id"),
        "video_messages",
        ["conversation_id", "created_at", "id"],
    )
    op.create_index(
        op.f("ix_video_messages_sender_id_created_at_id"),
        "video_messages",
        ["sender_id", "created_at", "id"],
    )
    op.create_index(op.f("ix_video_messages_send_id_id"), "video_messages", ["send_id", "id"])


def downgrade() -> None:
    """Undo it."""
    op.drop_table("video_messages")
    op.drop_table("video_credit_ledger")
    op.drop_table("video_credit_lots")
    op.drop_table("video_wallets")
