"""A person's companion, and what is known of the person, over HTTP."""

from uuid import UUID

from litestar import Controller, Response, delete, get, post, put
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from domain.personas.personas import Baseline
from domain.shared.ids import ObservationId, PersonId
from entrypoints.http.acting import acting
from entrypoints.http.authentication import FOR_PERSONS
from entrypoints.http.body import JsonBody
from entrypoints.http.companion_bodies import (
    OwnPersonaBody,
    PersonaVersionBody,
    SlidersBody,
    SummaryViewBody,
    own_persona_body,
    sliders_of,
    summary_view_body,
    version_body,
)
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.idempotency import answer_once
from entrypoints.http.lists import DEFAULT_LIMIT, Cursor, Limit, ListBody, list_body, position
from entrypoints.http.problems import problems

_LATELY = 20


class ChoosePersonaBody(Struct, forbid_unknown_fields=True):
    """What a companion is to be like; sliders that are left out stay as they are."""

    baseline: Baseline
    sliders: SlidersBody | None = None


class PersonaRoutes(Controller):
    """What a person's companion is like, and what is known of the person."""

    path = "/v1/persons/{person_id:uuid}"
    tags = ("Companions",)

    @get("/persona", opt=FOR_PERSONS, responses=problems(403, 404))
    async def get_persona(self, request: ApiRequest, person_id: FromPath[UUID]) -> OwnPersonaBody:
        """Read what a person's companion is like, and what it was of late."""
        queries = kithkin(request).personas.queries()
        view = await queries.persona(acting(request, person_id), None, _LATELY)
        return own_persona_body(view)

    @get("/persona/history", opt=FOR_PERSONS, responses=problems(403, 404))
    async def list_persona_versions(
        self,
        request: ApiRequest,
        person_id: FromPath[UUID],
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> ListBody[PersonaVersionBody]:
        """List what a person's companion was like, the newest first."""
        queries = kithkin(request).personas.queries()
        view = await queries.persona(acting(request, person_id), position(cursor), limit)
        return list_body(view.history, version_body)

    @put(
        "/persona",
        opt=FOR_PERSONS,
        dto=JsonBody[ChoosePersonaBody],
        return_dto=None,
        responses=problems(403, 404, body=True),
    )
    async def choose_persona(
        self, request: ApiRequest, person_id: FromPath[UUID], data: JSONBody[ChoosePersonaBody]
    ) -> OwnPersonaBody:
        """Set what a person's companion is like. A session that goes on keeps its persona."""
        personas, asked = kithkin(request).personas, acting(request, person_id)
        sliders = None if data.sliders is None else sliders_of(data.sliders)
        await personas.choose_persona()(asked, data.baseline, sliders)
        return own_persona_body(await personas.queries().persona(asked, None, _LATELY))

    @get("/summary", opt=FOR_PERSONS, responses=problems(403, 404))
    async def get_summary(self, request: ApiRequest, person_id: FromPath[UUID]) -> SummaryViewBody:
        """Read what is known of a person, each line with its evidence in their own words."""
        return await _summary(request, acting(request, person_id))

    @delete(
        "/summary/observations/{observation_id:uuid}",
        opt=FOR_PERSONS,
        responses=problems(403, 404),
    )
    async def delete_observation(
        self, request: ApiRequest, person_id: FromPath[UUID], observation_id: FromPath[UUID]
    ) -> None:
        """Delete an observation. The summary is made anew from what is left."""
        await kithkin(request).personas.delete_observation()(
            acting(request, person_id), ObservationId(observation_id)
        )

    @post("/summary/reset", opt=FOR_PERSONS, status_code=200, responses=problems(403, 404))
    async def reset_summary(
        self, request: ApiRequest, person_id: FromPath[UUID]
    ) -> Response[SummaryViewBody]:
        """Forget all that was learned of a person, and begin again."""
        asked = acting(request, person_id)

        async def work() -> tuple[int, SummaryViewBody]:
            await kithkin(request).personas.reset_summary()(asked)
            return 200, await _summary(request, asked)

        return await answer_once(request, work, about=lambda body: body.person_id)


async def _summary(request: ApiRequest, person_id: PersonId) -> SummaryViewBody:
    view = await kithkin(request).personas.queries().summary(person_id)
    return summary_view_body(person_id, view)
