"""The service that lets contexts react to events soon after they were written."""

import asyncio
from contextlib import suppress

import structlog

from entrypoints.wiring.kithkin import Kithkin

LOOK_SECONDS = 0.3
_log = structlog.get_logger("kithkin.reactions")


async def run(kithkin: Kithkin, stop: asyncio.Event) -> None:
    """React to what has happened, several times a second, until told to stop.

    Any number of processes may do so: each event is reacted to once. Does nothing where the
    settings say that others do.

    Raises:
        StoreUnavailableError: The store went away.
    """
    if not kithkin.settings.relay:
        await stop.wait()
        return
    catch_ups = kithkin.reactions.catch_ups()
    while not stop.is_set():
        for catch_up in catch_ups:
            for failed in await catch_up():
                _log.error(
                    "reaction_failed",
                    reaction=catch_up.name,
                    person_id=str(failed.person_id),
                    tries=failed.tries,
                    exc_info=failed.error,
                )
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_SECONDS)
