"""Delivers events as they happen, for as long as it runs; any number of processes may."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from application.events.deliver_due import DeliverDue
from application.events.ports import EndpointClaim, EventBusError
from application.shared.transaction import ConcurrentUpdateError, StoreUnavailableError
from entrypoints.wiring.kithkin import Kithkin

LOOK_SECONDS = 0.2
MOST_AT_ONCE = 16
_AWAY_SECONDS = 1.0
_log = structlog.get_logger("kithkin.relay")


async def run(kithkin: Kithkin, stop: asyncio.Event) -> None:
    """Deliver events to webhook endpoints and to the bus, until told to stop.

    Does nothing where the settings say that others deliver.

    The outbox is looked at several times a second: to be told of each event would cost the
    transactions that write them. What is under way at the end is broken off, and delivered
    again by whoever comes next.
    """
    if not kithkin.settings.relay:
        await stop.wait()
        return
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_webhooks(kithkin.events.deliver_due(), stop))
            if kithkin.settings.nats_url is not None:
                group.create_task(_again_and_again(kithkin.events.publish_events(), stop))
    finally:
        await kithkin.events.webhook_sender().close()
        if kithkin.settings.nats_url is not None:
            await kithkin.events.event_bus().close()


async def _webhooks(deliver_due: DeliverDue, stop: asyncio.Event) -> None:
    """Claim one endpoint after the other, and deliver to many at once."""
    under_way: set[asyncio.Task[bool | None]] = set()

    async def deliver(claim: EndpointClaim) -> bool:
        await deliver_due.deliver(claim)
        return True

    async def claim_next() -> bool:
        if len(under_way) >= MOST_AT_ONCE:
            return False
        claim = await deliver_due.claim()
        if claim is None:
            return False
        task = asyncio.create_task(_forgiven(lambda: deliver(claim)))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
        return True

    await _again_and_again(claim_next, stop)
    for task in tuple(under_way):
        task.cancel()
    await asyncio.gather(*under_way, return_exceptions=True)


async def _again_and_again(step: Callable[[], Awaitable[bool]], stop: asyncio.Event) -> None:
    """Take steps for as long as they have work, and look for more in between."""
    while not stop.is_set():
        busy = await _forgiven(step)
        if busy:
            continue
        await _pause(stop, _AWAY_SECONDS if busy is None else LOOK_SECONDS)


async def _forgiven(step: Callable[[], Awaitable[bool]]) -> bool | None:
    """Take a step; None where something that it needs is away."""
    try:
        return await step()
    except* (StoreUnavailableError, ConcurrentUpdateError, EventBusError) as away:
        _log.warning("relay_waits", reason=str(away.exceptions[0]))
    except* Exception as wrong:  # noqa: BLE001 - one bad event must not end all deliveries
        _log.error("unexpected_error", exc_info=wrong)
    return None


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
