"""Referrals over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta, Struct, field

from application.referrals.invite_person import InviteRequest
from application.referrals.judge_redemption import RedeemRequest
from domain.referrals.kinds import Method, Source, Verdict
from domain.shared.calendar import instant
from domain.shared.ids import ReferralId
from entrypoints.http.acting import acting
from entrypoints.http.authentication import ADMIN, FOR_PERSONS
from entrypoints.http.body import JsonBody
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.idempotency import answer_once
from entrypoints.http.lists import DEFAULT_LIMIT, Cursor, Limit, ListBody, list_body, position
from entrypoints.http.problems import also, problems
from entrypoints.http.qr_codes import qr_png, qr_svg
from entrypoints.http.referral_bodies import (
    CodeBody,
    HeldBody,
    JudgementBody,
    RedeemedBody,
    ReferralBody,
    ReferralProgressBody,
    code_body,
    held_body,
    judgement_body,
    link_of,
    progress_body,
    redeemed_body,
    referral_body,
)

InviteId = Annotated[
    UUID | None,
    QueryParameter(description="Draws an invite of the person's instead of their code"),
]


class MakeCodeBody(Struct, forbid_unknown_fields=True):
    """Until when the code is to be taken, and whether it takes the place of another."""

    expires_at: Annotated[datetime | None, Meta(description="For ever if left out")] = None
    replace: Annotated[
        bool, Meta(description="Deactivates the person's active code and makes another")
    ] = False


class InviteBody(Struct, forbid_unknown_fields=True):
    """Who invites, and how."""

    person_id: UUID
    method: Method
    source: Source | None = None
    metadata: Annotated[
        dict[str, Annotated[str, Meta(max_length=200)]],
        Meta(max_length=20, description="What the app notes of its campaign"),
    ] = field(default_factory=dict)


class RedeemBody(Struct, forbid_unknown_fields=True):
    """Who comes by whose code or invite: give one of the two."""

    person_id: UUID
    code: Annotated[str, Meta(max_length=40, examples=["K7PM-4WXZ"])] | None = None
    token: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    device: (
        Annotated[str, Meta(max_length=200, description="What the device is known by")] | None
    ) = None
    ip: Annotated[str, Meta(max_length=100, description="The person's address")] | None = None


class DecideBody(Struct, forbid_unknown_fields=True):
    """What was decided, by whom and why."""

    verdict: Verdict
    reviewed_by: Annotated[str, Meta(min_length=1, max_length=200, examples=["eve@example.org"])]
    reason: Annotated[str, Meta(min_length=1, max_length=2000, examples=["They share a flat."])]


class ReferralRoutes(Controller):
    """Codes, invites and what comes of them."""

    path = "/v1"
    tags = ("Referrals",)

    @get("/persons/{person_id:uuid}/referral-code", opt=FOR_PERSONS, responses=problems(403, 404))
    async def get_referral_code(self, request: ApiRequest, person_id: FromPath[UUID]) -> CodeBody:
        """Read a person's active referral code."""
        queries = kithkin(request).referrals.queries()
        return code_body(await queries.code(acting(request, person_id)), _base(request))

    @post(
        "/persons/{person_id:uuid}/referral-code",
        opt=FOR_PERSONS,
        dto=JsonBody[MakeCodeBody],
        return_dto=None,
        responses=problems(403, 404, body=True)
        | {200: also(CodeBody, "The person has an active code already")},
    )
    async def make_referral_code(
        self, request: ApiRequest, person_id: FromPath[UUID], data: JSONBody[MakeCodeBody]
    ) -> Response[CodeBody]:
        """Make a person's referral code, or replace it. Without `replace` an active one is kept."""
        owner_id = acting(request, person_id)
        ends = None if data.expires_at is None else instant("expires_at", data.expires_at)

        async def work() -> tuple[int, CodeBody]:
            make = kithkin(request).referrals.make_code()
            code, made = await make(owner_id, ends, replace=data.replace)
            return 201 if made else 200, code_body(code, _base(request))

        return await answer_once(request, work, about=lambda body: body.person_id)

    @post(
        "/persons/{person_id:uuid}/referral-code/deactivate",
        opt=FOR_PERSONS,
        status_code=200,
        responses=problems(403, 404, 409),
    )
    async def deactivate_referral_code(
        self, request: ApiRequest, person_id: FromPath[UUID]
    ) -> Response[CodeBody]:
        """Deactivate a person's referral code. Invites made before can still be taken up."""
        owner_id = acting(request, person_id)

        async def work() -> tuple[int, CodeBody]:
            deactivate = kithkin(request).referrals.deactivate_code()
            return 200, code_body(await deactivate(owner_id), _base(request))

        return await answer_once(request, work, about=lambda body: body.person_id)

    @get(
        "/persons/{person_id:uuid}/referral-code/qr.svg",
        opt=FOR_PERSONS,
        media_type="image/svg+xml",
        responses=problems(403, 404),
    )
    async def get_referral_qr_svg(
        self, request: ApiRequest, person_id: FromPath[UUID], invite_id: InviteId = None
    ) -> Response[bytes]:
        """Draw a person's code, or an invite of theirs, as a QR code in SVG."""
        return qr_svg(await _drawn(request, person_id, invite_id))

    @get(
        "/persons/{person_id:uuid}/referral-code/qr.png",
        opt=FOR_PERSONS,
        media_type="image/png",
        responses=problems(403, 404),
    )
    async def get_referral_qr_png(
        self, request: ApiRequest, person_id: FromPath[UUID], invite_id: InviteId = None
    ) -> Response[bytes]:
        """Draw a person's code, or an invite of theirs, as a QR code in PNG."""
        return qr_png(await _drawn(request, person_id, invite_id))

    @post(
        "/referrals/invites",
        opt=FOR_PERSONS,
        dto=JsonBody[InviteBody],
        return_dto=None,
        responses=problems(403, 404, 409, body=True),
    )
    async def invite_person(
        self, request: ApiRequest, data: JSONBody[InviteBody]
    ) -> Response[ReferralBody]:
        """Make an invite with a token, which one person can take up within 30 days."""
        wanted = InviteRequest(
            person_id=acting(request, data.person_id),
            method=data.method,
            source=data.source,
            metadata=data.metadata,
        )

        async def work() -> tuple[int, ReferralBody]:
            invite = kithkin(request).referrals.invite_person()
            return 201, referral_body(await invite(wanted), _base(request))

        return await answer_once(request, work, about=lambda body: body.referrer_id)

    @get("/persons/{person_id:uuid}/referrals", opt=FOR_PERSONS, responses=problems(403, 404))
    async def list_referrals(
        self,
        request: ApiRequest,
        person_id: FromPath[UUID],
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> ListBody[ReferralBody]:
        """List a person's referrals, the newest first."""
        queries = kithkin(request).referrals.queries()
        page = await queries.made_by(acting(request, person_id), position(cursor), limit)
        base = _base(request)
        return list_body(page, lambda one: referral_body(one, base))

    @get(
        "/persons/{person_id:uuid}/referrals/progress",
        opt=FOR_PERSONS,
        responses=problems(403, 404),
    )
    async def get_referral_progress(
        self, request: ApiRequest, person_id: FromPath[UUID]
    ) -> ReferralProgressBody:
        """Read a person's bonus tier and the next, the caps, and what is pending and earned."""
        queries = kithkin(request).referrals.queries()
        return progress_body(person_id, await queries.progress(acting(request, person_id)))

    @post(
        "/referrals/redeem",
        opt=FOR_PERSONS,
        status_code=200,
        dto=JsonBody[RedeemBody],
        return_dto=None,
        responses=problems(403, 404, body=True),
    )
    async def redeem_referral(
        self, request: ApiRequest, data: JSONBody[RedeemBody]
    ) -> Response[RedeemedBody]:
        """Enter a code or an invite's token: it is accepted, held, or rejected with reasons."""
        wanted = RedeemRequest(
            person_id=acting(request, data.person_id),
            code=data.code,
            token=data.token,
            device=data.device,
            ip=data.ip,
        )

        async def work() -> tuple[int, RedeemedBody]:
            redeemed = await kithkin(request).referrals.redeem_referral()(wanted)
            version = kithkin(request).rulebook.version
            return 200, redeemed_body(redeemed, _base(request), version)

        return await answer_once(request, work, about=lambda _: wanted.person_id)

    @get("/referrals/redeem", opt=FOR_PERSONS, responses=problems(403, 404))
    async def judge_redemption(
        self,
        request: ApiRequest,
        person_id: Annotated[UUID, QueryParameter(description="Who would enter it")],
        code: Annotated[
            str | None, QueryParameter(max_length=40, description="The code, as it is typed")
        ] = None,
        token: Annotated[
            str | None, QueryParameter(max_length=100, description="The token of an invite")
        ] = None,
    ) -> JudgementBody:
        """Read what entering a code or token would come to, with reasons. Nothing is stored."""
        wanted = RedeemRequest(person_id=acting(request, person_id), code=code, token=token)
        judgement = await kithkin(request).referrals.judge_redemption()(wanted)
        return judgement_body(judgement, kithkin(request).rulebook.version)

    @get("/referrals/reviews", opt=ADMIN, responses=problems())
    async def list_referral_reviews(
        self, request: ApiRequest, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
    ) -> ListBody[HeldBody]:
        """List the referrals that are held for review, the one that waits longest first."""
        queries = kithkin(request).referrals.queries()
        base = _base(request)
        page = await queries.held(position(cursor), limit)
        return list_body(page, lambda one: held_body(one, base))

    @post(
        "/referrals/{referral_id:uuid}/review",
        opt=ADMIN,
        status_code=200,
        dto=JsonBody[DecideBody],
        return_dto=None,
        responses=problems(404, 409, body=True),
    )
    async def review_referral(
        self, request: ApiRequest, referral_id: FromPath[UUID], data: JSONBody[DecideBody]
    ) -> Response[HeldBody]:
        """Approve or reject a referral that is held. It goes on from where it stands, or ends."""

        async def work() -> tuple[int, HeldBody]:
            review = kithkin(request).referrals.review_referral()
            decided = await review(
                ReferralId(referral_id), data.verdict, data.reviewed_by, data.reason
            )
            return 200, held_body(decided, _base(request))

        return await answer_once(request, work, about=lambda body: body.referral.referrer_id)


def _base(request: ApiRequest) -> str | None:
    return kithkin(request).settings.referral_link


async def _drawn(request: ApiRequest, person_id: UUID, invite_id: UUID | None) -> str:
    """Give what a QR code says: the app's link where there is one, else the code or token."""
    queries = kithkin(request).referrals.queries()
    owner_id = acting(request, person_id)
    if invite_id is None:
        code = (await queries.code(owner_id)).code
        return link_of(_base(request), code=code) or code
    token = (await queries.invite(owner_id, ReferralId(invite_id))).token or ""
    return link_of(_base(request), invite=token) or token
