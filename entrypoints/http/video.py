"""Video calls over HTTP."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from application.video.start_call import StartCallRequest
from domain.shared.calendar import instant
from domain.shared.ids import ConversationId, VideoCallId
from domain.video.call_commands import ReportPresence
from domain.video.calls import Call, Ended, Ongoing, Ringing
from domain.video.events import CallOutcome, Presence
from entrypoints.http.acting import acting, viewing
from entrypoints.http.authentication import ADMIN, FOR_PERSONS
from entrypoints.http.body import JsonBody
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.idempotency import answer_once
from entrypoints.http.problems import problems


class StartCallBody(Struct, forbid_unknown_fields=True):
    """Who calls, and when if not at once."""

    initiator_id: UUID
    scheduled_for: (
        Annotated[datetime, Meta(tz=True, description="With its offset; at once if left out")]
        | None
    ) = None


class PresenceBody(Struct, forbid_unknown_fields=True):
    """Whose connection did what."""

    person_id: UUID
    event: Presence


class DeclineBody(Struct, forbid_unknown_fields=True):
    """Who declines."""

    person_id: UUID


class EndBody(Struct, forbid_unknown_fields=True):
    """Who ends the call; left out where the app itself does."""

    person_id: UUID | None = None


class VoidBody(Struct, forbid_unknown_fields=True):
    """Why a call shall not count."""

    reason: Annotated[
        str, Meta(min_length=1, max_length=2000, examples=["Both ends were one device"])
    ]


class CallBody(Struct):
    """A video call."""

    id: UUID
    conversation_id: UUID
    initiator_id: UUID
    callee_id: UUID
    state: Literal["ringing", "ongoing", "ended"]
    created_at: datetime
    scheduled_for: datetime | None
    rings_at: Annotated[datetime, Meta(description="From when on it waits to be answered")]
    answered_at: Annotated[
        datetime | None, Meta(description="When both had connected at least once")
    ]
    ended_at: datetime | None
    outcome: CallOutcome | None
    overlap_seconds: Annotated[
        int | None, Meta(description="Whole seconds with both connected, once it is over")
    ]
    voided_at: Annotated[
        datetime | None, Meta(description="Since when it does not count for rewards")
    ]
    void_reason: Annotated[
        str | None, Meta(description="Why not; shown to the app's own backend alone")
    ]
    policy_version: str


class HistoryBody(Struct):
    """What the completed calls of a conversation come to."""

    conversation_id: UUID
    started_at: Annotated[datetime, Meta(description="When the conversation was opened")]
    first_video_call_at: datetime | None
    last_video_call_at: datetime | None
    video_call_count: Annotated[int, Meta(description="UTC days with a completed call")]


_STATES: dict[type[Call], Literal["ringing", "ongoing", "ended"]] = {
    Ringing: "ringing",
    Ongoing: "ongoing",
    Ended: "ended",
}


def _shown(call: Call, *, reason: bool = False) -> CallBody:
    over = call if isinstance(call, Ended) else None
    return CallBody(
        id=call.id,
        conversation_id=call.conversation_id,
        initiator_id=call.initiator_id,
        callee_id=call.callee_id,
        state=_STATES[type(call)],
        created_at=call.created_at,
        scheduled_for=call.scheduled_for,
        rings_at=call.rings_at,
        answered_at=None if isinstance(call, Ringing) else call.answered_at,
        ended_at=over.ended_at if over else None,
        outcome=over.outcome if over else None,
        overlap_seconds=over.overlap_seconds if over else None,
        voided_at=over.voided_at if over else None,
        void_reason=over.void_reason if over and reason else None,
        policy_version=call.policy_version,
    )


class VideoRoutes(Controller):
    """Video calls and what they come to."""

    path = "/v1"
    tags = ("Video calls",)

    @post(
        "/conversations/{conversation_id:uuid}/video-calls",
        opt=FOR_PERSONS,
        dto=JsonBody[StartCallBody],
        return_dto=None,
        responses=problems(404, 409, body=True),
    )
    async def start_call(
        self, request: ApiRequest, conversation_id: FromPath[UUID], data: JSONBody[StartCallBody]
    ) -> Response[CallBody]:
        """Call the other participant, at once or at a time. Unanswered for 60 s it is missed."""
        at, initiator_id = data.scheduled_for, acting(request, data.initiator_id)

        async def work() -> tuple[int, CallBody]:
            call = await kithkin(request).video.start_call()(
                StartCallRequest(
                    conversation_id=ConversationId(conversation_id),
                    initiator_id=initiator_id,
                    scheduled_for=None if at is None else instant("scheduled_for", at),
                )
            )
            return 201, _shown(call)

        return await answer_once(request, work)

    @post(
        "/video-calls/{call_id:uuid}/decline",
        opt=FOR_PERSONS,
        status_code=200,
        dto=JsonBody[DeclineBody],
        return_dto=None,
        responses=problems(404, 409, body=True),
    )
    async def decline_call(
        self, request: ApiRequest, call_id: FromPath[UUID], data: JSONBody[DeclineBody]
    ) -> Response[CallBody]:
        """Decline a call that was not answered, as the one who is called."""
        person_id = acting(request, data.person_id)

        async def work() -> tuple[int, CallBody]:
            decline = kithkin(request).video.decline_call()
            return 200, _shown(await decline(VideoCallId(call_id), person_id))

        return await answer_once(request, work)

    @post(
        "/video-calls/{call_id:uuid}/presence",
        opt=FOR_PERSONS,
        status_code=200,
        dto=JsonBody[PresenceBody],
        return_dto=None,
        responses=problems(404, 409, body=True),
    )
    async def report_presence(
        self, request: ApiRequest, call_id: FromPath[UUID], data: JSONBody[PresenceBody]
    ) -> Response[CallBody]:
        """Report that a participant connected or left. Reporting the same again changes nothing."""
        command = ReportPresence(person_id=acting(request, data.person_id), presence=data.event)

        async def work() -> tuple[int, CallBody]:
            report = kithkin(request).video.report_presence()
            return 200, _shown(await report(VideoCallId(call_id), command))

        return await answer_once(request, work)

    @post(
        "/video-calls/{call_id:uuid}/end",
        opt=FOR_PERSONS,
        status_code=200,
        dto=JsonBody[EndBody],
        return_dto=None,
        responses=problems(404, 409, body=True),
    )
    async def end_call(
        self, request: ApiRequest, call_id: FromPath[UUID], data: JSONBody[EndBody]
    ) -> Response[CallBody]:
        """End a call. With both connected for 60 s in all it is completed, and unlocks messages."""
        person_id = viewing(request, data.person_id)

        async def work() -> tuple[int, CallBody]:
            end = kithkin(request).video.end_call()
            return 200, _shown(await end(VideoCallId(call_id), person_id))

        return await answer_once(request, work)

    @post(
        "/video-calls/{call_id:uuid}/void",
        opt=ADMIN,
        status_code=200,
        dto=JsonBody[VoidBody],
        return_dto=None,
        responses=problems(404, 409, body=True),
    )
    async def void_call(
        self, request: ApiRequest, call_id: FromPath[UUID], data: JSONBody[VoidBody]
    ) -> Response[CallBody]:
        """Void a completed call that was fraud. It counts for no reward from now on."""

        async def work() -> tuple[int, CallBody]:
            void = kithkin(request).video.void_call()
            return 200, _shown(await void(VideoCallId(call_id), data.reason), reason=True)

        return await answer_once(request, work)

    @get("/video-calls/{call_id:uuid}", opt=FOR_PERSONS, responses=problems(404))
    async def get_call(self, request: ApiRequest, call_id: FromPath[UUID]) -> CallBody:
        """Read a call."""
        viewer_id = viewing(request, None)
        queries = kithkin(request).video.queries()
        return _shown(await queries.call(VideoCallId(call_id), viewer_id), reason=viewer_id is None)

    @get("/conversations/{conversation_id:uuid}/video", opt=FOR_PERSONS, responses=problems(404))
    async def get_history(
        self, request: ApiRequest, conversation_id: FromPath[UUID]
    ) -> HistoryBody:
        """Read what the completed calls of a conversation come to."""
        queries = kithkin(request).video.queries()
        viewer_id = viewing(request, None)
        history = await queries.history(ConversationId(conversation_id), viewer_id)
        return msgspec.convert(history, HistoryBody, from_attributes=True)
