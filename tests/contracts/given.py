"""What tests find in the stores before they begin."""

from datetime import datetime
from typing import Any

from attrs import frozen
from uuid_utils.compat import uuid7

from application.conversations.ports import AcceptedMessage, SendView
from application.shared.outbox import OutboxEvent
from domain.conversations.conversations import Conversation
from domain.conversations.events import MessageSent
from domain.conversations.messages import Message
from domain.identity.persons import Person
from domain.shared.calendar import counted
from domain.shared.ids import EventId, PersonId
from domain.video.calls import Call, Ringing
from domain.video.events import CallOutcome, Presence
from tests.contracts import values
from tests.contracts.stores import Stores
from tests.contracts.values import RULEBOOK, START


@frozen
class Pair:
    """Two persons, the one with the lower id first, and their conversation."""

    a: Person
    b: Person
    conversation: Conversation


async def a_person(stores: Stores, **changes: Any) -> Person:
    person = values.a_person(**changes)
    await stores.persons.add(person, ())
    return person


async def a_pair(stores: Stores) -> Pair:
    a, b = await a_person(stores), await a_person(stores)
    conversation = values.a_conversation(a, b)
    await stores.conversations.add(conversation, ())
    return Pair(a, b, conversation)


async def the_person(stores: Stores, person: Person) -> Person:
    """A person as they are by now."""
    known = await stores.persons.get(person.id)
    assert known is not None
    return known


async def a_view(
    stores: Stores, conversation: Conversation, sender_id: PersonId, at: datetime = START
) -> SendView:
    seen = await stores.send_gate.look(conversation.id, sender_id, at)
    assert seen is not None
    return seen


def accepted(seen: SendView, sender_id: PersonId, at: datetime = START, **changes: Any) -> Message:
    """The next message of a sender's."""
    day = counted(at, seen.sender_timezone, seen.sender_counting_day).date
    sent = seen.latest_count if seen.latest_count_on == day else 0
    known = {"created_at": at, "counted_on": day, "daily_number": sent + 1, "daily_limit": 100}
    return values.a_message(seen.conversation, sender_id, **(known | changes))


def to_store(message: Message, seen: SendView, **changes: Any) -> AcceptedMessage:
    event = MessageSent(
        at=message.created_at,
        person_id=message.sender_id,
        policy_version=RULEBOOK.version,
        conversation_id=message.conversation_id,
        message_id=message.id,
        recipient_id=seen.conversation.other(message.sender_id),
        counted_on=message.counted_on,
    )
    day = counted(message.created_at, seen.sender_timezone, seen.sender_counting_day)
    return AcceptedMessage(
        message=message, event=OutboxEvent(EventId(uuid7()), event), seen=seen, day=day, **changes
    )


async def a_message(
    stores: Stores,
    conversation: Conversation,
    sender_id: PersonId,
    at: datetime = START,
    **changes: Any,
) -> Message:
    seen = await a_view(stores, conversation, sender_id, at)
    message = accepted(seen, sender_id, at, **changes)
    assert await stores.send_gate.store(to_store(message, seen))
    return message


async def a_call(stores: Stores, conversation: Conversation, **changes: Any) -> Ringing:
    call = values.a_call(conversation, **changes)
    await stores.calls.add(call, ())
    return call


async def an_answered_call(
    stores: Stores, conversation: Conversation, at: datetime = START
) -> Call:
    call = await a_call(stores, conversation, created_at=at, rings_at=at)
    connects = (
        values.presence(call, person_id, Presence.CONNECTED, at)
        for person_id in conversation.participants
    )
    return await stores.calls.record(call, values.outgoing(*connects))


async def a_completed_call(
    stores: Stores, conversation: Conversation, ended_at: datetime = START
) -> Call:
    call = await an_answered_call(stores, conversation, ended_at - values.MINUTE)
    ended = values.ended(call, ended_at, CallOutcome.COMPLETED)
    return await stores.calls.record(call, values.outgoing(ended))
