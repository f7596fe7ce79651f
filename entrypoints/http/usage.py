"""Usage over HTTP."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.openapi.spec import Example
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta, Struct

from application.usage.start_session import StartUsageRequest
from domain.shared.ids import ConversationId, PersonId, UsageSessionId
from domain.usage.paywall import PaywallAction
from domain.usage.sessions import SessionMode
from entrypoints.http.acting import acting, viewing
from entrypoints.http.authentication import ADMIN, FOR_PERSONS
from entrypoints.http.body import JsonBody
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.idempotency import answer_once
from entrypoints.http.lists import DEFAULT_LIMIT, Cursor, Limit, ListBody, list_body, position
from entrypoints.http.paywall import PaywallBody, paywall_body
from entrypoints.http.persons import Language
from entrypoints.http.problems import problems
from entrypoints.http.usage_bodies import (
    ForecastBody,
    LineBody,
    PeriodBody,
    TiersBody,
    UsageBody,
    UsageSessionBody,
    forecast_body,
    line_body,
    period_body,
    session_body,
    tier_body,
    usage_body,
)

Period = Annotated[
    str | None,
    QueryParameter(
        pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$",
        description="A month; the current one if left out",
        examples=[Example(value="2026-03")],
    ),
]


class StartUsageSessionBody(Struct, forbid_unknown_fields=True):
    """Whose session it is, and what it is about."""

    person_id: UUID
    language: Language | None = None
    conversation_id: UUID | None = None
    mode: SessionMode = SessionMode.TRADITIONAL


class SettleUsageSessionBody(Struct, forbid_unknown_fields=True):
    """What the app counted."""

    input_tokens: Annotated[int, Meta(ge=0, le=1_000_000_000)] | None = None


class GrantSecondsBody(Struct, forbid_unknown_fields=True):
    """How many seconds, and why."""

    seconds: Annotated[int, Meta(ge=1, le=1_000_000)]
    reason: Annotated[
        str, Meta(min_length=1, max_length=200, examples=["Goodwill for a failed session"])
    ]


class UsageRoutes(Controller):
    """Usage sessions, what is left of a month, and the paywall."""

    path = "/v1"
    tags = ("Usage",)

    @post(
        "/usage/sessions",
        opt=FOR_PERSONS,
        dto=JsonBody[StartUsageSessionBody],
        return_dto=None,
        responses=problems(402, 403, 404, body=True),
    )
    async def start_usage_session(
        self, request: ApiRequest, data: JSONBody[StartUsageSessionBody]
    ) -> Response[UsageSessionBody]:
        """Start a session, which holds seconds until it is settled. Send a heartbeat every 15 s."""
        person_id, about = acting(request, data.person_id), data.conversation_id
        wanted = StartUsageRequest(
            person_id=person_id,
            mode=data.mode,
            language=data.language,
            conversation_id=None if about is None else ConversationId(about),
        )

        async def work() -> tuple[int, UsageSessionBody]:
            return 201, session_body(await kithkin(request).usage.start_session()(wanted))

        return await answer_once(request, work, about=lambda body: body.person_id)

    @post(
        "/usage/sessions/{usage_session_id:uuid}/heartbeat",
        opt=FOR_PERSONS,
        status_code=200,
        return_dto=None,
        responses=problems(404, 409),
    )
    async def beat_usage_session(
        self, request: ApiRequest, usage_session_id: FromPath[UUID]
    ) -> Response[UsageSessionBody]:
        """Send a session's heartbeat. After 60 s without one it is settled, as of the last."""
        viewer_id = viewing(request, None)

        async def work() -> tuple[int, UsageSessionBody]:
            beat = kithkin(request).usage.beat_session()
            return 200, session_body(await beat(UsageSessionId(usage_session_id), viewer_id))

        return await answer_once(request, work, about=lambda body: body.person_id)

    @post(
        "/usage/sessions/{usage_session_id:uuid}/extend",
        opt=FOR_PERSONS,
        status_code=200,
        return_dto=None,
        responses=problems(402, 403, 404, 409),
    )
    async def extend_usage_session(
        self, request: ApiRequest, usage_session_id: FromPath[UUID]
    ) -> Response[UsageSessionBody]:
        """Hold up to 300 more seconds for a session. It can be done twice."""
        viewer_id = viewing(request, None)

        async def work() -> tuple[int, UsageSessionBody]:
            extend = kithkin(request).usage.extend_session()
            return 200, session_body(await extend(UsageSessionId(usage_session_id), viewer_id))

        return await answer_once(request, work, about=lambda body: body.person_id)

    @post(
        "/usage/sessions/{usage_session_id:uuid}/settle",
        opt=FOR_PERSONS,
        status_code=200,
        dto=JsonBody[SettleUsageSessionBody],
        return_dto=None,
        responses=problems(404, body=True),
    )
    async def settle_usage_session(
        self,
        request: ApiRequest,
        usage_session_id: FromPath[UUID],
        data: JSONBody[SettleUsageSessionBody],
    ) -> Response[UsageSessionBody]:
        """End a session; what it held and did not use is free again. An ended one stays so."""
        viewer_id = viewing(request, None)

        async def work() -> tuple[int, UsageSessionBody]:
            settle = kithkin(request).usage.settle_session()
            ended = await settle(UsageSessionId(usage_session_id), viewer_id, data.input_tokens)
            return 200, session_body(ended)

        return await answer_once(request, work, about=lambda body: body.person_id)

    @get("/persons/{person_id:uuid}/usage", opt=FOR_PERSONS, responses=problems(403, 404))
    async def get_usage(
        self, request: ApiRequest, person_id: FromPath[UUID], period: Period = None
    ) -> UsageBody:
        """Read what a person may use in a month, and has used."""
        queries = kithkin(request).usage.queries()
        return usage_body(await queries.usage(acting(request, person_id), period))

    @get("/persons/{person_id:uuid}/usage/history", opt=FOR_PERSONS, responses=problems(403, 404))
    async def list_usage_history(
        self,
        request: ApiRequest,
        person_id: FromPath[UUID],
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> ListBody[PeriodBody]:
        """List a person's months, the newest first."""
        queries = kithkin(request).usage.queries()
        page = await queries.history(acting(request, person_id), position(cursor), limit)
        return list_body(page, period_body)

    @get("/persons/{person_id:uuid}/usage/statement", opt=FOR_PERSONS, responses=problems(403, 404))
    async def list_usage_statement(
        self,
        request: ApiRequest,
        person_id: FromPath[UUID],
        period: Period = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> ListBody[LineBody]:
        """List what was added to a month's seconds and taken from them, line by line."""
        queries = kithkin(request).usage.queries()
        asked = acting(request, person_id)
        page = await queries.statement(asked, period, position(cursor), limit)
        return list_body(page, line_body)

    @get("/persons/{person_id:uuid}/usage/forecast", opt=FOR_PERSONS, responses=problems(403, 404))
    async def get_usage_forecast(
        self, request: ApiRequest, person_id: FromPath[UUID]
    ) -> ForecastBody:
        """Read when today's pace uses up what is left."""
        queries = kithkin(request).usage.queries()
        return forecast_body(await queries.forecast(acting(request, person_id)))

    @get("/persons/{person_id:uuid}/paywall", opt=FOR_PERSONS, responses=problems(403, 404))
    async def get_paywall(
        self,
        request: ApiRequest,
        person_id: FromPath[UUID],
        action: Annotated[PaywallAction, QueryParameter(description="What is about to be done")],
        mode: Annotated[
            SessionMode, QueryParameter(description="How the two sides of a session would talk")
        ] = SessionMode.TRADITIONAL,
    ) -> PaywallBody:
        """Read whether a person may go on, is to be warned, or needs to buy something."""
        queries = kithkin(request).usage.queries()
        return paywall_body(await queries.paywall(acting(request, person_id), action, mode))

    @get("/tiers", opt=FOR_PERSONS, responses=problems())
    async def list_tiers(self, request: ApiRequest) -> TiersBody:
        """List the tiers with what each grants and allows, the lowest first."""
        queries = kithkin(request).usage.queries()
        items = [tier_body(tier, limits) for tier, limits in queries.tiers()]
        return TiersBody(items, kithkin(request).rulebook.version)

    @post(
        "/persons/{person_id:uuid}/usage/grants",
        opt=ADMIN,
        dto=JsonBody[GrantSecondsBody],
        return_dto=None,
        responses=problems(403, 404, 409, body=True),
    )
    async def grant_seconds(
        self, request: ApiRequest, person_id: FromPath[UUID], data: JSONBody[GrantSecondsBody]
    ) -> Response[UsageBody]:
        """Grant purchased seconds, which never expire. The reason stands in the statement."""

        async def work() -> tuple[int, UsageBody]:
            usage = kithkin(request).usage
            await usage.grant_seconds()(PersonId(person_id), data.seconds, data.reason)
            return 201, usage_body(await usage.queries().usage(PersonId(person_id), None))

        return await answer_once(request, work, about=lambda body: body.person_id)
