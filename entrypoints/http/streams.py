"""Live streams of persons' events (server-sent events)."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import suppress
from time import monotonic

import msgspec
import structlog
from attrs import define, field

from application.events.ports import LoggedEvent
from application.events.told_to_person import told_to_person
from application.shared.outbox import event_type_of
from application.shared.transaction import ConcurrentUpdateError, StoreUnavailableError
from domain.identity.events import PersonErased, PersonSuspended, SessionEnded
from domain.shared.ids import PersonId
from entrypoints.http.places import place_of
from entrypoints.http.too_many_streams import TooManyStreamsError, TooManyStreamsOfPersonError
from entrypoints.wiring.kithkin import Kithkin

MOST_STREAMS = 400
MOST_OF_PERSON = 20
HEARTBEAT_SECONDS = 15.0
PROVE_SECONDS = 15.0
_GRACE_SECONDS = 60.0
_LOOK_SECONDS = 0.2
_MOST_WAITING = 1000
_RANGE = 2000
_PAGE = 200
_RETRY_SECONDS = 15
_RECONNECT_MILLISECONDS = 2000
_HEARTBEAT = b": still here\n"
_LOST = b"event: events_missed\ndata: {}\n"
_MAY_END_IT = frozenset(map(event_type_of, (SessionEnded, PersonSuspended, PersonErased)))
_log = structlog.get_logger("kithkin.http")
_AWAY = (StoreUnavailableError, ConcurrentUpdateError)


@define(eq=False)
class Follower:
    """Who follows a person.

    Attributes:
        person_id: Whom.
        seen: Up to where all was sent, or was not for them.
        waiting: Events that were not sent yet; None at the end.
    """

    person_id: PersonId
    seen: int = field(default=0, init=False)
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
class Permit:
    """The right to follow, which is asked for again: a credential can end while it is used.

    Attributes:
        ask: Tells whether it holds now.
        seconds: How long an answer is relied on.
        grace_seconds: How much longer, while the store that must be asked is away.
    """

    ask: Callable[[], Awaitable[bool]]
    seconds: float = PROVE_SECONDS
    grace_seconds: float = _GRACE_SECONDS
    _asked_at: float = field(factory=monotonic, init=False)

    @property
    def seconds_left(self) -> float:
        """For how long the last answer is still relied on."""
        return max(self._asked_at + self.seconds - monotonic(), 0)

    async def holds(self, *, anew: bool = False) -> bool:
        """Tell whether it holds, by the last answer if that is new enough.

        Args:
            anew: Something happened that may have ended it: ask in any case.
        """
        if not anew and self.seconds_left > 0:
            return True
        try:
            held = await self.ask()
        except _AWAY:
            return monotonic() - self._asked_at < self.seconds + self.grace_seconds
        self._asked_at = monotonic()
        return held


@define
class Streams:
    """All streams of this process.

    One task looks at the log for all of them, so no stream holds a connection. Each begins
    with what its client missed, if it says what it saw last.

    Attributes:
        kithkin: Where events come from.
        most: How many streams there may be.
        most_of_person: How many of them may follow one person.
        heartbeat_seconds: After so long without an event a comment is sent.
    """

    kithkin: Kithkin
    most: int = MOST_STREAMS
    most_of_person: int = MOST_OF_PERSON
    heartbeat_seconds: float = HEARTBEAT_SECONDS
    _followers: set[Follower] = field(factory=set, init=False)
    _position: int = field(default=0, init=False)
    _told: int = field(default=0, init=False)
    _tail: "asyncio.Task[None] | None" = field(default=None, init=False)
    _ended: bool = field(default=False, init=False)

    def make_sure_of_room(self, person_id: PersonId) -> None:
        """Refuse a stream that would be one too many.

        Raises:
            TooManyStreamsError: It would be, for this process.
            TooManyStreamsOfPersonError: It would be, for this person.
        """
        refusal = self._refusal(person_id)
        if refusal is not None:
            raise refusal

    async def follow(
        self, person_id: PersonId, after: int | None, permit: Permit
    ) -> AsyncGenerator[bytes, None]:
        """Give a person's events after a position, or from now on, for as long as permitted."""
        # Looked at again, as others may have come since the answer began.
        if self._refusal(person_id) is not None:
            return
        follower = Follower(person_id)
        self._followers.add(follower)
        try:
            with suppress(*_AWAY):
                joined = await self._join(follower)
                follower.seen = joined if after is None else after
                yield _opening(follower.seen)
                if after is not None:
                    async for chunk in self._missed(follower, joined, permit):
                        yield chunk
                follower.seen = max(follower.seen, joined)
                async for chunk in self._live(follower, permit):
                    yield chunk
        finally:
            self._followers.discard(follower)

    def _refusal(self, person_id: PersonId) -> Exception | None:
        if self._ended or len(self._followers) >= self.most:
            return TooManyStreamsError()
        if sum(one.person_id == person_id for one in self._followers) >= self.most_of_person:
            return TooManyStreamsOfPersonError(
                f"This person has {self.most_of_person} streams open here already; close one.",
                _RETRY_SECONDS,
            )
        return None

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
        settled = await self.kithkin.events.queries().settled()
        if self._tail is None or self._tail.done():
            self._position = self._told = settled
            self._tail = asyncio.create_task(self._follow_log())
        if self._ended:
            follower.end()
        # The tail may be a moment behind: what it tells of up to here is known.
        return max(settled, self._position)

    async def _missed(self, follower: Follower, upto: int, permit: Permit) -> AsyncIterator[bytes]:
        """Give what a client lacks, and tell it where some of that is not kept any more."""
        queries, full = self.kithkin.events.queries(), True
        while full and await permit.holds():
            after = follower.seen
            events = await queries.events_of_one(follower.person_id, after, upto, _PAGE)
            # Asked for afterwards: what is deleted from now on was read.
            follower.seen = await queries.kept_from(after)
            if follower.seen != after:
                yield _LOST + _at(follower.seen)
                continue
            for event in events:
                follower.seen = event.position
                if (shown := _shown(event)) is not None:
                    yield shown
            full = len(events) == _PAGE

    async def _live(self, follower: Follower, permit: Permit) -> AsyncIterator[bytes]:
        while True:
            event: LoggedEvent | None
            try:
                async with asyncio.timeout(min(self.heartbeat_seconds, permit.seconds_left)):
                    event = await follower.waiting.get()
            except TimeoutError:
                if not await permit.holds():
                    return
                yield self._heartbeat(follower)
                continue
            if event is None or not await permit.holds(anew=event.event.type in _MAY_END_IT):
                return
            if event.position > follower.seen:
                follower.seen = event.position
                if (shown := _shown(event)) is not None:
                    yield shown

    def _heartbeat(self, follower: Follower) -> bytes:
        """Show life, and up to where there was nothing for the client to come again for."""
        if follower.waiting.empty():
            follower.seen = max(follower.seen, self._told)
        return _HEARTBEAT + _at(follower.seen)

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
            self._told = upto


def _opening(seen: int) -> bytes:
    return f"retry: {_RECONNECT_MILLISECONDS}\n".encode() + _at(seen)


def _at(seen: int) -> bytes:
    """Set the last id, and end the message: without data it is no event."""
    return f"id: {place_of(seen)}\n\n".encode()


def _shown(logged: LoggedEvent) -> bytes | None:
    """Give an event as a message, without what is not the person's to know; None if all of it."""
    told = told_to_person(logged.event)
    if told is None:
        return None
    data = msgspec.json.encode(told).decode()
    return f"id: {place_of(logged.position)}\nevent: {logged.event.type}\ndata: {data}\n\n".encode()
