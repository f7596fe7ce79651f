"""Conversations over HTTP."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from litestar import Controller, Response, get, post, put
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import UNSET, Meta, Struct, UnsetType

from application.conversations.queries import ConversationSummary
from application.shared.idempotency import Answer
from domain.conversations.conversations import Conversation, ConversationKind
from domain.shared.ids import ConversationId, MessageId, PersonId
from entrypoints.http.acting import acting, viewing
from entrypoints.http.authentication import FOR_PERSONS
from entrypoints.http.body import JsonBody
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.decisions import AllowanceBody, explained
from entrypoints.http.idempotency import answer_once, respond
from entrypoints.http.lists import DEFAULT_LIMIT, Cursor, Limit, ListBody, list_body, position
from entrypoints.http.problems import also, problems


class OpenConversationBody(Struct, forbid_unknown_fields=True):
    """Who shall talk; the first one opens the conversation."""

    kind: Literal["pair"]
    participants: Annotated[list[UUID], Meta(min_length=2, max_length=2)]


class MarkReadBody(Struct, forbid_unknown_fields=True):
    """Who has read up to which message."""

    person_id: UUID
    message_id: UUID


class OtherBody(Struct):
    """The other participant, as far as privacy and blocks let them be seen."""

    person_id: UUID
    display_name: str | None


class ConversationBody(Struct, omit_defaults=True):
    """A conversation; with `person_id` in the request, in that participant's view."""

    id: UUID
    kind: ConversationKind
    participants: list[UUID]
    started_at: datetime
    other: OtherBody | UnsetType = UNSET
    unread_count: int | UnsetType = UNSET
    message_count: int | UnsetType = UNSET


def _shown(conversation: Conversation) -> ConversationBody:
    return ConversationBody(
        id=conversation.id,
        kind=conversation.kind,
        participants=list(conversation.participants),
        started_at=conversation.started_at,
    )


def _seen(summary: ConversationSummary) -> ConversationBody:
    body = _shown(summary.conversation)
    body.other = OtherBody(summary.other_id, summary.other_display_name)
    body.unread_count = summary.unread_count
    body.message_count = summary.message_count
    return body


class ConversationRoutes(Controller):
    """Conversations, and what a person may still send."""

    path = "/v1"
    tags = ("Conversations",)

    @post(
        "/conversations",
        opt=FOR_PERSONS,
        dto=JsonBody[OpenConversationBody],
        return_dto=None,
        responses={
            200: also(ConversationBody, "They already have an open conversation."),
            **problems(404, 409, body=True),
        },
    )
    async def open_conversation(
        self, request: ApiRequest, data: JSONBody[OpenConversationBody]
    ) -> Response[ConversationBody]:
        """Open a conversation of two persons: 201 if it is new, 200 if they have one."""
        opener = acting(request, data.participants[0])
        partner = PersonId(data.participants[1])

        async def work() -> tuple[int, ConversationBody]:
            opened = await kithkin(request).conversations.open_conversation()(opener, partner)
            return 201 if opened.created else 200, _shown(opened.conversation)

        return await answer_once(request, work)

    @get("/conversations", opt=FOR_PERSONS, responses=problems(404))
    async def list_conversations(
        self,
        request: ApiRequest,
        person_id: Annotated[UUID, QueryParameter(description="Whose conversations")],
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> ListBody[ConversationBody]:
        """List a person's conversations, the one opened last first."""
        queries = kithkin(request).conversations.queries()
        page = await queries.of_person(acting(request, person_id), position(cursor), limit)
        return list_body(page, _seen)

    @get("/conversations/{conversation_id:uuid}", opt=FOR_PERSONS, responses=problems(404))
    async def get_conversation(
        self,
        request: ApiRequest,
        conversation_id: FromPath[UUID],
        person_id: Annotated[UUID | None, QueryParameter(description="In whose view")] = None,
    ) -> ConversationBody:
        """Read a conversation, as the app itself or in a participant's view."""
        queries = kithkin(request).conversations.queries()
        ident = ConversationId(conversation_id)
        viewer_id = viewing(request, person_id)
        if viewer_id is None:
            return _shown(await queries.conversation(ident))
        return _seen(await queries.summary(ident, viewer_id))

    @get(
        "/conversations/{conversation_id:uuid}/allowance",
        opt=FOR_PERSONS,
        responses=problems(404),
    )
    async def get_allowance(
        self,
        request: ApiRequest,
        conversation_id: FromPath[UUID],
        person_id: Annotated[UUID, QueryParameter(description="Who would send")],
    ) -> Response[AllowanceBody]:
        """Read the decision that a message sent now would meet, without sending one."""
        queries = kithkin(request).conversations.queries()
        decision = await queries.allowance(
            ConversationId(conversation_id), acting(request, person_id)
        )
        return respond(Answer(status=200, body=bytes(explained(decision))))

    @put(
        "/conversations/{conversation_id:uuid}/read",
        opt=FOR_PERSONS,
        status_code=204,
        dto=JsonBody[MarkReadBody],
        return_dto=None,
        responses=problems(404, body=True),
    )
    async def mark_read(
        self, request: ApiRequest, conversation_id: FromPath[UUID], data: JSONBody[MarkReadBody]
    ) -> None:
        """Remember how far a participant has read; the marker never moves back."""
        await kithkin(request).conversations.mark_read()(
            ConversationId(conversation_id),
            acting(request, data.person_id),
            MessageId(data.message_id),
        )
