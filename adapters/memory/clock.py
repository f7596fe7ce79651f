"""A clock for tests."""

from datetime import UTC, datetime

from attrs import frozen

from adapters.memory.store import MemoryStore


@frozen
class MemoryClock:
    """Stands still until it is moved; it starts where it is moved to first, or else now.

    Time is no part of a transaction.
    """

    _store: MemoryStore

    async def start(self, at: datetime) -> None:
        """Set the clock, unless it already runs on this store."""
        if self._store.time is None:
            self._store.time = at

    async def now(self) -> datetime:
        """Give the time it stands at."""
        if self._store.time is None:
            self._store.time = datetime.now(UTC)
        return self._store.time

    async def move_to(self, at: datetime) -> datetime:
        """Move to an instant, unless it is already later; give the time after that."""
        self._store.time = at if self._store.time is None else max(self._store.time, at)
        return self._store.time
