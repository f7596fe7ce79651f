"""Kept answers, in memory."""

from datetime import datetime

from attrs import frozen

from adapters.memory.store import Answered, MemoryStore
from adapters.memory.table import ConstraintError
from application.shared.idempotency import Attempt, KeptAnswer
from application.shared.transaction import ConcurrentUpdateError


@frozen
class MemoryKeptAnswers:
    """Where answers are kept."""

    _store: MemoryStore

    async def claim(self, attempt: Attempt, now: datetime) -> KeptAnswer | None:
        """Give the answer kept for the key, or hold the key until the transaction ends."""
        # Claimed before waiting for a turn: by then whoever works on the request would be done.
        if self._store.kept_answer(attempt, now) is None:
            self._store.claim((attempt.owner, attempt.key))
        async with self._store.access():
            kept = self._store.kept_answer(attempt, now)
            if kept is None:
                self._store.claim((attempt.owner, attempt.key))
                self._store.answers.delete((attempt.owner, attempt.key))
            return kept

    async def keep(self, attempt: Attempt, answer: KeptAnswer) -> None:
        """Keep an answer in the running transaction."""
        async with self._store.access():
            try:
                self._store.answers.insert(Answered(attempt.owner, attempt.key, answer))
            except ConstraintError as error:
                raise ConcurrentUpdateError from error

    async def forget_expired(self, now: datetime, limit: int) -> int:
        """Delete some answers whose time is over; tell how many."""
        async with self._store.access():
            expired = self._store.answers.where(lambda row: row.kept.expires_at <= now)
            for row in expired[:limit]:
                self._store.answers.delete((row.owner, row.key))
            return len(expired[:limit])

    async def forget(self, attempt: Attempt) -> None:
        """Keep nothing for the key any longer."""
        async with self._store.access():
            self._store.answers.delete((attempt.owner, attempt.key))
