"""What can be wrong with the database of an installation."""

import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

from application.shared.jobs import JobState
from application.shared.transaction import StoreUnavailableError
from entrypoints.cli.checks import Check, fine, keeps_folder, nearest, skipped, wrong
from entrypoints.cli.terminal import counted
from entrypoints.settings import Settings
from entrypoints.wiring.database import exists, known_url, opened, pending, require_usable
from entrypoints.wiring.kithkin import Kithkin

_FOLDER = "data folder"
_SERVER = "embedded server"
_DATABASE = "database"
_MIGRATIONS = "migrations"
_KEYS = "service keys"
_QUEUE = "job queue"
_PATIENCE = timedelta(minutes=10)
_MOST_COUNTED = 100
_START = "run `kithkin serve`"


def check_folder(settings: Settings) -> Iterator[Check]:
    """Look at the data folder and the server on it."""
    if not keeps_folder(settings):
        yield skipped(_FOLDER, "not used with these settings")
        return
    data = settings.data
    place = nearest(data)
    if not place.is_dir():
        yield wrong(_FOLDER, f"{place} is a file", "give --data a folder")
    elif not os.access(place, os.R_OK | os.W_OK | os.X_OK):
        yield wrong(
            _FOLDER, f"{place} is closed to this user", f"open it, or run as {_owner(place)}"
        )
    elif not data.exists():
        yield fine(_FOLDER, f"{data} does not exist yet; the first start makes it")
    elif not exists(data) and any(data.iterdir()):
        yield wrong(_FOLDER, f"{data} holds something else", "give --data a new or empty folder")
    elif not exists(data):
        yield fine(_FOLDER, f"{data} is empty; the first start fills it")
    elif os.geteuid() not in (0, (data / "cluster").stat().st_uid):
        owner = _owner(data / "cluster")
        yield wrong(_FOLDER, f"the database in {data} belongs to {owner}", f"run as {owner}")
    else:
        yield fine(_FOLDER, f"{data} holds a database")
        yield _check_server(settings)


async def check_database(settings: Settings) -> AsyncIterator[Check]:
    """Look into the database, if it runs."""
    try:
        url = None if settings.memory else known_url(settings)
    except StoreUnavailableError as error:
        yield wrong(_DATABASE, str(error), "run as the user that runs it")
        return
    if url is None:
        yield skipped(_DATABASE, "none runs with these settings")
        return
    try:
        yield fine(_DATABASE, f"PostgreSQL {await require_usable(url)} answers")
        steps = await pending(url)
        if steps:
            yield wrong(
                _MIGRATIONS, f"{counted(len(steps), 'step')} to go", "run `kithkin migrate`"
            )
            return
        yield fine(_MIGRATIONS, "all are made")
        async with opened(settings, url) as kithkin:
            yield await _check_keys(kithkin)
            yield await _check_queue(kithkin)
    except StoreUnavailableError as error:
        yield wrong(_DATABASE, str(error), "see that it runs, and that its URL is right")


async def _check_keys(kithkin: Kithkin) -> Check:
    keys = await kithkin.identity.queries().all_keys()
    valid = [key for key in keys if key.revoked_at is None]
    if valid:
        return fine(_KEYS, f"{len(valid)} of {counted(len(keys), 'key')} are valid")
    return wrong(_KEYS, "there is no valid one", "run `kithkin keys create --scope admin`")


async def _check_queue(kithkin: Kithkin) -> Check:
    await kithkin.check_queue()
    list_jobs = kithkin.jobs.list_jobs()
    if failed := await list_jobs(JobState.FAILED, _MOST_COUNTED):
        number = "many jobs" if len(failed) == _MOST_COUNTED else counted(len(failed), "job")
        return wrong(
            _QUEUE, f"{number} failed for good", "run `kithkin jobs list`, then retry or discard"
        )
    long_ago = await kithkin.clock.now() - _PATIENCE
    late = [
        job
        for state in (JobState.WAITING, JobState.RETRYING, JobState.QUEUED)
        for job in await list_jobs(state, 1)
        if job.at < long_ago
    ]
    if late:
        return wrong(_QUEUE, "jobs are overdue, as no worker runs", f"{_START} or `kithkin worker`")
    return fine(_QUEUE, "nothing failed, nothing is overdue")


def _check_server(settings: Settings) -> Check:
    holder = _holder_of_lock(settings.data / "lock")
    runs = known_url(settings) is not None
    match holder, runs:
        case None, False:
            return fine(_SERVER, "stopped; `kithkin serve` starts it")
        case None, True:
            return wrong(_SERVER, "it runs, but who started it was killed", f"{_START} to renew it")
        case _, False:
            return wrong(
                _SERVER,
                f"process {holder} has the folder, but its database does not answer",
                f"wait while it starts or stops; else stop process {holder}, and {_START}",
            )
        case _:
            return fine(_SERVER, f"process {holder} runs it")


def _holder_of_lock(lock: Path) -> str | None:
    try:
        with lock.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return file.read().strip()
    except FileNotFoundError:
        return None
    return None


def _owner(path: Path) -> str:
    try:
        return path.owner()
    except KeyError:
        return f"user {path.stat().st_uid}"
