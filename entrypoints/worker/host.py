"""Runs the services that go on by themselves, until it is told to stop."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import structlog
from attrs import frozen

from application.shared.transaction import StoreUnavailableError
from entrypoints.wiring.kithkin import Kithkin
from entrypoints.worker import backlog, jobs, reactions, relay

_log = structlog.get_logger("kithkin.worker")

_AGAIN_SECONDS = 1.0
_LONGEST_SECONDS = 30.0


@frozen
class Service:
    """Something that goes on until it is told to stop.

    Attributes:
        name: For the log.
        run: Returns soon after the event is set. An error does not end it: it is
            begun again.
    """

    name: str
    run: Callable[[Kithkin, asyncio.Event], Awaitable[None]]


SERVICES = (
    Service("jobs", jobs.run),
    Service("relay", relay.run),
    Service("reactions", reactions.run),
    Service("backlog", backlog.run),
)
"""All there are. A new one is added here, and runs wherever a worker does."""


async def run_services(
    kithkin: Kithkin, stop: asyncio.Event, services: tuple[Service, ...] = SERVICES
) -> None:
    """Run all services until `stop` is set and each has come to its end."""
    await asyncio.gather(*(_kept_running(service, kithkin, stop) for service in services))


@asynccontextmanager
async def services_beside(kithkin: Kithkin) -> AsyncIterator[None]:
    """Run all services for as long as the context lasts."""
    stop = asyncio.Event()
    running = asyncio.create_task(run_services(kithkin, stop))
    try:
        yield
    finally:
        stop.set()
        await running


async def _kept_running(service: Service, kithkin: Kithkin, stop: asyncio.Event) -> None:
    pause = _AGAIN_SECONDS
    while not stop.is_set():
        began = asyncio.get_running_loop().time()
        try:
            await service.run(kithkin, stop)
        except StoreUnavailableError as error:
            _log.warning("service_waits_for_store", service=service.name, reason=str(error))
        except Exception as error:  # noqa: BLE001 - whatever ends a service, it is begun again
            _log.error("service_failed", service=service.name, exc_info=error)
        if asyncio.get_running_loop().time() - began > _LONGEST_SECONDS:
            pause = _AGAIN_SECONDS
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)
        pause = min(2 * pause, _LONGEST_SECONDS)
