"""The tables of identity. What a column means is said where its field is, in the domain."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres.schema import Instant, metadata, one_of
from domain.identity.learning import ChallengePreference, CorrectionStyle, LearningGoal
from domain.identity.persons import PersonStatus
from domain.identity.profile import Gender, PrivacyLevel
from domain.identity.service_keys import Scope
from domain.identity.sessions import SessionOrigin
from domain.shared.tiers import Tier

persons = Table(
    "persons",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text),
    Column("email_key", Text, unique=True),
    Column("display_name", Text),
    Column("username", Text),
    Column("avatar_url", Text),
    Column("phone_number", Text),
    Column("gender", Text),
    Column("locale", Text, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("native_language", Text),
    Column("ui_language", Text),
    Column("privacy_level", Text, nullable=False),
    Column("social_sharing_enabled", Boolean, nullable=False),
    Column("registered_at", Instant, nullable=False),
    Column("status", Text, nullable=False),
    Column("suspension_reason", Text),
    Column("tier", Text, nullable=False),
    Column("tier_peak", Text, nullable=False),
    Column("tier_peak_on", Date),
    Column("counting_on", Date),
    Column("counting_since", Instant),
    Column("version", Integer, nullable=False),
    one_of("gender", Gender),
    one_of("privacy_level", PrivacyLevel),
    one_of("status", PersonStatus),
    one_of("tier", Tier),
    one_of("tier_peak", Tier),
    CheckConstraint("(counting_on IS NULL) = (counting_since IS NULL)", name="counting"),
    Index(None, "registered_at", "id"),
)

blocks = Table(
    "blocks",
    metadata,
    Column("blocker_id", Uuid, ForeignKey("persons.id"), primary_key=True),
    Column("blocked_id", Uuid, ForeignKey("persons.id"), primary_key=True),
    Column("created_at", Instant, nullable=False),
    CheckConstraint("blocker_id <> blocked_id", name="two_persons"),
)

reports = Table(
    "reports",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("reporter_id", Uuid, ForeignKey("persons.id"), nullable=False),
    Column("reported_id", Uuid, ForeignKey("persons.id"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("evidence_message_ids", ARRAY(Uuid), nullable=False),
    Column("created_at", Instant, nullable=False),
    Index(None, "created_at", "id"),
    Index(None, "reported_id", "created_at", "id"),
    Index(None, "reporter_id", "created_at", "id"),
)

_LEVELS = ("speaking_level", "listening_level", "reading_level", "writing_level")

learning_preferences = Table(
    "learning_preferences",
    metadata,
    Column("person_id", Uuid, ForeignKey("persons.id"), primary_key=True),
    Column("target_language", Text, nullable=False),
    Column("learning_goal", Text),
    *(Column(level, SmallInteger) for level in _LEVELS),
    Column("challenge_preference", Text, nullable=False),
    Column("correction_style", Text, nullable=False),
    Column("specific_goals", ARRAY(Text), nullable=False),
    one_of("learning_goal", LearningGoal),
    *(CheckConstraint(f"{level} BETWEEN 1 AND 100", name=level) for level in _LEVELS),
    one_of("challenge_preference", ChallengePreference),
    one_of("correction_style", CorrectionStyle),
)

erasures = Table(
    "erasures",
    metadata,
    Column("person_id", Uuid, ForeignKey("persons.id"), primary_key=True),
    Column("erased_at", Instant, nullable=False),
    Column("was_suspended", Boolean, nullable=False),
    Column("email_hash", LargeBinary),
    Index(None, "email_hash"),
)

service_keys = Table(
    "service_keys",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("scope", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("last_used_at", Instant),
    one_of("scope", Scope),
)

# A statement must say it in the same words to be given its index.
LAST_TIME = "COALESCE(times[cardinality(times)], '-infinity'::timestamp with time zone)"

code_tallies = Table(
    "code_tallies",
    metadata,
    Column("subject", LargeBinary, primary_key=True),
    Column("times", ARRAY(Instant), nullable=False),
    Index("ix_code_tallies_last_time", text(LAST_TIME)),
)

sign_in_codes = Table(
    "sign_in_codes",
    metadata,
    Column("address", LargeBinary, primary_key=True),
    Column("nonce_digest", LargeBinary, nullable=False, unique=True),
    Column("code_digest", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("tries", Integer, nullable=False),
    # Whatever the policy says, and whatever the code might forget.
    CheckConstraint("tries BETWEEN 0 AND 5", name="five_tries"),
    Index(None, "expires_at"),
)

google_attempts = Table(
    "google_attempts",
    metadata,
    Column("state_digest", LargeBinary, primary_key=True),
    Column("nonce_digest", LargeBinary, nullable=False),
    Column("person_id", Uuid, ForeignKey("persons.id")),
    Column("expires_at", Instant, nullable=False),
    Index(None, "expires_at"),
)

google_links = Table(
    "google_links",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("person_id", Uuid, ForeignKey("persons.id"), nullable=False),
    Column("linked_at", Instant, nullable=False),
    Index(None, "person_id"),
)

login_sessions = Table(
    "login_sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("persons.id"), nullable=False),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("origin", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("last_used_at", Instant, nullable=False),
    Column("idle_ends_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    one_of("origin", SessionOrigin),
    Index(None, "person_id", "created_at", "id"),
    Index(None, "idle_ends_at"),
)
