"""What signing in left behind on PostgreSQL, found by when it was over."""

from datetime import datetime

from attrs import frozen
from sqlalchemy import Column, ColumnElement, any_, bindparam, delete, func, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres.codec import columns_for, from_row
from adapters.postgres.executor import Executor, Statement
from adapters.postgres.identity_tables import LAST_TIME
from adapters.postgres.tables import (
    Instant,
    code_tallies,
    google_attempts,
    login_sessions,
    sign_in_codes,
)
from domain.identity.sessions import LoginSession

_before = bindparam("before", type_=Instant)


def _forget(key: Column[bytes], over_at: ColumnElement[datetime]) -> Statement:
    some = (
        select(key)
        .where(over_at <= _before)
        .order_by(over_at)
        .limit(bindparam("limit"))
        .with_for_update(skip_locked=True)
    )
    # As an array, since a join is taken for one with much of the table.
    keys = func.array(some.scalar_subquery(), type_=ARRAY(key.type))
    return Statement(delete(key.table).where(key == any_(keys)).returning(key))


_FORGET_CODES = _forget(sign_in_codes.c.address, sign_in_codes.c.expires_at)
_FORGET_TALLIES = _forget(code_tallies.c.subject, literal_column(LAST_TIME, Instant))
_FORGET_ATTEMPTS = _forget(google_attempts.c.state_digest, google_attempts.c.expires_at)
_LOCK_SESSIONS = Statement(
    select(*columns_for(login_sessions, LoginSession))
    .where(login_sessions.c.idle_ends_at <= _before)
    .order_by(login_sessions.c.idle_ends_at)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)


@frozen
class PostgresPastSignIns:
    """What signing in leaves behind, some at a time."""

    executor: Executor

    async def forget_codes(self, before: datetime, limit: int) -> int:
        """Delete codes that were over by an instant, the first one first; tell how many."""
        return len(await self.executor.rows(_FORGET_CODES, before=before, limit=limit))

    async def forget_tallies(self, before: datetime, limit: int) -> int:
        """Delete tallies that count nothing after an instant; tell how many."""
        return len(await self.executor.rows(_FORGET_TALLIES, before=before, limit=limit))

    async def forget_google_attempts(self, before: datetime, limit: int) -> int:
        """Delete attempts that were over by an instant; tell how many."""
        return len(await self.executor.rows(_FORGET_ATTEMPTS, before=before, limit=limit))

    async def lock_sessions(self, before: datetime, limit: int) -> tuple[LoginSession, ...]:
        """Give sessions that were over by an instant, and hold them until the transaction ends."""
        rows = await self.executor.rows(_LOCK_SESSIONS, before=before, limit=limit)
        return tuple(from_row(LoginSession, row) for row in rows)
