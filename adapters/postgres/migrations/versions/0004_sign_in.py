"""Sign-in codes and their limits, and login sessions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

_INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "code_tallies",
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("times", postgresql.ARRAY(_INSTANT), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_code_tallies")),
    )
    op.create_table(
        "sign_in_codes",
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("nonce_digest", sa.LargeBinary(), nullable=False),
        sa.Column("code_digest", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.CheckConstraint("tries BETWEEN 0 AND 5", name=op.f("ck_sign_in_codes_five_tries")),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_sign_in_codes")),
        sa.UniqueConstraint("nonce_digest", name=op.f("uq_sign_in_codes_nonce_digest")),
    )
    op.create_table(
        "login_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("last_used_at", _INSTANT, nullable=False),
        sa.Column("idle_ends_at", _INSTANT, nullable=False),
        sa.Column("ends_at", _INSTANT, nullable=False),
        sa.CheckConstraint(
            "origin IN ('email_code', 'google', 'minted')",
            name=op.f("ck_login_sessions_origin"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_login_sessions_person_id_persons")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_sessions")),
        sa.UniqueConstraint("digest", name=op.f("uq_login_sessions_digest")),
    )
    op.create_index(
        op.f("ix_login_sessions_person_id_created_at_id"),
        "login_sessions",
        ["person_id", "created_at", "id"],
        unique=False,
    )
    op.create_table(
        "google_attempts",
        sa.Column("state_digest", sa.LargeBinary(), nullable=False),
        sa.Column("nonce_digest", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_google_attempts_person_id_persons")
        ),
        sa.PrimaryKeyConstraint("state_digest", name=op.f("pk_google_attempts")),
    )
    op.create_index(
        op.f("ix_google_attempts_expires_at"), "google_attempts", ["expires_at"], unique=False
    )
    op.create_table(
        "google_links",
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("linked_at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_google_links_person_id_persons")
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_google_links")),
    )
    op.create_index(op.f("ix_google_links_person_id"), "google_links", ["person_id"], unique=False)


def downgrade() -> None:
    """Remove the tables."""
    op.drop_table("google_links")
    op.drop_table("google_attempts")
    op.drop_table("login_sessions")
    op.drop_table("sign_in_codes")
    op.drop_table("code_tallies")
