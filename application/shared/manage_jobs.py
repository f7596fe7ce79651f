"""What an operator does with jobs that failed for good."""

from uuid import UUID

from attrs import frozen

from application.shared.clock import Clock
from application.shared.job_ports import JobList
from application.shared.jobs import JobState, StoredJob, tried_anew
from application.shared.transaction import Transactions
from domain.shared.errors import NotFoundError


@frozen
class ListJobs:
    """Gives jobs by their state."""

    jobs: JobList

    async def __call__(self, state: JobState, limit: int) -> tuple[StoredJob, ...]:
        """Give some of the jobs in a state."""
        return await self.jobs.in_state(state, limit)


@frozen
class RetryJob:
    """Takes a job off the last-resort list, to be tried as if for the first time."""

    transactions: Transactions
    jobs: JobList
    clock: Clock

    async def __call__(self, job_id: UUID) -> None:
        """Have it tried at once.

        Raises:
            NotFoundError: There is no failed job of this id.
        """

        async def work() -> None:
            job = await _failed(self.jobs, job_id)
            await self.jobs.replace(job, tried_anew(job, await self.clock.now()))

        await self.transactions.run(work)


@frozen
class DiscardJob:
    """Takes a job off the last-resort list for good."""

    transactions: Transactions
    jobs: JobList

    async def __call__(self, job_id: UUID) -> None:
        """Forget it.

        Raises:
            NotFoundError: There is no failed job of this id.
        """

        async def work() -> None:
            await self.jobs.replace(await _failed(self.jobs, job_id), None)

        await self.transactions.run(work)


async def _failed(jobs: JobList, job_id: UUID) -> StoredJob:
    job = await jobs.failed(job_id)
    if job is None:
        raise NotFoundError(
            f"There is no failed job {job_id}; `kithkin jobs list` shows those there are."
        )
    return job
