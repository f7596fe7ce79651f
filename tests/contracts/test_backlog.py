"""Jobs that are due and not done, by kind."""

from datetime import timedelta
from uuid import uuid4

import attrs

from application.shared.jobs import Job, JobState
from tests.contracts.stores import Stores
from tests.contracts.values import MINUTE, START

MANY = 1000
MICROSECOND = timedelta(microseconds=1)


async def due(stores: Stores, kind: str, minutes: float) -> int | None:
    backlog = await stores.backlogs.read(START + minutes * MINUTE, ())
    return backlog.jobs.get(kind)


async def left(stores: Stores, *minutes: int) -> str:
    """Jobs of a kind of their own, so many minutes from the start."""
    kind = f"k{uuid4().hex}"
    for number in minutes:
        job = Job(kind=kind, key=str(number), at=START + number * MINUTE)
        await stores.jobs.enqueue(job)
    return kind


async def test_jobs_are_due_from_their_time_on(stores: Stores) -> None:
    one, two = await left(stores, 0, 1, 2), await left(stores, 1)
    assert [await due(stores, kind, 0) for kind in (one, two)] == [1, None]
    before = await stores.backlogs.read(START + MINUTE - MICROSECOND, ())
    assert (before.jobs.get(one), before.jobs.get(two)) == (1, None)
    assert [await due(stores, kind, 1) for kind in (one, two)] == [2, 1]
    assert [await due(stores, kind, 9) for kind in (one, two)] == [3, 1]


async def test_a_job_is_due_until_it_is_done(stores: Stores) -> None:
    kind = await left(stores, 0)
    while await stores.job_schedule.promote(START, MANY):
        pass
    assert await due(stores, kind, 0) == 1
    (ticket,) = await stores.job_queue.take([kind], 1)
    job = await stores.job_runs.begin(ticket)
    assert job is not None
    assert await due(stores, kind, 0) == 1, "it is at work"
    assert await stores.job_runs.end(job, None)
    assert await due(stores, kind, 0) is None


async def test_a_job_that_failed_is_due_when_it_is_tried_again(stores: Stores) -> None:
    kind = await left(stores, 0)
    while await stores.job_schedule.promote(START, MANY):
        pass
    (ticket,) = await stores.job_queue.take([kind], 1)
    job = await stores.job_runs.begin(ticket)
    assert job is not None
    later = attrs.evolve(job, state=JobState.RETRYING, at=START + MINUTE)
    assert await stores.job_runs.end(job, later)
    assert await due(stores, kind, 0) is None
    assert await due(stores, kind, 1) == 1


async def test_a_job_on_the_last_resort_list_is_not_due(stores: Stores) -> None:
    kind = await left(stores, 0)
    while await stores.job_schedule.promote(START, MANY):
        pass
    (ticket,) = await stores.job_queue.take([kind], 1)
    job = await stores.job_runs.begin(ticket)
    assert job is not None
    given_up = attrs.evolve(job, state=JobState.FAILED, error="Oops", failed_at=START)
    assert await stores.job_runs.end(job, given_up)
    assert await due(stores, kind, 9) is None
