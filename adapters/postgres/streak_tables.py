"""The tables of streaks and of reactions. What a column means is said where its field is."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Integer,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres.schema import Instant, metadata, one_of
from domain.streaks.calendar import DayState
from domain.streaks.events import StreakKind

streaks = Table(
    "streaks",
    metadata,
    Column("person_id", Uuid, ForeignKey("persons.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("current", Integer, nullable=False),
    Column("longest", Integer, nullable=False),
    Column("credits", Integer, nullable=False),
    Column("first_on", Date),
    Column("last_on", Date),
    Column("last_at", Instant),
    Column("last_timezone", Text),
    Column("kept_until", Date),
    Column("freezes", ARRAY(Date), nullable=False),
    Column("paused_on", ARRAY(Date), nullable=False),
    Column("broken_length", Integer),
    Column("broken_at", Instant),
    Column("broken_kept_until", Date),
    Column("broken_resumed_on", Date),
    Column("repaired_at", Instant),
    Column("version", Integer, nullable=False),
    one_of("kind", StreakKind),
    CheckConstraint("current BETWEEN 0 AND longest", name="longest"),
)

streak_days = Table(
    "streak_days",
    metadata,
    Column("person_id", Uuid, ForeignKey("persons.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("date", Date, primary_key=True),
    Column("state", Text, nullable=False),
    one_of("kind", StreakKind),
    one_of("state", DayState),
)

reaction_progress = Table(
    "reaction_progress",
    metadata,
    Column("name", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
)

reaction_marks = Table(
    "reaction_marks",
    metadata,
    Column("name", Text, primary_key=True),
    Column("person_id", Uuid, ForeignKey("persons.id"), primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("ahead", ARRAY(BigInteger), nullable=False),
)
