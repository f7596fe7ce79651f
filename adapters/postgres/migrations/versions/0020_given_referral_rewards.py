"""Milestone rewards that are given: which payment used a discount, and what is still to give."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Keep which payment a discount went to, and find what counted at an instant."""
    op.add_column("referral_reward_claims", sa.Column("payment_id", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_referral_reward_claims_waiting",
        "referral_reward_claims",
        ["claimed_at", "person_id", "reward_id"],
        postgresql_where=sa.text("applied_at IS NULL"),
    )
    op.drop_index("ix_referrals_counted", table_name="referrals")
    op.create_index(
        "ix_referrals_purchases",
        "referrals",
        ["referrer_id"],
        postgresql_where=sa.text("payment_id IS NOT NULL"),
    )


def downgrade() -> None:
    """Forget which payment a discount went to."""
    op.drop_index("ix_referrals_purchases", table_name="referrals")
    op.create_index(
        "ix_referrals_counted",
        "referrals",
        ["referrer_id"],
        postgresql_where=sa.text(
            "payment_id IS NOT NULL AND state IN ('held', 'qualified', 'rewarded')"
        ),
    )
    op.drop_index("ix_referral_reward_claims_waiting", table_name="referral_reward_claims")
    op.drop_column("referral_reward_claims", "payment_id")
