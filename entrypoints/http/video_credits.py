"""Video credits over HTTP, and the decision that they are part of."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta, Struct

from domain.shared.ids import PersonId
from domain.video.credits import Account, CreditAccounts, LedgerEntry, Move, Wallet
from entrypoints.http.acting import acting
from entrypoints.http.authentication import ADMIN, FOR_PERSONS
from entrypoints.http.body import JsonBody
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.idempotency import answer_once
from entrypoints.http.lists import DEFAULT_LIMIT, Cursor, Limit, ListBody, list_body, position
from entrypoints.http.problems import problems
from entrypoints.http.video_decisions import VideoAllowanceBody

Needed = Annotated[
    int, QueryParameter(ge=1, le=100, description="Units that the send needs, one a recipient")
]


class GrantCreditsBody(Struct, forbid_unknown_fields=True):
    """Credits to give, and why."""

    credits: Annotated[int, Meta(ge=1, le=100_000, examples=[5])]
    reason: Annotated[str, Meta(min_length=1, max_length=2000, examples=["An upload was lost"])]


class CreditsBody(Struct):
    """What a person's video credits come to."""

    person_id: UUID
    balance: Annotated[
        int, Meta(description="Credits that can be spent: purchased + granted - spent - refunded")
    ]
    debt: Annotated[
        int, Meta(description="Credits owed after a chargeback; the next purchase repays it first")
    ]
    purchased: int
    granted: int
    spent: Annotated[int, Meta(description="Without those of video messages that failed")]
    refunded: Annotated[int, Meta(description="Taken back by chargebacks, at once or repaid")]


class GrantedCreditsBody(CreditsBody):
    """What the credits come to after a grant, and the lot that it is."""

    lot_id: UUID
    credits: int


class MoveBody(Struct):
    """A row of the ledger."""

    number: Annotated[int, Meta(description="Its place in the ledger, counted from 1")]
    at: datetime
    account: Account
    move: Move
    amount: Annotated[int, Meta(description="What it adds to the account; below 0 it takes")]
    balance: Annotated[int, Meta(description="What the account came to")]
    lot_id: UUID | None
    video_message_id: UUID | None
    reason: Annotated[str | None, Meta(description="Why it was granted; null once erased")]
    policy_version: str


def credits_body(accounts: CreditAccounts) -> CreditsBody:
    """Give what a person's credits come to as the API shows it."""
    return CreditsBody(
        person_id=accounts.person_id,
        balance=accounts.remaining,
        debt=accounts.debt,
        purchased=accounts.purchased,
        granted=accounts.granted,
        spent=accounts.spent,
        refunded=accounts.refunded,
    )


def granted_body(wallet: Wallet) -> GrantedCreditsBody:
    """Give a wallet, whose latest lot is a grant, as the API shows it."""
    lot = wallet.lots[-1]
    return GrantedCreditsBody(
        **msgspec.structs.asdict(credits_body(wallet.accounts)),
        lot_id=lot.id,
        credits=lot.credits,
    )


def move_body(entry: LedgerEntry) -> MoveBody:
    """Give a row of the ledger as the API shows it."""
    return msgspec.convert(entry, MoveBody, from_attributes=True)


class VideoCreditRoutes(Controller):
    """Video credits of a person, and how many video messages they may send."""

    path = "/v1"
    tags = ("Video credits",)

    @get(
        "/persons/{person_id:uuid}/video-messages/allowance",
        opt=FOR_PERSONS,
        responses=problems(404),
    )
    async def get_video_allowance(
        self, request: ApiRequest, person_id: FromPath[UUID], needed: Needed = 1
    ) -> VideoAllowanceBody:
        """Read whether a person may send a video message now, and why. Nothing is stored."""
        queries = kithkin(request).video.video_message_queries()
        decision = await queries.allowance(acting(request, person_id), needed)
        return msgspec.convert(decision, VideoAllowanceBody, from_attributes=True)

    @get("/persons/{person_id:uuid}/video-credits", opt=FOR_PERSONS, responses=problems(404))
    async def get_credits(self, request: ApiRequest, person_id: FromPath[UUID]) -> CreditsBody:
        """Read a person's balance of video credits, and what it is made of."""
        queries = kithkin(request).video.video_message_queries()
        return credits_body(await queries.credits(acting(request, person_id)))

    @get("/persons/{person_id:uuid}/video-credits/ledger", opt=FOR_PERSONS, responses=problems(404))
    async def list_credit_moves(
        self,
        request: ApiRequest,
        person_id: FromPath[UUID],
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> ListBody[MoveBody]:
        """List the ledger of a person's video credits, the newest row first."""
        queries = kithkin(request).video.video_message_queries()
        page = await queries.ledger(acting(request, person_id), position(cursor), limit)
        return list_body(page, move_body)

    @post(
        "/persons/{person_id:uuid}/video-credits/grants",
        opt=ADMIN,
        dto=JsonBody[GrantCreditsBody],
        return_dto=None,
        responses=problems(404, body=True),
    )
    async def grant_video_credits(
        self, request: ApiRequest, person_id: FromPath[UUID], data: JSONBody[GrantCreditsBody]
    ) -> Response[GrantedCreditsBody]:
        """Give a person video credits, for a reason. Only purchases repay a debt."""

        async def work() -> tuple[int, GrantedCreditsBody]:
            grant = kithkin(request).video.grant_video_credits()
            return 201, granted_body(await grant(PersonId(person_id), data.credits, data.reason))

        return await answer_once(request, work)
