"""What works in the background is told at /metrics."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest_asyncio
from attrs import frozen

from application.events.manage_endpoints import CreateEndpointRequest
from application.shared.counted_run import CountedRun
from application.shared.jobs import Job, JobState
from domain.identity.profile import Profile
from entrypoints.http.app import create_app
from entrypoints.settings import Settings
from entrypoints.wiring.kithkin import Kithkin, in_memory
from tests.http.figures import Read, shown

KIND = "forget_expired_answers"
NEWER = "of_a_newer_release"
WAITING = "kithkin_jobs_waiting"
EVENTS = "kithkin_relay_lag_events"
SECONDS = "kithkin_relay_lag_seconds"


@frozen
class Told:
    """A server of this process, whose background does only what a test has it do."""

    kithkin: Kithkin
    client: httpx.AsyncClient

    async def figures(self) -> Read:
        """The figures once the backlog was read."""
        await self.kithkin.jobs.tell_backlog()()
        answer = await self.client.get("/metrics")
        assert answer.status_code == 200
        return shown(answer.text)

    async def leave(self, kind: str) -> None:
        job = Job(kind=kind, key="key", at=await self.kithkin.clock.now())
        await self.kithkin.ports.jobs().enqueue(job)


@pytest_asyncio.fixture
async def told() -> AsyncIterator[Told]:
    settings = Settings(memory=True, test_clock=True, nats_url="nats://127.0.0.1:9")
    kithkin = in_memory(settings)
    await kithkin.open()
    app: Any = create_app(kithkin)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://kithkin") as client:
        yield Told(kithkin, client)


async def test_jobs_are_told_until_they_are_done(told: Told) -> None:
    kinds = told.kithkin.jobs.kinds().names
    nothing = {(WAITING, frozenset({("kind", kind)})) for kind in kinds}
    figures = await told.figures()
    assert nothing <= set(figures.samples)
    assert figures.value(WAITING) == 0

    await told.leave(KIND)
    await told.leave(NEWER)
    figures = await told.figures()
    assert [figures.value(WAITING, kind=kind) for kind in (KIND, NEWER)] == [1, 1]
    assert figures.value(WAITING) == 2

    ports = told.kithkin.ports
    left = await ports.job_list().in_state(JobState.WAITING, 2)
    (newer,) = [job for job in left if job.kind == NEWER]
    await ports.job_list().replace(newer, None)
    await ports.job_schedule().promote(await told.kithkin.clock.now(), 1)
    (ticket,) = await ports.job_queue().take([KIND], 1)
    watch = iter((10.0, 10.25, 20.0, 20.5))
    run = CountedRun(told.kithkin.jobs.run_job(), told.kithkin.figures, watch.__next__)
    assert run.kinds is told.kithkin.jobs.kinds()
    await run(ticket)
    await run(ticket)
    figures = await told.figures()
    assert [figures.value(WAITING, kind=kind) for kind in (KIND, NEWER)] == [0, 0]
    assert figures.value("kithkin_jobs_total", kind=KIND, outcome="done") == 1
    assert figures.value("kithkin_jobs_total", kind=KIND, outcome="over") == 1
    assert figures.value("kithkin_job_seconds_sum", kind=KIND) == 0.75


async def test_what_a_move_of_the_clock_runs_is_counted(told: Told) -> None:
    ports = told.kithkin.ports
    await told.leave(KIND)
    await told.kithkin.shared.move_clock()(await told.kithkin.clock.now() + timedelta(hours=1))
    left = await ports.job_list().in_state(JobState.WAITING, 100)
    assert [job.key for job in left if job.kind == KIND] == ["periodic"]
    figures = await told.figures()
    # The one that was left, and the periodic one.
    assert figures.value("kithkin_jobs_total", kind=KIND, outcome="done") == 2


async def test_relays_are_told_until_they_are_through(told: Told) -> None:
    figures = await told.figures()
    for name in (EVENTS, SECONDS):
        for relay in ("webhooks", "nats"):
            assert figures.samples[name, frozenset({("relay", relay)})] == 0

    events = told.kithkin.events
    endpoint = await events.create_endpoint()(CreateEndpointRequest(url="https://example.org/hook"))
    clock = told.kithkin.ports.test_clock()
    await told.kithkin.identity.register_person()(Profile(name="Ana"))
    await clock.move_to(await clock.now() + timedelta(seconds=90))
    figures = await told.figures()
    for relay in ("webhooks", "nats"):
        assert figures.value(EVENTS, relay=relay) == 1
        assert figures.value(SECONDS, relay=relay) == 90

    await events.delete_endpoint()(endpoint.id)
    figures = await told.figures()
    assert [figures.value(name, relay="webhooks") for name in (EVENTS, SECONDS)] == [0, 0]
    assert figures.value(EVENTS, relay="nats") == 1
