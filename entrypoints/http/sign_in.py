"""Signing in over HTTP."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Controller, Response, delete, post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from application.identity.open_session import SignInResult
from application.identity.verify_code import VerifyCodeRequest
from domain.identity.profile import Profile
from domain.identity.sessions import LoginSession
from entrypoints.http.acting import own_session
from entrypoints.http.authentication import FOR_ANYONE, FOR_PERSONS_ONLY
from entrypoints.http.body import JsonBody
from entrypoints.http.clients import client_of
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.idempotency import SECRET, answer_secretly
from entrypoints.http.persons import (
    Email,
    Language,
    Name,
    PersonBody,
    Timezone,
    checked_email,
    person_body,
)
from entrypoints.http.problems import problems
from entrypoints.http.sessions import SessionBody, session_body

Nonce = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=100,
        pattern=r"^[\x21-\x7e]+$",
        description="The login attempt's, as it was answered",
    ),
]


class RequestCodeBody(Struct, forbid_unknown_fields=True):
    """Where to send a code."""

    email: Email


class RequestedCodeBody(Struct):
    """A login attempt that began; whether the address is known is not told."""

    nonce: Annotated[str, Meta(description="Keep it, and send it with the code")]
    expires_at: Annotated[datetime, Meta(description="From when on the code is taken no longer")]


class VerifyCodeBody(Struct, forbid_unknown_fields=True):
    """A code, and what a person whom it registers is to begin with."""

    email: Email
    nonce: Nonce
    code: Annotated[str, Meta(max_length=8, pattern=r"^[0-9]{8}$", examples=["01234567"])]
    name: Annotated[
        Name | None, Meta(description="Of a new person; else what stands before the @")
    ] = None
    locale: Annotated[Language, Meta(description="Of a new person")] = "hi-IN"
    timezone: Annotated[Timezone, Meta(description="Of a new person")] = "UTC"


class SignedInBody(Struct):
    """A session that began, with the token that is shown this once."""

    token: Annotated[str, Meta(description="Send it as 'Authorization: Bearer kk_user_...'")]
    session: SessionBody
    person: PersonBody
    created: Annotated[bool, Meta(description="The person was registered by this")]
    claimed: Annotated[bool, Meta(description="The person was a guest until now")]


def signed_in_body(verified: SignInResult) -> SignedInBody:
    """Give a session that began as the API shows it, this once with its token."""
    return SignedInBody(
        token=verified.opened.token,
        session=session_body(verified.opened.session),
        person=person_body(verified.opened.person),
        created=verified.created,
        claimed=verified.claimed,
    )


def _profile(data: VerifyCodeBody) -> Profile:
    email = checked_email(data.email)
    name = data.name or email.rpartition("@")[0]
    return Profile(name=name, email=email, locale=data.locale, timezone=data.timezone)


class SignInRoutes(Controller):
    """Signing in and out."""

    path = "/v1/auth"
    tags = ("Signing in",)

    @post(
        "/codes",
        opt={**FOR_ANYONE, **SECRET},
        status_code=201,
        dto=JsonBody[RequestCodeBody],
        return_dto=None,
        responses=problems(409, 429, body=True),
    )
    async def request_code(
        self, request: ApiRequest, data: JSONBody[RequestCodeBody]
    ) -> Response[RequestedCodeBody]:
        """Send a sign-in code by email. The answer is the same for known and new addresses."""
        email = checked_email(data.email)
        request_code = kithkin(request).sign_in.request_code()
        requested = await answer_secretly(
            request, lambda: request_code(email, client_of(request.scope))
        )
        body = msgspec.convert(requested, RequestedCodeBody, from_attributes=True)
        return Response(body)

    @post(
        "/sign-in",
        opt={**FOR_ANYONE, **SECRET},
        status_code=200,
        dto=JsonBody[VerifyCodeBody],
        return_dto=None,
        responses=problems(409, body=True),
    )
    async def sign_in(
        self, request: ApiRequest, data: JSONBody[VerifyCodeBody]
    ) -> Response[SignedInBody]:
        """Sign in with a code. The first time registers the person, or claims a guest's token."""
        asker = request.auth
        wanted = VerifyCodeRequest(
            nonce=data.nonce,
            code=data.code,
            profile=_profile(data),
            signed_in_as=asker.person_id if isinstance(asker, LoginSession) else None,
        )
        verify = kithkin(request).sign_in.verify_code()
        verified = await answer_secretly(request, lambda: verify(wanted))
        return Response(signed_in_body(verified))

    @delete("/session", opt=FOR_PERSONS_ONLY, responses=problems())
    async def sign_out(self, request: ApiRequest) -> None:
        """Sign out: end the session whose token comes with the request."""
        session = own_session(request)
        await kithkin(request).sign_in.end_session()(session.person_id, session.id)
