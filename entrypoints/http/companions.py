"""Talking with companions over HTTP."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, delete, get, patch, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Stream
from msgspec import Meta, Struct

from application.personas.ask_companion import AskRequest
from application.personas.change_message import NamedMessage
from application.personas.record_call import MOST_TURNS, RecordCallRequest, Turn
from domain.personas.messages import Tag, Voice
from domain.shared.ids import CompanionSessionId, ConversationId, MessageId
from entrypoints.http.acting import viewing
from entrypoints.http.authentication import FOR_PERSONS
from entrypoints.http.body import JsonBody
from entrypoints.http.companion_bodies import (
    CompanionMessageBody,
    CompanionSessionBody,
    message_body,
    session_body,
)
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.events import EVENT_STREAM, STREAM_HEADERS
from entrypoints.http.idempotency import REPLAYED, answer_once, attempt_of
from entrypoints.http.lists import DEFAULT_LIMIT, Cursor, Limit, ListBody, list_body, position
from entrypoints.http.messages import Order, Text
from entrypoints.http.problems import problems
from entrypoints.http.replies import Replies, finished


class AskBody(Struct, forbid_unknown_fields=True):
    """What a person says to their companion."""

    text: Text


class TurnBody(Struct, forbid_unknown_fields=True):
    """What one side said in a call."""

    role: Voice
    text: Text
    tag: Tag = Tag.GENERAL


class RecordCallBody(Struct, forbid_unknown_fields=True):
    """A call that is over, with its transcript."""

    started_at: datetime
    ended_at: Annotated[datetime, Meta(description="Within 15 minutes of now")]
    turns: Annotated[list[TurnBody], Meta(max_length=MOST_TURNS)]


class CompanionRoutes(Controller):
    """Companions: what is said, and in which session."""

    path = "/v1"
    tags = ("Companions",)

    @post(
        "/conversations/{conversation_id:uuid}/replies",
        opt=FOR_PERSONS,
        status_code=200,
        dto=JsonBody[AskBody],
        return_dto=None,
        media_type=EVENT_STREAM,
        responses={
            **problems(402, 404, 409, body=True),
            200: ResponseSpec(
                str,
                generate_examples=False,
                description="Server-sent events: `message`, some of `delta`, `done` or `error`.",
                media_type=EVENT_STREAM,
            ),
        },
    )
    async def ask_companion(
        self, request: ApiRequest, conversation_id: FromPath[UUID], data: JSONBody[AskBody]
    ) -> Response[Any]:
        """Say something to a companion, and follow its reply. A repeat gives the finished reply."""
        replies: Replies = request.app.state.replies
        replies.make_sure_of_room()
        ask = kithkin(request).personas.ask_companion()
        asked = await ask(
            AskRequest(
                conversation_id=ConversationId(conversation_id),
                viewer_id=viewing(request, None),
                text=data.text,
                attempt=await attempt_of(request),
            )
        )
        if asked.reply is None:
            told, headers = replies.begin(asked), STREAM_HEADERS
        else:
            told, headers = finished(asked), {**STREAM_HEADERS, REPLAYED: "true"}
        return Stream(told, media_type=EVENT_STREAM, headers=headers, status_code=200)

    @get("/conversations/{conversation_id:uuid}/replies", opt=FOR_PERSONS, responses=problems(404))
    async def list_replies(
        self,
        request: ApiRequest,
        conversation_id: FromPath[UUID],
        order: FromQuery[Order] = Order.OLDEST_FIRST,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> ListBody[CompanionMessageBody]:
        """List what was said in a companion conversation, by both sides."""
        page = (
            await kithkin(request)
            .personas.queries()
            .messages(
                ConversationId(conversation_id),
                viewing(request, None),
                position(cursor),
                limit,
                newest_first=order is Order.NEWEST_FIRST,
            )
        )
        return list_body(page, message_body)

    @patch(
        "/conversations/{conversation_id:uuid}/replies/{message_id:uuid}",
        opt=FOR_PERSONS,
        dto=JsonBody[AskBody],
        return_dto=None,
        responses=problems(404, 409, body=True),
    )
    async def edit_companion_message(
        self,
        request: ApiRequest,
        conversation_id: FromPath[UUID],
        message_id: FromPath[UUID],
        data: JSONBody[AskBody],
    ) -> CompanionMessageBody:
        """Change what the person said, within 15 minutes. It is not answered anew."""
        edit = kithkin(request).personas.edit_message()
        return message_body(await edit(_named(request, conversation_id, message_id), data.text))

    @delete(
        "/conversations/{conversation_id:uuid}/replies/{message_id:uuid}",
        opt=FOR_PERSONS,
        responses=problems(404, 409),
    )
    async def delete_companion_message(
        self, request: ApiRequest, conversation_id: FromPath[UUID], message_id: FromPath[UUID]
    ) -> None:
        """Delete what the person said, and what was learned from it alone."""
        delete_one = kithkin(request).personas.delete_message()
        await delete_one(_named(request, conversation_id, message_id))

    @post(
        "/conversations/{conversation_id:uuid}/calls",
        opt=FOR_PERSONS,
        dto=JsonBody[RecordCallBody],
        return_dto=None,
        responses=problems(402, 404, body=True),
    )
    async def record_call(
        self, request: ApiRequest, conversation_id: FromPath[UUID], data: JSONBody[RecordCallBody]
    ) -> Response[CompanionSessionBody]:
        """Record a call with a companion that has ended, with what was said in it."""
        wanted = RecordCallRequest(
            conversation_id=ConversationId(conversation_id),
            viewer_id=viewing(request, None),
            started_at=data.started_at,
            ended_at=data.ended_at,
            turns=tuple(Turn(role=one.role, text=one.text, tag=one.tag) for one in data.turns),
        )

        async def work() -> tuple[int, CompanionSessionBody]:
            app = kithkin(request)
            session = await app.personas.record_call()(wanted)
            return 201, session_body(session, app.rulebook.policies.personas)

        return await answer_once(request, work, about=lambda body: body.person_id)

    @post(
        "/conversations/{conversation_id:uuid}/sessions/end",
        opt=FOR_PERSONS,
        status_code=200,
        return_dto=None,
        responses=problems(404, 409),
    )
    async def end_companion_session(
        self, request: ApiRequest, conversation_id: FromPath[UUID]
    ) -> Response[CompanionSessionBody]:
        """End the open chat session. Its summary is made soon after."""
        ident, viewer_id = ConversationId(conversation_id), viewing(request, None)

        async def work() -> tuple[int, CompanionSessionBody]:
            app = kithkin(request)
            session = await app.personas.end_session()(ident, viewer_id)
            return 200, session_body(session, app.rulebook.policies.personas)

        return await answer_once(request, work, about=lambda body: body.person_id)

    @get("/conversations/{conversation_id:uuid}/sessions", opt=FOR_PERSONS, responses=problems(404))
    async def list_companion_sessions(
        self,
        request: ApiRequest,
        conversation_id: FromPath[UUID],
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> ListBody[CompanionSessionBody]:
        """List the sessions of a companion conversation, the one that started last first."""
        app = kithkin(request)
        page = await app.personas.queries().sessions(
            ConversationId(conversation_id), viewing(request, None), position(cursor), limit
        )
        policy = app.rulebook.policies.personas
        return list_body(page, lambda session: session_body(session, policy))

    @get("/sessions/{companion_session_id:uuid}", opt=FOR_PERSONS, responses=problems(404))
    async def get_companion_session(
        self, request: ApiRequest, companion_session_id: FromPath[UUID]
    ) -> CompanionSessionBody:
        """Read a session: its persona, and what was known after it or why nothing came of it."""
        app = kithkin(request)
        session = await app.personas.queries().session(
            CompanionSessionId(companion_session_id), viewing(request, None)
        )
        return session_body(session, app.rulebook.policies.personas)


def _named(request: ApiRequest, conversation_id: UUID, message_id: UUID) -> NamedMessage:
    return NamedMessage(
        conversation_id=ConversationId(conversation_id),
        message_id=MessageId(message_id),
        viewer_id=viewing(request, None),
    )
