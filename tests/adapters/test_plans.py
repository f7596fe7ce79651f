"""No statement reads a whole table: each has the index that it needs."""

import importlib
import json
import pkgutil
from collections.abc import AsyncIterator, Iterator
from typing import TypeAlias

import asyncpg
import pytest
import pytest_asyncio

import adapters.postgres
from adapters.postgres.executor import Statement
from benchmarks.fill import Size, fill
from tests.postgres import migrated_database

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

READS_ALL = {
    # A handful of rows, listed by an operator.
    "service_keys._ALL": {"service_keys"},
    # What is done is gone, so it holds little but what an operator lists.
    "jobs._IN_STATE": {"jobs"},
    # Counted when an operator publishes an achievement, or awards it back.
    "awards._PERSONS": {"persons"},
    # Ninety days of invites, summed for an operator.
    "referral_records._FUNNEL": {"referrals"},
    "referral_records._BY_REFERRER": {"referrals"},
}

MORE = (
    """
    INSERT INTO blocks SELECT participant_a, participant_b, now() FROM conversations
    """,
    """
    INSERT INTO reports
    SELECT uuidv7(), participant_a, participant_b, 'spam', '{}', now() FROM conversations
    """,
    """
    INSERT INTO service_keys (id, digest, scope, created_at)
    SELECT id, sha256(id::text::bytea), 'read', now() FROM persons
    """,
    """
    INSERT INTO learning_preferences
    SELECT id, 'pt', NULL, NULL, NULL, NULL, NULL, 'moderate', 'gentle', '{}' FROM persons
    """,
    """
    INSERT INTO erasures SELECT id, now(), false, sha256(id::text::bytea) FROM persons
    """,
    """
    INSERT INTO code_tallies SELECT sha256(id::text::bytea), '{}' FROM persons
    """,
    """
    INSERT INTO sign_in_codes
    SELECT sha256(id::text::bytea), sha256(id::text::bytea), '', now(), now(), 0 FROM persons
    """,
    """
    INSERT INTO google_attempts
    SELECT sha256(id::text::bytea), '', NULL, now() FROM persons
    """,
    """
    INSERT INTO google_links SELECT 'issuer', id::text, id, now() FROM persons
    """,
    """
    INSERT INTO login_sessions
    SELECT id, id, sha256(id::text::bytea), 'minted', now(), now(), now(), now() FROM persons
    """,
    """
    INSERT INTO read_markers
    SELECT DISTINCT ON (conversation_id) conversation_id, sender_id, id, created_at FROM messages
    """,
    """
    INSERT INTO video_calls (id, state, conversation_id, initiator_id, callee_id, created_at,
                             rings_at, policy_version, version, ended_at, outcome,
                             counts_on_initiator, counts_on_callee)
    SELECT uuidv7(), 'ended', id, participant_a, participant_b, now(), now(), '0', 1, now(),
           'completed', now(), now()
    FROM conversations, generate_series(1, 3)
    """,
    """
    INSERT INTO reward_status (person_id, month, status, due_at)
    SELECT id, now(), 'carried', now() + random() * interval '30 days' FROM persons
    """,
    """
    INSERT INTO video_call_presence
    SELECT uuidv7(), id, initiator_id, 'connected', now() FROM video_calls
    """,
    """
    INSERT INTO conversation_metadata (conversation_id, started_at, video_call_count)
    SELECT id, now(), 0 FROM conversations
    """,
    """
    INSERT INTO video_wallets
    SELECT id, 3, 0, 0, 0, 0, NULL, 0, 3, 3, 1 FROM persons
    """,
    """
    INSERT INTO video_credit_lots
    SELECT uuidv7(), id, number, 'purchase', 1, number % 2, now()
    FROM persons, generate_series(1, 3) AS number
    """,
    """
    INSERT INTO video_credit_ledger
    SELECT person_id, number, now(), 'credits', 'purchase', 1, number, id, NULL, NULL, '0'
    FROM video_credit_lots
    """,
    """
    INSERT INTO video_messages (id, state, send_id, conversation_id, sender_id, recipient_id,
                                upload_ref, source, counted_on, created_at, policy_version, version)
    SELECT uuidv7(), 'pending', uuidv7(), id, participant_a, participant_b, '', 'free', now(),
           now(), '0', 1
    FROM conversations, generate_series(1, 3)
    """,
    """
    INSERT INTO smart_prompt_events (id, person_id, conversation_id, prompt_type, shown_at,
                                     shown_on, policy_version, action_taken, acted_at)
    SELECT uuidv7(), participant_a, id, 'long_message', now() - day * interval '1 day',
           now()::date - day, '0', 'dismissed', now()
    FROM conversations, generate_series(1, 20) AS day
    """,
    """
    INSERT INTO kept_answers
    SELECT 'service', id::text, 'f', 201, repeat('x', 1000)::bytea, now() FROM messages LIMIT 5000
    """,
    """
    INSERT INTO outbox (id, type, person_id, at, policy_version, data)
    SELECT id, 'message_sent', sender_id, now(), '0', '{}' FROM messages
    """,
    """
    INSERT INTO webhook_endpoints (id, url, secret, previous_secrets, status, created_at, failures,
                                   position)
    SELECT uuidv7(), 'https://example.org', 's', '{}', 'enabled', now(), 0, 39000
    FROM generate_series(1, 5)
    """,
    """
    INSERT INTO webhook_deliveries (endpoint_id, event_id, position, event_type, person_id, at,
                                    state, attempts, next_attempt_at)
    SELECT webhook_endpoints.id, outbox.id, outbox.position, type, person_id, at,
           CASE WHEN outbox.position % 100 = 0 THEN 'pending' ELSE 'delivered' END, 1, now()
    FROM webhook_endpoints, outbox WHERE outbox.position <= 5000
    """,
    """
    INSERT INTO jobs (id, kind, key, at, data, state, turn, tries, failed_at)
    SELECT id, 'a_kind', id::text, now(), '{}', CASE state WHEN 0 THEN 'queued' WHEN 1 THEN
           'retrying' WHEN 2 THEN 'waiting' ELSE 'failed' END, 1, 1,
           CASE WHEN state > 2 THEN now() END
    FROM (SELECT id, row_number() OVER () % 100 AS state FROM persons) AS numbered
    """,
    """
    INSERT INTO streaks (person_id, kind, current, longest, credits, last_on, freezes, paused_on,
                         version)
    SELECT id, 'chat', 1, 1, 1, current_date, '{}', '{}', 1 FROM persons
    """,
    """
    INSERT INTO streak_days
    SELECT id, 'chat', current_date - days, 'credited' FROM persons, generate_series(1, 5) AS days
    """,
    """
    INSERT INTO achievements (id, key, name, description, category, points, requirements, is_public,
                              published_at)
    SELECT uuidv7(), 'a' || number, 'A', 'A', 'milestone', 1,
           '{"metric": "messages_sent", "at_least": 1}', true, now()
    FROM generate_series(1, 20) AS number
    """,
    """
    INSERT INTO achievement_totals SELECT id, '{}', 1, 1 FROM persons
    """,
    """
    INSERT INTO achievement_partners SELECT participant_a, participant_b FROM conversations
    """,
    """
    INSERT INTO achievement_awards (person_id, key, category, points, earned_at, inputs,
                                    policy_version, is_public, shared_publicly)
    SELECT id, 'a' || number, 'milestone', 1, now(), '[]', '0', true, false
    FROM persons, generate_series(1, 5) AS number
    """,
    """
    INSERT INTO reaction_marks SELECT 'streaks', id, 100, '{}' FROM persons
    """,
    """
    INSERT INTO reaction_progress VALUES ('streaks', 39000)
    """,
    """
    INSERT INTO usage_accounts SELECT id, 'free', 'UTC', 0, 0, NULL, 1, 1, now() FROM persons
    """,
    """
    INSERT INTO usage_periods
    SELECT id, period, 'UTC', now(), now(), 'free', 'free', 900, 0, 0, 0, 0, 0, 0, 0, now(), 0, 900,
           0
    FROM persons, (VALUES ('2026-01'), ('2026-02'), ('2026-03')) AS months (period)
    """,
    """
    INSERT INTO usage_sessions (id, state, person_id, mode, conversation_id, period, started_at,
                                policy_version, extensions_used, ended_at, held_seconds,
                                earlier_seconds, settled_seconds, last_beat_at)
    SELECT uuidv7(), CASE number WHEN 1 THEN 'open' ELSE 'settled' END, id, 'traditional', id,
           '2026-03', now(), '0', 0, CASE WHEN number > 1 THEN now() END, 900, 0, 0, now()
    FROM persons, generate_series(1, 5) AS numbers (number)
    """,
    """
    INSERT INTO usage_ledger
    SELECT id, number, '2026-03', now(), 'used', 0, -1, 0, NULL, NULL, '0'
    FROM persons, generate_series(1, 5) AS numbers (number)
    """,
    """
    INSERT INTO referral_codes SELECT left(id::text, 36), id, now() FROM persons
    """,
    """
    INSERT INTO referrals (id, state, referrer_id, method, token, metadata, invited_at, expires_at,
                           policy_version, version, referee_id, redeemed_at, signed_up_at, held_at,
                           payment_id, settled_at, currency, due_at)
    SELECT uuidv7(),
           CASE number % 50 WHEN 0 THEN 'held' WHEN 1 THEN 'invited' WHEN 2 THEN 'qualified'
           ELSE 'expired' END,
           id, 'code', id::text, '{}', now() - number * interval '1 day', now(), '0', 1,
           CASE WHEN number % 50 <> 1 THEN next END, now(), now(), now(), uuidv7(), now(), 'INR',
           CASE WHEN number % 50 IN (1, 2) THEN now() END
    FROM (SELECT id, lead(id) OVER (ORDER BY id) AS next, row_number() OVER () AS number
          FROM persons) AS numbered
    """,
    """
    INSERT INTO referral_traces
    SELECT id, kind, sha256(id::text::bytea)
    FROM persons, (VALUES ('mailbox'), ('device'), ('payment')) AS kinds (kind)
    """,
    """
    INSERT INTO referral_payers SELECT id, now() FROM persons
    """,
    """
    INSERT INTO referral_rewards
    VALUES (uuidv7(), 'A', 'A', 'badge', '{"badge": "A"}', 1, true, NULL, now())
    """,
    """
    INSERT INTO referral_reward_claims
    SELECT persons.id, referral_rewards.id, 'badge', '{}', now(), now(), NULL, '0', NULL
    FROM persons, referral_rewards
    """,
    """
    INSERT INTO quotes
    SELECT uuidv7(), id, 'plus_monthly', 'USD', '[]', 999, 0, now(), now(), '0', NULL
    FROM persons, generate_series(1, 3)
    """,
    """
    INSERT INTO kept_grants SELECT id, '[]', now(), '0' FROM persons
    """,
    """
    INSERT INTO account_credits SELECT id, 'USD', 5, 5, 1 FROM persons
    """,
    """
    INSERT INTO account_credit_bookings
    SELECT 'goodwill', id || ':' || number, id, 'USD', 1, now(), NULL
    FROM persons, generate_series(1, 5) AS numbers (number)
    """,
    """
    INSERT INTO account_credit_ledger
    SELECT id, 'USD', number, now(), 'grant', 'goodwill', id || ':' || number, 1, number, NULL, '0'
    FROM persons, generate_series(1, 5) AS numbers (number)
    """,
    """
    INSERT INTO payments (id, person_id, provider, item_key, item_kind, amount_minor, currency,
                          credit_applied_minor, lines, created_at, checkout_ends_at, policy_version,
                          status, refunded_minor, settled_at, provider_payment_id)
    SELECT uuidv7(), id, 'sandbox', 'plus_monthly', 'subscription', 999, 'USD', 0, '[]', now(),
           now(), '0', 'success', 0, now() - random() * interval '300 days', 'c'
    FROM persons, generate_series(1, 3)
    """,
    """
    INSERT INTO payment_reports (payment_id, kind, charge_id, refund_id, occurred_at, amount_minor,
                                 currency)
    SELECT id, kind, 'c', '', now() - random() * interval '300 days', 999, 'USD'
    FROM payments, (VALUES ('success'), ('refund')) AS kinds (kind)
    """,
    """
    INSERT INTO payment_refunds SELECT uuidv7(), id, 'c', 1, 'USD', '', now(), 'done' FROM payments
    """,
    """
    INSERT INTO subscriptions (id, person_id, provider, item_key, amount_minor, currency,
                               started_at, status, policy_version)
    SELECT id, person_id, 'sandbox', 'plus_monthly', 999, 'USD', now(), 'active', '0' FROM payments
    """,
    """
    INSERT INTO plan_standings SELECT id, 'free', 'free', NULL FROM persons
    """,
    """
    INSERT INTO payment_notifications SELECT 'sandbox', id::text, now() FROM payments LIMIT 5000
    """,
    "ANALYZE",
)


@pytest_asyncio.fixture(scope="module")
async def connection(database: str) -> AsyncIterator[Connection]:
    url = await migrated_database(database)
    connection = await asyncpg.connect(url)
    await fill(connection, Size(persons=4000, messages=40_000))
    for statement in MORE:
        await connection.execute(statement)
    # The plan that a prepared statement comes to, whatever it is given.
    await connection.execute("SET plan_cache_mode = force_generic_plan")
    yield connection
    await connection.close()


def parts(value: object) -> dict[object, object]:
    """The statements of a value that holds several, by what they go by there."""
    if isinstance(value, dict):
        return value
    if isinstance(value, tuple | list):
        return dict(enumerate(value))
    return {"": value, **getattr(value, "__dict__", {})}


def statements() -> Iterator[tuple[str, Statement]]:
    for module in pkgutil.iter_modules(adapters.postgres.__path__):
        if module.ispkg:
            continue
        found = vars(importlib.import_module(f"adapters.postgres.{module.name}"))
        for name, value in found.items():
            for key, statement in parts(value).items():
                if isinstance(statement, Statement):
                    yield f"{module.name}.{name}{f'[{key}]' if key != '' else ''}", statement


STATEMENTS = dict(statements())


def scanned(plan: object) -> Iterator[str]:
    if isinstance(plan, list):
        for part in plan:
            yield from scanned(part)
    elif isinstance(plan, dict):
        if plan.get("Node Type") == "Seq Scan":
            yield plan["Relation Name"]
        for part in plan.values():
            yield from scanned(part)


async def plan_of(connection: Connection, statement: Statement) -> object:
    values = ", ".join(["NULL"] * len(statement.names))
    await connection.execute(f"PREPARE planned AS {statement.sql}")
    try:
        given = f"({values})" if values else ""
        return json.loads(
            await connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE planned{given}")
        )
    finally:
        await connection.execute("DEALLOCATE planned")


@pytest.mark.parametrize("name", STATEMENTS)
async def test_a_statement_uses_an_index(connection: Connection, name: str) -> None:
    filled = {
        row["relname"]
        for row in await connection.fetch("SELECT relname FROM pg_class WHERE reltuples >= 1000")
    }
    plan = await plan_of(connection, STATEMENTS[name])
    assert set(scanned(plan)) & filled <= READS_ALL.get(name, set()), json.dumps(plan, indent=1)


async def test_what_lacks_an_index_is_found(connection: Connection) -> None:
    plan = await connection.fetchval("EXPLAIN (FORMAT JSON) SELECT 1 FROM messages WHERE text = ''")
    assert set(scanned(json.loads(plan))) == {"messages"}


def test_the_send_path_is_among_them() -> None:
    assert {"send_gate.LOOK", "send_gate.STORE[False]", "send_gate.STORE[True]"} <= set(STATEMENTS)
