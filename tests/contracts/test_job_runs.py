"""Jobs are done once, tried again, given up and taken up again, by the test clock alone."""

import asyncio
from datetime import datetime, timedelta
from itertools import pairwise

import attrs
import pytest

from application.shared.jobs import JobState, StoredJob, Ticket
from application.shared.run_due_jobs import JobsStillRunningError
from application.shared.run_job import JobResult
from application.shared.transaction import ConcurrentUpdateError, StoreUnavailableError
from domain.shared.errors import NotFoundError
from tests.contracts import given, values
from tests.contracts.job_workers import a_kind, an_office
from tests.contracts.stores import Stores

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


async def now(stores: Stores) -> datetime:
    return await stores.clock.now()


@pytest.mark.parametrize("in_transaction", [True, False])
async def test_work_is_done_and_its_job_is_gone(stores: Stores, in_transaction: bool) -> None:
    done: list[StoredJob] = []

    async def work(job: StoredJob) -> None:
        done.append(job)

    kind = a_kind(handle=work, in_transaction=in_transaction)
    office = an_office(stores, kind)
    await office.leave(kind, await now(stores), person="p7")
    (run,) = await office.take_turns()
    assert (run.result, run.tries) == (JobResult.DONE, 1)
    assert [job.data for job in done] == [{"person": "p7"}]
    assert [await office.listed(state) for state in JobState] == [[], [], [], []]
    assert await office.take_turns() == []


async def test_what_failing_work_wrote_is_undone(stores: Stores) -> None:
    person = values.a_person()
    tries = []

    async def work(job: StoredJob) -> None:
        await stores.persons.add(person, ())
        tries.append(job.tries)
        if job.tries == 1:
            raise RuntimeError("secret@example.org")

    kind = a_kind(handle=work)
    office = an_office(stores, kind)
    await office.leave(kind, await now(stores))
    (run,) = await office.take_turns()
    assert run.result is JobResult.PUT_OFF
    assert await stores.persons.get(person.id) is None
    (job,) = await office.listed(JobState.RETRYING)
    assert job.error is not None
    assert job.error.startswith("RuntimeError in test_job_runs.py:")
    assert "secret" not in job.error
    await office.move(job.at)
    assert tries == [1, 2]
    assert await stores.persons.get(person.id) == person


async def test_tries_grow_apart_and_end_on_the_last_resort_list(stores: Stores) -> None:
    tried: list[datetime] = []

    async def work(_: StoredJob) -> None:
        tried.append(await now(stores))
        raise RuntimeError

    kind = a_kind(handle=work, tries=5, longest_delay=timedelta(seconds=60))
    office = an_office(stores, kind)
    start = await now(stores)
    await office.leave(kind, start)
    await office.move(start + HOUR)
    waits = [(later - sooner) / SECOND for sooner, later in pairwise(tried)]
    assert tried[0] == start
    assert waits == [10, 20, 40, 60]
    (job,) = await office.listed(JobState.FAILED)
    assert (job.tries, job.failed_at) == (5, tried[-1])
    await office.move(start + 2 * HOUR)
    assert len(tried) == 5


async def test_a_failed_job_is_retried_as_often_as_a_new_one_or_discarded(stores: Stores) -> None:
    tried: list[int] = []

    async def work(job: StoredJob) -> None:
        tried.append(job.tries)
        raise RuntimeError

    kind = a_kind(handle=work, tries=2)
    office = an_office(stores, kind)
    await office.leave(kind, await now(stores))
    await office.move(await now(stores) + HOUR)
    (job,) = await office.listed(JobState.FAILED)
    await office.retry(job.id)
    assert await office.listed(JobState.FAILED) == []
    await office.move(await now(stores) + HOUR)
    assert tried == [1, 2, 1, 2]
    await office.discard(job.id)
    for manage in (office.retry, office.discard):
        with pytest.raises(NotFoundError, match=str(job.id)):
            await manage(job.id)
    assert await office.listed(JobState.FAILED) == []


async def test_work_that_kills_its_worker_each_time_is_given_up(stores: Stores) -> None:
    kind = a_kind(tries=3)
    office = an_office(stores, kind)
    await office.leave(kind, await now(stores))
    await stores.job_schedule.promote(await now(stores), 1000)
    (ticket,) = await stores.job_queue.take([kind.name], 1)
    for _ in range(3):
        # A killed worker has counted its try and nothing else.
        assert await stores.job_runs.begin(ticket) is not None
    run = await office.run(ticket)
    assert run.result is JobResult.FAILED
    (job,) = await office.listed(JobState.FAILED)
    assert job.error == "JobAbandonedError"


async def test_work_that_takes_too_long_is_broken_off(stores: Stores) -> None:
    async def work(_: StoredJob) -> None:
        await asyncio.Event().wait()

    kind = a_kind(handle=work, longest_run=timedelta(milliseconds=20))
    office = an_office(stores, kind)
    await office.leave(kind, await now(stores))
    (run,) = await office.take_turns()
    assert run.result is JobResult.PUT_OFF
    assert isinstance(run.error, TimeoutError)


async def test_a_store_that_goes_away_leaves_the_turn_as_it_is(stores: Stores) -> None:
    async def work(job: StoredJob) -> None:
        if job.tries == 1:
            raise StoreUnavailableError

    kind = a_kind(handle=work)
    office = an_office(stores, kind)
    await office.leave(kind, await now(stores))
    await stores.job_schedule.promote(await now(stores), 1000)
    (ticket,) = await stores.job_queue.take([kind.name], 1)
    with pytest.raises(StoreUnavailableError):
        await office.run(ticket)
    assert len(await office.listed(JobState.QUEUED)) == 1
    assert (await office.run(ticket)).result is JobResult.DONE


async def test_work_that_was_in_the_way_of_others_is_done_over(stores: Stores) -> None:
    begun = []

    async def work(job: StoredJob) -> None:
        begun.append(job)
        if len(begun) == 1:
            raise ConcurrentUpdateError

    kind = a_kind(handle=work)
    office = an_office(stores, kind)
    await office.leave(kind, await now(stores))
    (run,) = await office.take_turns()
    assert (run.result, run.tries, len(begun)) == (JobResult.DONE, 1, 2)


async def test_of_20_workers_with_one_ticket_the_effect_is_once(stores: Stores) -> None:
    pair = await given.a_pair(stores)

    async def work(_: StoredJob) -> None:
        person = await stores.persons.get(pair.a.id)
        assert person is not None
        await stores.persons.add(values.a_person(username="once"), ())
        effects.append(person)

    effects: list[object] = []
    kind = a_kind(handle=work, tries=100)
    office = an_office(stores, kind)
    await office.leave(kind, await now(stores))
    await stores.job_schedule.promote(await now(stores), 1000)
    (ticket,) = await stores.job_queue.take([kind.name], 1)
    runs = await asyncio.gather(*(office.run(ticket) for _ in range(20)), return_exceptions=True)
    done = [run for run in runs if getattr(run, "result", None) is JobResult.DONE]
    assert len(done) == len(effects) == 1
    assert (await office.run(ticket)).result is JobResult.OVER


async def test_a_periodic_job_makes_up_for_what_was_missed_by_one_run(stores: Stores) -> None:
    runs: list[datetime] = []

    async def work(_: StoredJob) -> None:
        runs.append(await now(stores))

    kind = a_kind(handle=work, every=timedelta(minutes=5))
    office = an_office(stores, kind)
    start = await now(stores)
    await office.run_due_jobs()
    await office.run_due_jobs()
    assert runs == [start]
    first = kind.next_slot(start)
    await office.move(first)
    await office.move(first + timedelta(minutes=4))
    assert runs == [start, first]
    await office.move(first + 10 * HOUR)
    assert runs == [start, first, first + 10 * HOUR]
    (job,) = await office.listed(JobState.WAITING)
    assert job.at == first + 10 * HOUR + timedelta(minutes=5)


async def test_a_periodic_job_makes_up_for_a_time_that_passes_while_it_runs(
    stores: Stores,
) -> None:
    runs: list[datetime] = []

    async def work(_: StoredJob) -> None:
        runs.append(await now(stores))
        if len(runs) == 1:
            await stores.clock.move_to(runs[0] + 10 * HOUR)

    kind = a_kind(handle=work, every=HOUR)
    office = an_office(stores, kind)
    start = await now(stores)
    await office.run_due_jobs()
    assert runs == [start, start + 10 * HOUR]
    (job,) = await office.listed(JobState.WAITING)
    assert job.at == kind.next_slot(start + 10 * HOUR)


@pytest.mark.parametrize("fails", [False, True])
async def test_a_periodic_job_runs_once_in_its_time_by_clocks_that_differ(
    stores: Stores, fails: bool
) -> None:
    async def work(_: StoredJob) -> None:
        if fails:
            raise RuntimeError

    kind = a_kind(handle=work, every=HOUR, tries=1)
    office = an_office(stores, kind)
    await office.run_due_jobs()
    slot = kind.next_slot(await now(stores))
    await stores.job_schedule.promote(slot, 1000)
    (ticket,) = await stores.job_queue.take([kind.name], 1)
    # It was handed over by a clock that is ahead of the one that it is run by.
    assert await now(stores) < slot
    await office.run(ticket)
    (job,) = await office.listed(JobState.WAITING)
    assert job.at == slot + HOUR


async def test_a_job_that_is_left_besides_a_periodic_one_is_done_once(stores: Stores) -> None:
    done: list[str] = []

    async def work(job: StoredJob) -> None:
        done.append(job.key)

    kind = a_kind(handle=work, every=HOUR)
    office = an_office(stores, kind)
    start = await now(stores)
    await office.leave(kind, start, "besides")
    for hours in range(3):
        await office.move(start + hours * HOUR)
    assert sorted(done) == ["besides", "periodic", "periodic", "periodic"]
    assert [job.key for job in await office.listed(JobState.WAITING)] == ["periodic"]


async def test_a_periodic_job_that_fails_goes_on_with_its_next_time(stores: Stores) -> None:
    async def work(_: StoredJob) -> None:
        raise RuntimeError

    kind = a_kind(handle=work, every=HOUR, tries=2)
    office = an_office(stores, kind)
    start = await now(stores)
    await office.move(start)
    await office.move(start + timedelta(seconds=10))
    (job,) = await office.listed(JobState.WAITING)
    assert (job.at, job.tries) == (kind.next_slot(start + timedelta(seconds=10)), 0)
    assert job.error is not None
    assert await office.listed(JobState.FAILED) == []


async def test_a_move_stops_at_every_jobs_time_also_at_those_it_brings_about(
    stores: Stores,
) -> None:
    seen: list[tuple[str, datetime]] = []

    async def work(job: StoredJob) -> None:
        at = await now(stores)
        seen.append((job.key, at))
        if job.key == "a":
            await office.leave(kind, at + 2 * SECOND, "of a")
            await office.leave(kind, at, "at once")

    kind = a_kind(handle=work)
    office = an_office(stores, kind)
    start = await now(stores)
    for key, seconds in (("c", 5), ("a", 1), ("b", 4), ("later", 7)):
        await office.leave(kind, start + seconds * SECOND, key)
    assert await office.move(start + 6 * SECOND) == start + 6 * SECOND
    assert [(key, (at - start) / SECOND) for key, at in seen] == [
        ("a", 1),
        ("at once", 1),
        ("of a", 3),
        ("b", 4),
        ("c", 5),
    ]
    assert await now(stores) == start + 6 * SECOND


async def test_a_move_waits_for_what_another_worker_does(stores: Stores) -> None:
    kind = a_kind()
    office = an_office(stores, kind)
    await office.leave(kind, await now(stores))
    await stores.job_schedule.promote(await now(stores), 1000)
    (ticket,) = await stores.job_queue.take([kind.name], 1)
    moving = asyncio.create_task(office.move(await now(stores) + SECOND))
    await asyncio.wait({moving}, timeout=0.1)
    assert not moving.done()
    assert (await office.run(ticket)).result is JobResult.DONE
    await moving


async def test_a_move_does_not_wait_for_ever(stores: Stores) -> None:
    kind = a_kind()
    watch = iter(range(0, 1000, 20))
    office = attrs.evolve(an_office(stores, kind), now=lambda: next(watch))
    await office.leave(kind, await now(stores))
    await stores.job_schedule.promote(await now(stores), 1000)
    (ticket,) = await stores.job_queue.take([kind.name], 1)
    with pytest.raises(JobsStillRunningError):
        await office.move(await now(stores) + SECOND)
    assert isinstance(ticket, Ticket)
    await office.run(ticket)


async def test_a_move_whose_jobs_took_long_is_done_with_them(stores: Stores) -> None:
    kind = a_kind()
    watch = iter(range(0, 1000, 50))
    office = attrs.evolve(an_office(stores, kind), now=lambda: next(watch))
    await office.leave(kind, await now(stores))
    await office.move(await now(stores) + SECOND)
    assert [await office.listed(state) for state in JobState] == [[], [], [], []]


async def test_jobs_of_unknown_kinds_are_left_alone(stores: Stores) -> None:
    known, newer = a_kind(), a_kind()
    office = an_office(stores, known)
    await office.leave(newer, await now(stores))
    await office.move(await now(stores) + HOUR)
    assert len(await an_office(stores, newer).listed(JobState.QUEUED)) == 1
