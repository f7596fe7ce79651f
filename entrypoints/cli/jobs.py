"""`kithkin jobs`."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import rich_click as click

from application.shared.jobs import JobState, StoredJob
from entrypoints.cli import options
from entrypoints.cli.ask import ask
from entrypoints.cli.output import instant, write_json, write_table
from entrypoints.cli.terminal import say

_MOST = 1000

_job_id: Callable[..., Any] = click.argument("job_id", metavar="ID", type=click.UUID)


@click.group("jobs", epilog="Example: kithkin jobs list --json")
def command() -> None:
    """List jobs, work that is done later; retry or discard those that failed for good."""


@command.command("list", epilog="Example: kithkin jobs list --state waiting --json")
@click.option(
    "--state",
    type=click.Choice([state.value for state in JobState]),
    default=JobState.FAILED.value,
    show_default=True,
    help="waiting: not due yet. queued: due, or at work. retrying: failed, will be tried again."
    " failed: given up; retry or discard it.",
)
@click.option(
    "--limit",
    type=click.IntRange(1, _MOST),
    default=50,
    show_default=True,
    help="How many to list at most.",
)
@options.database
@options.as_json
def list_jobs(state: str, limit: int, *, as_json: bool, **flags: str | None) -> None:
    """List the jobs in a state, the next one due first; of failed ones, the latest first."""
    jobs = ask(lambda kithkin: kithkin.jobs.list_jobs()(JobState(state), limit), **flags)
    if as_json:
        write_json([_shown(job) for job in jobs])
        return
    write_table(
        ("id", "kind", "key", "due", "tries", "failed", "error"),
        [
            (
                str(job.id),
                job.kind,
                job.key,
                instant(job.at),
                str(job.tries),
                instant(job.failed_at),
                job.error or "-",
            )
            for job in jobs
        ],
    )


@command.command("retry", epilog=f"Example: kithkin jobs retry {options.EXAMPLE_ID}")
@_job_id
@options.database
def retry(job_id: UUID, **flags: str | None) -> None:
    """Try a failed job again, at once and as often as a new one."""
    ask(lambda kithkin: kithkin.jobs.retry_job()(job_id), **flags)
    say("Retrying", str(job_id))


@command.command("discard", epilog=f"Example: kithkin jobs discard {options.EXAMPLE_ID}")
@_job_id
@options.database
def discard(job_id: UUID, **flags: str | None) -> None:
    """Discard a failed job: it is never tried again."""
    ask(lambda kithkin: kithkin.jobs.discard_job()(job_id), **flags)
    say("Discarded", str(job_id))


def _shown(job: StoredJob) -> dict[str, object]:
    return {
        "id": job.id,
        "kind": job.kind,
        "key": job.key,
        "at": job.at,
        "state": job.state,
        "tries": job.tries,
        "error": job.error,
        "failed_at": job.failed_at,
    }
