"""The migrations make the tables that the code declares, step by step, and undo them."""

import asyncio
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from adapters.postgres import migrations
from adapters.postgres.migrate import QUEUE, migrate, migrate_down, on_connection, pending
from adapters.postgres.tables import metadata
from tests.postgres import empty_database

_FOLDER = str(Path(migrations.__file__).parent)


def revisions() -> list[str]:
    """All of them, the first one first."""
    scripts = ScriptDirectory(_FOLDER)
    return [step.revision for step in scripts.walk_revisions()][::-1]


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_server_default": True})
    return list(compare_metadata(context, metadata))


def checks(connection: Connection) -> set[str]:
    found = connection.execute(
        text(
            "SELECT conname FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid"
            " WHERE contype = 'c' AND connamespace = 'public'::regnamespace"
        )
    )
    return {name for (name,) in found}


def declared_checks(connection: Connection) -> set[str]:
    """Alembic compares no check constraints, so a second schema made of the code does."""
    connection.execute(text("CREATE SCHEMA declared"))
    connection.execute(text("SET LOCAL search_path TO declared"))
    metadata.create_all(connection)
    found = connection.execute(
        text(
            "SELECT conname FROM pg_constraint"
            " WHERE contype = 'c' AND connamespace = 'declared'::regnamespace"
        )
    )
    return {name for (name,) in found}


def names(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


async def test_they_give_the_declared_tables(database: str) -> None:
    url = await empty_database(database)
    await migrate(url)
    assert await pending(url) == ()
    assert await on_connection(url, differences) == []
    assert await on_connection(url, checks) == await on_connection(url, declared_checks)


async def test_each_goes_up_and_down_and_up_again(database: str) -> None:
    url = await empty_database(database)
    before = "base"
    for revision in revisions():
        await migrate(url, revision)
        made = await on_connection(url, names)
        await migrate_down(url, before)
        assert revision in await pending(url)
        await migrate(url, revision)
        assert await on_connection(url, names) == made
        before = revision
    await migrate_down(url, "base")
    assert await on_connection(url, names) <= {"alembic_version"}


async def test_the_queues_tables_are_made_once_by_two_at_once(database: str) -> None:
    url = await empty_database(database)
    await asyncio.gather(migrate(url), migrate(url))
    assert await pending(url) == ()


async def test_a_queue_that_is_missing_is_pending_and_made(database: str) -> None:
    url = await empty_database(database)
    await migrate(url)
    await on_connection(url, lambda found: found.execute(text("DROP SCHEMA pgqueuer CASCADE")))
    assert await pending(url) == (QUEUE,)
    await migrate(url)
    assert await pending(url) == ()


async def test_a_queue_of_an_older_release_is_pending_and_upgraded(database: str) -> None:
    url = await empty_database(database)
    await migrate(url)
    older = text("ALTER TABLE pgqueuer.pgqueuer DROP COLUMN slot")
    await on_connection(url, lambda found: found.execute(older))
    assert await pending(url) == (QUEUE,)
    await migrate(url)
    assert await pending(url) == ()


async def test_migrating_twice_changes_nothing(database: str) -> None:
    url = await empty_database(database)
    assert await pending(url) == (*revisions(), QUEUE)
    await migrate(url)
    await migrate(url)
    assert await pending(url) == ()


_TWO_WHO_CALLED = (
    """
    INSERT INTO persons (id, name, locale, timezone, privacy_level, social_sharing_enabled,
                         registered_at, status, tier, tier_peak, version)
    SELECT uuidv7(), name, 'und', 'UTC', 'private', false, now(), 'active', 'free', 'free', 1
    FROM unnest(ARRAY['Ana', 'Ben', 'Eve']) AS name
    """,
    """
    INSERT INTO conversations
    SELECT uuidv7(), 'pair', least(a.id, b.id), greatest(a.id, b.id), now(), 1
    FROM persons a, persons b WHERE a.name = 'Ana' AND b.name = 'Ben'
    """,
    """
    INSERT INTO video_calls (id, state, conversation_id, initiator_id, callee_id, created_at,
                             rings_at, policy_version, version, ended_at, outcome,
                             counts_on_initiator, counts_on_callee)
    SELECT uuidv7(), 'ended', id, participant_a, participant_b, now(), now(), '0', 1, now(),
           'completed', current_date, current_date
    FROM conversations
    """,
)


def two_who_called(connection: Connection) -> None:
    for statement in _TWO_WHO_CALLED:
        connection.execute(text(statement))


async def test_those_who_called_before_there_were_rewards_are_looked_at(database: str) -> None:
    url = await empty_database(database)
    await migrate(url, "0005")
    await on_connection(url, two_who_called)
    await migrate(url)
    due = text(
        "SELECT name, month = date_trunc('month', current_date), reward_status.status,"
        " due_at <= now() FROM reward_status JOIN persons ON id = person_id ORDER BY name"
    )
    found = await on_connection(url, lambda on: [tuple(row) for row in on.execute(due)])
    assert found == [("Ana", True, "inactive", True), ("Ben", True, "inactive", True)]
