"""Figures, for Prometheus to read."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from litestar import Request, Response, get
from litestar.enums import MediaType

from entrypoints.http.authentication import PUBLIC
from entrypoints.http.context import kithkin
from entrypoints.http.problems import problems
from entrypoints.wiring.figures import MEDIA_TYPE
from entrypoints.wiring.kithkin import Kithkin

_SAMPLE_SECONDS = 1.0


@get(
    "/metrics",
    opt=PUBLIC,
    tags=["Health"],
    media_type=MediaType.TEXT,
    responses=problems(),
)
async def metrics(request: Request[Any, Any, Any]) -> Response[str]:
    """Read the figures of all processes of this server, in Prometheus' text form."""
    served = kithkin(request)
    served.sample()
    text = await asyncio.to_thread(served.figures.text)
    return Response(text.decode(), media_type=MEDIA_TYPE)


@asynccontextmanager
async def sampled(kithkin: Kithkin) -> AsyncIterator[None]:
    """Keep this process's figures up to date for the others, for as long as the context lasts."""
    task = asyncio.create_task(_sample(kithkin))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        kithkin.sample()


async def _sample(kithkin: Kithkin) -> None:
    while True:
        kithkin.sample()
        await asyncio.sleep(_SAMPLE_SECONDS)
