"""Move the time that everything runs on, for tests."""

from datetime import datetime

from attrs import frozen

from application.shared.clock import MovableClock
from application.shared.run_due_jobs import RunDueJobs
from domain.shared.calendar import instant
from domain.shared.errors import ConflictError


class ClockWouldGoBackError(ConflictError):
    """Time never goes backwards."""

    code = "clock_would_go_back"


@frozen
class MoveClock:
    """Moves the test clock forward, from each due job's time to the next."""

    clock: MovableClock
    run_due_jobs: RunDueJobs

    async def __call__(self, at: datetime) -> datetime:
        """Move to an instant and give it, when all jobs due by then are done.

        Raises:
            InvalidValueError: The instant has no zone, or lies beyond the calendar.
            ClockWouldGoBackError: It lies before the clock's time.
            JobsStillRunningError: Jobs that are due were not done within a minute.
        """
        wanted = instant("now", at)
        due = await self.run_due_jobs.first_at(wanted)
        while due is not None:
            _not_after(wanted, await self.clock.move_to(due))
            await self.run_due_jobs()
            due = await self.run_due_jobs.first_at(wanted, due)
        moved = _not_after(wanted, await self.clock.move_to(wanted))
        await self.run_due_jobs()
        return moved


def _not_after(wanted: datetime, now: datetime) -> datetime:
    if now > wanted:
        raise ClockWouldGoBackError(
            f"The clock already stands at {now.isoformat()}; give a later time."
        )
    return now
