"""What signing in left behind in memory, found by when it was over."""

from collections.abc import Callable, Hashable
from datetime import UTC, datetime
from typing import TypeVar

from attrs import frozen

from adapters.memory.store import MemoryStore
from adapters.memory.table import Table
from domain.identity.code_limits import Tally
from domain.identity.sessions import LoginSession

Row = TypeVar("Row")
Key = TypeVar("Key", bound=Hashable)

_NEVER = datetime.min.replace(tzinfo=UTC)


def _last_time(tally: Tally) -> datetime:
    return tally.times[-1] if tally.times else _NEVER


@frozen
class MemoryPastSignIns:
    """What signing in leaves behind, some at a time."""

    _store: MemoryStore

    async def forget_codes(self, before: datetime, limit: int) -> int:
        """Delete codes that were over by an instant, the first one first; tell how many."""
        async with self._store.access():
            codes = self._store.sign_in_codes
            over = _over(codes, lambda code: code.expires_at, before, limit)
            return sum(codes.delete(code.address) for code in over)

    async def forget_tallies(self, before: datetime, limit: int) -> int:
        """Delete tallies that count nothing after an instant; tell how many."""
        async with self._store.access():
            tallies = self._store.tallies
            over = _over(tallies, _last_time, before, limit)
            return sum(tallies.delete(tally.subject) for tally in over)

    async def forget_google_attempts(self, before: datetime, limit: int) -> int:
        """Delete attempts that were over by an instant; tell how many."""
        async with self._store.access():
            attempts = self._store.google_attempts
            over = _over(attempts, lambda attempt: attempt.expires_at, before, limit)
            return sum(attempts.delete(attempt.state_digest) for attempt in over)

    async def lock_sessions(self, before: datetime, limit: int) -> tuple[LoginSession, ...]:
        """Give sessions that were over by an instant."""
        async with self._store.access():
            over = _over(self._store.sessions, lambda one: one.idle_ends_at, before, limit)
            return tuple(over)


def _over(
    table: Table[Key, Row], over_at: Callable[[Row], datetime], before: datetime, limit: int
) -> list[Row]:
    """Give some rows that were over by an instant, the first one first."""
    return sorted(table.where(lambda row: over_at(row) <= before), key=over_at)[:limit]
