"""Workers on PostgreSQL that know a test's kinds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from attrs import field, frozen

from adapters.jobs.worker import PgQueuerWorker
from adapters.postgres.executor import Executor
from application.shared.jobs import JobKind
from application.shared.run_job import JobRun
from tests.contracts.job_workers import Office, an_office
from tests.contracts.postgres import postgres_stores

STALLED_AFTER = timedelta(seconds=1)


@frozen
class Worker:
    """One of several.

    Attributes:
        office: What it works with.
        adapter: What is under test.
        turns: Those it took, in their order.
    """

    office: Office
    adapter: PgQueuerWorker
    turns: list[JobRun] = field(factory=list)

    async def run_until(self, stop: asyncio.Event) -> None:
        await self.adapter(self.office.run, self.turns.append, stop)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        stop = asyncio.Event()
        running = asyncio.create_task(self.run_until(stop))
        try:
            yield
        finally:
            stop.set()
            await running


def worker_on(executor: Executor, *kinds: JobKind, drain_seconds: float = 8) -> Worker:
    stores = postgres_stores(executor)
    adapter = PgQueuerWorker(
        executor.url, 4, stores.job_schedule, stores.clock, STALLED_AFTER, drain_seconds
    )
    return Worker(an_office(stores, *kinds), adapter)
