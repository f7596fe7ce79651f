"""What a team would otherwise write: a service on the ORM, with the same behaviour."""

import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import msgspec
from litestar import Litestar, Request, Response, get, post
from litestar.exceptions import HTTPException, NotAuthorizedException, NotFoundException
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from uuid_utils.compat import uuid7

from adapters.postgres import tables

BONUS = {"free": 20, "plus": 40, "premium": 90}
DECAY = ((7, 100), (14, 75), (21, 50), (30, 25))
BASE = int(os.environ.get("BENCHMARK_BASE_MESSAGES", "10"))


class Base(DeclarativeBase):
    metadata = tables.metadata

    if TYPE_CHECKING:
        # Attributes come from the tables, where a type checker does not look.
        def __getattr__(self, name: str) -> Any: ...  # noqa: ANN401
        def __setattr__(self, name: str, value: object) -> None: ...


class Person(Base):
    __table__ = tables.persons


class Block(Base):
    __table__ = tables.blocks


class ServiceKey(Base):
    __table__ = tables.service_keys


class Conversation(Base):
    __table__ = tables.conversations


class History(Base):
    __table__ = tables.conversation_metadata


class DailyCount(Base):
    __table__ = tables.conversation_daily_messages


class Message(Base):
    __table__ = tables.messages


class Event(Base):
    __table__ = tables.outbox


class KeptAnswer(Base):
    __table__ = tables.kept_answers


class Send(msgspec.Struct):
    sender_id: UUID
    text: str
    client_message_id: str | None = None


sessions: async_sessionmaker[AsyncSession]


@asynccontextmanager
async def opened(_: Litestar) -> AsyncIterator[None]:
    global sessions  # noqa: PLW0603 - one per process, as such services have it
    size = int(os.environ.get("KITHKIN_POOL_SIZE", "10"))
    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=partial(asyncpg.connect, os.environ["KITHKIN_DATABASE_URL"]),
        pool_size=size,
        max_overflow=0,
    )
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


async def authenticate(session: AsyncSession, request: Request[Any, Any, Any]) -> ServiceKey:
    secret = request.headers.get("authorization", "").removeprefix("Bearer ")
    digest = hashlib.sha256(secret.encode()).digest()
    key = await session.scalar(select(ServiceKey).where(tables.service_keys.c.digest == digest))
    if key is None or key.revoked_at is not None:
        raise NotAuthorizedException
    return key


async def daily_limit(
    session: AsyncSession, conversation: Conversation, person: Person, day: date
) -> int:
    history = await session.get(History, conversation.id)
    if history is None:
        return BASE
    by_a = person.id == conversation.participant_a
    last = history.last_call_on_a if by_a else history.last_call_on_b
    if last is None:
        return BASE
    since = max(0, (day - last).days)
    percent = next((percent for until, percent in DECAY if since <= until), 0)
    tier = person.tier_peak if person.tier_peak_on == day else person.tier
    return BASE - (-BONUS[tier] * percent // 100)


async def blocked(session: AsyncSession, one: UUID, two: UUID) -> bool:
    blocks = tables.blocks.c
    found = await session.scalar(
        select(Block)
        .where(
            or_(
                (blocks.blocker_id == one) & (blocks.blocked_id == two),
                (blocks.blocker_id == two) & (blocks.blocked_id == one),
            )
        )
        .limit(1)
    )
    return found is not None


@post("/v1/conversations/{conversation_id:uuid}/messages", status_code=201)
async def send(
    request: Request[Any, Any, Any], conversation_id: UUID, data: Send
) -> Response[dict[str, Any]]:
    fingerprint = hashlib.sha256(
        b"\n".join((b"POST", request.url.path.encode(), await request.body()))
    ).digest()
    now = datetime.now(UTC)
    async with sessions() as session, session.begin():
        key = await authenticate(session, request)
        kept_id = (f"orm:{key.id}", request.headers.get("idempotency-key", ""))
        kept = await session.get(KeptAnswer, kept_id)
        if kept is not None:
            return Response(msgspec.json.decode(kept.body), status_code=kept.status)
        person = await session.get(Person, data.sender_id, with_for_update={"key_share": True})
        conversation = await session.get(
            Conversation, conversation_id, with_for_update={"read": True}
        )
        if person is None or conversation is None:
            raise NotFoundException
        participants = (conversation.participant_a, conversation.participant_b)
        if person.status != "active" or await blocked(session, *participants):
            raise HTTPException(status_code=403)
        local = now.astimezone(ZoneInfo(person.timezone)).date()
        day = max(local, person.counting_on or local)
        count = await session.get(
            DailyCount, (conversation_id, person.id, day), with_for_update=True
        )
        if count is None:
            count = DailyCount(
                conversation_id=conversation_id, person_id=person.id, date=day, messages_sent=0
            )
            session.add(count)
        limit = await daily_limit(session, conversation, person, day)
        if count.messages_sent >= limit:
            raise HTTPException(status_code=403)
        count.messages_sent += 1
        if person.counting_on != day:
            person.counting_on, person.counting_since = day, now
            person.version += 1
        message = Message(
            id=uuid7(),
            conversation_id=conversation_id,
            sender_id=person.id,
            role="user",
            tag="general",
            text=data.text,
            counted_on=day,
            daily_number=count.messages_sent,
            daily_limit=limit,
            policy_version="orm",
            created_at=now,
        )
        sent: Any = count.messages_sent
        answer = {
            "message": {
                "id": message.id,
                "conversation_id": conversation_id,
                "sender_id": person.id,
                "text": message.text,
                "created_at": now,
            },
            "allowance": {
                "sent": sent,
                "limit": limit,
                "remaining": limit - sent,
            },
        }
        session.add(message)
        session.add(
            Event(
                id=uuid7(),
                type="message_sent",
                person_id=person.id,
                at=now,
                policy_version="orm",
                data={"conversation_id": str(conversation_id), "message_id": str(message.id)},
            )
        )
        session.add(
            KeptAnswer(
                owner=kept_id[0],
                key=kept_id[1],
                fingerprint=fingerprint,
                status=201,
                body=msgspec.json.encode(answer),
                expires_at=now + timedelta(hours=24),
            )
        )
    return Response(answer, status_code=201)


@get("/v1/conversations/{conversation_id:uuid}/allowance")
async def allowance(
    request: Request[Any, Any, Any], conversation_id: UUID, person_id: UUID
) -> dict[str, Any]:
    now = datetime.now(UTC)
    async with sessions() as session:
        await authenticate(session, request)
        person = await session.get(Person, person_id)
        conversation = await session.get(Conversation, conversation_id)
        if person is None or conversation is None:
            raise NotFoundException
        day = now.astimezone(ZoneInfo(person.timezone)).date()
        count = await session.get(DailyCount, (conversation_id, person_id, day))
        sent = 0 if count is None else count.messages_sent
        limit = await daily_limit(session, conversation, person, day)
    return {"allowed": sent < limit, "sent": sent, "limit": limit}


def create() -> Litestar:
    """Make the application; its database comes by the environment."""
    return Litestar([send, allowance], lifespan=[opened], openapi_config=None)
