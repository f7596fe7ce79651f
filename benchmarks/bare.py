"""The yardstick: the send path written by hand, without layers.

Litestar, msgspec and asyncpg; one statement reads, one guarded statement writes. It does
all that Kithkin's route does to the database (the service key is checked, the message,
its count, its event and the kept answer are written, and nothing slips between read and
write), and answers with the message and the bare numbers of the decision.
"""

import gc
import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import msgspec
from litestar import Litestar, Request, Response, get, post
from uuid_utils.compat import uuid7

BONUS = {"free": 20, "plus": 40, "premium": 90}
DECAY = ((7, 100), (14, 75), (21, 50), (30, 25))
BASE = int(os.environ.get("BENCHMARK_BASE_MESSAGES", "10"))
POLICY = "bare"
TRIES = 5

LOOK = """
SELECT k.id AS key_id, c.participant_a, c.participant_b, c.version AS conversation_version,
       p.status, p.timezone, p.tier, p.tier_peak, p.tier_peak_on, p.counting_on,
       p.counting_since, p.version AS sender_version,
       EXISTS (SELECT FROM blocks
               WHERE (blocker_id, blocked_id) IN ((c.participant_a, c.participant_b),
                                                  (c.participant_b, c.participant_a))) AS blocked,
       EXISTS (SELECT FROM video_calls v
               WHERE v.conversation_id = c.id AND v.state <> 'ended') AS open_call,
       h.last_call_on_a, h.last_call_on_b, d.date AS counted_on, d.messages_sent,
       a.fingerprint, a.status AS kept_status, a.body AS kept_body
FROM service_keys k
JOIN conversations c ON c.id = $2
JOIN persons p ON p.id = $3
LEFT JOIN conversation_metadata h ON h.conversation_id = c.id
LEFT JOIN LATERAL (SELECT date, messages_sent FROM conversation_daily_messages
                   WHERE conversation_id = c.id AND person_id = $3
                   ORDER BY date DESC LIMIT 1) d ON true
LEFT JOIN kept_answers a ON a.owner = $4 AND a.key = $5 AND a.expires_at > $6
WHERE k.digest = $1 AND k.revoked_at IS NULL AND k.scope <> 'read'
"""

STORE = """
WITH sender AS (
  SELECT id FROM persons WHERE id = $3 AND version = $10 FOR NO KEY UPDATE
), guard AS (
  SELECT c.id FROM conversations c JOIN sender ON true
  WHERE c.id = $2 AND c.version = $11 FOR SHARE OF c
), counted AS (
  INSERT INTO conversation_daily_messages AS d (conversation_id, person_id, date, messages_sent)
  SELECT id, $3, $5, $6 FROM guard
  ON CONFLICT (conversation_id, person_id, date)
  DO UPDATE SET messages_sent = excluded.messages_sent
  WHERE d.messages_sent = excluded.messages_sent - 1
  RETURNING messages_sent
), written AS (
  INSERT INTO messages (id, conversation_id, sender_id, role, tag, text, counted_on,
                        daily_number, daily_limit, policy_version, created_at)
  SELECT $1, $2, $3, 'user', 'general', $4, $5, $6, $7, $8, $9 FROM counted
), told AS (
  INSERT INTO outbox (id, type, person_id, at, policy_version, data)
  SELECT $12, 'message_sent', $3, $9, $8, $13 FROM counted
), kept AS (
  INSERT INTO kept_answers (owner, key, fingerprint, status, body, expires_at)
  SELECT $14, $15, $16, 201, $17, $18 FROM counted
), opened AS (
  UPDATE persons SET counting_on = $5, counting_since = $9, version = version + 1
  WHERE id = (SELECT id FROM sender) AND $19 AND EXISTS (SELECT FROM counted)
)
SELECT messages_sent FROM counted
"""


class Send(msgspec.Struct, forbid_unknown_fields=True):
    sender_id: UUID
    text: str
    client_message_id: str | None = None


decode = msgspec.json.Decoder(Send).decode
encode = msgspec.json.Encoder().encode
pool: "asyncpg.Pool[asyncpg.Record]"


async def no_reset(_: object) -> None:
    """Nothing is left behind on a connection."""


@asynccontextmanager
async def opened(_: Litestar) -> AsyncIterator[None]:
    global pool  # noqa: PLW0603 - as bare as it gets
    size = int(os.environ.get("KITHKIN_POOL_SIZE", "10"))
    url = os.environ["KITHKIN_DATABASE_URL"]
    pool = await asyncpg.create_pool(url, min_size=size, max_size=size, reset=no_reset)
    gc.freeze()
    yield
    await pool.close()


def limit_of(row: asyncpg.Record, sender: UUID, day: date) -> int:
    last = row["last_call_on_a"] if row["participant_a"] == sender else row["last_call_on_b"]
    if last is None:
        return BASE
    since = max(0, (day - last).days)
    percent = next((percent for until, percent in DECAY if since <= until), 0)
    tier = row["tier_peak"] if row["tier_peak_on"] == day else row["tier"]
    return BASE - (-BONUS[tier] * percent // 100)


def counting_date(row: asyncpg.Record, now: datetime) -> date:
    local = now.astimezone(ZoneInfo(row["timezone"])).date()
    return max(local, row["counting_on"] or local)


@post("/v1/conversations/{conversation_id:uuid}/messages", status_code=201)
async def send(request: Request, conversation_id: UUID) -> Response[bytes]:  # type: ignore[type-arg]
    secret = request.headers.get("authorization", "").removeprefix("Bearer ")
    key = request.headers.get("idempotency-key", "")
    body = await request.body()
    data = decode(body)
    sender = data.sender_id
    digest = hashlib.sha256(secret.encode()).digest()
    owner = f"bare:{digest.hex()}"
    fingerprint = hashlib.sha256(
        b"\n".join((b"POST", request.scope["path"].encode(), body))
    ).digest()
    # One loan for both statements: each costs as much as a short statement.
    async with pool.acquire() as connection:
        for _ in range(TRIES):
            now = datetime.now(UTC)
            row = await connection.fetchrow(LOOK, digest, conversation_id, sender, owner, key, now)
            if row is None:
                return Response(b"{}", status_code=401)
            if row["kept_status"] is not None:
                same = row["fingerprint"] == fingerprint
                return Response(
                    row["kept_body"] if same else b"{}", status_code=201 if same else 422
                )
            if row["status"] != "active" or row["blocked"] or row["open_call"]:
                return Response(b"{}", status_code=403)
            day = counting_date(row, now)
            sent = row["messages_sent"] if row["counted_on"] == day else 0
            limit = limit_of(row, sender, day)
            if sent >= limit:
                return Response(b"{}", status_code=403)
            message_id = uuid7()
            answer = encode(
                {
                    "message": {
                        "id": message_id,
                        "conversation_id": conversation_id,
                        "sender_id": sender,
                        "text": data.text,
                        "created_at": now,
                    },
                    "allowance": {"sent": sent + 1, "limit": limit, "remaining": limit - sent - 1},
                }
            )
            event = encode(
                {"at": now, "conversation_id": conversation_id, "message_id": message_id}
            ).decode()
            stored = await connection.fetchrow(
                STORE,
                message_id,
                conversation_id,
                sender,
                data.text,
                day,
                sent + 1,
                limit,
                POLICY,
                now,
                row["sender_version"],
                row["conversation_version"],
                uuid7(),
                event,
                owner,
                key,
                fingerprint,
                answer,
                now + timedelta(hours=24),
                row["counting_on"] != day,
            )
            if stored is not None:
                return Response(answer, status_code=201, media_type="application/json")
    return Response(b"{}", status_code=503)


@get("/v1/conversations/{conversation_id:uuid}/allowance")
async def allowance(request: Request, conversation_id: UUID, person_id: UUID) -> Response[bytes]:  # type: ignore[type-arg]
    secret = request.headers.get("authorization", "").removeprefix("Bearer ")
    digest = hashlib.sha256(secret.encode()).digest()
    now = datetime.now(UTC)
    async with pool.acquire() as connection:
        row = await connection.fetchrow(LOOK, digest, conversation_id, person_id, None, None, now)
    if row is None:
        return Response(b"{}", status_code=401)
    day = counting_date(row, now)
    sent = row["messages_sent"] if row["counted_on"] == day else 0
    limit = limit_of(row, person_id, day)
    answer = encode({"allowed": sent < limit, "sent": sent, "limit": limit})
    return Response(answer, media_type="application/json")


def create() -> Litestar:
    """Make the application; its database comes by the environment."""
    return Litestar([send, allowance], lifespan=[opened], openapi_config=None)
