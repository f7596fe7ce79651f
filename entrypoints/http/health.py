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
    """Tell that the process answers."""
    return HealthBody()


@get("/health/ready", opt={**PUBLIC, **UNPACED}, tags=["Health"], responses=problems())
async def ready(request: Request[Any, Any, Any]) -> ReadyBody:
    """Tell that each part that is needed to serve answers, such as the database."""
    asked = kithkin(request).parts.items()
    parts = await asyncio.gather(*(_part(name, check) for name, check in asked))
    if any(part.status != "ok" for part in parts):
        raise NotReadyError(list(parts))
    return ReadyBody(list(parts))


async def _part(name: str, check: Callable[[], Awaitable[None]]) -> PartBody:
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            await check()
    except (StoreUnavailableError, TimeoutError) as error:
        _log.warning("part_away", part=name, reason=str(error) or type(error).__name__)
        return PartBody(name, "away")
    return PartBody(name, "ok")
