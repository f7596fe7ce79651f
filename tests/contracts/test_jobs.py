"""Jobs: left in a transaction, unique while they wait, each turn taken once."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import attrs
import pytest
from uuid_utils.compat import uuid7

from application.shared.job_ports import JobElsewhereError
from application.shared.jobs import Job, JobState, StoredJob, Ticket, first_state
from tests.contracts.stores import Stores
from tests.contracts.values import MINUTE, START

MANY = 1000
MICROSECOND = timedelta(microseconds=1)


class BreakOffError(Exception):
    """Ends a transaction."""


def a_kind() -> str:
    """A kind of the test's own."""
    return f"k{uuid4().hex}"


def a_job(kind: str, key: str = "key", at: datetime = START, **data: object) -> Job:
    return Job(kind=kind, key=key, at=at, data=data)


async def due(stores: Stores, kind: str, now: datetime = START) -> tuple[Ticket, ...]:
    """Promote what is due by an instant, and take the tickets of a kind."""
    while await stores.job_schedule.promote(now, MANY) == MANY:
        pass
    return await stores.job_queue.take([kind], MANY)


async def begun(stores: Stores, kind: str) -> StoredJob:
    await stores.jobs.enqueue(a_job(kind))
    (ticket,) = await due(stores, kind)
    job = await stores.job_runs.begin(ticket)
    assert job is not None
    return job


def failed(job: StoredJob, at: datetime = START) -> StoredJob:
    return attrs.evolve(job, state=JobState.FAILED, error="Oops", failed_at=at)


async def listed(stores: Stores, state: JobState, kind: str) -> list[StoredJob]:
    return [job for job in await stores.job_list.in_state(state, MANY) if job.kind == kind]


async def test_a_job_that_is_due_is_taken_with_what_it_was_left_with(stores: Stores) -> None:
    kind = a_kind()
    data = {"id": str(uuid7()), "list": [1, None, "é"], "deep": {"yes": True}}
    await stores.jobs.enqueue(Job(kind=kind, key="a key", at=START, data=data))
    (ticket,) = await due(stores, kind)
    job = await stores.job_runs.begin(ticket)
    assert job is not None
    assert (job.kind, job.key, job.at, job.data) == (kind, "a key", START, data)
    assert (job.state, job.turn, job.tries) == (JobState.QUEUED, ticket.turn, 1)


async def test_none_is_taken_before_its_time(stores: Stores) -> None:
    kind = a_kind()
    await stores.jobs.enqueue(a_job(kind, at=START + MINUTE))
    assert await due(stores, kind, START + MINUTE - MICROSECOND) == ()
    assert len(await due(stores, kind, START + MINUTE)) == 1
    assert await due(stores, kind, START + 2 * MINUTE) == ()


async def test_the_earliest_comes_first_and_no_more_than_asked_for(stores: Stores) -> None:
    kind = a_kind()
    for key, minutes in (("late", 2), ("soon", 1), ("now", 0)):
        await stores.jobs.enqueue(a_job(kind, key, START + minutes * MINUTE))
    while await stores.job_schedule.promote(START + 2 * MINUTE, MANY) == MANY:
        pass
    keys = []
    for limit in (2, 2):
        for ticket in await stores.job_queue.take([kind], limit):
            job = await stores.job_runs.begin(ticket)
            assert job is not None
            keys.append(job.key)
    assert keys == ["now", "soon", "late"]


async def test_promoting_hands_over_no_more_than_its_limit(stores: Stores) -> None:
    kind = a_kind()
    for key in "abc":
        await stores.jobs.enqueue(a_job(kind, key))
    while await stores.job_schedule.promote(START, 2):
        pass
    assert len(await stores.job_queue.take([kind], MANY)) == 3


async def test_a_job_belongs_to_its_transaction(stores: Stores) -> None:
    kind = a_kind()

    async def left_and_failed() -> None:
        await stores.jobs.enqueue(a_job(kind))
        raise BreakOffError

    with pytest.raises(BreakOffError):
        await stores.transactions.run(left_and_failed)
    assert await due(stores, kind) == ()
    await stores.transactions.run(lambda: stores.jobs.enqueue(a_job(kind)))
    assert len(await due(stores, kind)) == 1


async def test_one_stands_for_all_of_its_key_at_the_earliest_time(stores: Stores) -> None:
    kind = a_kind()
    for number, minutes in enumerate((3, 1, 2)):
        await stores.jobs.enqueue(a_job(kind, at=START + minutes * MINUTE, number=number))
    await stores.jobs.enqueue(a_job(kind, "another", START + 5 * MINUTE))
    (job, _) = await listed(stores, JobState.WAITING, kind)
    assert (job.at, job.data) == (START + MINUTE, {"number": 0})


async def test_a_key_is_free_again_once_its_job_is_due(stores: Stores) -> None:
    kind = a_kind()
    job = await begun(stores, kind)
    await stores.jobs.enqueue(a_job(kind, at=START + MINUTE))
    retried = attrs.evolve(job, state=JobState.RETRYING, at=START + MINUTE)
    assert await stores.job_runs.end(job, retried)
    assert len(await due(stores, kind, START + MINUTE)) == 2


async def test_of_20_that_leave_it_one_job_is_made(stores: Stores) -> None:
    kind = a_kind()
    await asyncio.gather(*(stores.jobs.enqueue(a_job(kind)) for _ in range(20)))
    assert len(await due(stores, kind)) == 1


async def test_of_20_that_promote_it_each_job_is_handed_over_once(stores: Stores) -> None:
    kind = a_kind()
    for number in range(30):
        await stores.jobs.enqueue(a_job(kind, str(number)))
    await asyncio.gather(*(stores.job_schedule.promote(START, 7) for _ in range(20)))
    taken = await asyncio.gather(*(stores.job_queue.take([kind], 7) for _ in range(20)))
    tickets = [ticket for some in taken for ticket in some]
    assert len(tickets) == len(set(tickets)) == 30


async def test_a_job_that_is_left_again_as_it_becomes_due_is_not_lost(stores: Stores) -> None:
    """Who leaves it may have written what the waiting one, begun meanwhile, cannot see."""
    kind = a_kind()
    await stores.jobs.enqueue(a_job(kind))
    left, promoted = asyncio.Event(), asyncio.Event()

    async def leave() -> None:
        await stores.jobs.enqueue(a_job(kind))
        left.set()
        await promoted.wait()

    async def promote() -> None:
        await left.wait()
        promoting = asyncio.create_task(stores.job_schedule.promote(START, MANY))
        await asyncio.wait({promoting}, timeout=0.2)
        promoted.set()
        await promoting

    await asyncio.gather(stores.transactions.run(leave), promote())
    assert len(await due(stores, kind)) == 1


async def test_a_turn_that_is_over_is_not_begun(stores: Stores) -> None:
    kind = a_kind()
    job = await begun(stores, kind)
    ticket = Ticket(job.id, kind, job.turn)
    assert await stores.job_runs.end(job, None)
    assert await stores.job_runs.begin(ticket) is None
    assert not await stores.transactions.run(lambda: stores.job_runs.hold(job))
    assert not await stores.job_runs.end(job, None)
    assert await stores.job_runs.begin(Ticket(UUID(int=404), kind, 1)) is None


async def test_only_the_latest_turn_counts(stores: Stores) -> None:
    kind = a_kind()
    first = await begun(stores, kind)
    retried = attrs.evolve(first, state=JobState.RETRYING, at=START + MINUTE, error="Oops")
    assert await stores.job_runs.end(first, retried)
    assert await due(stores, kind) == ()
    (ticket,) = await due(stores, kind, START + MINUTE)
    assert ticket.turn == first.turn + 1
    assert await stores.job_runs.begin(Ticket(first.id, kind, first.turn)) is None
    assert not await stores.job_runs.end(first, None)
    second = await stores.job_runs.begin(ticket)
    assert second is not None
    assert (second.tries, second.error, second.id) == (2, "Oops", first.id)


async def test_of_20_that_end_a_turn_one_does(stores: Stores) -> None:
    job = await begun(stores, a_kind())
    ended = await asyncio.gather(*(stores.job_runs.end(job, None) for _ in range(20)))
    assert sum(ended) == 1


async def test_what_is_held_is_begun_by_nobody_else(stores: Stores) -> None:
    kind = a_kind()
    job = await begun(stores, kind)
    ticket = Ticket(job.id, kind, job.turn)
    held, tried = asyncio.Event(), asyncio.Event()

    async def holds() -> None:
        assert await stores.job_runs.hold(job)
        held.set()
        await asyncio.wait({asyncio.create_task(tried.wait())}, timeout=0.2)
        assert await stores.job_runs.end(job, None)

    async def tries() -> StoredJob | None:
        await held.wait()
        try:
            return await stores.job_runs.begin(ticket)
        except JobElsewhereError:
            return None
        finally:
            tried.set()

    _, again = await asyncio.gather(stores.transactions.run(holds), tries())
    assert again is None


async def test_what_is_not_done_is_known(stores: Stores) -> None:
    kind = a_kind()
    unfinished = stores.job_schedule.unfinished
    assert not await unfinished(START, [kind])
    await stores.jobs.enqueue(a_job(kind, at=START + MINUTE))
    assert not await unfinished(START, [kind])
    assert await stores.job_schedule.first_at(START, [kind]) is None
    assert await unfinished(START + MINUTE, [kind])
    assert await stores.job_schedule.first_at(START + MINUTE, [kind]) == START + MINUTE
    assert not await unfinished(START + MINUTE, [a_kind()])
    (ticket,) = await due(stores, kind, START + MINUTE)
    assert await unfinished(START, [kind])
    assert await stores.job_schedule.first_at(START + MINUTE, [kind]) is None
    job = await stores.job_runs.begin(ticket)
    assert job is not None
    assert await stores.job_runs.end(job, failed(job))
    assert not await unfinished(START + MINUTE, [kind])


async def test_a_periodic_job_is_planned_once(stores: Stores) -> None:
    kind = a_kind()
    planned = first_state(a_job(kind, "periodic", START + MINUTE), uuid7())
    later = attrs.evolve(planned, at=START + 2 * MINUTE)
    await asyncio.gather(*(stores.job_schedule.plan([job]) for job in (planned, later) * 10))
    (job,) = await listed(stores, JobState.WAITING, kind)
    assert job in (planned, later)
    await due(stores, kind, START + 2 * MINUTE)
    await stores.job_schedule.plan([planned])
    assert await listed(stores, JobState.WAITING, kind) == []


async def test_a_ticket_that_is_done_does_not_come_again(stores: Stores) -> None:
    kind = a_kind()
    job = await begun(stores, kind)
    assert await stores.job_runs.end(job, None)
    await stores.job_queue.done(Ticket(job.id, kind, job.turn))
    assert await stores.job_queue.take([kind], MANY) == ()


async def test_failed_jobs_are_listed_the_last_one_first(stores: Stores) -> None:
    kind = a_kind()
    for minutes in (1, 3, 2):
        job = await begun(stores, kind)
        assert await stores.job_runs.end(job, failed(job, START + minutes * MINUTE))
    found = await listed(stores, JobState.FAILED, kind)
    assert [job.failed_at for job in found] == [START + n * MINUTE for n in (3, 2, 1)]
    assert len(await stores.job_list.in_state(JobState.FAILED, 1)) == 1


async def test_others_are_listed_by_their_time(stores: Stores) -> None:
    kind = a_kind()
    for key, minutes in (("b", 2), ("a", 1)):
        await stores.jobs.enqueue(a_job(kind, key, START + minutes * MINUTE))
    assert [job.key for job in await listed(stores, JobState.WAITING, kind)] == ["a", "b"]


async def test_a_failed_job_can_be_changed_and_removed_and_no_other(stores: Stores) -> None:
    kind = a_kind()
    job = await begun(stores, kind)
    assert await stores.job_list.failed(job.id) is None
    assert await stores.job_runs.end(job, failed(job))
    found = await stores.job_list.failed(job.id)
    assert found == failed(job)
    await stores.job_list.replace(found, attrs.evolve(found, failed_at=START + MINUTE))
    changed = await stores.job_list.failed(job.id)
    assert changed == failed(job, START + MINUTE)
    await stores.job_list.replace(changed, None)
    assert await stores.job_list.failed(job.id) is None
