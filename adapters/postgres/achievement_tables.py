"""The tables of achievements. What a column means is said where its field is."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from adapters.postgres.schema import Instant, metadata, one_of
from domain.achievements.events import Category

achievements = Table(
    "achievements",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("icon_url", Text),
    Column("points", Integer, nullable=False),
    Column("requirements", JSONB, nullable=False),
    Column("is_public", Boolean, nullable=False),
    Column("achievement_type", Text),
    Column("badge", Text),
    Column("special_reward", JSONB),
    Column("published_at", Instant, nullable=False),
    Column("withdrawn_at", Instant),
    one_of("category", Category),
    CheckConstraint("points >= 0", name="points"),
    UniqueConstraint("key"),
)

achievement_totals = Table(
    "achievement_totals",
    metadata,
    Column("person_id", Uuid, ForeignKey("persons.id"), primary_key=True),
    Column("counted", JSONB, nullable=False),
    Column("points", Integer, nullable=False),
    Column("awards", Integer, nullable=False),
    CheckConstraint("points >= 0 AND awards >= 0", name="points"),
)

achievement_partners = Table(
    "achievement_partners",
    metadata,
    Column("person_id", Uuid, ForeignKey("persons.id"), primary_key=True),
    Column("partner_id", Uuid, primary_key=True),
)

achievement_awards = Table(
    "achievement_awards",
    metadata,
    Column("person_id", Uuid, ForeignKey("persons.id"), primary_key=True),
    Column("key", Text, ForeignKey("achievements.key"), primary_key=True),
    Column("category", Text, nullable=False),
    Column("points", Integer, nullable=False),
    Column("earned_at", Instant, nullable=False),
    Column("event_id", Uuid),
    Column("inputs", JSONB, nullable=False),
    Column("policy_version", Text, nullable=False),
    Column("is_public", Boolean, nullable=False),
    Column("displayed_at", Instant),
    Column("celebrated_at", Instant),
    Column("social_context", JSONB),
    Column("shared_publicly", Boolean, nullable=False),
    Column("related_entity_type", Text),
    Column("related_entity_id", Uuid),
    one_of("category", Category),
)

achievement_award_backs = Table(
    "achievement_award_backs",
    metadata,
    Column("key", Text, ForeignKey("achievements.key"), primary_key=True),
    Column("started_at", Instant, nullable=False),
    Column("persons", Integer, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("awarded", Integer, nullable=False),
    Column("upto", Uuid),
    Column("finished_at", Instant),
)
