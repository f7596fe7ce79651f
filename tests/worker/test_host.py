"""Services run until they are told to stop, and none takes another down."""

import asyncio

import pytest
from structlog.testing import capture_logs

from application.shared.jobs import JobState
from application.shared.transaction import StoreUnavailableError
from entrypoints.wiring.kithkin import Kithkin, in_memory
from entrypoints.worker import host
from entrypoints.worker.host import SERVICES, Service, run_services, services_beside

SECONDS = 10


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin again without a pause."""
    monkeypatch.setattr(host, "_AGAIN_SECONDS", 0)


async def test_a_service_that_fails_is_begun_again_and_the_others_go_on() -> None:
    begun: list[str] = []
    errors: list[Exception] = [StoreUnavailableError("away"), RuntimeError("broken")]
    stop, steady_ended = asyncio.Event(), asyncio.Event()

    async def shaky(_: Kithkin, stop: asyncio.Event) -> None:
        begun.append("shaky")
        if errors:
            raise errors.pop(0)
        stop.set()

    async def steady(_: Kithkin, stop: asyncio.Event) -> None:
        begun.append("steady")
        await stop.wait()
        steady_ended.set()

    services = (Service("shaky", shaky), Service("steady", steady))
    with capture_logs() as logs:
        async with asyncio.timeout(SECONDS):
            await run_services(in_memory(), stop, services)
    assert sorted(begun) == ["shaky", "shaky", "shaky", "steady"]
    assert steady_ended.is_set()
    assert [(line["event"], line["service"]) for line in logs] == [
        ("service_waits_for_store", "shaky"),
        ("service_failed", "shaky"),
    ]


async def test_a_service_that_ends_by_itself_is_begun_again() -> None:
    begun: list[int] = []

    async def brief(_: Kithkin, stop: asyncio.Event) -> None:
        begun.append(len(begun))
        if len(begun) == 3:
            stop.set()

    async with asyncio.timeout(SECONDS):
        await run_services(in_memory(), asyncio.Event(), (Service("brief", brief),))
    assert begun == [0, 1, 2]


async def test_all_services_end_with_what_they_run_beside() -> None:
    kithkin = in_memory()
    async with asyncio.timeout(SECONDS), services_beside(kithkin):
        while not (await kithkin.jobs.list_jobs()(JobState.WAITING, 100)):
            await asyncio.wait({asyncio.create_task(kithkin.clock.now())})
    assert [service.name for service in SERVICES] == ["jobs", "relay", "reactions", "backlog"]
