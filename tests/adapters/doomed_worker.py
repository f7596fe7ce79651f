"""A worker that begins a job and never ends it: it is there to be killed.

It is given the database's URL, the kind of the job, and the name of a person to add.
"""

import asyncio
import sys

from adapters.postgres.executor import Executor
from application.shared.jobs import StoredJob
from tests.adapters.job_workers import worker_on
from tests.contracts.job_workers import a_kind
from tests.contracts.postgres import postgres_stores
from tests.contracts.values import a_person


async def work_until_killed(url: str, kind: str, name: str) -> None:
    """Write the job's effect in its transaction, say so, and wait for the end."""
    executor = Executor(url)
    await executor.open()
    stores = postgres_stores(executor)

    async def work(_: StoredJob) -> None:
        await stores.persons.add(a_person(name=name), ())
        sys.stdout.write("at work\n")
        sys.stdout.flush()
        await asyncio.Event().wait()

    await worker_on(executor, a_kind(name=kind, handle=work)).run_until(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(work_until_killed(*sys.argv[1:]))
