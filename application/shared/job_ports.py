"""What running jobs needs of a store and a queue."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from application.shared.jobs import JobState, StoredJob, Ticket
from application.shared.transaction import StoreUnavailableError


class QueueUnavailableError(StoreUnavailableError):
    """The store answers, but has no queue."""


class JobElsewhereError(Exception):
    """Another worker is at work on the job."""


class JobRuns(Protocol):
    """The jobs that are worked on."""

    async def begin(self, ticket: Ticket) -> StoredJob | None:
        """Count one more try and give the job; None if this turn of it is over.

        Raises:
            JobElsewhereError: Another worker holds it.
        """
        ...

    async def hold(self, job: StoredJob) -> bool:
        """Keep others from it until the transaction ends; tell whether this turn goes on.

        Raises:
            JobElsewhereError: Another worker holds it.
        """
        ...

    async def end(self, job: StoredJob, after: StoredJob | None) -> bool:
        """End a turn: by what the job becomes, or None if it is done.

        Gives False, and changes nothing, where the turn was ended before.
        """
        ...


class JobSchedule(Protocol):
    """The jobs that wait for their time."""

    async def plan(self, jobs: Iterable[StoredJob]) -> None:
        """Add the jobs of periodic kinds, but for those that are there."""
        ...

    async def promote(self, now: datetime, limit: int) -> int:
        """Hand jobs that are due to the queue, the earliest first; tell how many."""
        ...

    async def first_at(self, until: datetime, kinds: Iterable[str]) -> datetime | None:
        """Give when the first job of these kinds is due that is due by an instant."""
        ...

    async def unfinished(self, now: datetime, kinds: Iterable[str]) -> bool:
        """Tell whether a job of these kinds that is due by now is not done."""
        ...


class JobQueue(Protocol):
    """What is due, for a process that works on it without being a worker."""

    async def take(self, kinds: Iterable[str], limit: int) -> tuple[Ticket, ...]:
        """Take tickets of these kinds, the first one first."""
        ...

    async def done(self, ticket: Ticket) -> None:
        """Remove a ticket that was taken."""
        ...


class JobList(Protocol):
    """The jobs as an operator sees them."""

    async def in_state(self, state: JobState, limit: int) -> tuple[StoredJob, ...]:
        """Give jobs in a state: the failed ones by when they failed, others by their time."""
        ...

    async def failed(self, job_id: UUID) -> StoredJob | None:
        """Give a failed job, which nobody else changes until the transaction ends."""
        ...

    async def replace(self, job: StoredJob, after: StoredJob | None) -> None:
        """Change or remove a job that is locked."""
        ...
