"""Whether this process lives, and whether it can serve."""

from typing import Any, Literal

from litestar import Request, get
from msgspec import Struct

from entrypoints.http.authentication import PUBLIC
from entrypoints.http.context import kithkin
from entrypoints.http.problems import problems


class HealthBody(Struct):
    """All is well."""

    status: Literal["ok"] = "ok"


class ReadinessBody(Struct):
    """All parts answer."""

    status: Literal["ok"] = "ok"
    database: Literal["ok"] = "ok"
    queue: Literal["ok"] = "ok"


@get("/health/live", opt=PUBLIC, tags=["Health"])
async def live() -> HealthBody:
    """Tell that the process answers."""
    return HealthBody()


@get("/health/ready", opt=PUBLIC, tags=["Health"], responses=problems())
async def ready(request: Request[Any, Any, Any]) -> ReadinessBody:
    """Tell that the database answers, and has its queue for jobs."""
    await kithkin(request).check()
    await kithkin(request).check_queue()
    return ReadinessBody()
