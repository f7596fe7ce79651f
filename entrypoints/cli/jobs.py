"""`kithkin jobs`."""

import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import rich_click as click
from rich.console import Console
from rich.table import Table

from application.shared.jobs import JobState, StoredJob
from entrypoints.cli import options
from entrypoints.cli.ask import ask
from entrypoints.cli.json_output import write_json
from entrypoints.cli.terminal import say

_ID_WIDTH = 36  # a shortened id could not be retried
_MOST = 1000
_WIDE = 250  # where no terminal bounds it
_EXAMPLE_ID = "0198a5c4-7d1e-7c3a-9f00-5b2d6e8a1c44"

_job_id: Callable[..., Any] = click.argument("job_id", metavar="ID", type=click.UUID)


@click.group("jobs", epilog="Example: kithkin jobs list --json")
def command() -> None:
    """See what is to be done later, and decide on what failed for good."""


@command.command("list", epilog="Example: kithkin jobs list --state waiting --json")
@click.option(
    "--state",
    type=click.Choice([state.value for state in JobState]),
    default=JobState.FAILED.value,
    show_default=True,
    help="failed: on the last-resort list. retrying: failed, but to be tried again.",
)
@click.option(
    "--limit",
    type=click.IntRange(1, _MOST),
    default=50,
    show_default=True,
    help="The most to list.",
)
@options.database
@options.as_json
def list_jobs(
    state: str, limit: int, data: str | None, database_url: str | None, *, as_json: bool
) -> None:
    """List jobs in a state, those that failed last first."""
    jobs = ask(data, database_url, lambda kithkin: kithkin.jobs.list_jobs()(JobState(state), limit))
    if as_json:
        write_json([_shown(job) for job in jobs])
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("id", no_wrap=True, min_width=_ID_WIDTH)
    for column in ("kind", "key", "due", "tries", "failed", "error"):
        table.add_column(column, overflow="fold")
    for job in jobs:
        table.add_row(
            str(job.id),
            job.kind,
            job.key,
            _minute(job.at),
            str(job.tries),
            _minute(job.failed_at),
            job.error or "-",
        )
    width = None if sys.stdout.isatty() else _WIDE
    Console(highlight=False, markup=False, width=width).print(table)


@command.command("retry", epilog=f"Example: kithkin jobs retry {_EXAMPLE_ID}")
@_job_id
@options.database
def retry(job_id: UUID, data: str | None, database_url: str | None) -> None:
    """Try a failed job again, at once and as often as a new one."""
    ask(data, database_url, lambda kithkin: kithkin.jobs.retry_job()(job_id))
    say("Retrying", str(job_id))


@command.command("discard", epilog=f"Example: kithkin jobs discard {_EXAMPLE_ID}")
@_job_id
@options.database
def discard(job_id: UUID, data: str | None, database_url: str | None) -> None:
    """Forget a failed job for good."""
    ask(data, database_url, lambda kithkin: kithkin.jobs.discard_job()(job_id))
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


def _minute(at: datetime | None) -> str:
    return "-" if at is None else f"{at:%Y-%m-%d %H:%M}"
