"""Kept answers on PostgreSQL."""

from datetime import datetime

import asyncpg
from attrs import frozen
from sqlalchemy import Text, bindparam, delete, func, insert, literal_column, select

from adapters.postgres.codec import columns_for, field_names, from_row, to_row
from adapters.postgres.executor import Executor, Statement
from adapters.postgres.tables import kept_answers
from application.shared.idempotency import Attempt, KeptAnswer, RequestInProgressError
from application.shared.transaction import ConcurrentUpdateError

_of_key = (
    kept_answers.c.owner == bindparam("owner"),
    kept_answers.c.key == bindparam("key"),
)
_HOLD = Statement(
    select(
        func.pg_try_advisory_xact_lock(
            func.hashtextextended(bindparam("held", type_=Text), literal_column("0"))
        ).label("held")
    )
)
_FORGET_EXPIRED = Statement(
    delete(kept_answers).where(*_of_key, kept_answers.c.expires_at <= bindparam("now"))
)
_FORGET = Statement(delete(kept_answers).where(*_of_key))
_GET = Statement(
    select(*columns_for(kept_answers, KeptAnswer)).where(
        *_of_key, kept_answers.c.expires_at > bindparam("now")
    )
)
_KEEP = Statement(
    insert(kept_answers).values(
        {name: bindparam(name) for name in ("owner", "key", *field_names(KeptAnswer))}
    )
)
_some_expired = (
    select(kept_answers.c.owner, kept_answers.c.key)
    .where(kept_answers.c.expires_at <= bindparam("now"))
    .order_by(kept_answers.c.expires_at)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
    .cte("expired")
)
_FORGET_SOME = Statement(
    delete(kept_answers)
    .where(kept_answers.c.owner == _some_expired.c.owner, kept_answers.c.key == _some_expired.c.key)
    .returning(kept_answers.c.key)
)


@frozen
class PostgresKeptAnswers:
    """Where answers are kept."""

    executor: Executor

    async def claim(self, attempt: Attempt, now: datetime) -> KeptAnswer | None:
        """Give the answer kept for the key, or hold the key until the transaction ends."""
        key = {"owner": attempt.owner, "key": attempt.key}
        kept = await self.executor.row(_GET, **key, now=now)
        if kept is None:
            held = await self.executor.row(_HOLD, held=f"{attempt.owner} {attempt.key}")
            if held is None or not held["held"]:
                raise RequestInProgressError(
                    "The same request is being worked on; ask again in a moment."
                )
            # Its holder may have committed an answer between the look and the hold.
            await self.executor.rows(_FORGET_EXPIRED, **key, now=now)
            kept = await self.executor.row(_GET, **key, now=now)
        return None if kept is None else from_row(KeptAnswer, kept)

    async def keep(self, attempt: Attempt, answer: KeptAnswer) -> None:
        """Keep an answer in the running transaction."""
        try:
            await self.executor.rows(_KEEP, owner=attempt.owner, key=attempt.key, **to_row(answer))
        except asyncpg.UniqueViolationError as error:
            raise ConcurrentUpdateError from error

    async def forget_expired(self, now: datetime, limit: int) -> int:
        """Delete some answers whose time is over; tell how many."""
        return len(await self.executor.rows(_FORGET_SOME, now=now, limit=limit))

    async def forget(self, attempt: Attempt) -> None:
        """Keep nothing for the key any longer."""
        await self.executor.rows(_FORGET, owner=attempt.owner, key=attempt.key)
