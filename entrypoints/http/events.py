"""Events over HTTP: asked for again and again, or as a stream."""

from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream
from msgspec import Meta, Struct

from application.events.ports import PublicEvent
from entrypoints.http.acting import acting
from entrypoints.http.authentication import FOR_PERSONS, still_authorized
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.lists import DEFAULT_LIMIT, Limit
from entrypoints.http.methods import asks_for_head_only
from entrypoints.http.places import MAX_PLACE_CHARACTERS, place_of, position_at
from entrypoints.http.problems import problems
from entrypoints.http.streams import Permit, Streams

EVENT_STREAM = "text/event-stream"
_LAST_ID = "Last-Event-ID"
STREAM_HEADERS = {"X-Accel-Buffering": "no"}
"""Asks a proxy in front to pass on each piece of a stream as it comes."""


class EventBody(Struct):
    """Something that happened."""

    id: Annotated[UUID, Meta(description="Taking the same id twice is harmless")]
    type: Annotated[str, Meta(examples=["message_sent"])]
    at: datetime
    person_id: Annotated[UUID, Meta(description="Whom it concerns; events are in order per person")]
    policy_version: str
    data: Annotated[dict[str, Any], Meta(description="By the type, as the catalogue has it")]


class EventsBody(Struct):
    """Some events, and the place after them."""

    items: list[EventBody]
    after: Annotated[str, Meta(description="Pass it on as `after` to go on from here")]


def shown_event(event: PublicEvent) -> EventBody:
    """Give an event as the API shows it."""
    return msgspec.convert(event, EventBody, from_attributes=True)


class EventRoutes(Controller):
    """Events, in one order that does not change."""

    path = "/v1"
    tags = ("Events",)

    @get("/events", responses=problems(410))
    async def list_events(
        self,
        request: ApiRequest,
        after: Annotated[
            str | None,
            QueryParameter(
                max_length=MAX_PLACE_CHARACTERS,
                description="The `after` of the answer before; left out for the oldest event kept",
            ),
        ] = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> EventsBody:
        """List events after a place, the oldest first. Whoever follows `after` misses none."""
        position = None if after is None else position_at("after", after)
        found, last = await kithkin(request).events.queries().events_after(position, limit)
        return EventsBody([shown_event(logged.event) for logged in found], place_of(last))

    @get(
        "/persons/{person_id:uuid}/stream",
        opt=FOR_PERSONS,
        media_type=EVENT_STREAM,
        responses={
            **problems(404),
            200: ResponseSpec(
                str,
                generate_examples=False,
                description="Server-sent events, for as long as both sides stay.",
                media_type=EVENT_STREAM,
            ),
        },
    )
    async def stream_events(self, request: ApiRequest, person_id: FromPath[UUID]) -> Response[Any]:
        """Follow a person's events as they happen. With `Last-Event-ID` it goes on from there."""
        streams: Streams = request.app.state.streams
        person = await kithkin(request).identity.queries().person(acting(request, person_id))
        last_id = request.headers.get(_LAST_ID)
        after = None if not last_id else position_at(_LAST_ID, last_id)
        if asks_for_head_only(request.scope):
            return Response(b"", media_type=EVENT_STREAM, headers=STREAM_HEADERS)
        streams.make_sure_of_room(person.id)
        permit = Permit(partial(still_authorized, request))
        followed = streams.follow(person.id, after, permit)
        return Stream(followed, media_type=EVENT_STREAM, headers=STREAM_HEADERS)
