"""What one context makes of the events of others, read from the outbox after the fact.

Those who write events pay nothing for it. Each event is reacted to once: a person's mark
says which were, and rises in the transaction of the reaction.
"""

from collections.abc import Sequence
from typing import Protocol

from attrs import frozen

from application.shared.outbox import OutboxEvent
from application.shared.transaction import Transactions
from domain.shared.events import Event
from domain.shared.ids import PersonId

_AT_A_TIME = 200


@frozen
class Pending:
    """An event at its place in the outbox."""

    position: int
    event: OutboxEvent


@frozen
class Mark:
    """Which events of a person a context has reacted to.

    Attributes:
        position: All up to here.
        ahead: Those after it, too. A transaction that is slow to commit can still put an
            event between two that others have reacted to.
    """

    position: int
    ahead: frozenset[int] = frozenset()

    def after(self, done: Sequence[Pending], settled: int) -> "Mark":
        """Give the mark after some more events.

        Args:
            done: What was reacted to now.
            settled: No event that was not given can appear up to this position.
        """
        position = max(self.position, settled)
        taken = self.ahead.union(pending.position for pending in done)
        return Mark(position, frozenset(one for one in taken if one > position))


@frozen
class Reacting:
    """A context that reacts to events.

    Attributes:
        name: What its marks are kept under; it never changes.
        kinds: The events it looks at.
    """

    name: str
    kinds: tuple[type[Event], ...]


class Reaction(Protocol):
    """What a context makes of events."""

    @property
    def reacting(self) -> Reacting:
        """Which context, and which events."""
        ...

    async def moot(self, events: Sequence[OutboxEvent]) -> frozenset[PersonId]:
        """Give those of the events' persons for whom none of them changes anything.

        Asked beforehand, so that the many events that do not matter cost one read together.
        """
        ...

    async def __call__(self, person_id: PersonId, events: Sequence[OutboxEvent]) -> None:
        """React to events of a locked person, in their order and in the running transaction."""
        ...


class PendingEvents(Protocol):
    """The outbox, as those see it who react."""

    async def settled(self) -> int:
        """Give a position up to which no event can be added any more, the latest one known."""
        ...

    async def waiting(self, reacting: Reacting, person_id: PersonId) -> bool:
        """Tell whether there are events of a person that were not reacted to."""
        ...

    async def hold(self, reacting: Reacting, person_id: PersonId) -> Mark | None:
        """Lock a person until the transaction ends, and give their mark.

        Gives None if there is no such person.
        """
        ...

    async def of(
        self, reacting: Reacting, person_id: PersonId, mark: Mark, limit: int
    ) -> Sequence[Pending]:
        """Give the first events of a person that a mark does not cover."""
        ...

    async def keep(self, reacting: Reacting, person_id: PersonId, mark: Mark) -> None:
        """Keep a locked person's mark."""
        ...


@frozen
class Drain:
    """Reacts to what is pending of one person, whoever needs it to be done by now."""

    transactions: Transactions
    pending: PendingEvents
    reaction: Reaction

    async def __call__(self, person_id: PersonId) -> None:
        """React to all events of the person that are to be seen.

        Within a transaction the reactions belong to it.
        """
        if not await self.pending.waiting(self.reaction.reacting, person_id):
            return
        while await self._some(person_id):
            pass

    async def _some(self, person_id: PersonId) -> bool:
        # Before the events are read: then all up to it are among them.
        settled = await self.pending.settled()
        reacting = self.reaction.reacting

        async def work() -> bool:
            mark = await self.pending.hold(reacting, person_id)
            if mark is None:
                return False
            found = await self.pending.of(reacting, person_id, mark, _AT_A_TIME)
            more = len(found) == _AT_A_TIME
            if found:
                await self.reaction(person_id, [one.event for one in found])
            upto = min(settled, found[-1].position) if more else settled
            await self.pending.keep(reacting, person_id, mark.after(found, upto))
            return more

        return await self.transactions.run(work)


@frozen
class DrainAll:
    """Reacts to what is pending of one person, in every context."""

    drains: Sequence[Drain]

    async def __call__(self, person_id: PersonId) -> None:
        """React to all events of the person that are to be seen."""
        for drain in self.drains:
            await drain(person_id)
