"""The person who asks, over HTTP."""

from uuid import UUID

from litestar import Controller, delete, get, patch
from litestar.params import FromPath, JSONBody

from domain.shared.ids import LoginSessionId
from entrypoints.http.acting import own_session
from entrypoints.http.authentication import FOR_PERSONS_ONLY
from entrypoints.http.body import JsonBody
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.lists import DEFAULT_LIMIT, Cursor, Limit, ListBody, list_body, position
from entrypoints.http.persons import ChangePersonBody, PersonBody, changes_of, person_body
from entrypoints.http.problems import problems
from entrypoints.http.sessions import SessionBody, session_body


class MeRoutes(Controller):
    """The person who asks, and their sessions."""

    path = "/v1/me"
    tags = ("Me",)

    @get("/", opt=FOR_PERSONS_ONLY, responses=problems())
    async def get_me(self, request: ApiRequest) -> PersonBody:
        """Read the person who asks."""
        person_id = own_session(request).person_id
        return person_body(await kithkin(request).identity.queries().person(person_id))

    @patch(
        "/",
        opt=FOR_PERSONS_ONLY,
        dto=JsonBody[ChangePersonBody],
        return_dto=None,
        responses=problems(409, body=True),
    )
    async def change_me(self, request: ApiRequest, data: JSONBody[ChangePersonBody]) -> PersonBody:
        """Change some fields of one's own profile. An address is proven by signing in instead."""
        change = kithkin(request).identity.change_profile()
        person_id = own_session(request).person_id
        return person_body(await change(person_id, changes_of(request, data)))

    @get("/sessions", opt=FOR_PERSONS_ONLY, responses=problems())
    async def list_sessions(
        self, request: ApiRequest, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
    ) -> ListBody[SessionBody]:
        """List one's own active sessions, the newest first."""
        queries = kithkin(request).identity.queries()
        person_id = own_session(request).person_id
        return list_body(
            await queries.sessions_of(person_id, position(cursor), limit), session_body
        )

    @delete("/sessions", opt=FOR_PERSONS_ONLY, responses=problems())
    async def end_all_sessions(self, request: ApiRequest) -> None:
        """End all one's own sessions, this one too."""
        await kithkin(request).sign_in.end_all_sessions()(own_session(request).person_id)

    @delete("/sessions/{session_id:uuid}", opt=FOR_PERSONS_ONLY, responses=problems(404))
    async def end_session(self, request: ApiRequest, session_id: FromPath[UUID]) -> None:
        """End one of one's own sessions."""
        end = kithkin(request).sign_in.end_session()
        await end(own_session(request).person_id, LoginSessionId(session_id))
