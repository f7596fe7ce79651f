"""Do all work that is due, in the process that asks for it."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from attrs import frozen

from application.shared.batches import in_batches
from application.shared.clock import Clock
from application.shared.job_ports import JobElsewhereError, JobQueue, JobSchedule
from application.shared.jobs import JobKinds
from application.shared.run_job import TakesTurns
from domain.shared.errors import ConflictError

_AT_ONCE = 100
_LOOK_SECONDS = 0.02
_PATIENCE_SECONDS = 60.0
_EVER = datetime(1, 1, 1, tzinfo=UTC)


class JobsStillRunningError(ConflictError):
    """Jobs that are due do not come to an end."""

    code = "jobs_still_running"


@frozen
class RunDueJobs:
    """Does what is due by the clock's time, beside such workers as there are."""

    schedule: JobSchedule
    queue: JobQueue
    run: TakesTurns
    kinds: JobKinds
    clock: Clock
    seconds: Callable[[], float]

    async def __call__(self) -> None:
        """Do it, and return when all of it is done, by whoever does it.

        Raises:
            JobsStillRunningError: Some of it was not done within a minute.
        """
        now = await self.clock.now()
        await self.schedule.plan([kind.planned(now) for kind in self.kinds.periodic])
        names = self.kinds.names
        until = self.seconds() + _PATIENCE_SECONDS
        while self.seconds() < until:
            now = await self.clock.now()
            await in_batches(_AT_ONCE, partial(self.schedule.promote, now))
            if await self._work_off():
                continue
            if not await self.schedule.unfinished(now, names):
                return
            await asyncio.sleep(_LOOK_SECONDS)
        # What was done last may have taken long, and been all there was.
        if not await self.schedule.unfinished(now, names):
            return
        raise JobsStillRunningError(
            "Jobs that are due were not done within a minute; see `kithkin jobs list`, and ask "
            "again."
        )

    async def first_at(self, until: datetime, after: datetime = _EVER) -> datetime | None:
        """Give when the first job is due, if one is by an instant.

        Periodic jobs count only where they are known to find work: one run makes up for all
        that were missed. For what they find only instants after the other one count.
        """
        periodic = {kind.name for kind in self.kinds.periodic}
        names = [name for name in self.kinds.names if name not in periodic]
        runs = [await kind.next_run(after) for kind in self.kinds.periodic]
        found = (await self.schedule.first_at(until, names), *runs)
        return min((at for at in found if at is not None and at <= until), default=None)

    async def _work_off(self) -> bool:
        tickets = await self.queue.take(self.kinds.names, _AT_ONCE)
        for ticket in tickets:
            try:
                await self.run(ticket)
            except JobElsewhereError:
                # The queue gives the ticket to somebody else when this one lets time pass.
                continue
            await self.queue.done(ticket)
        return bool(tickets)
