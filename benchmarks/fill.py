"""A database with a past: persons, conversations, and days of messages between them."""

from typing import Any

from attrs import frozen

MESSAGES_PER_DAY = 2

_PERSONS = """
INSERT INTO persons (id, name, locale, timezone, privacy_level, social_sharing_enabled,
                     registered_at, status, tier, tier_peak, version, counting_on, counting_since)
SELECT uuidv7(make_interval(secs => n - 40000000)), 'Person ' || n, 'hi-IN', 'UTC', 'private',
       false, now() - make_interval(days => 30), 'active', 'free', 'free', 1, current_date, now()
FROM generate_series(1, $1) n
"""
_CONVERSATIONS = """
INSERT INTO conversations (id, kind, participant_a, participant_b, started_at, version)
SELECT uuidv7(), 'pair', id, next, registered_at, 1
FROM (SELECT id, registered_at, lead(id) OVER (ORDER BY id) AS next,
             row_number() OVER (ORDER BY id) AS n FROM persons) p
WHERE n % 2 = 1 AND next IS NOT NULL
"""
_MESSAGES = """
INSERT INTO messages (id, conversation_id, sender_id, role, tag, text, counted_on, daily_number,
                      daily_limit, policy_version, created_at)
SELECT uuidv7(make_interval(days => -day)), c.id, c.participant_a, 'user', 'general',
       'Hello there, how are you today?', current_date - day, number, 10, '0123456789abcdef',
       now() - make_interval(days => day)
FROM generate_series(1, $1) day, conversations c, generate_series(1, 2) number
"""
_COUNTS = """
INSERT INTO conversation_daily_messages (conversation_id, person_id, date, messages_sent)
SELECT c.id, c.participant_a, current_date - day, 2
FROM generate_series(0, $1) day, conversations c
"""


@frozen
class Size:
    """How much is stored before the load."""

    persons: int
    messages: int

    @property
    def days(self) -> int:
        """Days on which every conversation had its messages."""
        return max(1, self.messages // (self.persons // 2) // MESSAGES_PER_DAY)

    def __str__(self) -> str:
        return f"{self.persons:,} persons, {self.messages:,} messages"


async def fill(connection: Any, size: Size) -> None:  # noqa: ANN401 - asyncpg's proxy has no type
    """Store so much, written by PostgreSQL itself, and leave it vacuumed and analysed."""
    await connection.execute("SET synchronous_commit = off; SET work_mem = '256MB'")
    await connection.execute(_PERSONS, size.persons)
    await connection.execute(_CONVERSATIONS)
    await connection.execute(_MESSAGES, size.days)
    await connection.execute(_COUNTS, size.days)
    await connection.execute("VACUUM ANALYZE")
    await connection.execute("CHECKPOINT; RESET synchronous_commit; RESET work_mem")
