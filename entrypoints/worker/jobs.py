"""The service that works on jobs."""

import asyncio
from collections.abc import Callable
from time import perf_counter

import structlog
from attrs import frozen

from application.shared.jobs import JobKinds, Ticket
from application.shared.run_job import JobResult, JobRun, TakesTurns
from application.shared.tally import BackgroundFigures
from entrypoints.wiring.kithkin import Kithkin

_log = structlog.get_logger("kithkin.jobs")


async def run(kithkin: Kithkin, stop: asyncio.Event) -> None:
    """Work on jobs until `stop` is set.

    Raises:
        StoreUnavailableError: The store went away.
    """
    counted = CountedRun(kithkin.jobs.run_job(), kithkin.figures)
    await kithkin.ports.job_worker()(counted, tell, stop)


@frozen
class CountedRun:
    """Takes turns, and counts each with the time it took.

    Attributes:
        run: Takes them.
        figures: Where they are counted.
        seconds: The time by a watch.
    """

    run: TakesTurns
    figures: BackgroundFigures
    seconds: Callable[[], float] = perf_counter

    @property
    def kinds(self) -> JobKinds:
        """The kinds whose turns it can take."""
        return self.run.kinds

    async def __call__(self, ticket: Ticket) -> JobRun:
        """Take a turn; one that is left to another worker is not counted.

        Raises:
            JobElsewhereError: Another worker is at work on it.
            StoreUnavailableError: The store went away; the turn is to be taken again.
        """
        began = self.seconds()
        turn = await self.run(ticket)
        took = self.seconds() - began
        self.figures.job_ended(ticket.kind, outcome=turn.result.value, seconds=took)
        return turn


def tell(turn: JobRun) -> None:
    """Log what came of a job's turn."""
    facts = {
        "job_id": str(turn.ticket.job_id),
        "kind": turn.ticket.kind,
        "tries": turn.tries,
    }
    match turn.result:
        case JobResult.DONE | JobResult.OVER:
            _log.debug("job", result=turn.result.value, **facts)
        case JobResult.PUT_OFF:
            _log.warning("job_put_off", exc_info=turn.error, **facts)
        case JobResult.FAILED:
            _log.error("job_failed", exc_info=turn.error, **facts)
