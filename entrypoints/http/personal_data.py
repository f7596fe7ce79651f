"""Export and erasure over HTTP."""

from datetime import datetime
from typing import cast
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.enums import MediaType
from litestar.params import FromPath
from litestar.response import Stream
from msgspec import Struct

from entrypoints.http.acting import acting
from entrypoints.http.authentication import FOR_PERSONS
from entrypoints.http.broken_off import until_broken
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.export import ExportBody, as_json
from entrypoints.http.idempotency import answer_once
from entrypoints.http.problems import problems


class ErasureBody(Struct):
    """That a person was erased, and when."""

    person_id: UUID
    erased_at: datetime


class PersonalDataRoutes(Controller):
    """What is stored of a person: to take along, and to have erased."""

    path = "/v1"
    tags = ("Personal data",)

    @get("/persons/{person_id:uuid}/export", opt=FOR_PERSONS, responses=problems(404))
    async def export_person(
        self, request: ApiRequest, person_id: FromPath[UUID]
    ) -> Response[ExportBody]:
        """Export all that is stored of a person. It is streamed, however much it is."""
        export = await kithkin(request).identity.export_person()(acting(request, person_id))
        headers = {"Content-Disposition": f'attachment; filename="{person_id}.json"'}
        stream = Stream(until_broken(as_json(export)), media_type=MediaType.JSON, headers=headers)
        return cast("Response[ExportBody]", stream)

    @post(
        "/persons/{person_id:uuid}/erase",
        opt=FOR_PERSONS,
        status_code=200,
        responses=problems(404, 409),
    )
    async def erase_person(
        self, request: ApiRequest, person_id: FromPath[UUID]
    ) -> Response[ErasureBody]:
        """Erase a person for good. Only an id without a name or a word of theirs is kept."""
        erased_id = acting(request, person_id)

        async def work() -> tuple[int, ErasureBody]:
            erasure = await kithkin(request).identity.erase_person()(erased_id)
            return 200, ErasureBody(erasure.person_id, erasure.erased_at)

        return await answer_once(request, work)
