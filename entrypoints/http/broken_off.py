"""Documents that are streamed, and break off where the store goes away amid them."""

from collections.abc import AsyncIterator

import structlog

from application.shared.transaction import ConcurrentUpdateError, StoreUnavailableError

_log = structlog.get_logger("kithkin.http")


async def until_broken(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Give the pieces of a document; where the store goes away amid it, it breaks off.

    Its status is sent by then, so that it is no JSON is all that can tell of it.
    """
    try:
        async for piece in pieces:
            yield piece
    except (StoreUnavailableError, ConcurrentUpdateError) as error:
        _log.warning("export_broken_off", reason=str(error))
