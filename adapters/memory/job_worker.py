"""A worker on memory."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from attrs import frozen

from adapters.memory.jobs import MemoryJobQueue
from application.shared.clock import Clock
from application.shared.job_ports import JobSchedule
from application.shared.run_job import JobRun, TakesTurns

_LOOK_SECONDS = 0.2
_AT_ONCE = 100


@frozen
class MemoryWorker:
    """Works on jobs, one at a time, until it is told to stop."""

    schedule: JobSchedule
    queue: MemoryJobQueue
    clock: Clock

    async def __call__(
        self, run: TakesTurns, told: Callable[[JobRun], None], stop: asyncio.Event
    ) -> None:
        """Work until `stop` is set.

        Args:
            run: Takes a job's turn.
            told: Is given each turn that was taken.
            stop: When to stop.
        """
        await self.schedule.plan(
            [kind.planned(await self.clock.now()) for kind in run.kinds.periodic]
        )
        while not stop.is_set():
            await self.schedule.promote(await self.clock.now(), _AT_ONCE)
            tickets = await self.queue.take(run.kinds.names, 1)
            for ticket in tickets:
                try:
                    told(await run(ticket))
                finally:
                    await self.queue.done(ticket)
            if not tickets:
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), _LOOK_SECONDS)
