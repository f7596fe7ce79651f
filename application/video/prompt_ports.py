"""What the use cases of prompts need of a store."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Protocol

from attrs import frozen

from application.shared.outbox import OutboxEvent
from domain.shared.calendar import CountingDay
from domain.shared.ids import ConversationId, PersonId, PromptId
from domain.shared.tiers import TierStanding
from domain.video.prompt_pace import Reach
from domain.video.prompt_totals import PromptTotal
from domain.video.prompts import Prompt


class Prompts(Protocol):
    """The prompts that were shown."""

    async def get(self, prompt_id: PromptId) -> Prompt | None:
        """Give a prompt, if there is one of this id."""
        ...

    async def past(
        self, person_id: PersonId, conversation_id: ConversationId | None, within: Reach
    ) -> tuple[Prompt, ...]:
        """Give those of a person's prompts that can matter, the newest first."""
        ...

    async def show(self, prompt: Prompt, day: CountingDay, events: Iterable[OutboxEvent]) -> None:
        """Add a prompt of a locked person, whose counting day is this from now on."""
        ...

    async def answer(self, prompt: Prompt, events: Iterable[OutboxEvent]) -> None:
        """Keep the action taken on a prompt of a locked person."""
        ...


@frozen(kw_only=True)
class PromptTalk:
    """A conversation of a person's, as prompts look at it.

    Attributes:
        started_at: When it was opened.
        blocked: One of the two has blocked the other.
        partner_deleted: The other was erased.
        tier: The person's tier.
        latest_count_on: The latest date with a message of the person's here.
        latest_count: How many messages were counted on that date.
        last_call_on: The person's date of the latest completed call.
        messages_since: Messages of the two since that call's end, or all; up to a number.
    """

    started_at: datetime
    blocked: bool
    partner_deleted: bool
    tier: TierStanding
    latest_count_on: date | None
    latest_count: int
    last_call_on: date | None
    messages_since: int


class PromptTalks(Protocol):
    """The conversations in which persons are prompted."""

    async def look(
        self, conversation_id: ConversationId, person_id: PersonId, now: datetime, most: int
    ) -> PromptTalk | None:
        """Give a conversation, counting so many messages at most; None unless they take part."""
        ...


class PromptTotals(Protocol):
    """How prompts fared, all persons together."""

    async def between(self, first: date, last: date) -> tuple[PromptTotal, ...]:
        """Give the totals of the prompts shown from one date to another, both included."""
        ...
