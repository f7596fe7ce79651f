"""Messages over HTTP."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta, Struct

from application.conversations.edit_message import EditMessageRequest
from application.conversations.send_message import SendMessageRequest, SentMessage
from application.shared.idempotency import Answer
from domain.conversations.messages import Message, MessageRole, MessageTag
from domain.shared.ids import ConversationId, MessageId
from entrypoints.http.acting import acting, viewing
from entrypoints.http.authentication import FOR_PERSONS
from entrypoints.http.body import JsonBody
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.decisions import AllowanceBody, explained
from entrypoints.http.idempotency import attempt_of, rendered, respond
from entrypoints.http.lists import DEFAULT_LIMIT, Cursor, Limit, ListBody, list_body, position
from entrypoints.http.problems import also, problems

Text = Annotated[str, Meta(min_length=1, max_length=4000, examples=["Shall we talk tonight?"])]


class Order(StrEnum):
    """The order of a list of messages."""

    OLDEST_FIRST = "asc"
    NEWEST_FIRST = "desc"


class SendMessageBody(Struct, forbid_unknown_fields=True):
    """A message to send."""

    sender_id: UUID
    text: Text
    client_message_id: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=128,
                pattern=r"^[\x20-\x7e]+$",
                description="Your own name for it; a repeat is the same message",
                examples=["4711-1"],
            ),
        ]
        | None
    ) = None


class EditMessageBody(Struct, forbid_unknown_fields=True):
    """What a message shall say."""

    sender_id: UUID
    text: Text


class MessageBody(Struct):
    """A message."""

    id: UUID
    conversation_id: UUID
    sender_id: UUID
    role: MessageRole
    tag: MessageTag
    text: Annotated[str, Meta(description="Empty once the message is deleted")]
    client_message_id: str | None
    counted_on: Annotated[date, Meta(description="The sender's local date it counts for")]
    daily_number: Annotated[int, Meta(description="Which of that day's messages it was")]
    daily_limit: Annotated[int, Meta(description="The limit it was allowed under")]
    policy_version: Annotated[str, Meta(description="The policy it was allowed under")]
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None


class SentMessageBody(Struct):
    """A stored message, and the decision on the one after it."""

    message: MessageBody
    allowance: AllowanceBody


def _shown(message: Message) -> MessageBody:
    return msgspec.convert(message, MessageBody, from_attributes=True)


class _SentMessage(Struct):
    """As SentMessageBody, with what is JSON already."""

    message: MessageBody
    allowance: msgspec.Raw


def _sent(sent: SentMessage) -> Answer:
    body = _SentMessage(_shown(sent.message), explained(sent.allowance))
    return rendered(201 if sent.created else 200, body, sent.message.sender_id)


class MessageRoutes(Controller):
    """Messages of a conversation."""

    path = "/v1"
    tags = ("Messages",)

    @post(
        "/conversations/{conversation_id:uuid}/messages",
        opt=FOR_PERSONS,
        dto=JsonBody[SendMessageBody],
        return_dto=None,
        responses={
            200: also(SentMessageBody, "It was already stored under this client_message_id."),
            **problems(404, 409, body=True),
        },
    )
    async def send_message(
        self, request: ApiRequest, conversation_id: FromPath[UUID], data: JSONBody[SendMessageBody]
    ) -> Response[SentMessageBody]:
        """Send a message, if the sender may. A repeated client_message_id is answered 200."""
        sent = await kithkin(request).conversations.send_message()(
            SendMessageRequest(
                conversation_id=ConversationId(conversation_id),
                sender_id=acting(request, data.sender_id),
                text=data.text,
                client_message_id=data.client_message_id,
                attempt=await attempt_of(request),
                render=_sent,
            )
        )
        return respond(sent if isinstance(sent, Answer) else sent.answer or _sent(sent))

    @get(
        "/conversations/{conversation_id:uuid}/messages",
        opt=FOR_PERSONS,
        responses=problems(404),
    )
    async def list_messages(
        self,
        request: ApiRequest,
        conversation_id: FromPath[UUID],
        person_id: Annotated[UUID | None, QueryParameter(description="Who reads")] = None,
        order: FromQuery[Order] = Order.OLDEST_FIRST,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> ListBody[MessageBody]:
        """List the messages of a conversation, to a participant or to the app itself."""
        page = (
            await kithkin(request)
            .conversations.queries()
            .messages_of(
                ConversationId(conversation_id),
                viewing(request, person_id),
                position(cursor),
                limit,
                newest_first=order is Order.NEWEST_FIRST,
            )
        )
        return list_body(page, _shown)

    @patch(
        "/conversations/{conversation_id:uuid}/messages/{message_id:uuid}",
        opt=FOR_PERSONS,
        dto=JsonBody[EditMessageBody],
        return_dto=None,
        responses=problems(404, 409, body=True),
    )
    async def edit_message(
        self,
        request: ApiRequest,
        conversation_id: FromPath[UUID],
        message_id: FromPath[UUID],
        data: JSONBody[EditMessageBody],
    ) -> MessageBody:
        """Change the text of a message, as its sender, within 15 minutes."""
        edited = await kithkin(request).conversations.edit_message()(
            EditMessageRequest(
                conversation_id=ConversationId(conversation_id),
                message_id=MessageId(message_id),
                editor_id=acting(request, data.sender_id),
                text=data.text,
            )
        )
        return _shown(edited)

    @delete(
        "/conversations/{conversation_id:uuid}/messages/{message_id:uuid}",
        opt=FOR_PERSONS,
        responses=problems(404),
    )
    async def delete_message(
        self,
        request: ApiRequest,
        conversation_id: FromPath[UUID],
        message_id: FromPath[UUID],
        sender_id: Annotated[UUID, QueryParameter(description="Who deletes; only its sender may")],
    ) -> None:
        """Blank a message, as its sender. What it counted stays counted."""
        await kithkin(request).conversations.delete_message()(
            ConversationId(conversation_id), MessageId(message_id), acting(request, sender_id)
        )
