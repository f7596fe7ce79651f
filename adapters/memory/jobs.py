"""Jobs in memory: they run on whatever clock there is, and end with the process."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import attrs
from attrs import define, field, frozen

from adapters.memory.store import MemoryStore
from application.shared.ids import NewId
from application.shared.jobs import Job, JobState, StoredJob, Ticket, first_state, ticket_of

_WAITS = {JobState.WAITING, JobState.RETRYING}


@frozen
class MemoryJobs:
    """Where work for later is left."""

    _store: MemoryStore
    _new_id: NewId

    async def enqueue(self, job: Job) -> None:
        """Leave a job, in the running transaction if there is one."""
        async with self._store.access():
            waiting = self._store.jobs.by("waiting", (job.kind, job.key))
            if waiting is None:
                self._store.jobs.insert(first_state(job, self._new_id()))
            elif job.at < waiting.at:
                self._store.jobs.put(attrs.evolve(waiting, at=job.at))


@frozen
class MemoryJobSchedule:
    """The jobs that wait for their time."""

    _store: MemoryStore

    async def plan(self, jobs: Iterable[StoredJob]) -> None:
        """Add the jobs of periodic kinds, but for those that are there."""
        async with self._store.access():
            for job in jobs:
                if job.id not in self._store.jobs:
                    self._store.jobs.insert(job)

    async def promote(self, now: datetime, limit: int) -> int:
        """Hand jobs that are due to the queue, the earliest first; tell how many."""
        async with self._store.access():
            due = self._store.jobs.where(lambda job: job.state in _WAITS and job.at <= now)
            due.sort(key=lambda job: (job.at, job.id))
            for job in due[:limit]:
                queued = attrs.evolve(job, state=JobState.QUEUED, turn=job.turn + 1)
                self._store.jobs.put(queued)
        return len(due[:limit])

    async def first_at(self, until: datetime, kinds: Iterable[str]) -> datetime | None:
        """Give when the first job of these kinds is due that is due by an instant."""
        wanted = set(kinds)
        async with self._store.access():
            due = self._store.jobs.where(
                lambda job: job.state in _WAITS and job.at <= until and job.kind in wanted
            )
        return min((job.at for job in due), default=None)

    async def unfinished(self, now: datetime, kinds: Iterable[str]) -> bool:
        """Tell whether a job of these kinds that is due by now is not done."""
        wanted = set(kinds)
        async with self._store.access():
            return bool(
                self._store.jobs.where(
                    lambda job: (
                        job.kind in wanted
                        and (
                            job.state is JobState.QUEUED or (job.state in _WAITS and job.at <= now)
                        )
                    )
                )
            )


@define
class MemoryJobQueue:
    """What is due, for those in this process who work on it."""

    _store: MemoryStore
    _taken: set[Ticket] = field(factory=set, init=False)

    async def take(self, kinds: Iterable[str], limit: int) -> tuple[Ticket, ...]:
        """Take tickets of these kinds, the first one first."""
        wanted = set(kinds)
        async with self._store.access():
            queued = self._store.jobs.where(
                lambda job: (
                    job.state is JobState.QUEUED
                    and job.kind in wanted
                    and ticket_of(job) not in self._taken
                )
            )
        queued.sort(key=lambda job: (job.at, job.id))
        taken = tuple(ticket_of(job) for job in queued[:limit])
        self._taken.update(taken)
        return taken

    async def done(self, ticket: Ticket) -> None:
        """Remove a ticket that was taken."""
        self._taken.discard(ticket)

    async def forget_log(self) -> None:
        """Do nothing: memory notes nothing of jobs that are over."""

    async def is_installed(self) -> bool:
        """Tell that there is a queue."""
        return True


@frozen
class MemoryJobRuns:
    """The jobs that are worked on."""

    _store: MemoryStore

    async def begin(self, ticket: Ticket) -> StoredJob | None:
        """Count one more try and give the job; None if this turn of it is over."""
        async with self._store.access():
            job = self._in_turn(ticket)
            if job is not None:
                job = attrs.evolve(job, tries=job.tries + 1)
                self._store.jobs.put(job)
            return job

    async def hold(self, job: StoredJob) -> bool:
        """Keep others from it until the transaction ends; tell whether this turn goes on."""
        async with self._store.access():
            return self._in_turn(ticket_of(job)) is not None

    async def end(self, job: StoredJob, after: StoredJob | None) -> bool:
        """End a turn: by what the job becomes, or None if it is done."""
        async with self._store.access():
            if self._in_turn(ticket_of(job)) is None:
                return False
            if after is None:
                self._store.jobs.delete(job.id)
            else:
                self._store.jobs.put(after)
            return True

    def _in_turn(self, ticket: Ticket) -> StoredJob | None:
        job = self._store.jobs.get(ticket.job_id)
        if job is None or job.turn != ticket.turn or job.state is not JobState.QUEUED:
            return None
        return job


@frozen
class MemoryJobList:
    """The jobs as an operator sees them."""

    _store: MemoryStore

    async def in_state(self, state: JobState, limit: int) -> tuple[StoredJob, ...]:
        """Give jobs in a state: the last to fail first, others by their time."""
        async with self._store.access():
            jobs = self._store.jobs.where(lambda job: job.state is state)
        jobs.sort(key=lambda job: (job.at, job.id))
        jobs.sort(key=lambda job: job.failed_at or job.at, reverse=state is JobState.FAILED)
        return tuple(jobs[:limit])

    async def failed(self, job_id: UUID) -> StoredJob | None:
        """Give a failed job, which nobody else changes until the transaction ends."""
        async with self._store.access():
            job = self._store.jobs.get(job_id)
            return job if job is not None and job.state is JobState.FAILED else None

    async def replace(self, job: StoredJob, after: StoredJob | None) -> None:
        """Change or remove a job that is locked."""
        async with self._store.access():
            if after is None:
                self._store.jobs.delete(job.id)
            else:
                self._store.jobs.put(after)
