"""Conversations over HTTP."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from litestar import Controller, Response, get, post, put
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import UNSET, Meta, Struct, UnsetType

from application.conversations.queries import ConversationSummary
from application.shared.idempotency import Answer
from domain.conversations.conversations import Conversation
from domain.personas.conversations import CompanionConversation
from domain.personas.personas import Baseline, OwnPersona
from domain.shared.errors import InvalidValueError, NotFoundError
from domain.shared.ids import ConversationId, MessageId, PersonId
from entrypoints.http.acting import acting, viewing
from entrypoints.http.authentication import FOR_PERSONS
from entrypoints.http.body import JsonBody
from entrypoints.http.companion_bodies import PersonaBody, persona_body
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.decisions import AllowanceBody, explained
from entrypoints.http.idempotency import answer_once, respond
from entrypoints.http.lists import DEFAULT_LIMIT, Cursor, Limit, ListBody, list_body, position
from entrypoints.http.problems import also, problems


class OpenConversationBody(Struct, forbid_unknown_fields=True):
    """Who shall talk.

    Of a pair the two `participants`, the one who opens it first; with a companion the
    `person_id`, and the `persona` to talk with unless it stays as it is.
    """

    kind: Literal["pair", "companion"]
    participants: Annotated[list[UUID], Meta(min_length=2, max_length=2)] | UnsetType = UNSET
    person_id: UUID | UnsetType = UNSET
    persona: Baseline | UnsetType = UNSET


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
    kind: Literal["pair", "companion"]
    participants: Annotated[list[UUID], Meta(description="Of a companion the person alone")]
    started_at: datetime
    persona: PersonaBody | UnsetType = UNSET
    other: OtherBody | UnsetType = UNSET
    unread_count: int | UnsetType = UNSET
    message_count: int | UnsetType = UNSET


def _shown(conversation: Conversation) -> ConversationBody:
    return ConversationBody(
        id=conversation.id,
        kind=conversation.kind.value,
        participants=list(conversation.participants),
        started_at=conversation.started_at,
    )


def _with_companion(conversation: CompanionConversation, own: OwnPersona) -> ConversationBody:
    return ConversationBody(
        id=conversation.id,
        kind="companion",
        participants=[conversation.person_id],
        started_at=conversation.started_at,
        persona=persona_body(own.persona),
    )


def _pair_of(data: OpenConversationBody) -> tuple[UUID, UUID]:
    if data.participants is UNSET:
        raise InvalidValueError("participants", "Give the two who shall talk.")
    for name in ("person_id", "persona"):
        if getattr(data, name) is not UNSET:
            raise InvalidValueError(name, "This is for a conversation with a companion.")
    first, second = data.participants
    return first, second


def _person_of(data: OpenConversationBody) -> UUID:
    if data.participants is not UNSET:
        raise InvalidValueError("participants", "This is for a pair; give person_id.")
    if data.person_id is UNSET:
        raise InvalidValueError("person_id", "Give who shall talk with their companion.")
    return data.person_id


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
        """Open a conversation of a pair, or with a companion: 201 if new, 200 if there is one."""
        if data.kind == "companion":
            return await self._open_companion(request, data)
        first, second = _pair_of(data)
        opener, partner = acting(request, first), PersonId(second)

        async def work() -> tuple[int, ConversationBody]:
            opened = await kithkin(request).conversations.open_conversation()(opener, partner)
            return 201 if opened.created else 200, _shown(opened.conversation)

        return await answer_once(request, work)

    async def _open_companion(
        self, request: ApiRequest, data: OpenConversationBody
    ) -> Response[ConversationBody]:
        person_id = acting(request, _person_of(data))
        baseline = None if data.persona is UNSET else data.persona

        async def work() -> tuple[int, ConversationBody]:
            opened = await kithkin(request).personas.open_companion()(person_id, baseline)
            body = _with_companion(opened.conversation, opened.own)
            return 201 if opened.created else 200, body

        return await answer_once(request, work, about=lambda body: body.participants[0])

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
        try:
            if viewer_id is None:
                return _shown(await queries.conversation(ident))
            return _seen(await queries.summary(ident, viewer_id))
        except NotFoundError:
            companions = kithkin(request).personas.queries()
            return _with_companion(*await companions.conversation(ident, viewer_id))

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
