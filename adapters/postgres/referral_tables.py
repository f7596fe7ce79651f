"""The tables of referrals. What a column means is said where its field is."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from adapters.postgres.schema import Instant, metadata, one_of
from application.referrals.ports import TraceKind
from domain.referrals.kinds import Method, Source, TakenBackFor, Verdict
from domain.referrals.milestones import RewardType
from domain.referrals.views import ReferralState

# Their indexes hold these rows only; statements say so in the same words.
IS_ACTIVE = "deactivated_at IS NULL"
IS_DUE = "due_at IS NOT NULL"
IS_HELD = "state = 'held'"
IS_OPEN = "state = 'invited'"
IS_WAITING = "applied_at IS NULL"
IS_PENDING = "state IN ('invited', 'signed_up', 'held')"
HAS_PURCHASE = "payment_id IS NOT NULL"

referral_codes = Table(
    "referral_codes",
    metadata,
    Column("code", Text, primary_key=True),
    Column("person_id", Uuid, ForeignKey("persons.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("deactivated_at", Instant),
    Index("uq_referral_codes_active", "person_id", unique=True, postgresql_where=text(IS_ACTIVE)),
    Index(None, "person_id", "created_at"),
)

referrals = Table(
    "referrals",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("state", Text, nullable=False),
    Column("referrer_id", Uuid, ForeignKey("persons.id"), nullable=False),
    Column("method", Text, nullable=False),
    Column("source", Text),
    Column("token", Text),
    Column("metadata", JSONB, nullable=False),
    Column("invited_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("policy_version", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("referee_id", Uuid, ForeignKey("persons.id")),
    Column("redeemed_at", Instant),
    Column("signed_up_at", Instant),
    Column("purchase_by", Instant),
    Column("score", Integer),
    Column("signs", ARRAY(Text)),
    Column("held_at", Instant),
    Column("review_verdict", Text),
    Column("reviewed_by", Text),
    Column("review_why", Text),
    Column("reviewed_at", Instant),
    Column("payment_id", Uuid),
    Column("settled_at", Instant),
    Column("paid_minor", BigInteger),
    Column("currency", Text),
    Column("plan_seconds", BigInteger),
    Column("qualified_at", Instant),
    Column("hold_ends_at", Instant),
    Column("rewarded_at", Instant),
    Column("ordinal", Integer),
    Column("bonus_tier", Integer),
    Column("referrer_reward_minor", BigInteger),
    Column("referee_reward_minor", BigInteger),
    Column("rejected_at", Instant),
    Column("reasons", ARRAY(Text)),
    Column("reversed_at", Instant),
    Column("cause", Text),
    Column("referrer_owed_minor", BigInteger),
    Column("referee_owed_minor", BigInteger),
    Column("expired_at", Instant),
    Column("reason", Text),
    Column("due_at", Instant),
    one_of("state", ReferralState),
    one_of("method", Method),
    one_of("source", Source),
    one_of("review_verdict", Verdict),
    one_of("cause", TakenBackFor),
    CheckConstraint("referee_id <> referrer_id", name="another_person"),
    CheckConstraint(
        "(state IN ('rewarded', 'reversed')) = (rewarded_at IS NOT NULL)", name="rewarded"
    ),
    CheckConstraint(
        "referrer_reward_minor >= 0 AND referee_reward_minor >= 0", name="reward_amounts"
    ),
    UniqueConstraint("token"),
    UniqueConstraint("referee_id"),
    Index(None, "referrer_id", "invited_at", "id"),
    Index("ix_referrals_due_at", "due_at", "id", postgresql_where=text(IS_DUE)),
    Index("ix_referrals_held_at", "held_at", "id", postgresql_where=text(IS_HELD)),
    Index("ix_referrals_open", "referrer_id", postgresql_where=text(IS_OPEN)),
    Index("ix_referrals_purchases", "referrer_id", postgresql_where=text(HAS_PURCHASE)),
    Index("ix_referrals_redeemed", "referrer_id", "redeemed_at"),
    Index("ix_referrals_invited_at", "invited_at"),
)

referral_traces = Table(
    "referral_traces",
    metadata,
    Column("person_id", Uuid, ForeignKey("persons.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
    one_of("kind", TraceKind),
    Index(None, "kind", "digest"),
)

referral_payers = Table(
    "referral_payers",
    metadata,
    Column("person_id", Uuid, ForeignKey("persons.id"), primary_key=True),
    Column("first_paid_at", Instant, nullable=False),
)

referral_rewards = Table(
    "referral_rewards",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("value", JSONB, nullable=False),
    Column("required_referrals", Integer, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("valid_days", Integer),
    Column("created_at", Instant, nullable=False),
    one_of("type", RewardType),
    CheckConstraint("required_referrals > 0", name="required_referrals"),
)

referral_reward_claims = Table(
    "referral_reward_claims",
    metadata,
    Column("person_id", Uuid, ForeignKey("persons.id"), primary_key=True),
    Column("reward_id", Uuid, ForeignKey("referral_rewards.id"), primary_key=True),
    Column("type", Text, nullable=False),
    Column("value", JSONB, nullable=False),
    Column("claimed_at", Instant, nullable=False),
    Column("applied_at", Instant),
    Column("expires_at", Instant),
    Column("policy_version", Text, nullable=False),
    Column("payment_id", Uuid),
    one_of("type", RewardType),
    Index(
        "ix_referral_reward_claims_waiting",
        "claimed_at",
        "person_id",
        "reward_id",
        postgresql_where=text(IS_WAITING),
    ),
)
