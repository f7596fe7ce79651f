"""Work on a job, so that its effect is once."""

import asyncio
import traceback
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import attrs
from attrs import frozen

from application.shared.clock import Clock
from application.shared.job_ports import JobElsewhereError, JobRuns
from application.shared.jobs import (
    JobKind,
    JobKinds,
    JobState,
    StoredJob,
    Ticket,
    ticket_of,
)
from application.shared.transaction import StoreUnavailableError, Transactions


class JobResult(StrEnum):
    """What came of a turn."""

    DONE = "done"
    OVER = "over"
    PUT_OFF = "put_off"
    FAILED = "failed"


@frozen
class JobRun:
    """A turn that was taken.

    Attributes:
        ticket: Of the turn.
        result: What came of it; `over` means that there was nothing to do any more.
        tries: How often work on the job began so far.
        error: What the try failed by, if it did.
    """

    ticket: Ticket
    result: JobResult
    tries: int = 0
    error: Exception | None = None


class TakesTurns(Protocol):
    """Takes the turns of jobs, as workers see it."""

    @property
    def kinds(self) -> JobKinds:
        """The kinds whose turns it can take."""
        ...

    async def __call__(self, ticket: Ticket) -> JobRun:
        """Take a turn, unless it was taken.

        Raises:
            JobElsewhereError: Another worker is at work on it.
            StoreUnavailableError: The store went away; the turn is to be taken again.
        """
        ...


class JobAbandonedError(Exception):
    """Every try ended with the end of its worker."""


@frozen
class RunJob:
    """Takes a job's turn: does its work, or puts it off, or gives it up."""

    transactions: Transactions
    runs: JobRuns
    kinds: JobKinds
    clock: Clock
    chance: Callable[[], float]

    async def __call__(self, ticket: Ticket) -> JobRun:
        """Take the turn, unless it was taken.

        A try is counted before it begins, so that work which kills its worker is not
        tried for ever.

        Raises:
            JobElsewhereError: Another worker is at work on it.
            StoreUnavailableError: The store went away; the turn is to be taken again.
        """
        kind = self.kinds.by_name[ticket.kind]
        job = await self.runs.begin(ticket)
        if job is None:
            return JobRun(ticket, JobResult.OVER)
        if job.tries > kind.tries:
            error = JobAbandonedError("every try ended with the end of its worker")
            return await self._after_failure(kind, job, error)
        try:
            async with asyncio.timeout(kind.longest_run.total_seconds()):
                went_on = await self._work(kind, job)
        except (JobElsewhereError, StoreUnavailableError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever a handler raises, the job is put off
            return await self._after_failure(kind, job, error)
        return JobRun(ticket, JobResult.DONE if went_on else JobResult.OVER, job.tries)

    async def _work(self, kind: JobKind, job: StoredJob) -> bool:
        begun = await self.clock.now()
        if not kind.in_transaction:
            await kind.handle(job)
            return await self._done(kind, job, begun)

        async def at_once() -> bool:
            if not await self.runs.hold(job):
                return False
            await kind.handle(job)
            return await self._done(kind, job, begun)

        return await self.transactions.run(at_once)

    async def _done(self, kind: JobKind, job: StoredJob, begun: datetime) -> bool:
        # What came due after the work began may have been missed by it: that slot is not skipped.
        after = _next_run(kind, job, begun, None) if kind.repeats(job) else None
        return await self.runs.end(job, after)

    async def _after_failure(self, kind: JobKind, job: StoredJob, error: Exception) -> JobRun:
        ticket = ticket_of(job)
        now = await self.clock.now()
        result, why = JobResult.FAILED, described(error)
        if job.tries < kind.tries:
            result = JobResult.PUT_OFF
            later = now + kind.delay(job.tries, self.chance())
            after = attrs.evolve(job, state=JobState.RETRYING, at=later, error=why)
        elif kind.repeats(job):
            after = _next_run(kind, job, now, why)
        else:
            after = attrs.evolve(job, state=JobState.FAILED, error=why, failed_at=now)
        if not await self.runs.end(job, after):
            result = JobResult.OVER
        return JobRun(ticket, result, job.tries, error)


def _next_run(kind: JobKind, job: StoredJob, now: datetime, error: str | None) -> StoredJob:
    # Who handed it to the queue may have a clock that is ahead of ours.
    at = kind.next_slot(max(now, job.at))
    return attrs.evolve(job, state=JobState.WAITING, at=at, tries=0, error=error)


def described(error: Exception) -> str:
    """Name an error and its place; its text may hold what nobody else is to read."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    return f"{type(error).__name__} in {Path(frames[-1].filename).name}:{frames[-1].lineno}"
