"""One transaction at a time sees and changes a store."""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from weakref import WeakKeyDictionary

from adapters.memory.table import Undo
from application.shared.idempotency import RequestInProgressError


class Transaction:
    """What a running transaction has to give back at its end."""

    def __init__(self) -> None:
        self.undo: list[Undo] = []
        self.claims: set[Hashable] = set()
        self.takes_turn = False
        self.turn: asyncio.Lock | None = None


_entered: ContextVar[tuple[Transaction, ...]] = ContextVar("entered", default=())
"""The transactions that the running task is in, each on another store."""


class Isolation:
    """Gives transactions their turn, and undoes those that fail.

    A transaction takes its turn when it first touches the store, and keeps it to its
    end. It belongs to one task, and a store to one event loop at a time.
    """

    def __init__(self) -> None:
        # A lock belongs to the loop on which somebody first waited for it.
        self._turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = (
            WeakKeyDictionary()
        )
        self._running: set[Transaction] = set()
        self._holder: Transaction | None = None
        self._claims: dict[Hashable, Transaction] = {}

    @property
    def current(self) -> Transaction | None:
        """The transaction that the running task is in, if it is in one."""
        return next((entered for entered in _entered.get() if entered in self._running), None)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Open a transaction, or join the one that the task is in."""
        joined = self.current
        if joined is not None:
            yield joined
            return
        opened = Transaction()
        self._running.add(opened)
        before = _entered.set((*_entered.get(), opened))
        try:
            yield opened
        except BaseException:
            for undo in reversed(opened.undo):
                undo()
            raise
        finally:
            _entered.reset(before)
            self._close(opened)

    @asynccontextmanager
    async def access(self) -> AsyncIterator[None]:
        """Touch the store, in the task's transaction or in one of its own."""
        if self._holder is not None and self._holder is self.current:
            yield
            return
        async with self.transaction() as transaction:
            if transaction is not self._holder:
                await self._take_turn(transaction)
            yield

    def note(self, undo: Undo) -> None:
        """Remember how to undo a write of the transaction whose turn it is."""
        if self._holder is None:
            raise RuntimeError("the store was written to outside of access()")
        self._holder.undo.append(undo)

    def claim(self, key: Hashable) -> None:
        """Keep a key from all others until the task's transaction ends.

        Claims are seen before the turn is taken: who waits for a turn could only find
        that the holder is done.

        Raises:
            RequestInProgressError: Another transaction has claimed it.
        """
        transaction = self.current
        if transaction is None:
            return
        if self._claims.setdefault(key, transaction) is not transaction:
            raise RequestInProgressError("The same request is being worked on; ask again shortly.")
        transaction.claims.add(key)

    async def _take_turn(self, transaction: Transaction) -> None:
        if transaction.takes_turn:
            raise RuntimeError("a transaction belongs to one task")
        transaction.takes_turn = True
        # Others get to run here, as they do while a database answers.
        await asyncio.sleep(0)
        turn = self._turns.setdefault(asyncio.get_running_loop(), asyncio.Lock())
        await turn.acquire()
        transaction.turn = turn
        if self._holder is not None:
            raise RuntimeError("a store in memory serves one event loop at a time")
        self._holder = transaction

    def _close(self, transaction: Transaction) -> None:
        self._running.discard(transaction)
        for key in transaction.claims:
            del self._claims[key]
        if self._holder is transaction:
            self._holder = None
        if transaction.turn is not None:
            transaction.turn.release()
