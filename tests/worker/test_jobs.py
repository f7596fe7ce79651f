"""What a worker logs of the jobs' turns."""

from typing import Any
from uuid import UUID

from structlog.testing import capture_logs

from application.shared.jobs import Ticket
from application.shared.run_job import JobResult, JobRun
from application.shared.transaction import ConcurrentUpdateError
from entrypoints.worker.jobs import tell

TICKET = Ticket(job_id=UUID(int=1), kind="settle_rewards", turn=1)


def told(result: JobResult, error: Exception) -> dict[str, Any]:
    with capture_logs() as lines:
        tell(JobRun(TICKET, result, tries=2, error=error))
    (line,) = lines
    return dict(line)


def test_one_that_others_were_quicker_than_is_put_off_without_a_trace() -> None:
    line = told(JobResult.PUT_OFF, ConcurrentUpdateError("a deadlock was detected"))
    assert (line["event"], line["log_level"]) == ("job_put_off", "warning")
    assert line["reason"] == "a deadlock was detected"
    assert (line["kind"], line["tries"]) == ("settle_rewards", 2)
    assert "exc_info" not in line


def test_any_other_error_is_shown_by_where_it_came_up() -> None:
    error = ValueError("what a person wrote")
    assert told(JobResult.PUT_OFF, error)["exc_info"] is error


def test_one_that_is_given_up_shows_its_error_whatever_it_is() -> None:
    error = ConcurrentUpdateError("a deadlock was detected")
    line = told(JobResult.FAILED, error)
    assert (line["event"], line["log_level"], line["exc_info"]) == ("job_failed", "error", error)
