"""Tokens that an app's backend takes out for its persons."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from domain.shared.ids import PersonId
from entrypoints.http.body import JsonBody
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.idempotency import SECRET, answer_secretly
from entrypoints.http.problems import problems
from entrypoints.http.sessions import SessionBody, session_body


class MintTokenBody(Struct, forbid_unknown_fields=True):
    """How long a token is to live."""

    lifetime_seconds: (
        Annotated[int, Meta(ge=60, le=2_592_000, description="An hour if left out", examples=[900])]
        | None
    ) = None


class MintedTokenBody(Struct):
    """A token that is shown this once."""

    token: Annotated[str, Meta(description="Pass it on to the person's own client")]
    session: SessionBody


class TokenRoutes(Controller):
    """Tokens for apps with a sign-in of their own."""

    path = "/v1"
    tags = ("Signing in",)

    @post(
        "/persons/{person_id:uuid}/tokens",
        opt=SECRET,
        status_code=201,
        dto=JsonBody[MintTokenBody],
        return_dto=None,
        responses=problems(404, 409, body=True),
    )
    async def mint_token(
        self, request: ApiRequest, person_id: FromPath[UUID], data: JSONBody[MintTokenBody]
    ) -> Response[MintedTokenBody]:
        """Make a token for a person whom the app itself has signed in."""
        mint = kithkin(request).sign_in.mint_token()
        opened = await answer_secretly(
            request, lambda: mint(PersonId(person_id), data.lifetime_seconds)
        )
        body = MintedTokenBody(opened.token, session_body(opened.session))
        return Response(body)
