"""Streaks over HTTP."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, get, post, put
from litestar.openapi.spec import Example
from litestar.params import FromPath, JSONBody, PathParameter, QueryParameter
from msgspec import Meta, Struct

from application.shared.idempotency import Answer
from application.streaks.record_activity import Activity, ActivityRequest
from domain.shared.errors import InvalidValueError, NotFoundError
from domain.shared.ids import PersonId
from domain.streaks.calendar import DayState
from domain.streaks.events import StreakKind
from domain.streaks.standing import StreakStanding, StreakStatus
from entrypoints.http.acting import acting
from entrypoints.http.authentication import FOR_PERSONS
from entrypoints.http.body import JsonBody
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.decisions import ReasonBody
from entrypoints.http.idempotency import answer_once, attempt_of, rendered, respond
from entrypoints.http.problems import problems

_FIRST_YEAR, _LAST_YEAR = 1970, 8999

Kind = Annotated[str, PathParameter(schema_extra={"enum": [kind.value for kind in StreakKind]})]


class ActivityKind(StrEnum):
    """What a person did."""

    APP_OPEN = "app_open"


class ActivityBody(Struct, forbid_unknown_fields=True):
    """What the person did just now."""

    kind: ActivityKind


class SetPauseBody(Struct, forbid_unknown_fields=True):
    """Dates, both of them included, in the person's zone."""

    starts_on: Annotated[date, Meta(description="After today", examples=["2026-12-24"])]
    ends_on: Annotated[date, Meta(examples=["2027-01-02"])]


class PauseBody(Struct):
    """Dates that need not count, both of them included."""

    starts_on: date
    ends_on: date


class RepairBody(Struct):
    """The decision on a repair."""

    allowed: bool
    length: Annotated[int, Meta(description="What the streak would be then")]
    broken_at: Annotated[datetime, Meta(description="The end of the first date nothing covered")]
    until: Annotated[datetime, Meta(description="Up to when it can be repaired")]
    reasons: list[ReasonBody]


class StreakBody(Struct):
    """A streak as it stands."""

    kind: StreakKind
    status: StreakStatus
    current: Annotated[int, Meta(description="0 once it is broken")]
    longest: int
    last_on: Annotated[date | None, Meta(description="The last date that counted")]
    freezes: Annotated[int, Meta(description="Held now; each covers a missed date")]
    next_milestone: int | None
    today: Annotated[date, Meta(description="The date that something done now would count for")]
    ends_at: Annotated[datetime, Meta(description="When that date is over")]
    time_left_seconds: Annotated[
        int | None, Meta(description="How long today can still be counted for, where it matters")
    ]
    pause: PauseBody | None
    repair: Annotated[RepairBody | None, Meta(description="null where nothing is broken")]
    reasons: list[ReasonBody]
    policy_version: Annotated[str, Meta(description="The version of the policy in force")]


class StreaksBody(Struct):
    """Both streaks of a person."""

    login: StreakBody
    chat: StreakBody


class ActivityAnswerBody(Struct):
    """What came of an activity."""

    credited: Annotated[bool, Meta(description="Today did not count before, and does now")]
    streak: StreakBody


class DayBody(Struct):
    """A date of a streak."""

    date: date
    state: Annotated[
        DayState | None, Meta(description="null for what is to come or was before the streak")
    ]


class CalendarBody(Struct):
    """A month of a streak."""

    month: Annotated[str, Meta(examples=["2026-03"])]
    days: list[DayBody]


def streak_body(standing: StreakStanding) -> StreakBody:
    """Give a streak as the API shows it."""
    streak = standing.streak
    return msgspec.convert(
        {
            "kind": streak.kind,
            "status": standing.status,
            "current": standing.current,
            "longest": streak.longest,
            "last_on": None if streak.last is None else streak.last.on,
            "freezes": len(streak.freezes),
            "next_milestone": standing.next_milestone,
            "today": standing.today,
            "ends_at": standing.ends_at,
            "time_left_seconds": standing.time_left_seconds,
            "pause": standing.pause,
            "repair": standing.repair,
            "reasons": standing.reasons,
            "policy_version": standing.policy_version,
        },
        StreakBody,
        from_attributes=True,
    )


def streaks_body(standings: tuple[StreakStanding, ...]) -> StreaksBody:
    """Give both streaks as the API shows them."""
    return StreaksBody(**{one.streak.kind.value: streak_body(one) for one in standings})


def _answer(person_id: PersonId, activity: Activity) -> Answer:
    body = ActivityAnswerBody(activity.credited, streak_body(activity.standing))
    return rendered(200, body, person_id)


def kind_of(text: str) -> StreakKind:
    """Give the streak that a path names.

    Raises:
        NotFoundError: There is none of this name.
    """
    try:
        return StreakKind(text)
    except ValueError as error:
        raise NotFoundError("There is no such streak; there are login and chat.") from error


def month_of(text: str | None) -> date | None:
    """Give the first date of a month written as 2026-03.

    Raises:
        InvalidValueError: It is no such month.
    """
    if text is None:
        return None
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise _no_month() from error
    if not _FIRST_YEAR <= first.year <= _LAST_YEAR:
        raise _no_month()
    return first


def _no_month() -> InvalidValueError:
    return InvalidValueError("month", f"Give a month like 2026-03, from {_FIRST_YEAR} on.")


class StreakRoutes(Controller):
    """Streaks: days in a row."""

    path = "/v1"
    tags = ("Streaks",)

    @post(
        "/persons/{person_id:uuid}/activity",
        opt=FOR_PERSONS,
        status_code=200,
        dto=JsonBody[ActivityBody],
        return_dto=None,
        responses=problems(404, body=True),
    )
    async def record_activity(
        self,
        request: ApiRequest,
        person_id: FromPath[UUID],
        data: JSONBody[ActivityBody],  # noqa: ARG002 - there is one kind so far
    ) -> Response[ActivityAnswerBody]:
        """Report that a person opened the app. The first time a day credits the login streak."""
        opener = acting(request, person_id)
        done = await kithkin(request).streaks.record_activity()(
            ActivityRequest(
                person_id=opener,
                attempt=await attempt_of(request),
                render=lambda activity: _answer(opener, activity),
            )
        )
        if isinstance(done, Answer):
            return respond(done)
        return respond(done.answer or _answer(opener, done))

    @get("/persons/{person_id:uuid}/streaks", opt=FOR_PERSONS, responses=problems(404))
    async def get_streaks(self, request: ApiRequest, person_id: FromPath[UUID]) -> StreaksBody:
        """Read both streaks of a person, with all that decides on them."""
        queries = kithkin(request).streaks.queries()
        return streaks_body(await queries.standings(acting(request, person_id)))

    @post(
        "/persons/{person_id:uuid}/streaks/{kind:str}/repair",
        opt=FOR_PERSONS,
        status_code=200,
        responses=problems(404, 409),
    )
    async def repair_streak(
        self, request: ApiRequest, person_id: FromPath[UUID], kind: Kind
    ) -> Response[StreakBody]:
        """Repair a streak within 48 hours of its break, once in 30 days."""
        owner_id, streak_kind = acting(request, person_id), kind_of(kind)

        async def work() -> tuple[int, StreakBody]:
            repair = kithkin(request).streaks.repair_streak()
            return 200, streak_body(await repair(owner_id, streak_kind))

        return await answer_once(request, work, about=lambda _: owner_id)

    @put(
        "/persons/{person_id:uuid}/streaks/{kind:str}/pause",
        opt=FOR_PERSONS,
        dto=JsonBody[SetPauseBody],
        return_dto=None,
        responses=problems(404, body=True),
    )
    async def set_pause(
        self,
        request: ApiRequest,
        person_id: FromPath[UUID],
        kind: Kind,
        data: JSONBody[SetPauseBody],
    ) -> StreakBody:
        """Pause a streak on dates to come, up to 30 a year. They replace those paused before."""
        pause = kithkin(request).streaks.pause_streak()
        owner_id = acting(request, person_id)
        return streak_body(await pause(owner_id, kind_of(kind), data.starts_on, data.ends_on))

    @delete(
        "/persons/{person_id:uuid}/streaks/{kind:str}/pause",
        opt=FOR_PERSONS,
        responses=problems(404),
    )
    async def end_pause(self, request: ApiRequest, person_id: FromPath[UUID], kind: Kind) -> None:
        """End a pause of a streak from tomorrow on. Without one nothing changes."""
        await kithkin(request).streaks.resume_streak()(acting(request, person_id), kind_of(kind))

    @get(
        "/persons/{person_id:uuid}/streaks/{kind:str}/calendar",
        opt=FOR_PERSONS,
        responses=problems(404),
    )
    async def get_calendar(
        self,
        request: ApiRequest,
        person_id: FromPath[UUID],
        kind: Kind,
        month: Annotated[
            str | None,
            QueryParameter(
                pattern=r"^[0-9]{4}-[0-9]{2}$",
                description="A month of the person's; the current one if left out",
                examples=[Example(value="2026-03")],
            ),
        ] = None,
    ) -> CalendarBody:
        """Read a month of a streak, day by day."""
        queries = kithkin(request).streaks.queries()
        days = await queries.calendar(acting(request, person_id), kind_of(kind), month_of(month))
        return CalendarBody(
            month=f"{days[0].day:%Y-%m}", days=[DayBody(one.day, one.state) for one in days]
        )
