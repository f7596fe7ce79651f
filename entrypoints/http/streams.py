"""Live streams of persons' events (server-sent events)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import msgspec
import structlog
from attrs import define, field

from application.events.ports import LoggedEvent
from application.shared.transaction import ConcurrentUpdateError, StoreUnavailableError
from domain.shared.ids import PersonId
from entrypoints.http.full import TooManyStreamsError
from entrypoints.http.places import place_of
from entrypoints.wiring.kithkin import Kithkin

MOST_STREAMS = 400
HEARTBEAT_SECONDS = 15.0
_LOOK_SECONDS = 0.2
_MOST_WAITING = 1000
_RANGE = 10_000
_RECONNECT_MILLISECONDS = 2000
_HEARTBEAT = b": still here\n\n"
_log = structlog.get_logger("kithkin.http")
_SESSION_ENDED = "session_ended"
_AWAY = (StoreUnavailableError, ConcurrentUpdateError)

Taken = Callable[[], Awaitable[bool]]
"""Tells whether the credential that a stream was opened with is still taken."""


@define(eq=False)
class Follower:
    """Who follows a person.

    Attributes:
        person_id: Whom.
        waiting: Events that were not sent yet; None at the end.
    """

    person_id: PersonId
    waiting: "asyncio.Queue[LoggedEvent | None]" = field(
        factory=lambda: asyncio.Queue(_MOST_WAITING), init=False
    )

    def tell(self, event: LoggedEvent | None) -> bool:
        """Pass an event on, or the end; tell whether there was room for it."""
        try:
            self.waiting.put_nowait(event)
        except asyncio.QueueFull:
            return False
        return True

    def end(self) -> None:
        """End the stream, whatever waits: its client comes again for that."""
        while not self.waiting.empty():
            self.waiting.get_nowait()
        self.waiting.put_nowait(None)


@define
class Streams:
    """All streams of this process.

    One task looks at the log for all of them, so no stream holds a connection. Each begins
    with what its client missed, if it says what it saw last.

    Attributes:
        kithkin: Where events come from.
        most: How many streams there may be.
        heartbeat_seconds: After so long without an event a comment is sent.
    """

    kithkin: Kithkin
    most: int = MOST_STREAMS
    heartbeat_seconds: float = HEARTBEAT_SECONDS
    _followers: set[Follower] = field(factory=set, init=False)
    _position: int = field(default=0, init=False)
    _tail: "asyncio.Task[None] | None" = field(default=None, init=False)
    _ended: bool = field(default=False, init=False)

    def make_sure_of_room(self) -> None:
        """Refuse a stream that would be one too many.

        Raises:
            TooManyStreamsError: It would be.
        """
        if self._ended or len(self._followers) >= self.most:
            raise TooManyStreamsError

    async def follow(
        self, person_id: PersonId, after: int | None, taken: Taken
    ) -> AsyncIterator[bytes]:
        """Give a person's events after a position, or from now on, for as long as wished.

        It ends when the credential is taken no longer: at once when a session of the person's
        ends, and else within a heartbeat.
        """
        follower = Follower(person_id)
        try:
            with suppress(*_AWAY):
                joined = await self._join(follower)
                seen = joined if after is None else after
                yield _opening(seen)
                async for event in self._missed(person_id, seen, joined):
                    yield _shown(event)
                async for chunk in self._live(follower, max(seen, joined), taken):
                    yield chunk
        finally:
            self._followers.discard(follower)

    def end(self) -> None:
        """End all streams, and take no more."""
        self._ended = True
        for follower in self._followers:
            follower.end()

    async def close(self) -> None:
        """End all streams, and stop looking for events."""
        self.end()
        tail, self._tail = self._tail, None
        if tail is not None:
            tail.cancel()
            with suppress(asyncio.CancelledError):
                await tail

    async def _join(self, follower: Follower) -> int:
        """Let a follower hear of all that comes after a position, and give that."""
        if self._tail is None or self._tail.done():
            settled = await self.kithkin.events.queries().settled()
            if self._tail is None or self._tail.done():
                self._position = settled
                self._tail = asyncio.create_task(self._follow_log())
        if self._ended:
            follower.end()
        self._followers.add(follower)
        return self._position

    async def _missed(
        self, person_id: PersonId, after: int, upto: int
    ) -> AsyncIterator[LoggedEvent]:
        queries = self.kithkin.events.queries()
        while after < upto:
            until = min(after + _RANGE, upto)
            for event in await queries.events_of([person_id], after, until):
                yield event
            after = until

    async def _live(self, follower: Follower, seen: int, taken: Taken) -> AsyncIterator[bytes]:
        time = asyncio.get_running_loop().time
        ask_at = time() + self.heartbeat_seconds
        while True:
            try:
                async with asyncio.timeout(self.heartbeat_seconds):
                    event = await follower.waiting.get()
            except TimeoutError:
                chunk, ended = _HEARTBEAT, False
            else:
                if event is None:
                    return
                chunk = _shown(event) if event.position > seen else b""
                ended = event.event.type == _SESSION_ENDED
            if ended or time() >= ask_at:
                ask_at = time() + self.heartbeat_seconds
                if not await taken():
                    if ended:
                        yield chunk
                    return
            if chunk:
                yield chunk

    async def _follow_log(self) -> None:
        """Tell followers of new events, for as long as there are any followers."""
        try:
            while self._followers:
                with suppress(*_AWAY):
                    await self._look()
                await asyncio.sleep(_LOOK_SECONDS)
        except Exception as error:
            _log.error("unexpected_error", exc_info=error)
            for follower in self._followers:
                follower.end()
            raise

    async def _look(self) -> None:
        queries = self.kithkin.events.queries()
        settled = await queries.settled()
        while self._position < settled:
            after, upto = self._position, min(self._position + _RANGE, settled)
            followers = tuple(self._followers)
            # Who joins from now on reads up to here by themself.
            self._position = upto
            try:
                persons = {follower.person_id for follower in followers}
                found = await queries.events_of(persons, after, upto)
            except _AWAY:
                self._position = after
                raise
            for event in found:
                for follower in followers:
                    if follower.person_id == event.event.person_id and not follower.tell(event):
                        follower.end()


def _opening(seen: int) -> bytes:
    return f"retry: {_RECONNECT_MILLISECONDS}\nid: {place_of(seen)}\n\n".encode()


def _shown(logged: LoggedEvent) -> bytes:
    data = msgspec.json.encode(logged.event).decode()
    return f"id: {place_of(logged.position)}\nevent: {logged.event.type}\ndata: {data}\n\n".encode()
