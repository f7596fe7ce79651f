"""What the use cases of conversations need of a store, and of video."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Protocol

from attrs import frozen

from application.shared.idempotency import Attempt, KeptAnswer
from application.shared.outbox import OutboxEvent
from application.shared.pages import Page, Position
from domain.conversations.conversations import Conversation
from domain.conversations.messages import Message
from domain.shared.calendar import CountingDay
from domain.shared.ids import ConversationId, MessageId, PersonId
from domain.shared.tiers import TierStanding


@frozen(kw_only=True)
class SendView:
    """All that deciding on a message needs, as of one instant.

    Attributes:
        conversation: Where the message would go.
        sender_active: The sender is neither suspended nor deleted.
        sender_deleted: The sender was erased.
        partner_deleted: The other participant was erased.
        sender_timezone: The sender's zone.
        sender_standing: The sender's tier.
        sender_counting_day: The sender's latest counting date.
        sender_version: What the write holds the sender to.
        blocked: One of the two has blocked the other.
        latest_count_on: The latest date with a message of the sender's here.
        latest_count: How many messages were counted on that date.
        last_call_on: The sender's date of the latest completed call.
        has_open_call: A call rings or goes on here; time may have ended it.
        earlier: The message that already has this client_message_id.
        kept_answer: What this request was already answered with.
    """

    conversation: Conversation
    sender_active: bool
    sender_deleted: bool
    partner_deleted: bool
    sender_timezone: str
    sender_standing: TierStanding
    sender_counting_day: CountingDay | None
    sender_version: int
    blocked: bool
    latest_count_on: date | None
    latest_count: int
    last_call_on: date | None
    has_open_call: bool
    earlier: Message | None
    kept_answer: KeptAnswer | None


@frozen(kw_only=True)
class AcceptedMessage:
    """A message that may be sent, with all that is written with it.

    Attributes:
        message: The message.
        event: What tells others of it.
        seen: What was read to decide; it must still hold.
        day: The sender's counting day after it.
        attempt: The request, if repeats of it are to get the same answer.
        answer: That answer.
    """

    message: Message
    event: OutboxEvent
    seen: SendView
    day: CountingDay
    attempt: Attempt | None = None
    answer: KeptAnswer | None = None


class SendGate(Protocol):
    """The send path: one look, one guarded write."""

    async def look(
        self,
        conversation_id: ConversationId,
        sender_id: PersonId,
        now: datetime,
        *,
        client_message_id: str | None = None,
        attempt: Attempt | None = None,
    ) -> SendView | None:
        """Give what a decision needs; None unless the sender takes part."""
        ...

    async def store(self, accepted: AcceptedMessage) -> bool:
        """Write a message, its count, its event and its answer, all or nothing.

        Gives False, and writes nothing, when what was seen no longer holds.
        """
        ...

    async def hold(self, sender_id: PersonId) -> None:
        """Let nobody else store for this sender until the transaction ends."""
        ...


class SettleCalls(Protocol):
    """Ends the calls of a conversation that time has ended."""

    async def __call__(self, conversation_id: ConversationId) -> bool:
        """Settle them; tell whether anything changed."""
        ...


class Conversations(Protocol):
    """The pair conversations."""

    async def get(self, conversation_id: ConversationId) -> Conversation | None:
        """Give a conversation, if there is one of this id."""
        ...

    async def of_pair(self, lower: PersonId, higher: PersonId) -> Conversation | None:
        """Give the open conversation of two persons, the lower id first."""
        ...

    async def add(self, conversation: Conversation, events: Iterable[OutboxEvent]) -> None:
        """Add a conversation.

        Raises:
            ConcurrentUpdateError: The two have an open one by now.
        """
        ...


class Messages(Protocol):
    """The messages, and how far each participant has read."""

    async def lock(self, conversation_id: ConversationId, message_id: MessageId) -> Message | None:
        """Give a message of a conversation; nobody else changes it meanwhile."""
        ...

    async def save(self, before: Message, after: Message, events: Iterable[OutboxEvent]) -> None:
        """Replace a message by a changed one."""
        ...

    async def mark_read(
        self, conversation_id: ConversationId, person_id: PersonId, message_id: MessageId
    ) -> bool:
        """Move a person's read marker forward to a message, never back.

        Gives False when the conversation has no such message.
        """
        ...

    async def page(
        self,
        conversation_id: ConversationId,
        after: Position | None,
        limit: int,
        *,
        newest_first: bool,
    ) -> Page[Message]:
        """Give messages in the conversation's order, or in the reverse of it."""
        ...
