"""Reacting to the events of all persons, soon after they were written."""

from collections.abc import Callable, Sequence
from typing import Protocol

from attrs import define, field, frozen

from application.shared.reactions import Drain, Pending, Reacting
from application.shared.transaction import StoreUnavailableError
from domain.shared.ids import PersonId

_AT_A_TIME = 1000
_MOST_DOUBLINGS = 6


class ReactionProgress(Protocol):
    """How far contexts have reacted to the events of everyone."""

    async def settled(self) -> int:
        """Give the position up to which no event can be added any more."""
        ...

    async def get(self, name: str) -> int:
        """Give the position up to which a context has reacted to everything."""
        ...

    async def advance(self, name: str, position: int) -> None:
        """Keep that position, unless it is already further."""
        ...

    async def between(
        self, reacting: Reacting, after: int, upto: int, limit: int
    ) -> Sequence[Pending]:
        """Give the first events that a context looks at, after a position and up to another."""
        ...


@frozen
class Failed:
    """A person whose events could not be reacted to.

    Attributes:
        person_id: Who.
        position: Their first event that this is about.
        tries: How often it was tried.
        again_at: When to try again, by the watch.
        error: What went wrong the last time.
    """

    person_id: PersonId
    position: int
    tries: int
    again_at: float
    error: Exception


@define
class CatchUp:
    """Reacts to all that has happened since it last looked.

    One person's failure keeps nobody else waiting. It does keep the context's place in the
    log, so that nothing is forgotten that was not reacted to.

    Attributes:
        seconds: The time by a watch.
        rest_seconds: How long to leave events to gather after each time.
    """

    progress: ReactionProgress
    drain: Drain
    seconds: Callable[[], float]
    rest_seconds: float = 0
    _again_at: float | None = field(default=None, init=False)
    _seen: int = field(default=0, init=False)
    _kept: int = field(default=0, init=False)
    _failed: dict[PersonId, Failed] = field(factory=dict, init=False)

    @property
    def name(self) -> str:
        """The reacting context."""
        return self.drain.reaction.reacting.name

    async def __call__(self) -> tuple[Failed, ...]:
        """Catch up, and give what failed now.

        Raises:
            StoreUnavailableError: The store went away.
        """
        now = self.seconds()
        if self._again_at is not None and now < self._again_at:
            return ()
        self._again_at = now + self.rest_seconds
        settled = await self.progress.settled()
        due = [one for one in self._failed.values() if one.again_at <= self.seconds()]
        if settled <= self._seen and not due:
            return ()
        self._kept = max(self._kept, await self.progress.get(self.name))
        self._seen = max(self._seen, self._kept)
        failures = [await self._try(one.person_id, one.position) for one in due]
        while self._seen < settled:
            failures += await self._page(settled)
        first = min((one.position - 1 for one in self._failed.values()), default=self._seen)
        place = min(first, self._seen)
        if place > self._kept:
            await self.progress.advance(self.name, place)
            self._kept = place
        return tuple(one for one in failures if one is not None)

    async def _page(self, settled: int) -> list[Failed | None]:
        reaction = self.drain.reaction
        found = await self.progress.between(reaction.reacting, self._seen, settled, _AT_A_TIME)
        moot = await reaction.moot([one.event for one in found]) if found else frozenset()
        firsts: dict[PersonId, int] = {}
        for one in found:
            if one.event.event.person_id not in moot:
                firsts.setdefault(one.event.event.person_id, one.position)
        failures = [
            await self._try(person_id, position)
            for person_id, position in firsts.items()
            if person_id not in self._failed
        ]
        self._seen = found[-1].position if len(found) == _AT_A_TIME else settled
        return failures

    async def _try(self, person_id: PersonId, position: int) -> Failed | None:
        before = self._failed.pop(person_id, None)
        try:
            await self.drain(person_id)
        except StoreUnavailableError:
            if before is not None:
                self._failed[person_id] = before
            raise
        except Exception as error:  # noqa: BLE001 - one bad event must not hold up everyone's
            tries = 1 if before is None else before.tries + 1
            again_at = self.seconds() + 2 ** min(tries, _MOST_DOUBLINGS)
            failed = Failed(person_id, position, tries, again_at, error)
            self._failed[person_id] = failed
            return failed
        return None


@frozen
class ReactedUpTo:
    """Lets all who react to events catch up, and tells how far they have come.

    Attributes:
        new_catch_ups: Gives what lets each of them catch up.
    """

    progress: ReactionProgress
    new_catch_ups: Callable[[], Sequence[CatchUp]]

    async def __call__(self) -> int:
        """Give the position up to which everything was reacted to."""
        catch_ups = self.new_catch_ups()
        for catch_up in catch_ups:
            await catch_up()
        return min([await self.progress.get(catch_up.name) for catch_up in catch_ups])
