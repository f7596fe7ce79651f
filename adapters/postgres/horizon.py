"""Up to where the outbox can change no more."""

import asyncio

from attrs import define, field
from sqlalchemy import BigInteger, bindparam, text

from adapters.postgres.executor import Executor, Statement

# Who writes to the outbox holds this lock on it from before it takes a position until its end.
# The locks are looked at after the snapshot is taken in which the newest row is found.
_LOOK = Statement(
    text(
        """
        SELECT newest, CASE WHEN newest > :settled THEN ARRAY(
            SELECT virtualtransaction FROM pg_locks
            WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted
                AND relation = CAST('outbox' AS regclass)
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        ) END AS writers
        FROM (SELECT coalesce(max(position), 0) AS newest FROM outbox) AS log
        """
    ).bindparams(bindparam("settled", type_=BigInteger))
)


@define
class Horizon:
    """Finds the position up to which no row can appear any more.

    Positions are taken when a row is written, and rows appear when their transactions
    commit: a row can appear below one that is already to be seen. It is settled that none
    will, up to a position, once all have ended who were writing when that was the newest.
    Each process finds this out for itself; where two differ, both are right.
    """

    executor: Executor
    _settled: int = field(default=0, init=False)
    _noted: int = field(default=0, init=False)
    _writers: frozenset[str] = field(default=frozenset(), init=False)
    _turn: asyncio.Lock = field(factory=asyncio.Lock, init=False)

    async def settled(self) -> int:
        """Give that position, as far as it can be told by now."""
        # One at a time: an older view of the writers must not be held against a newer one.
        async with self._turn:
            row = await self.executor.row(_LOOK, settled=self._settled)
            if row is not None and row["newest"] > self._settled:
                self._learn(row["newest"], frozenset(row["writers"]))
            return self._settled

    def _learn(self, newest: int, writers: frozenset[str]) -> None:
        if not writers:
            self._settled = newest
            return
        self._writers &= writers
        if self._noted > self._settled and not self._writers:
            self._settled = self._noted
        if self._noted <= self._settled:
            self._noted, self._writers = newest, writers
