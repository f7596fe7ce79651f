"""Workers on PostgreSQL: many at once, killed, stopped, and cut off from their database."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from uuid import uuid4

import asyncpg
import attrs
import pytest
import pytest_asyncio
from attrs import define

from adapters.jobs.queue import STALLED_AFTER
from adapters.postgres.clock import PostgresTestClock
from adapters.postgres.executor import Executor
from application.shared.job_ports import JobRuns
from application.shared.jobs import JobState, StoredJob, Ticket
from application.shared.run_job import JobResult
from application.shared.transaction import StoreUnavailableError
from tests.adapters.job_workers import worker_on
from tests.contracts.job_workers import a_kind
from tests.contracts.postgres import postgres_stores
from tests.contracts.values import START, a_person
from tests.postgres import migrated_database

PATIENCE_SECONDS = 30


@pytest_asyncio.fixture(scope="module")
async def executor(database: str) -> AsyncIterator[Executor]:
    url = await migrated_database(database)
    executor = Executor(url)
    await executor.open()
    await PostgresTestClock(executor).start(START)
    yield executor
    await executor.close()


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Look again and again; each look is a round trip, so others get their turn."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await condition():
            pass


async def count(executor: Executor, query: str, *values: object) -> int:
    async with executor.connections.lent() as connection:
        return int(await connection.fetchval(query, *values))


async def is_gone(executor: Executor, kind: str) -> bool:
    return not await count(executor, "SELECT count(*) FROM jobs WHERE kind = $1", kind)


async def now(executor: Executor) -> datetime:
    return await postgres_stores(executor).clock.now()


async def named(executor: Executor, name: str) -> int:
    return await count(executor, "SELECT count(*) FROM persons WHERE name = $1", name)


def test_a_stalled_job_is_anothers_within_a_minute() -> None:
    # It is looked for four times in that time.
    assert timedelta(minutes=1) > STALLED_AFTER * 5 / 4


async def test_a_job_is_done_once_though_its_worker_is_killed_in_the_midst_of_it(
    executor: Executor,
) -> None:
    name = uuid4().hex
    stores = postgres_stores(executor)

    async def work(_: StoredJob) -> None:
        await stores.persons.add(a_person(name=name), ())

    kind = a_kind(handle=work)
    worker = worker_on(executor, kind)
    await worker.office.leave(kind, START)
    doomed = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.adapters.doomed_worker",
        *(executor.url, kind.name, name),
        stdout=asyncio.subprocess.PIPE,
    )
    assert doomed.stdout is not None
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert await doomed.stdout.readline() == b"at work\n"
    doomed.kill()
    await doomed.wait()
    assert await named(executor, name) == 0
    async with worker.at_work():
        await until(lambda: is_gone(executor, kind.name))
    assert await named(executor, name) == 1
    assert [(turn.result, turn.tries) for turn in worker.turns] == [(JobResult.DONE, 2)]


async def test_an_effect_elsewhere_is_begun_again_under_the_same_id(executor: Executor) -> None:
    seen = []
    never = asyncio.Event()

    async def work(job: StoredJob) -> None:
        seen.append((job.id, job.tries))
        if job.tries == 1:
            begun.set()
            await never.wait()

    begun = asyncio.Event()
    kind = a_kind(handle=work, in_transaction=False)
    first = worker_on(executor, kind, drain_seconds=0)
    await first.office.leave(kind, START)
    async with first.at_work():
        await asyncio.wait_for(begun.wait(), PATIENCE_SECONDS)
    assert first.turns == []
    second = worker_on(executor, kind)
    async with second.at_work():
        await until(lambda: is_gone(executor, kind.name))
    (first_id, _), (second_id, tries) = seen
    assert (first_id, tries) == (second_id, 2)


async def test_two_workers_run_a_periodic_job_once_in_its_time(executor: Executor) -> None:
    runs: list[datetime] = []

    async def work(_: StoredJob) -> None:
        runs.append(await now(executor))

    kind = a_kind(handle=work, every=timedelta(minutes=5))
    one, two = worker_on(executor, kind), worker_on(executor, kind)
    clock = postgres_stores(executor).clock

    async def waits_for(slot: datetime) -> bool:
        query = "SELECT count(*) FROM jobs WHERE kind = $1 AND state = 'waiting' AND at = $2"
        return await count(executor, query, kind.name, slot) == 1

    async with one.at_work(), two.at_work():
        expected = [await now(executor)]
        for _ in range(4):
            slot = kind.next_slot(await now(executor))
            await until(lambda slot=slot: waits_for(slot))  # type: ignore[misc]
            await clock.move_to(slot)
            expected.append(slot)
        await until(lambda: waits_for(kind.next_slot(expected[-1])))
    assert runs == expected
    assert len(one.turns) + len(two.turns) == len(expected)


async def test_three_workers_do_many_jobs_once_each(executor: Executor) -> None:
    prefix = uuid4().hex
    stores = postgres_stores(executor)

    async def work(job: StoredJob) -> None:
        await stores.persons.add(a_person(name=f"{prefix} {job.key}"), ())

    kind = a_kind(handle=work)
    workers = [worker_on(executor, kind) for _ in range(3)]
    async with workers[0].at_work(), workers[1].at_work(), workers[2].at_work():
        await asyncio.gather(
            *(workers[0].office.leave(kind, START, str(number)) for number in range(60))
        )
        await until(lambda: is_gone(executor, kind.name))
    for number in range(60):
        assert await named(executor, f"{prefix} {number}") == 1


async def test_a_worker_that_is_told_to_stop_ends_what_it_began(executor: Executor) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def work(_: StoredJob) -> None:
        begun.set()
        await may_end.wait()

    kind = a_kind(handle=work)
    worker = worker_on(executor, kind)
    await worker.office.leave(kind, START)
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run_until(stop))
    await asyncio.wait_for(begun.wait(), PATIENCE_SECONDS)
    stop.set()
    await worker.office.leave(kind, START, "comes too late")
    await asyncio.wait({running}, timeout=0.2)
    assert not running.done()
    may_end.set()
    await asyncio.wait_for(running, PATIENCE_SECONDS)
    assert [turn.result for turn in worker.turns] == [JobResult.DONE]
    assert len(await worker.office.listed(JobState.WAITING)) == 1
    async with worker_on(executor, kind).at_work():
        await until(lambda: is_gone(executor, kind.name))


async def test_a_worker_that_loses_its_connection_says_so_and_loses_no_job(
    executor: Executor,
) -> None:
    kind = a_kind()
    cut_off = worker_on(executor, kind)
    running = asyncio.create_task(cut_off.run_until(asyncio.Event()))
    terminated = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = 'kithkin-worker'"
    )
    await until(lambda: _is_positive(count(executor, terminated)))
    with pytest.raises(StoreUnavailableError):
        await asyncio.wait_for(running, PATIENCE_SECONDS)
    await cut_off.office.leave(kind, START)
    async with worker_on(executor, kind).at_work():
        await until(lambda: is_gone(executor, kind.name))


async def _is_positive(number: Awaitable[int]) -> bool:
    return await number > 0


async def test_a_database_that_is_away_is_told(executor: Executor) -> None:
    worker = worker_on(Executor("postgresql://me@127.0.0.1:1/app"), a_kind())
    with pytest.raises(StoreUnavailableError):
        await worker.run_until(asyncio.Event())


async def test_the_queues_tables_are_in_a_schema_of_their_own(executor: Executor) -> None:
    connection = await asyncpg.connect(executor.url)
    query = "SELECT tablename FROM pg_tables WHERE schemaname = $1"
    ours = {row[0] for row in await connection.fetch(query, "public")}
    queues = {row[0] for row in await connection.fetch(query, "pgqueuer")}
    await connection.close()
    assert queues
    assert not any("pgqueuer" in name for name in ours)


@define
class BreaksOnce:
    """The jobs that are worked on, of which the first cannot be begun."""

    runs: JobRuns
    broken: bool = False

    async def begin(self, ticket: Ticket) -> StoredJob | None:
        if not self.broken:
            self.broken = True
            raise RuntimeError
        return await self.runs.begin(ticket)

    async def hold(self, job: StoredJob) -> bool:
        return await self.runs.hold(job)

    async def end(self, job: StoredJob, after: StoredJob | None) -> bool:
        return await self.runs.end(job, after)


async def test_a_turn_that_cannot_be_begun_is_not_lost(executor: Executor) -> None:
    kind = a_kind()
    worker = worker_on(executor, kind)
    stores = attrs.evolve(worker.office.stores, job_runs=BreaksOnce(worker.office.stores.job_runs))
    worker = attrs.evolve(worker, office=attrs.evolve(worker.office, stores=stores))
    await worker.office.leave(kind, START)
    async with worker.at_work():
        await until(lambda: is_gone(executor, kind.name))
    assert [(turn.result, turn.tries) for turn in worker.turns] == [(JobResult.DONE, 1)]
