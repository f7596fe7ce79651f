"""Video messages over HTTP."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta, Struct

from application.video.send_video_message import SendVideoMessageRequest, SentVideoMessages
from domain.shared.ids import ConversationId, PersonId, VideoMessageId
from domain.video.video_message_events import UnitSource
from domain.video.video_messages import Failed, Pending, Uploaded, VideoMessage, Viewed
from entrypoints.http.acting import acting, viewing
from entrypoints.http.authentication import FOR_PERSONS
from entrypoints.http.body import JsonBody
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.idempotency import answer_once
from entrypoints.http.lists import DEFAULT_LIMIT, Cursor, Limit, ListBody, list_body, position
from entrypoints.http.problems import problems
from entrypoints.http.video_decisions import VideoAllowanceBody

_MOST_RECIPIENTS = 100


class SendVideoMessageBody(Struct, forbid_unknown_fields=True):
    """A video message to send."""

    sender_id: UUID
    upload_ref: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=512,
            pattern=r"^[\x21-\x7e]+$",
            description="Where you keep, or will keep, the video; your own name for it",
            examples=["uploads/4711.mp4"],
        ),
    ]
    recipients: Annotated[
        list[UUID],
        Meta(
            max_length=_MOST_RECIPIENTS,
            description="Further persons to whom it goes, besides the other participant of the "
            "conversation; each needs a conversation with the sender, and one unit",
        ),
    ] = []


class ViewedBody(Struct, forbid_unknown_fields=True):
    """Who watched."""

    person_id: UUID


class VideoMessageBody(Struct):
    """A video message."""

    id: UUID
    send_id: Annotated[UUID, Meta(description="The same for all messages of one send")]
    conversation_id: UUID
    sender_id: UUID
    recipient_id: UUID
    state: Literal["pending", "uploaded", "viewed", "failed"]
    upload_ref: Annotated[str, Meta(description="Empty once the sender is erased")]
    source: Annotated[UnitSource, Meta(description="The unit it took")]
    counted_on: Annotated[date, Meta(description="The sender's local date it counts for")]
    created_at: datetime
    uploaded_at: datetime | None
    viewed_at: datetime | None
    failed_at: datetime | None
    given_back: Annotated[
        bool | None,
        Meta(description="Once it failed: the unit is back; a free one of an earlier day is gone"),
    ]
    policy_version: Annotated[str, Meta(description="The policy it was allowed under")]


class SentVideoMessageBody(VideoMessageBody):
    """A stored video message, those to further recipients, and the decision on the next."""

    others: list[VideoMessageBody]
    allowance: VideoAllowanceBody


_STATES: dict[type[VideoMessage], Literal["pending", "uploaded", "viewed", "failed"]] = {
    Pending: "pending",
    Uploaded: "uploaded",
    Viewed: "viewed",
    Failed: "failed",
}
_LATER = ("uploaded_at", "viewed_at", "failed_at", "given_back")
"""What a video message does not have in every state."""


def _fields(message: VideoMessage) -> dict[str, Any]:
    known = {
        name: getattr(message, name)
        for name in VideoMessageBody.__struct_fields__
        if name not in _LATER and name != "state"
    }
    later = {name: getattr(message, name, None) for name in _LATER}
    return {**known, **later, "state": _STATES[type(message)]}


def _shown(message: VideoMessage) -> VideoMessageBody:
    return VideoMessageBody(**_fields(message))


def _sent(sent: SentVideoMessages) -> SentVideoMessageBody:
    return SentVideoMessageBody(
        **_fields(sent.message),
        others=[_shown(message) for message in sent.others],
        allowance=msgspec.convert(sent.allowance, VideoAllowanceBody, from_attributes=True),
    )


class VideoMessageRoutes(Controller):
    """Video messages of a conversation."""

    path = "/v1"
    tags = ("Video messages",)

    @post(
        "/conversations/{conversation_id:uuid}/video-messages",
        opt=FOR_PERSONS,
        dto=JsonBody[SendVideoMessageBody],
        return_dto=None,
        responses=problems(402, 404, 409, body=True),
    )
    async def send_video_message(
        self,
        request: ApiRequest,
        conversation_id: FromPath[UUID],
        data: JSONBody[SendVideoMessageBody],
    ) -> Response[SentVideoMessageBody]:
        """Send a video message, if the sender may. Each recipient takes one unit, all or none."""
        to_send = SendVideoMessageRequest(
            conversation_id=ConversationId(conversation_id),
            sender_id=acting(request, data.sender_id),
            upload_ref=data.upload_ref,
            recipients=tuple(PersonId(recipient) for recipient in data.recipients),
        )

        async def work() -> tuple[int, SentVideoMessageBody]:
            return 201, _sent(await kithkin(request).video.send_video_message()(to_send))

        return await answer_once(request, work, about=lambda body: body.sender_id)

    @get(
        "/conversations/{conversation_id:uuid}/video-messages",
        opt=FOR_PERSONS,
        responses=problems(404),
    )
    async def list_video_messages(
        self,
        request: ApiRequest,
        conversation_id: FromPath[UUID],
        person_id: Annotated[UUID | None, QueryParameter(description="Who reads")] = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> ListBody[VideoMessageBody]:
        """List the video messages of a conversation, the newest first."""
        page = (
            await kithkin(request)
            .video.video_message_queries()
            .messages_of(
                ConversationId(conversation_id),
                viewing(request, person_id),
                position(cursor),
                limit,
            )
        )
        return list_body(page, _shown)

    @get(
        "/conversations/{conversation_id:uuid}/video-messages/{video_message_id:uuid}",
        opt=FOR_PERSONS,
        responses=problems(404),
    )
    async def get_video_message(
        self, request: ApiRequest, conversation_id: FromPath[UUID], video_message_id: FromPath[UUID]
    ) -> VideoMessageBody:
        """Read a video message."""
        viewer_id = viewing(request, None)
        queries = kithkin(request).video.video_message_queries()
        return _shown(
            await queries.message(
                ConversationId(conversation_id), VideoMessageId(video_message_id), viewer_id
            )
        )

    @post(
        "/conversations/{conversation_id:uuid}/video-messages/{video_message_id:uuid}/uploaded",
        status_code=200,
        responses=problems(404, 409),
    )
    async def report_uploaded(
        self, request: ApiRequest, conversation_id: FromPath[UUID], video_message_id: FromPath[UUID]
    ) -> Response[VideoMessageBody]:
        """Report that the upload of a send is complete. It holds for all messages of the send."""

        async def work() -> tuple[int, VideoMessageBody]:
            report = kithkin(request).video.report_upload_complete()
            message = await report(
                ConversationId(conversation_id), VideoMessageId(video_message_id)
            )
            return 200, _shown(message)

        return await answer_once(request, work, about=lambda body: body.sender_id)

    @post(
        "/conversations/{conversation_id:uuid}/video-messages/{video_message_id:uuid}/failed",
        status_code=200,
        responses=problems(404, 409),
    )
    async def report_failed(
        self, request: ApiRequest, conversation_id: FromPath[UUID], video_message_id: FromPath[UUID]
    ) -> Response[VideoMessageBody]:
        """Report that a pending upload failed. Each message of the send gives its unit back."""

        async def work() -> tuple[int, VideoMessageBody]:
            report = kithkin(request).video.report_upload_failed()
            message = await report(
                ConversationId(conversation_id), VideoMessageId(video_message_id)
            )
            return 200, _shown(message)

        return await answer_once(request, work, about=lambda body: body.sender_id)

    @post(
        "/conversations/{conversation_id:uuid}/video-messages/{video_message_id:uuid}/viewed",
        opt=FOR_PERSONS,
        status_code=200,
        dto=JsonBody[ViewedBody],
        return_dto=None,
        responses=problems(404, 409, body=True),
    )
    async def report_viewed(
        self,
        request: ApiRequest,
        conversation_id: FromPath[UUID],
        video_message_id: FromPath[UUID],
        data: JSONBody[ViewedBody],
    ) -> Response[VideoMessageBody]:
        """Report that the recipient watched. Reporting it again changes nothing."""
        viewer_id = acting(request, data.person_id)

        async def work() -> tuple[int, VideoMessageBody]:
            view = kithkin(request).video.view_video_message()
            message = await view(
                ConversationId(conversation_id), VideoMessageId(video_message_id), viewer_id
            )
            return 200, _shown(message)

        return await answer_once(request, work, about=lambda body: body.sender_id)
