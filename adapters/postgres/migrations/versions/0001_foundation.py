"""Persons, conversations, messages, video calls, and what carries them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "conversation_daily_messages",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("messages_sent", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "messages_sent > 0", name=op.f("ck_conversation_daily_messages_positive")
        ),
        sa.PrimaryKeyConstraint(
            "conversation_id", "person_id", "date", name=op.f("pk_conversation_daily_messages")
        ),
    )
    op.create_table(
        "kept_answers",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("owner", "key", name=op.f("pk_kept_answers")),
    )
    op.create_index(
        op.f("ix_kept_answers_expires_at"), "kept_answers", ["expires_at"], unique=False
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("client_message_id", sa.Text(), nullable=True),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("daily_number", sa.Integer(), nullable=False),
        sa.Column("daily_limit", sa.Integer(), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("edited_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("deleted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("first_text_digest", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "role IN ('user', 'assistant', 'system')", name=op.f("ck_messages_role")
        ),
        sa.CheckConstraint("tag IN ('general', 'evaluation')", name=op.f("ck_messages_tag")),
        sa.CheckConstraint(
            "daily_number BETWEEN 1 AND daily_limit", name=op.f("ck_messages_within_limit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
    )
    op.create_index(
        op.f("ix_messages_conversation_id_created_at_id"),
        "messages",
        ["conversation_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "uq_messages_client_message_id",
        "messages",
        ["conversation_id", "sender_id", "client_message_id"],
        unique=True,
        postgresql_where=sa.text("client_message_id IS NOT NULL"),
    )
    op.create_table(
        "outbox",
        sa.Column("position", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_outbox")),
    )
    op.create_table(
        "persons",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("email_key", sa.Text(), nullable=True),
        sa.Column("display_name", sa.Text(), nullable=True),
        sa.Column("username", sa.Text(), nullable=True),
        sa.Column("avatar_url", sa.Text(), nullable=True),
        sa.Column("phone_number", sa.Text(), nullable=True),
        sa.Column("gender", sa.Text(), nullable=True),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("native_language", sa.Text(), nullable=True),
        sa.Column("ui_language", sa.Text(), nullable=True),
        sa.Column("privacy_level", sa.Text(), nullable=False),
        sa.Column("social_sharing_enabled", sa.Boolean(), nullable=False),
        sa.Column("registered_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("suspension_reason", sa.Text(), nullable=True),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("tier_peak", sa.Text(), nullable=False),
        sa.Column("tier_peak_on", sa.Date(), nullable=True),
        sa.Column("counting_on", sa.Date(), nullable=True),
        sa.Column("counting_since", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "gender IN ('male', 'female', 'other', 'prefer_not_to_say')",
            name=op.f("ck_persons_gender"),
        ),
        sa.CheckConstraint(
            "privacy_level IN ('public', 'friends_only', 'private')",
            name=op.f("ck_persons_privacy_level"),
        ),
        sa.CheckConstraint(
            "status IN ('active', 'suspended', 'deleted')", name=op.f("ck_persons_status")
        ),
        sa.CheckConstraint("tier IN ('free', 'plus', 'premium')", name=op.f("ck_persons_tier")),
        sa.CheckConstraint(
            "tier_peak IN ('free', 'plus', 'premium')", name=op.f("ck_persons_tier_peak")
        ),
        sa.CheckConstraint(
            "(counting_on IS NULL) = (counting_since IS NULL)", name=op.f("ck_persons_counting")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_persons")),
        sa.UniqueConstraint("email_key", name=op.f("uq_persons_email_key")),
    )
    op.create_index(
        op.f("ix_persons_registered_at_id"), "persons", ["registered_at", "id"], unique=False
    )
    op.create_table(
        "service_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("revoked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("last_used_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "scope IN ('read', 'write', 'admin')", name=op.f("ck_service_keys_scope")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_keys")),
        sa.UniqueConstraint("digest", name=op.f("uq_service_keys_digest")),
    )
    op.create_table(
        "test_clock",
        sa.Column("only_row", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("now", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("only_row", name=op.f("ck_test_clock_only_row")),
        sa.PrimaryKeyConstraint("only_row", name=op.f("pk_test_clock")),
    )
    op.create_table(
        "blocks",
        sa.Column("blocker_id", sa.Uuid(), nullable=False),
        sa.Column("blocked_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("blocker_id <> blocked_id", name=op.f("ck_blocks_two_persons")),
        sa.ForeignKeyConstraint(["blocked_id"], ["persons.id"], name=op.f("fk_blocks_blocked_id")),
        sa.ForeignKeyConstraint(["blocker_id"], ["persons.id"], name=op.f("fk_blocks_blocker_id")),
        sa.PrimaryKeyConstraint("blocker_id", "blocked_id", name=op.f("pk_blocks")),
    )
    op.create_table(
        "conversations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("participant_a", sa.Uuid(), nullable=False),
        sa.Column("participant_b", sa.Uuid(), nullable=False),
        sa.Column("started_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('pair')", name=op.f("ck_conversations_kind")),
        sa.CheckConstraint(
            "participant_a < participant_b", name=op.f("ck_conversations_ordered_pair")
        ),
        sa.ForeignKeyConstraint(
            ["participant_a"], ["persons.id"], name=op.f("fk_conversations_participant_a")
        ),
        sa.ForeignKeyConstraint(
            ["participant_b"], ["persons.id"], name=op.f("fk_conversations_participant_b")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint(
            "participant_a",
            "participant_b",
            name=op.f("uq_conversations_participant_a_participant_b"),
        ),
    )
    op.create_index(
        op.f("ix_conversations_participant_a_started_at_id"),
        "conversations",
        ["participant_a", "started_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_conversations_participant_b_started_at_id"),
        "conversations",
        ["participant_b", "started_at", "id"],
        unique=False,
    )
    op.create_table(
        "reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reporter_id", sa.Uuid(), nullable=False),
        sa.Column("reported_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence_message_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["reported_id"], ["persons.id"], name=op.f("fk_reports_reported_id")
        ),
        sa.ForeignKeyConstraint(
            ["reporter_id"], ["persons.id"], name=op.f("fk_reports_reporter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
    )
    op.create_index(op.f("ix_reports_created_at_id"), "reports", ["created_at", "id"], unique=False)
    op.create_index(
        op.f("ix_reports_reported_id_created_at_id"),
        "reports",
        ["reported_id", "created_at", "id"],
        unique=False,
    )
    op.create_table(
        "conversation_metadata",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("first_video_call_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("last_video_call_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("video_call_count", sa.Integer(), nullable=False),
        sa.Column("last_call_on_a", sa.Date(), nullable=True),
        sa.Column("last_call_on_b", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_conversation_metadata_conversation_id"),
        ),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_conversation_metadata")),
    )
    op.create_table(
        "read_markers",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("message_created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_read_markers_conversation_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_read_markers_person_id")
        ),
        sa.PrimaryKeyConstraint("conversation_id", "person_id", name=op.f("pk_read_markers")),
    )
    op.create_table(
        "video_calls",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("initiator_id", sa.Uuid(), nullable=False),
        sa.Column("callee_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("rings_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("scheduled_for", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("initiator_since", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("callee_since", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("presence_reports", sa.Integer(), nullable=True),
        sa.Column("initiator_seen", sa.Boolean(), nullable=True),
        sa.Column("callee_seen", sa.Boolean(), nullable=True),
        sa.Column("answered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("overlap", sa.Interval(), nullable=True),
        sa.Column("left_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("overlap_seconds", sa.Integer(), nullable=True),
        sa.Column("counts_on_initiator", sa.Date(), nullable=True),
        sa.Column("counts_on_callee", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(state = 'ended') = (ended_at IS NOT NULL)", name=op.f("ck_video_calls_ended")
        ),
        sa.CheckConstraint(
            "outcome IN ('completed', 'too_short', 'missed', 'declined')",
            name=op.f("ck_video_calls_outcome"),
        ),
        sa.CheckConstraint(
            "state IN ('ringing', 'ongoing', 'ended')", name=op.f("ck_video_calls_state")
        ),
        sa.ForeignKeyConstraint(
            ["callee_id"], ["persons.id"], name=op.f("fk_video_calls_callee_id")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_video_calls_conversation_id")
        ),
        sa.ForeignKeyConstraint(
            ["initiator_id"], ["persons.id"], name=op.f("fk_video_calls_initiator_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_video_calls")),
    )
    op.create_index(
        "ix_video_calls_completed",
        "video_calls",
        ["conversation_id", "ended_at"],
        unique=False,
        postgresql_where=sa.text("outcome = 'completed'"),
    )
    op.create_index(
        "ix_video_calls_open",
        "video_calls",
        ["conversation_id", "rings_at"],
        unique=False,
        postgresql_where=sa.text("state <> 'ended'"),
    )
    op.create_table(
        "video_call_presence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("presence", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "presence IN ('connected', 'disconnected')",
            name=op.f("ck_video_call_presence_presence"),
        ),
        sa.ForeignKeyConstraint(
            ["call_id"], ["video_calls.id"], name=op.f("fk_video_call_presence_call_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_video_call_presence_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_video_call_presence")),
    )
    op.create_index(
        op.f("ix_video_call_presence_call_id_at"),
        "video_call_presence",
        ["call_id", "at"],
        unique=False,
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_index(op.f("ix_video_call_presence_call_id_at"), table_name="video_call_presence")
    op.drop_table("video_call_presence")
    op.drop_index(
        "ix_video_calls_open",
        table_name="video_calls",
        postgresql_where=sa.text("state <> 'ended'"),
    )
    op.drop_index(
        "ix_video_calls_completed",
        table_name="video_calls",
        postgresql_where=sa.text("outcome = 'completed'"),
    )
    op.drop_table("video_calls")
    op.drop_table("read_markers")
    op.drop_table("conversation_metadata")
    op.drop_index(op.f("ix_reports_reported_id_created_at_id"), table_name="reports")
    op.drop_index(op.f("ix_reports_created_at_id"), table_name="reports")
    op.drop_table("reports")
    op.drop_index(op.f("ix_conversations_participant_b_started_at_id"), table_name="conversations")
    op.drop_index(op.f("ix_conversations_participant_a_started_at_id"), table_name="conversations")
    op.drop_table("conversations")
    op.drop_table("blocks")
    op.drop_table("test_clock")
    op.drop_table("service_keys")
    op.drop_index(op.f("ix_persons_registered_at_id"), table_name="persons")
    op.drop_table("persons")
    op.drop_table("outbox")
    op.drop_index(
        "uq_messages_client_message_id",
        table_name="messages",
        postgresql_where=sa.text("client_message_id IS NOT NULL"),
    )
    op.drop_index(op.f("ix_messages_conversation_id_created_at_id"), table_name="messages")
    op.drop_table("messages")
    op.drop_index(op.f("ix_kept_answers_expires_at"), table_name="kept_answers")
    op.drop_table("kept_answers")
    op.drop_table("conversation_daily_messages")
