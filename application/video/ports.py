"""What the use cases of video need of a store."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Protocol

from attrs import frozen

from application.shared.outbox import OutboxEvent
from domain.conversations.conversations import Conversation
from domain.shared.ids import ConversationId, PersonId, VideoCallId
from domain.video.calls import Call, Ended, OpenCall, Ringing
from domain.video.history import VideoHistory
from domain.video.reward_warnings import RewardNotes


class Calls(Protocol):
    """The video calls."""

    async def get(self, call_id: VideoCallId, *, lock: bool = False) -> Call | None:
        """Give a call; with `lock` nobody else changes it until the transaction ends."""
        ...

    async def open_in(self, conversation_id: ConversationId) -> tuple[OpenCall, ...]:
        """Give the calls of a conversation that are not ended, the first to ring first."""
        ...

    async def open_of(self, person_id: PersonId) -> tuple[OpenCall, ...]:
        """Give the calls of a person that are not ended, the first to ring first."""
        ...

    async def add(self, call: Ringing, events: Iterable[OutboxEvent]) -> None:
        """Add a call."""
        ...

    async def record(self, before: Call, events: Iterable[OutboxEvent]) -> Call:
        """Write what events of a call's life make of it; give it.

        Raises:
            ConcurrentUpdateError: The call is no longer as `before`.
        """
        ...

    async def save(self, before: Call, after: Ended, events: Iterable[OutboxEvent]) -> Ended:
        """Replace a call by what was made of it since it ended; give it with its new version.

        Raises:
            ConcurrentUpdateError: The call is no longer as `before`.
        """
        ...


class Histories(Protocol):
    """What the completed calls of conversations come to."""

    async def get(self, conversation_id: ConversationId) -> VideoHistory | None:
        """Give a conversation's history; None if there is no such conversation."""
        ...

    async def completed_on_day_of(
        self, conversation_id: ConversationId, at: datetime, other_than: VideoCallId
    ) -> bool:
        """Tell whether another call was completed on the UTC day of an instant."""
        ...

    async def save(self, history: VideoHistory, events: Iterable[OutboxEvent]) -> None:
        """Keep a locked conversation's history; the conversation's version rises."""
        ...


class PairConversations(Protocol):
    """The conversations in which calls take place."""

    async def get(
        self, conversation_id: ConversationId, *, lock: bool = False
    ) -> Conversation | None:
        """Give a conversation; with `lock` nobody else changes it meanwhile."""
        ...

    async def of_pair(self, lower: PersonId, higher: PersonId) -> Conversation | None:
        """Give the open conversation of two persons, the lower id first."""
        ...


@frozen(kw_only=True)
class OverdueBefore:
    """The instants that tell which open calls are overdue.

    Attributes:
        rang: A ringing call is, if it rang by then.
        left: An answered one is, if both sides had left it by then and did not come back.
        answered: Any is, if it was answered by then.
    """

    rang: datetime
    left: datetime
    answered: datetime


class OverdueCalls(Protocol):
    """The calls that time has ended."""

    async def conversations(
        self, before: OverdueBefore, after: ConversationId | None, limit: int
    ) -> tuple[ConversationId, ...]:
        """Give conversations with overdue calls, by their ids, from after one of them on."""
        ...


class Rewards(Protocol):
    """What rewards rest on, and what persons were told of theirs."""

    async def partners(self, person_id: PersonId, since: date) -> Mapping[date, int]:
        """Give how many distinct partners a person called, by the first day of each month.

        Counted are completed calls that were not voided, by the person's own dates of
        them, from a date on.
        """
        ...

    async def notes(self, person_id: PersonId) -> RewardNotes | None:
        """Give what a person was told; None if nothing was ever to be told."""
        ...

    async def note(self, notes: RewardNotes, events: Iterable[OutboxEvent]) -> None:
        """Keep what a locked person was told."""
        ...


@frozen
class RewardDue:
    """Somebody about whose reward there is something to tell, and since when."""

    at: datetime
    person_id: PersonId


class DueRewards(Protocol):
    """Those about whose rewards time has brought something to tell."""

    async def by(self, now: datetime, after: RewardDue | None, limit: int) -> tuple[RewardDue, ...]:
        """Give them, the first due first, from after one of them on."""
        ...

    async def first_after(self, now: datetime) -> datetime | None:
        """Give when time next brings somebody something after an instant."""
        ...
