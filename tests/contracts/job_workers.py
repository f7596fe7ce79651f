"""Jobs of a test's own kinds, worked on in the test's own process."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

from attrs import frozen

from application.shared.jobs import Job, JobKind, JobKinds, JobState, StoredJob
from application.shared.manage_jobs import DiscardJob, ListJobs, RetryJob
from application.shared.move_clock import MoveClock
from application.shared.run_due_jobs import RunDueJobs
from application.shared.run_job import JobRun, RunJob
from tests.contracts.stores import Stores

Work = Callable[[StoredJob], Awaitable[None]]


def a_kind(**changes: Any) -> JobKind:
    async def do_nothing(_: StoredJob) -> None:
        """Do it."""

    known: dict[str, Any] = {"name": f"k{uuid4().hex}", "handle": do_nothing}
    return JobKind(**(known | changes))


@frozen
class Office:
    """The use cases about jobs of some kinds.

    Attributes:
        stores: Where the jobs are.
        kinds: Those that are known here.
        now: The time by a watch, which stands still: patience never ends by itself.
    """

    stores: Stores
    kinds: JobKinds
    now: Callable[[], float] = lambda: 0.0

    @property
    def run(self) -> RunJob:
        stores = self.stores
        return RunJob(
            stores.transactions, stores.job_runs, self.kinds, stores.clock, chance=lambda: 1.0
        )

    @property
    def run_due_jobs(self) -> RunDueJobs:
        stores = self.stores
        return RunDueJobs(
            stores.job_schedule, stores.job_queue, self.run, self.kinds, stores.clock, self.now
        )

    @property
    def move(self) -> MoveClock:
        return MoveClock(self.stores.clock, self.run_due_jobs)

    @property
    def retry(self) -> RetryJob:
        return RetryJob(self.stores.transactions, self.stores.job_list, self.stores.clock)

    @property
    def discard(self) -> DiscardJob:
        return DiscardJob(self.stores.transactions, self.stores.job_list)

    async def leave(self, kind: JobKind, at: datetime, key: str = "key", **data: Any) -> None:
        await self.stores.jobs.enqueue(Job(kind=kind.name, key=key, at=at, data=data))

    async def take_turns(self) -> list[JobRun]:
        """Take the turns of all jobs that are due, as one worker would."""
        now = await self.stores.clock.now()
        while await self.stores.job_schedule.promote(now, 1000):
            pass
        tickets = await self.stores.job_queue.take(self.kinds.names, 1000)
        return [await self.run(ticket) for ticket in tickets]

    async def listed(self, state: JobState) -> list[StoredJob]:
        jobs = await ListJobs(self.stores.job_list)(state, 10_000)
        return [job for job in jobs if job.kind in self.kinds.names]


def an_office(stores: Stores, *kinds: JobKind) -> Office:
    return Office(stores, JobKinds.of(kinds))
