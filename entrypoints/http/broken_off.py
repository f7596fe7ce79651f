"""Documents that are streamed, and break off where the store goes away amid them."""

from collections.abc import AsyncIterator

import structlog

from application.shared.transaction import ConcurrentUpdateError, StoreUnavailableError

_log = structlog.get_logger("kithkin.http")


class BrokenOffError(Exception):
    """A document breaks off: its connection is to be closed before it is whole."""


async def until_broken(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Give the pieces of a document, whose status is sent by then.

    Raises:
        BrokenOffError: The store went away. Clients are told by a transfer that is cut off, or
            half a list of figures would look like a whole one.
    """
    try:
        async for piece in pieces:
            yield piece
    except (StoreUnavailableError, ConcurrentUpdateError) as error:
        _log.warning("export_broken_off", reason=str(error))
        raise BrokenOffError from error


def breaks_off(error: BaseException | None) -> bool:
    """Tell whether an error is that a document breaks off, however it was passed on."""
    if isinstance(error, BaseExceptionGroup):
        return error.subgroup(BrokenOffError) is not None
    return isinstance(error, BrokenOffError) or (error is not None and breaks_off(error.__cause__))
