"""The service that works on jobs."""

import asyncio

import structlog

from application.shared.run_job import JobResult, JobRun
from application.shared.transaction import ConcurrentUpdateError
from entrypoints.wiring.kithkin import Kithkin

_log = structlog.get_logger("kithkin.jobs")


async def run(kithkin: Kithkin, stop: asyncio.Event) -> None:
    """Work on jobs until `stop` is set.

    Raises:
        StoreUnavailableError: The store went away.
    """
    await kithkin.ports.job_worker()(kithkin.jobs.counted_run(), tell, stop)


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
        case JobResult.PUT_OFF if isinstance(turn.error, ConcurrentUpdateError):
            # Others were quicker, time and again: nothing is wrong that a trace could show.
            _log.warning("job_put_off", reason=str(turn.error), **facts)
        case JobResult.PUT_OFF:
            _log.warning("job_put_off", exc_info=turn.error, **facts)
        case JobResult.FAILED:
            _log.error("job_failed", exc_info=turn.error, **facts)
