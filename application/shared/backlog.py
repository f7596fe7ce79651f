"""How much work of the background is due, and saying so."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from attrs import define, field, frozen

from application.shared.clock import Clock
from application.shared.jobs import JobKinds
from application.shared.tally import BackgroundFigures

WEBHOOKS = "webhooks"
"""The relay to all webhook endpoints together; a bus goes by its own name."""

LOOKED_AT_MOST = 10_000
"""Of the log, so many events after each place are looked at: nobody waits for a longer count."""


@frozen
class Lag:
    """What a relay has still to deliver.

    Attributes:
        events: How many; an event that goes to two endpoints counts twice.
        oldest_at: When the oldest of them happened; None where there is none.
    """

    events: int
    oldest_at: datetime | None

    def seconds(self, now: datetime) -> float:
        """Give how old the oldest is; 0 where there is none."""
        if self.oldest_at is None:
            return 0.0
        return max(0.0, (now - self.oldest_at).total_seconds())


@frozen
class Backlog:
    """Work that is due.

    Attributes:
        jobs: How many jobs are due and not done, by kind, for kinds that have any.
        relays: What each relay has still to deliver, by name.
    """

    jobs: Mapping[str, int]
    relays: Mapping[str, Lag]


class Backlogs(Protocol):
    """The work that a store knows of."""

    async def read(self, now: datetime, buses: Collection[str]) -> Backlog:
        """Give the work that is due by an instant, that of the webhooks and of some buses too.

        Disabled endpoints are owed nothing. Of the log, no more than LOOKED_AT_MOST events
        are looked at for each endpoint and bus.
        """
        ...


@define
class TellBacklog:
    """Says how much work is due; a kind of jobs that has none any more goes to 0.

    Attributes:
        buses: The buses that events are published to.
    """

    backlogs: Backlogs
    figures: BackgroundFigures
    clock: Clock
    kinds: JobKinds
    buses: tuple[str, ...]
    _told: set[str] = field(factory=set, init=False)

    async def __call__(self) -> None:
        """Read it and say it, once.

        Raises:
            StoreUnavailableError: The store went away.
        """
        now = await self.clock.now()
        backlog = await self.backlogs.read(now, self.buses)
        self._told |= {*self.kinds.names, *backlog.jobs}
        for kind in self._told:
            self.figures.jobs_waiting(kind, backlog.jobs.get(kind, 0))
        for relay, lag in backlog.relays.items():
            self.figures.relay_lag(relay, events=lag.events, seconds=lag.seconds(now))
