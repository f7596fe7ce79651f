"""The service that says how much work is due."""

import asyncio
from contextlib import suppress

from entrypoints.wiring.kithkin import Kithkin

READ_SECONDS = 15.0


async def run(kithkin: Kithkin, stop: asyncio.Event) -> None:
    """Bring the figures of what is due up to date every 15 seconds, until told to stop.

    Raises:
        StoreUnavailableError: The store went away.
    """
    tell_backlog = kithkin.jobs.tell_backlog()
    while not stop.is_set():
        await tell_backlog()
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), READ_SECONDS)
