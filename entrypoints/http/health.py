"""Whether this process lives, and whether it can serve."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

import structlog
from litestar import Request, get
from msgspec import Meta, Struct

from application.shared.transaction import StoreUnavailableError
from entrypoints.http.admission import UNPACED
from entrypoints.http.authentication import PUBLIC
from entrypoints.http.context import kithkin
from entrypoints.http.errors import NotReadyError
from entrypoints.http.problems import PartBody, problems

_ANSWER_SECONDS = 5
_log = structlog.get_logger("kithkin.http")


class HealthBody(Struct):
    """All is well."""

    status: Literal["ok"] = "ok"


class ReadyBody(Struct):
    """All that is needed to serve answers."""

    parts: Annotated[list[PartBody], Meta(description="What is needed, by name")]
    status: Literal["ok"] = "ok"


@get("/health/live", opt={**PUBLIC, **UNPACED}, tags=["Health"])
async def live() -> HealthBody:
    """Check that the process answers."""
    return HealthBody()


@get("/health/ready", opt={**PUBLIC, **UNPACED}, tags=["Health"], responses=problems())
async def ready(request: Request[Any, Any, Any]) -> ReadyBody:
    """Check that each part that is needed to serve answers, such as the database."""
    asked = kithkin(request).parts.items()
    parts = await asyncio.gather(*(_part(name, check) for name, check in asked))
    if any(part.status != "ok" for part in parts):
        raise NotReadyError(list(parts))
    return ReadyBody(list(parts))


async def _part(name: str, check: Callable[[], Awaitable[None]]) -> PartBody:
    asked = asyncio.ensure_future(check())
    asked.add_done_callback(_seen)
    try:
        await asyncio.wait({asked}, timeout=_ANSWER_SECONDS)
        if asked.done():
            await asked
            return PartBody(name, "ok")
        reason = f"no answer in {_ANSWER_SECONDS} s"
    except (StoreUnavailableError, TimeoutError) as error:
        reason = str(error) or type(error).__name__
    finally:
        # Not waited for: what does not answer does not end soon either.
        asked.cancel()
    _log.warning("part_away", part=name, reason=reason)
    return PartBody(name, "away")


def _seen(asked: "asyncio.Future[None]") -> None:
    """Take note of an error that came too late, for else it is told as one that nobody saw."""
    if not asked.cancelled():
        asked.exception()
