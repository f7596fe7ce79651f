"""Connections to PostgreSQL, at hand between statements."""

import asyncio
from collections import deque
from types import TracebackType
from typing import Any

import asyncpg
from attrs import Factory, define, field, frozen

Connection = Any
"""A connection of a pool; asyncpg's proxy for one has no type of its own."""

_SESSION = {
    "application_name": "kithkin",
    "timezone": "UTC",
    "lock_timeout": "5s",
    "statement_timeout": "10s",
    "idle_in_transaction_session_timeout": "30s",
    "jit": "off",
}


@frozen(kw_only=True)
class Usage:
    """How connections are used.

    Attributes:
        free: Could be lent at once, open or still to be opened.
        lent: Are lent.
        waiting: Requests that wait for one.
    """

    free: int
    lent: int
    waiting: int


@define
class Connections:
    """Lends connections of asyncpg's pool, and keeps those that come back sound.

    The pool connects, and clears up after what went wrong. But each loan of its own costs
    as much as a short statement (docs/benchmarks.md), so it is not asked for each.

    Attributes:
        url: Where the database is.
        size: The most connections kept open.
        wait_seconds: How long to wait for a connection, free or new.
        command_seconds: How long to wait for a statement.
        connection_class: What asyncpg makes of each.
    """

    url: str
    size: int
    wait_seconds: float
    command_seconds: float
    connection_class: type[Any] = asyncpg.Connection
    _pool: "asyncpg.Pool[asyncpg.Record] | None" = field(default=None, init=False)
    _at_hand: list[Connection] = field(factory=list, init=False)
    _waiting: "deque[asyncio.Future[None]]" = field(factory=deque, init=False)
    _free: int = field(default=Factory(lambda self: self.size, takes_self=True), init=False)

    async def open(self) -> None:
        """Connect. What asyncpg raises where that fails passes through."""
        # What an earlier event loop left behind cannot be used by this one.
        self._at_hand.clear()
        self._waiting.clear()
        self._free = self.size
        self._pool = await asyncpg.create_pool(
            self.url,
            min_size=1,
            max_size=self.size,
            connection_class=self.connection_class,
            timeout=self.wait_seconds,
            command_timeout=self.command_seconds,
            reset=_leave_as_is,
            server_settings=_SESSION,
        )

    async def close(self) -> None:
        """Let go of all connections, once each has come back, or too long did not."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        try:
            async with asyncio.timeout(self.wait_seconds):
                while self._at_hand:
                    await pool.release(self._at_hand.pop())
                await pool.close()
        except TimeoutError:
            pool.terminate()
        except BaseException:
            pool.terminate()
            raise

    @property
    def usage(self) -> "Usage":
        """How the connections are used at this moment."""
        waiting = sum(not turn.done() for turn in self._waiting)
        return Usage(free=self._free, lent=self.size - self._free, waiting=waiting)

    def lent(self) -> "Loan":
        """Lend a connection for the length of an `async with`."""
        return Loan(self)

    def at_once(self) -> "tuple[asyncpg.Pool[asyncpg.Record], Connection] | None":
        """Take a connection with its pool, if one is at hand and nobody waits."""
        pool = self._pool
        if not self._free or not self._at_hand or pool is None or not _is_open(self._at_hand[-1]):
            return None
        self._free -= 1
        return pool, self._at_hand.pop()

    async def take(self) -> "tuple[asyncpg.Pool[asyncpg.Record], Connection]":
        """Take a connection, with the pool it belongs to.

        Raises:
            TimeoutError: None came free, or could be made, in time.
            InterfaceError: They are closed.
        """
        seconds = self.wait_seconds
        if self._free:
            self._free -= 1
        else:
            seconds = await self._turn()
        try:
            return await self._one(seconds)
        except BaseException:
            self._next()
            raise

    async def give_back(
        self, pool: "asyncpg.Pool[asyncpg.Record]", connection: Connection, *, sound: bool
    ) -> None:
        """Give a connection back; one that may not be sound goes to its pool."""
        if sound and self.keep(pool, connection):
            return
        try:
            await pool.release(connection, timeout=self.wait_seconds)
        finally:
            self._next()

    def keep(self, pool: "asyncpg.Pool[asyncpg.Record]", connection: Connection) -> bool:
        """Keep a sound connection at hand; tell whether its pool is still the one in use."""
        if pool is not self._pool:
            return False
        self._at_hand.append(connection)
        self._next()
        return True

    async def _one(self, seconds: float) -> "tuple[asyncpg.Pool[asyncpg.Record], Connection]":
        pool = self._pool
        if pool is None:
            raise asyncpg.InterfaceError("the database is not connected")
        while self._at_hand:
            connection = self._at_hand.pop()
            if _is_open(connection):
                return pool, connection
            await pool.release(connection, timeout=seconds)
        return pool, await pool.acquire(timeout=seconds)

    async def _turn(self) -> float:
        """Wait for one's turn, and give how many seconds of the wait are left.

        By a bare timer, as asyncio.timeout costs more than the wait.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self.wait_seconds
        turn = loop.create_future()
        self._waiting.append(turn)
        timer = loop.call_at(deadline, _too_late, turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._next()
            raise
        finally:
            timer.cancel()
        return deadline - loop.time()

    def _next(self) -> None:
        """Let the first of those who still wait have the turn."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1


@define
class Loan:
    """A connection, for as long as the context lasts."""

    _connections: Connections
    _pool: "asyncpg.Pool[asyncpg.Record] | None" = field(default=None, init=False)
    _connection: Connection = field(default=None, init=False)

    async def __aenter__(self) -> Connection:
        """Take it."""
        self._pool, self._connection = await self._connections.take()
        return self._connection

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Give it back; after an error of any kind to the pool, which looks at what it left."""
        assert self._pool is not None  # noqa: S101 - it was entered
        await self._connections.give_back(self._pool, self._connection, sound=error is None)


def _is_open(connection: Connection) -> bool:
    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:
        # The pool took it back when it was lost.
        return False


def _too_late(turn: "asyncio.Future[None]") -> None:
    if not turn.done():
        turn.set_exception(TimeoutError("no connection came free in time"))


async def _leave_as_is(_: object) -> None:
    """Nothing is left behind on a connection, so a reset would be a wasted round trip."""
