"""Signing in with Google over HTTP."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Controller, Response, post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from application.identity.finish_google import FinishGoogleRequest
from domain.identity.sessions import LoginSession
from entrypoints.http.authentication import FOR_ANYONE
from entrypoints.http.body import JsonBody
from entrypoints.http.clients import client_of
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.idempotency import SECRET, answer_secretly
from entrypoints.http.problems import problems
from entrypoints.http.sign_in import Nonce, SignedInBody, signed_in_body


class StartGoogleBody(Struct, forbid_unknown_fields=True):
    """Nothing: who begins is told by the token, if one comes along."""


class StartedGoogleBody(Struct):
    """An attempt that began."""

    url: Annotated[str, Meta(description="Where to send the person")]
    nonce: Annotated[str, Meta(description="Keep it, and send it with what comes back")]
    expires_at: Annotated[datetime, Meta(description="From when on the attempt is over")]


class FinishGoogleBody(Struct, forbid_unknown_fields=True):
    """What came back from Google, and the attempt's nonce."""

    state: Nonce
    code: Annotated[str, Meta(min_length=1, max_length=2048)]
    nonce: Nonce


class GoogleRoutes(Controller):
    """Signing in with Google."""

    path = "/v1/auth/google"
    tags = ("Signing in",)

    @post(
        "/",
        opt={**FOR_ANYONE, **SECRET},
        status_code=201,
        dto=JsonBody[StartGoogleBody],
        return_dto=None,
        responses=problems(409, 429, body=True),
    )
    async def start_google(
        self,
        request: ApiRequest,
        data: JSONBody[StartGoogleBody],  # noqa: ARG002 - says that the body is empty
    ) -> Response[StartedGoogleBody]:
        """Begin to sign in with Google: get the address to send the person to."""
        asker = request.auth
        start = kithkin(request).sign_in.start_google()
        session = asker if isinstance(asker, LoginSession) else None
        started = await answer_secretly(request, lambda: start(session, client_of(request.scope)))
        body = msgspec.convert(started, StartedGoogleBody, from_attributes=True)
        return Response(body)

    @post(
        "/callback",
        opt={**FOR_ANYONE, **SECRET},
        status_code=200,
        dto=JsonBody[FinishGoogleBody],
        return_dto=None,
        responses=problems(409, body=True),
    )
    async def finish_google(
        self, request: ApiRequest, data: JSONBody[FinishGoogleBody]
    ) -> Response[SignedInBody]:
        """Finish signing in by what Google sent back to the app's page. It is taken once."""
        finish = kithkin(request).sign_in.finish_google()
        wanted = FinishGoogleRequest(state=data.state, code=data.code, nonce=data.nonce)
        verified = await answer_secretly(request, lambda: finish(wanted))
        return Response(signed_in_body(verified))
