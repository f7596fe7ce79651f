"""The test clock over HTTP; its routes exist only where the server was started with it."""

from datetime import datetime
from typing import Annotated

from litestar import Controller, get, put
from litestar.params import JSONBody
from msgspec import Meta, Struct

from entrypoints.http.authentication import ADMIN
from entrypoints.http.body import JsonBody
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.problems import problems


class MoveClockBody(Struct, forbid_unknown_fields=True):
    """The time it shall be."""

    now: Annotated[datetime, Meta(tz=True)]


class ClockBody(Struct):
    """The time it is."""

    now: datetime


class ClockRoutes(Controller):
    """The time that everything runs on."""

    path = "/v1"
    tags = ("Test clock",)

    @get("/test-clock", responses=problems())
    async def read_clock(self, request: ApiRequest) -> ClockBody:
        """Read the time that everything runs on."""
        return ClockBody(await kithkin(request).clock.now())

    @put(
        "/test-clock",
        opt=ADMIN,
        dto=JsonBody[MoveClockBody],
        return_dto=None,
        responses=problems(409, body=True),
    )
    async def move_clock(self, request: ApiRequest, data: JSONBody[MoveClockBody]) -> ClockBody:
        """Move the time that everything runs on, and do what is due. It only goes forward."""
        return ClockBody(await kithkin(request).shared.move_clock()(data.now))
